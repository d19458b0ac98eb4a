"""What other authorities told of borrowers: who died, retired, left or cannot work any more."""

from kit import migrations
from kit.known_life_facts import LIFE_FACT_SQL

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    migrations.execute(LIFE_FACT_SQL)
    migrations.execute(
        "comment on table known_worker is 'From registry.worker.registered and .corrected.'"
    )
    migrations.grant(mutable=("known_life_fact",))
