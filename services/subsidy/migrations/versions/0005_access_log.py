"""Who read whom, and the seals over it."""

from kit import migrations

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    migrations.audit()
