"""Which fact told until when an item holds: a later one may tell another day. Facts of before are folded so by
one ``POST /v1/rebuilds``."""

from kit import migrations

revision = "0007"
down_revision = "0006"

SQL = """
alter table item add column until_seq integer;
alter table item_shadow add column until_seq integer;
update item set until_seq = opened_seq
 where kind in ('certificate-issued', 'life-fact', 'jobseeker', 'loan-disbursed');
"""


def upgrade() -> None:
    migrations.execute(SQL)
