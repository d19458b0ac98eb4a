"""Offsets that were wrong are reversed by two persons, by entries that name those of the offset."""

from kit import migrations

revision = "0029"
down_revision = "0028"

# Which entry put the money back on its line was not written beside an offset so far: those of one
# recovery, day and amount are booked the same, so that the order among them says enough.
SQL = """
alter table recovery_offset add column recovery_entry_id uuid unique references journal_entry;
update recovery_offset o set recovery_entry_id = e.id
  from (select id, recovery_id, on_day, amount,
               row_number() over (partition by recovery_id, on_day, amount order by id) as n
          from recovery_offset) kept,
       (select e.id, e.about, e.effective_on, l.amount,
               row_number() over (partition by e.about, e.effective_on, l.amount order by e.id) as n
          from journal_entry e join journal_line l on l.entry_id = e.id and l.amount > 0
         where e.kind = 'recovery') e
 where o.id = kept.id and (e.about, e.effective_on, e.amount, e.n)
                        = (kept.recovery_id, kept.on_day, kept.amount, kept.n);
alter table recovery_offset alter column recovery_entry_id set not null;

create table offset_reversal (
    id uuid primary key,
    offset_id uuid not null references recovery_offset,
    proposed_on date not null,
    reason text not null,
    state text not null check (state in ('proposed', 'reversed', 'declined')),
    state_on date not null,
    proposed_by text not null,
    decided_by text,
    area_code text not null,
    version integer not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint offset_reversal_decided check ((state = 'proposed') = (decided_by is null)),
    constraint offset_reversal_decided_by_another check (decided_by <> proposed_by)
);
create unique index offset_reversal_once on offset_reversal (offset_id) where state <> 'declined';
create index offset_reversal_area on offset_reversal (area_code text_pattern_ops, id);
comment on table offset_reversal is
    'Offsets that one proposed to reverse, and what another one decided; the entries stand in the journal.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("offset_reversal",))
