"""People told of while they may just be registering."""

from kit import migrations

revision = "0022"
down_revision = "0021"

SQL = """
create table life_fact_watch (
    id bigint generated always as identity primary key,
    subject_index bytea not null,
    horizon xid8
);
comment on table life_fact_watch is
    'Told of, and not registered as far as the teller could see: looked at again until every '
    'registration that was under way then has ended (horizon).';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("life_fact_watch",))
