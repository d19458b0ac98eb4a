"""Batches are checked and confirmed too, not only issued."""

from kit import migrations

revision = "0050"
down_revision = "0049"

SQL = """
alter table certificate_approval
    add column act text not null default 'issue' check (act in ('check', 'issue', 'confirm'));
alter table certificate_approval alter column act drop default;
"""


def upgrade() -> None:
    migrations.execute(SQL)
