"""Job-seeker registrations and referral letters."""

from kit import migrations

revision = "0004"
down_revision = "0003"

SQL = """
create table jobseeker (
    id uuid primary key,
    worker_id uuid not null,
    registered_on date not null,
    valid_until date not null check (valid_until >= registered_on),
    area_code text not null check (area_code ~ '^[0-9]{12}$'),
    office text not null,
    withdrawn_on date check (withdrawn_on >= registered_on),
    withdraw_reason text check ((withdraw_reason is null) = (withdrawn_on is null)),
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp()
);
create index jobseeker_worker on jobseeker (worker_id);

create table referral (
    id uuid primary key,
    jobseeker_id uuid not null references jobseeker,
    worker_id uuid not null,
    vacancy_id uuid not null references vacancy,
    issued_on date not null,
    area_code text not null check (area_code ~ '^[0-9]{12}$'),
    office text not null,
    outcome text,
    resolved_on date check (resolved_on >= issued_on),
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    check ((outcome is null) = (resolved_on is null))
);
create unique index referral_once on referral (worker_id, vacancy_id);
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("jobseeker", "referral"))
