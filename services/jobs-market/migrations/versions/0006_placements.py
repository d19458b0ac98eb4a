"""Placements: claimed, confirmed, ended, voided."""

from kit import migrations

revision = "0006"
down_revision = "0005"

SQL = """
create table placement (
    id uuid primary key,
    worker_id uuid not null,
    channel text not null,
    evidence text not null,
    employer_id uuid references employer,
    sector text,
    contract_months integer check (contract_months > 0),
    wage bigint check (wage >= 0),
    new_post boolean not null,
    post_id uuid references post,
    public_welfare_post_id uuid references public_welfare_post,
    training_class_id uuid,
    referral_id uuid references referral,
    started_on date not null,
    claimed_on date not null,
    area_code text not null check (area_code ~ '^[0-9]{12}$'),
    office text not null,
    state text not null check (state in ('claimed', 'confirmed', 'ended', 'voided')),
    confirmed_on date check (confirmed_on >= started_on),
    confirmed_event uuid,
    ended_on date check (ended_on >= started_on),
    end_reason text check ((end_reason is null) = (ended_on is null)),
    voided_on date,
    void_reason text check ((void_reason is null) = (voided_on is null)),
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    check ((state = 'claimed') = (confirmed_event is null)),
    check ((confirmed_on is null) = (confirmed_event is null)),
    check ((state = 'voided') = (voided_on is not null)),
    check (state <> 'ended' or ended_on is not null),
    check (state <> 'confirmed' or ended_on is null),
    check ((channel = 'public_welfare_4050') = (public_welfare_post_id is not null))
);
create unique index placement_one_live on placement (worker_id) where state = 'confirmed';
create index placement_worker on placement (worker_id, started_on);
create index placement_employer on placement (employer_id) where employer_id is not null;
comment on table placement is 'Only confirmed ones count; a worker row is locked before any is confirmed.';
comment on column placement.wage is 'fen per month';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("placement",))
