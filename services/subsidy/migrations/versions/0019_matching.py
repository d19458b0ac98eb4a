"""Matching duties, what was told of them; idle money and exhausted lines that were told."""

from kit import migrations

revision = "0019"
down_revision = "0018"

SQL = """
create table matching_duty (
    id uuid primary key,
    fund text not null check (fund in ('reemployment', 'living_allowance')),
    owed_by text not null check (owed_by in ('city', 'county')),
    year integer not null,
    amount bigint not null check (amount > 0),
    due_on date not null,
    grant_id uuid references appropriation,
    ratio_percent numeric check (ratio_percent > 0),
    document text not null,
    stated_on date not null,
    area_code text not null,
    office text not null,
    event_id uuid not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    told text check (told in ('missed', 'met')),
    constraint ratio_is_of_a_grant check (ratio_percent is null or grant_id is not null)
);
create index matching_duty_area on matching_duty (area_code text_pattern_ops, id);
create index matching_duty_of on matching_duty (fund, area_code, year, owed_by, due_on, id);
comment on table matching_duty is
    'What a city or county owes beside a grant, in fen; only told changes: what was last told of it.';

create table matching_duty_reversal (
    duty_id uuid primary key references matching_duty,
    reversed_on date not null,
    reason text not null,
    event_id uuid not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table matching_duty_reversal is 'Duties that were a mistake, each taken back once. Append-only.';
create index appropriation_of on appropriation (fund, area_code, year, source);
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("matching_duty", "matching_duty_reversal"))
    migrations.execute(f"grant update (told) on matching_duty to {migrations.app_role()};")
