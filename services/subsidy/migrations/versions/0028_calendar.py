"""Which days are worked, as registry publishes it."""

from kit import migrations

revision = "0028"
down_revision = "0027"

SQL = """
create table known_calendar_year (
    year integer primary key,
    sequence integer not null,
    days jsonb not null,
    event_id uuid not null
);
comment on table known_calendar_year is
    '工作日历: from registry.calendar.published, as last told of each year: whether a listed day is worked.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("known_calendar_year",))
