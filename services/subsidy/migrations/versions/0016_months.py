"""Which person-month of a kind of benefit is held, paid or was recovered, across claims and runs."""

from kit import migrations

revision = "0016"
down_revision = "0015"

SQL = """
create table benefit_month (
    id uuid primary key,
    worker_id uuid not null,
    programme text not null,
    kind text not null,
    month date not null check (extract(day from month) = 1),
    counter text,
    reference uuid,
    holder text not null check (holder in ('claim', 'run')),
    holder_id uuid not null,
    amount bigint not null check (amount >= 0),
    state text not null check (state in ('held', 'paid', 'recovered')),
    area_code text not null,
    office text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
-- The same person-month and kind is never granted twice.
create unique index benefit_month_once on benefit_month (worker_id, kind, month)
    where state <> 'recovered';
create index benefit_month_holder on benefit_month (holder_id);
create index benefit_month_area on benefit_month (area_code text_pattern_ops, id);
comment on table benefit_month is
    'A person''s month (or once) of a kind of benefit, under its line''s id; fen. A hold given up is deleted.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    role = migrations.app_role()
    migrations.execute(f"grant select, insert, delete, update (state) on benefit_month to {role};")
