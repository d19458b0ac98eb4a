"""Unemployment insurance drawn by fraud comes back, with a fine when it was serious (R23)."""

from kit import migrations

revision = "0040"
down_revision = "0039"

SQL = """
create table insurance_refund (
    id uuid primary key,
    account_id uuid not null references insurance_account,
    found_on date not null,
    ground text not null,
    document text not null,
    refund bigint not null check (refund > 0),
    fine bigint check (fine > 0),
    state text not null check (state in ('proposed', 'ordered', 'settled', 'dropped', 'lifted')),
    state_on date not null,
    state_by text not null,
    proposed_by text not null,
    version integer not null default 1,
    told_event uuid,
    recorded_at timestamptz not null default clock_timestamp()
);
create index insurance_refund_account on insurance_refund (account_id, id);
create index insurance_refund_waiting on insurance_refund (state_on, id) where state = 'proposed';
comment on table insurance_refund is '骗取失业保险金: refund and, when serious, fine in fen; as it stands.';

create table insurance_refund_step (
    order_id uuid not null references insurance_refund,
    version integer not null,
    state text not null,
    day date not null,
    actor text not null,
    note text,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (order_id, version)
);
comment on table insurance_refund_step is 'Verdicts on refund orders. Append-only.';

create table insurance_refund_payment (
    id uuid primary key,
    order_id uuid not null references insurance_refund,
    part text not null check (part in ('refund', 'fine')),
    amount bigint not null check (amount > 0),
    paid_on date not null,
    document text,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index insurance_refund_payment_order on insurance_refund_payment (order_id, id);
comment on table insurance_refund_payment is 'What of a refund or a fine came in, in fen. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("insurance_refund_step", "insurance_refund_payment"),
        mutable=("insurance_refund",),
    )
