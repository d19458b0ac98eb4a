"""Messages of the bank, their lines, and what was decided on those in doubt."""

from kit import migrations

revision = "0010"
down_revision = "0009"

SQL = """
create table bank_message (
    id uuid primary key,
    kind text not null check (kind in ('pain.002', 'camt.053')),
    message_id text not null,
    content_hash text not null,
    content bytea not null,
    received_on date not null,
    area_code text not null,
    office text not null,
    received_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint bank_message_once unique (area_code, kind, message_id)
);
create index bank_message_area on bank_message (area_code text_pattern_ops, id);
comment on table bank_message is
    'What the bank sent, each once, by its own id; content is compressed and encrypted. Append-only.';

create table bank_message_line (
    id uuid primary key,
    reply_id uuid not null references bank_message,
    number integer not null check (number > 0),
    end_to_end_id text,
    kind text check (kind in ('accept', 'reject', 'settle', 'return')),
    on_day date not null,
    amount bigint,
    reason_code text,
    bank_ref text,
    area_code text not null,
    office text not null,
    outcome text not null check (outcome in ('applied', 'known', 'noted', 'doubt', 'resolved')),
    doubt text,
    order_id uuid references payment_order,
    constraint bank_message_line_once unique (reply_id, number),
    constraint doubt_has_a_reason check (outcome <> 'doubt' or doubt is not null)
);
create index bank_message_line_order on bank_message_line (end_to_end_id);
create index bank_message_line_doubt on bank_message_line (area_code text_pattern_ops, id)
    where outcome = 'doubt';
comment on table bank_message_line is
    'What each message says, line by line, without names and accounts; the outcome changes once more is known.';

create table bank_line_resolution (
    line_id uuid primary key references bank_message_line,
    resolution text not null,
    order_id uuid references payment_order,
    resolved_on date not null,
    note text not null,
    resolved_by text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table bank_line_resolution is 'What was decided on a line in doubt, once. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("bank_message", "bank_line_resolution"))
    role = migrations.app_role()
    migrations.execute(
        f"grant select, insert, update (outcome, doubt, order_id, end_to_end_id) on bank_message_line to {role};"
    )
    migrations.reencrypted("bank_message", "content")
