"""Which records are one person, and what one person was registered for twice."""

from kit import migrations

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    migrations.identities()
    migrations.findings()
