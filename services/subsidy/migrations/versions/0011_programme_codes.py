"""An entitlement names its programme by the code of ``policies/programmes``, as everything else does."""

from kit import migrations

revision = "0011"
down_revision = "0010"

SQL = """
update entitlement set programme = 'si-enterprise' where programme = 'social-insurance-enterprise';
"""


def upgrade() -> None:
    migrations.execute(SQL)
