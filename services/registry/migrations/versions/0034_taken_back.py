"""A report of a loss and an inspection that were wrong are taken back by name."""

from kit import migrations

revision = "0034"
down_revision = "0033"

SQL = """
alter table certificate_loss add column told_event uuid;
update certificate_loss l set told_event = (
    select e.id from event_log e where e.entity_id = l.certificate_id
       and e.type = 'registry.certificate.lost.v1' and e.recorded_at <= l.recorded_at + interval '1 minute'
     order by e.sequence desc limit 1);
alter table certificate_loss drop constraint certificate_number_void_once;
create index certificate_loss_number on certificate_loss (number);

create table certificate_loss_reversal (
    loss_id uuid primary key references certificate_loss,
    reason text not null,
    actor text not null,
    told_event uuid not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table certificate_loss_reversal is '撤销挂失: the booklet was never lost. Append-only.';

alter table certificate_inspection
    add column attempt smallint not null default 1,
    add column told_event uuid,
    drop constraint certificate_inspected_once,
    add constraint certificate_inspected_once unique (certificate_id, year, attempt);
update certificate_inspection i set told_event = (
    select e.id from event_log e where e.entity_id = i.certificate_id
       and e.type in ('registry.certificate.inspected.v1', 'registry.certificate.reinstated.v1')
       and (e.data::jsonb ->> 'year')::int = i.year
     order by e.sequence desc limit 1);
comment on column certificate_inspection.attempt is
    'Counts the inspections of a year: another one only when the one before was taken back.';

create table certificate_inspection_reversal (
    inspection_id uuid primary key references certificate_inspection,
    reason text not null,
    actor text not null,
    told_event uuid not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table certificate_inspection_reversal is '撤销年检. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("certificate_loss_reversal", "certificate_inspection_reversal"))
