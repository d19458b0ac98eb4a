"""Reservations: money of an arrangement held back, promised, paid from, or given back."""

from kit import migrations

revision = "0006"
down_revision = "0005"

SQL = """
alter table account drop constraint account_kind_check, add constraint account_kind_check
    check (kind in ('source', 'unallocated', 'arranged', 'reserved', 'committed', 'paid'));
alter table journal_entry drop constraint journal_entry_kind_check,
    add constraint journal_entry_kind_check check (kind in (
        'appropriation', 'arrangement', 'reservation', 'commitment', 'release', 'payment', 'reversal'));

create table reservation (
    id uuid primary key,
    arrangement_id uuid not null references arrangement,
    amount bigint not null check (amount > 0),
    reserved_on date not null,
    purpose text not null,
    about uuid,
    area_code text not null,
    office text not null,
    made_by text not null,
    state text not null check (state in ('reserved', 'committed', 'released')),
    state_on date not null,
    version integer not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index reservation_area on reservation (area_code text_pattern_ops, id);
create index reservation_arrangement on reservation (arrangement_id);
comment on table reservation is
    'Money held back, in fen; what it still holds is the balance of its account, its steps are entries.';

alter table payment add column reservation_id uuid references reservation;
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("reservation",))
