"""What was found of a benefit is ordered back by itself: the order says from what it followed."""

from kit import migrations

revision = "0049"
down_revision = "0048"

SQL = """
alter table benefit_act add column finding text;
comment on column benefit_act.finding is 'Of an order that followed from what was found of the benefit.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
