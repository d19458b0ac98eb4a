"""Kinds of benefit that exclude each other share a place in a person's month, which is taken once."""

from kit import migrations

revision = "0025"
down_revision = "0024"

SQL = """
alter table benefit_month
    add column person_id uuid,
    add column occupies_insurance boolean not null default false,
    add column occupies_post boolean not null default false;
update benefit_month set person_id = worker_id,
    occupies_insurance = kind in
        ('social-insurance-subsidy', 'flexible-insurance-subsidy', 'living-allowance'),
    occupies_post = kind in ('post-subsidy', 'flexible-insurance-subsidy', 'living-allowance');
alter table benefit_month alter column person_id set not null;

-- Of a person, not of a record: records that are one person do not have the same month twice.
drop index benefit_month_once;
create unique index benefit_month_once on benefit_month (person_id, kind, month)
    where state <> 'recovered';
create unique index benefit_month_insurance on benefit_month (person_id, month)
    where occupies_insurance and state <> 'recovered';
create unique index benefit_month_post on benefit_month (person_id, month)
    where occupies_post and state <> 'recovered';
comment on column benefit_month.person_id is
    'The record that stands for the person, as links of identity were when the month was taken.';
comment on column benefit_month.occupies_insurance is
    'It is the month''s one benefit for insurance; a kind that excludes this one and posts occupies both.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.execute(f"grant update (person_id) on benefit_month to {migrations.app_role()};")
