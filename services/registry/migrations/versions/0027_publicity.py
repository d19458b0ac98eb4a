"""Since when a posting could be read, and what was declared of papers that nobody lists one by one."""

from kit import migrations

revision = "0027"
down_revision = "0026"

SQL = """
alter table certificate add column listed_on date;
comment on column certificate.listed_on is
    '公示登记日: from when on the platform''s list showed it, where no paper list hung.';
alter table certificate_transition add column statement text;
comment on column certificate_transition.statement is
    '声明: where the papers lie that were seen, or which paper list hung.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
