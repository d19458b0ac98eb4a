"""Which records are one person, and what one person was lent twice."""

from kit import migrations

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    migrations.identities()
    migrations.findings()
