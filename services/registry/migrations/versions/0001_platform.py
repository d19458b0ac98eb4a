"""The platform's own tables: event log, outbox, inbox, decisions, idempotency, imports."""

from kit import migrations

revision = "0001"
down_revision = None


def upgrade() -> None:
    migrations.platform()
    migrations.grant()
