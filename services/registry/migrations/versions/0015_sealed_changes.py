"""A key rotation may replace the ciphertexts of changes, which are append-only otherwise."""

from kit import migrations

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    migrations.reencrypted("worker_change", "sealed", "sealed_previous")
