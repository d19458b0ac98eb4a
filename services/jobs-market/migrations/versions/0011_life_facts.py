"""What other authorities told of persons: who died, retired, left or cannot work any more."""

from kit import migrations
from kit.known_life_facts import LIFE_FACT_SQL

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    migrations.execute(LIFE_FACT_SQL)
    migrations.grant(mutable=("known_life_fact",))
