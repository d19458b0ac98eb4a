"""Which spell of unemployment a telling is of."""

from kit import migrations

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    migrations.execute("alter table known_telling add column spell integer not null default 0;")
