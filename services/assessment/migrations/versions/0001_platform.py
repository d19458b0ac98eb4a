"""The platform's tables: event log, outbox, inbox, dead letters, idempotency, decisions."""

from kit.migrations import platform

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform()
