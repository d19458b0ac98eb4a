"""How far encrypted columns have come on their way to a new key."""

from kit import migrations

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    migrations.key_rotation()
