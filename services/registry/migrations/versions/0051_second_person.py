"""A benefit that a window writes by hand counts once a second person has confirmed it (4.6)."""

from kit import migrations

revision = "0051"
down_revision = "0050"

SQL = """
alter table benefit_grant add column waits_since date;
create index benefit_grant_waiting on benefit_grant (waits_since, id) where waits_since is not null;
comment on column benefit_grant.waits_since is
    'The business day on which a window wrote it; null where nobody needs to confirm it.';
alter table benefit_act
    drop constraint benefit_act_act_check,
    add constraint benefit_act_act_check check (act in
        ('withdrawn', 'confirmed', 'stopped', 'recovery-ordered', 'recovered', 'recovery-lifted'));
"""


def upgrade() -> None:
    migrations.execute(SQL)
