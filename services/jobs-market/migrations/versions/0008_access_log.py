"""Who read whom, and the seals over it."""

from kit import migrations

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    migrations.audit()
