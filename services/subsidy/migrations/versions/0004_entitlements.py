"""Slim copies of what registry and jobs-market told, and the entitlements folded from them."""

from kit import migrations

revision = "0004"
down_revision = "0003"

SQL = """
create table known_worker (
    worker_id uuid primary key,
    population text not null check (population in ('base', 'outside')),
    event_id uuid not null
);
comment on table known_worker is 'From registry.worker.registered: who is in the programme''s population.';

create table known_certificate (
    certificate_id uuid primary key,
    worker_id uuid not null,
    issued_on date,
    valid_until date,
    revoked_on date,
    event_id uuid not null
);
create index known_certificate_worker on known_certificate (worker_id);
comment on table known_certificate is 'From registry.certificate.issued and .revoked.';

create table known_employer (
    employer_id uuid primary key,
    sector text not null,
    event_id uuid not null
);
comment on table known_employer is 'From jobs-market.employer.registered.';

create table known_placement (
    placement_id uuid primary key,
    worker_id uuid not null,
    employer_id uuid not null,
    started_on date not null,
    contract_months integer,
    new_post boolean not null,
    ended_on date,
    voided boolean not null default false,
    area_code text not null,
    office text not null,
    event_id uuid not null
);
create index known_placement_worker on known_placement (worker_id);
create index known_placement_employer on known_placement (employer_id);
comment on table known_placement is 'From jobs-market.placement.*, only placements with an employer.';

create table entitlement (
    id uuid primary key,
    placement_id uuid not null unique,
    worker_id uuid not null,
    employer_id uuid not null,
    programme text not null,
    standing text not null check (standing in ('refused', 'open', 'closed', 'voided')),
    window_from date,
    window_to date,
    window_months integer check (window_months > 0),
    claimable_to date,
    claimable_months integer not null check (claimable_months >= 0),
    closed_reason text,
    closed_on date,
    clause text,
    decision_id uuid not null,
    digest bytea not null,
    opened_event uuid,
    area_code text not null,
    office text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint window_whole check (num_nulls(window_from, window_to, window_months) in (0, 3)),
    constraint granted_or_refused check ((window_from is null) = (clause is not null))
);
create index entitlement_worker on entitlement (worker_id);
create index entitlement_area on entitlement (area_code text_pattern_ops, id);
comment on table entitlement is 'What the facts known today grant for one placement; folded again when they change.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        mutable=(
            "known_worker", "known_certificate", "known_employer", "known_placement", "entitlement",
        ),
    )  # fmt: skip
