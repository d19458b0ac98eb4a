"""Which records are one person, and what one person was granted twice."""

from kit import migrations

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    migrations.identities()
    migrations.findings()
