"""The employer may keep a certificate while the holder works there (R15)."""

from kit import migrations

revision = "0041"
down_revision = "0040"

SQL = """
alter table certificate_custody
    add column employer text,
    add column job_id uuid,
    add check ((what = 'entrust') = (employer is not null and job_id is not null));
create index certificate_custody_entrusted on certificate_custody (certificate_id)
    where what = 'entrust';
comment on column certificate_custody.job_id is 'The job while which the employer keeps it.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
