"""A month that contradicts is told, says which employers paid, and is explained by the office."""

from kit import migrations

revision = "0030"
down_revision = "0029"

SQL = """
alter table contribution_conflict
    add column finding text not null default 'insured-while-unemployed'
        check (finding in ('insured-while-unemployed', 'insured-by-another')),
    add column payers text[] not null default '{}',
    add column standing boolean not null default true,
    add column explanation text,
    add column explained_by text,
    add column told_event uuid;
comment on table contribution_conflict is
    '疑点: months in which an employer insured somebody who is without work. Folded; what no longer stands says so.';
create index contribution_conflict_standing on contribution_conflict (id) where standing;
"""


def upgrade() -> None:
    migrations.execute(SQL)
