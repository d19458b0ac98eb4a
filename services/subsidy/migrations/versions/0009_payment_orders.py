"""Batches of payment orders, their files as they were handed over, and what became of each order."""

from kit import migrations

revision = "0009"
down_revision = "0008"

SQL = """
alter table account drop constraint account_kind_check, add constraint account_kind_check
    check (kind in ('source', 'unallocated', 'arranged', 'reserved', 'committed', 'ordered', 'paid'));
alter table journal_entry drop constraint journal_entry_kind_check,
    add constraint journal_entry_kind_check check (kind in (
        'appropriation', 'arrangement', 'reservation', 'commitment', 'release', 'order', 'payment',
        'reversal'));

create table payment_batch (
    id uuid primary key,
    reservation_id uuid not null references reservation,
    arrangement_id uuid not null references arrangement,
    payer_id uuid not null references payee,
    payer_account_id uuid not null references payee_account,
    format text not null check (format in ('pain.001', 'csv')),
    execute_on date not null,
    made_on date not null,
    made_by text not null,
    lines integer not null check (lines > 0),
    amount bigint not null check (amount > 0),
    content_hash text not null,
    message_id text not null,
    state text not null check (state in ('made', 'approved', 'handed-over', 'withdrawn')),
    state_on date not null,
    approved_by text,
    area_code text not null,
    office text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint payment_batch_once unique (content_hash),
    constraint payment_batch_message_once unique (message_id),
    constraint payment_batch_second_look check (approved_by <> made_by)
);
create index payment_batch_area on payment_batch (area_code text_pattern_ops, id);
create index payment_batch_reservation on payment_batch (reservation_id);
comment on table payment_batch is 'Orders that go to the bank in one file. The hash is over what is ordered.';

create table payment_file (
    batch_id uuid primary key references payment_batch,
    content bytea not null,
    sha256 text not null,
    bytes integer not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table payment_file is
    'The file of a batch, compressed and encrypted, kept before it leaves: every copy is the same. Append-only.';

create table payment_order (
    id uuid primary key,
    batch_id uuid not null references payment_batch,
    line integer not null check (line > 0),
    attempt integer not null check (attempt > 0),
    about uuid not null,
    payee_id uuid not null references payee,
    payee_kind text not null,
    account_id uuid not null references payee_account,
    amount bigint not null check (amount > 0),
    purpose text not null,
    end_to_end_id text not null,
    arrangement_id uuid not null references arrangement,
    reservation_id uuid not null references reservation,
    area_code text not null,
    office text not null,
    state text not null check (state in ('intended', 'sent', 'accepted', 'settled', 'rejected',
        'unknown', 'returned', 'carried', 'withdrawn')),
    state_on date not null,
    due_on date,
    reason_code text,
    carries uuid references payment_order,
    constraint payment_order_line_once unique (batch_id, line),
    constraint payment_order_attempt_once unique (about, attempt),
    constraint payment_order_carried_once unique (carries),
    constraint payment_order_id_once unique (end_to_end_id)
);
-- What is paid has one order at a time that may still be paid.
create unique index payment_order_open_once on payment_order (about)
    where state not in ('withdrawn', 'carried');
create index payment_order_area on payment_order (area_code text_pattern_ops, id);
create index payment_order_due on payment_order (due_on) where state in ('sent', 'accepted', 'unknown');
comment on table payment_order is 'One line for the bank, in fen; what is ordered never changes, its state does.';

create table payment_order_step (
    id uuid primary key,
    order_id uuid not null references payment_order,
    state text not null,
    on_day date not null,
    reason_code text,
    cause uuid not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index payment_order_step_order on payment_order_step (order_id, id);
comment on table payment_order_step is
    'What became of an order, step by step; cause is the batch or the bank''s message. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("payment_file", "payment_order_step"))
    role = migrations.app_role()
    migrations.execute(
        f"grant select, insert, update (state, state_on, approved_by) on payment_batch to {role};"
        f"grant select, insert, update (state, state_on, due_on, reason_code) on payment_order to {role};"
    )
    migrations.reencrypted("payment_file", "content")
