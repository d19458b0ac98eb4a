"""Life facts: what a reversal takes back, and what was told of each fact in which order."""

from kit import migrations

revision = "0013"
down_revision = "0012"

SQL = """
alter table life_fact_act add column reverses uuid;
comment on column life_fact_act.reverses is 'The end that a reversal takes back; empty: the fact itself.';

alter table life_fact_told
    add column n integer not null default 1,
    add column what text not null default 'recorded'
        check (what in ('recorded', 'ended', 'end-reversed', 'reversed')),
    add column until date;
alter table life_fact_told alter column n drop default, alter column what drop default;
create index life_fact_told_worker on life_fact_told (worker_id);
comment on table life_fact_told is 'What others were told of a fact, in the order of n. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
