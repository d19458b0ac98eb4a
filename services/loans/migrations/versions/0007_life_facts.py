"""What other authorities told of borrowers: who died, retired, left or cannot work any more."""

from kit import migrations

revision = "0007"
down_revision = "0006"

SQL = """
create table known_life_fact (
    id uuid primary key,
    worker_id uuid not null,
    kind text not null,
    since date not null,
    until date,
    reversed boolean not null default false,
    event_id uuid not null
);
create index known_life_fact_worker on known_life_fact (worker_id);
comment on table known_life_fact is 'From registry.life-fact, as last told of each; until: first day without it.';
comment on table known_worker is 'From registry.worker.registered and .corrected.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("known_life_fact",))
