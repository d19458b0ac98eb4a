"""A change of the key of the keyed hashes may replace those of append-only facts, and nothing else."""

from kit import migrations

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    migrations.reencrypted("life_fact", "subject_index")
    migrations.reencrypted("insurance_fact", "subject_index")
