"""Whose inspection a suspended certificate missed: what brings it back is that one, made up for."""

from kit import migrations

revision = "0026"
down_revision = "0025"

SQL = """
alter table certificate add column missed_year smallint;
comment on column certificate.missed_year is '暂停所因的年检年度';
update certificate c set missed_year = (
    select (e.data::jsonb ->> 'year')::smallint from event_log e
    where e.entity_id = c.id and e.type = 'registry.certificate.suspended.v1'
    order by e.sequence desc limit 1)
where c.state = 'suspended' or c.held_state = 'suspended';
alter table certificate add constraint certificate_suspended_for_a_year check (
    (state <> 'suspended' and held_state is distinct from 'suspended') or missed_year is not null);
"""


def upgrade() -> None:
    migrations.execute(SQL)
