"""Applications are posted in batches too."""

from kit import migrations

revision = "0053"
down_revision = "0052"

SQL = """
alter table certificate_approval
    drop constraint certificate_approval_act_check,
    add constraint certificate_approval_act_check
        check (act in ('check', 'publicise', 'issue', 'confirm'));
"""


def upgrade() -> None:
    migrations.execute(SQL)
