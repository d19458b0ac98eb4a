"""Where a city says so, it confirms what its district approved before the certificate is issued (R11)."""

from kit import migrations

revision = "0042"
down_revision = "0041"

SQL = """
alter table certificate drop constraint certificate_state_known;
alter table certificate
    add constraint certificate_state_known check (state in
        ('applied', 'checked', 'publicised', 'under_investigation', 'approved', 'issued', 'suspended',
         'lost', 'expired', 'refused', 'revoked'));
drop index certificate_live_once;
create unique index certificate_live_once on certificate (worker_id) where state in
    ('applied', 'checked', 'publicised', 'under_investigation', 'approved', 'issued', 'suspended',
     'lost');
drop index certificate_waiting;
create index certificate_waiting on certificate (state, state_on, id)
    where state in ('under_investigation', 'approved', 'lost');
"""


def upgrade() -> None:
    migrations.execute(SQL)
