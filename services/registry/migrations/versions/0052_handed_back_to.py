"""To whom a certificate was handed back is written down as who collected it is (4.6)."""

from kit import migrations

revision = "0052"
down_revision = "0051"

# Not valid: of what was handed back before, nobody wrote down to whom; nobody invents it now.
SQL = """
alter table certificate_custody
    drop constraint certificate_custody_check1,
    add constraint certificate_custody_collector
        check ((what in ('pick-up', 'hand-back')) = (in_person is not null)) not valid;
"""


def upgrade() -> None:
    migrations.execute(SQL)
