"""The code by which the insurance agency names an employer as payer."""

from kit import migrations

revision = "0010"
down_revision = "0009"

SQL = """
alter table employer add column organisation_code text;
create unique index employer_organisation_code on employer (organisation_code)
    where organisation_code is not null;
update employer set organisation_code = substr(uscc, 9, 9) where uscc is not null;
comment on column employer.organisation_code is
    '组织机构代码 (GB 11714), nine characters; a credit code contains it.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
