"""Who read whom, and the seals over it."""

from kit import migrations

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    migrations.audit()
