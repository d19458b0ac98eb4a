"""The platform's tables: events, inbox, imports, parameters, decisions."""

from kit import migrations

revision = "0001"
down_revision = None


def upgrade() -> None:
    migrations.platform()
