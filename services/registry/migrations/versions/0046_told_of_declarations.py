"""What two persons of the office confirmed is told as a life fact too."""

from kit import migrations

revision = "0046"
down_revision = "0045"

SQL = """
alter table life_fact_told drop constraint life_fact_told_fact_id_fkey;
alter table life_fact_told add column declared boolean not null default false;
comment on column life_fact_told.declared is
    'The fact is a declaration that this office confirmed (labour_status_declared), no authority''s.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
