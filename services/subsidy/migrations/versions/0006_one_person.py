"""Which records are one person, and what one person was granted twice."""

from kit import migrations

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    migrations.identities()
    migrations.findings()
