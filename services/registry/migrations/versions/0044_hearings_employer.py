"""Whose job it is that was told of: a filing and a placement of one employer are one job."""

from kit import migrations

revision = "0044"
down_revision = "0043"

SQL = """
alter table job_heard add column employer_id uuid;
comment on column job_heard.employer_id is 'Who employs, where it was named.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
