"""Posts opened and lost; vacancies."""

from kit import migrations

revision = "0003"
down_revision = "0002"

SQL = """
create table post (
    id uuid primary key,
    employer_id uuid not null references employer,
    sector text not null,
    new_investment boolean not null,
    opened_on date not null,
    area_code text not null check (area_code ~ '^[0-9]{12}$'),
    office text not null,
    lost_on date check (lost_on >= opened_on),
    lost_reason text check ((lost_reason is null) = (lost_on is null)),
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp()
);
create index post_employer on post (employer_id);

create table vacancy (
    id uuid primary key,
    employer_id uuid not null references employer,
    occupation text not null,
    headcount integer not null check (headcount > 0),
    wage bigint not null check (wage >= 0),
    term_months integer check (term_months > 0),
    reported_on date not null,
    vacant_on date,
    reserved_for_difficulty boolean not null,
    requirements text,
    area_code text not null check (area_code ~ '^[0-9]{12}$'),
    office text not null,
    filled integer not null default 0 check (filled between 0 and headcount),
    closed_on date check (closed_on >= reported_on),
    close_reason text check ((close_reason is null) = (closed_on is null)),
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp()
);
create index vacancy_employer on vacancy (employer_id);
create index vacancy_open on vacancy (id) where closed_on is null;
comment on column vacancy.wage is 'fen per month';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("post", "vacancy"))
