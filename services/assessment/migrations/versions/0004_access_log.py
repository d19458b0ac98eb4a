"""Who read whom, and the seals over it."""

from kit import migrations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    migrations.audit()
