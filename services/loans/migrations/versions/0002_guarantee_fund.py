"""The guarantee fund, whose headroom the database itself keeps from going below nothing."""

from kit import migrations

revision = "0002"
down_revision = "0001"

SQL = """
create table guarantee_fund (
    id uuid primary key,
    area_code text not null unique check (area_code ~ '^[0-9]{12}$'),
    leverage integer not null check (leverage > 0),
    deposit bigint not null default 0 check (deposit >= 0),
    exposure bigint not null default 0 check (exposure >= 0),
    reserved bigint not null default 0 check (reserved >= 0),
    updated_at timestamptz not null default clock_timestamp(),
    constraint headroom_not_negative check (leverage * deposit - exposure - reserved >= 0)
);
comment on table guarantee_fund is 'Fen. Headroom = leverage x deposit - exposure - reserved.';

create table contribution (
    id uuid primary key,
    fund_id uuid not null references guarantee_fund,
    level text not null check (level in ('province', 'city', 'county')),
    amount bigint not null check (amount > 0),
    received_on date not null,
    contributor text not null,
    document text,
    area_code text not null,
    office text not null,
    event_id uuid not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index contribution_area on contribution (area_code text_pattern_ops, id);
comment on table contribution is 'Money paid into a guarantee fund, fen. Append-only.';

create table guarantee_movement (
    id uuid primary key,
    fund_id uuid not null references guarantee_fund,
    loan_id uuid,
    kind text not null check (kind in ('contribution', 'reservation', 'release', 'disbursement', 'repayment')),
    effective_on date not null,
    deposit bigint not null default 0,
    exposure bigint not null default 0,
    reserved bigint not null default 0,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint movement_moves check (deposit <> 0 or exposure <> 0 or reserved <> 0)
);
create index guarantee_movement_fund on guarantee_movement (fund_id, id);
comment on table guarantee_movement is 'Every change of a fund''s state, as deltas in fen. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("contribution", "guarantee_movement"), mutable=("guarantee_fund",)
    )
