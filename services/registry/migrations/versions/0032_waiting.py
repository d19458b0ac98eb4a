"""What waits for a second person is found without reading what waits for nobody."""

from kit import migrations

revision = "0032"
down_revision = "0031"

SQL = """
create index correction_request_waiting on correction_request (requested_on, id)
    where state = 'requested';
create index certificate_waiting on certificate (state, state_on, id)
    where state in ('under_investigation', 'lost');
create index duplicate_pair_same on duplicate_pair (id) where state = 'same';
"""


def upgrade() -> None:
    migrations.execute(SQL)
