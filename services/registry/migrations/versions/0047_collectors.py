"""Who collected a certificate: its holder in person, or somebody with a paper that authorises it (4.6)."""

from kit import migrations

revision = "0047"
down_revision = "0046"

SQL = """
alter table certificate_custody
    add column in_person boolean,
    add column relation text,
    add column authorisation text,
    add column document text,
    add check ((what = 'pick-up') = (in_person is not null)),
    add check ((not coalesce(in_person, true)) = (relation is not null)),
    add check ((relation is null) = (authorisation is null)),
    add check ((relation is null) = (document is null));
create index certificate_custody_issued on certificate_custody (certificate_id)
    where what = 'issue';
"""


def upgrade() -> None:
    migrations.execute(SQL)
