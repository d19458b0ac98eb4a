"""How far encrypted columns have come on their way to a new key."""

from kit import migrations

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    migrations.key_rotation()
