"""A corrected ID number leaves its keyed hash: what was told of it is read as it was known then."""

from kit import migrations

revision = "0043"
down_revision = "0042"

SQL = """
alter table worker_change add column previous_index bytea;
create index worker_change_previous_index on worker_change (previous_index)
    where previous_index is not null;
comment on column worker_change.previous_index is
    'Of a corrected ID number: the keyed hash that the record had before.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.reencrypted("worker_change", "previous_index")
