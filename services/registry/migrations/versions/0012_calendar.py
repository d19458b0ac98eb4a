"""The working-day calendar with its seed, and claims that the law of 2006 asks for."""

from kit import migrations
from registry.calendars import domain

revision = "0012"
down_revision = "0011"

SQL = """
create table calendar_day (
    day date not null,
    working boolean not null,
    name text not null,
    source text not null check (source in ('seed', 'imported')),
    document text not null,
    provisional boolean not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (day, source)
);
comment on table calendar_day is '工作日历: listed days. A year with imported days counts by those alone.';
create table calendar_edition (
    version bigint generated always as identity primary key,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table calendar_edition is 'Counts the changes of the calendar. Append-only.';

alter table worker add column self_employed_since date;
alter table worker add column stable_income_since date;
alter table worker add column zero_employment_household boolean not null default false;
"""


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _seed() -> str:
    """What the library knew on the day of the migration; a job brings later years (calendars)."""
    rows = [
        f"('{one.day}', {one.working}, {_literal(one.name)}, 'seed', {_literal(one.document)},"
        f" {one.provisional})"
        for one in domain.seed()
    ]
    return (
        "insert into calendar_day (day, working, name, source, document, provisional) values "  # noqa: S608
        + ", ".join(rows)
        + "; insert into calendar_edition default values;"
    )


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.execute(_seed())
    migrations.grant(append_only=("calendar_edition",), mutable=("calendar_day",))
