"""What registry told of borrowers' registrations as unemployed (L2)."""

from kit import migrations

revision = "0008"
down_revision = "0007"

SQL = """
create table known_unemployment (
    registration_id uuid not null,
    sequence integer not null,
    worker_id uuid not null,
    fact text not null,
    on_day date not null,
    spell integer not null,
    event_id uuid not null,
    reverses uuid,
    primary key (registration_id, sequence)
);
create index known_unemployment_worker on known_unemployment (worker_id);
comment on table known_unemployment is 'From registry.unemployment, telling by telling.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("known_unemployment",))
