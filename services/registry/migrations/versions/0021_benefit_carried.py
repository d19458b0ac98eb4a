"""A reissued certificate keeps its id: no annotation has to be carried from one to another."""

from kit import migrations

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    migrations.execute("drop table benefit_carried")
