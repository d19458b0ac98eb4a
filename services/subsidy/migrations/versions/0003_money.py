"""Appropriations, arrangements, payments and their reversals: what the journal books."""

from kit import migrations

revision = "0003"
down_revision = "0002"

SQL = """
create table appropriation (
    id uuid primary key,
    fund text not null,
    source text not null
        check (source in ('central', 'province', 'city', 'county', 'donation', 'enterprise', 'raised')),
    amount bigint not null check (amount > 0),
    received_on date not null,
    year integer not null,
    approval text,
    document text,
    area_code text not null,
    office text not null,
    entry_id uuid not null references journal_entry,
    event_id uuid not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index appropriation_area on appropriation (area_code text_pattern_ops, id);
comment on table appropriation is 'Money received by a fund, in fen. Append-only.';

create table arrangement (
    id uuid primary key,
    fund text not null,
    use_code text not null,
    amount bigint not null check (amount > 0),
    arranged_on date not null,
    purpose text not null,
    approval text,
    finding text check (finding in ('use-outside-permitted-list', 'no-use-list-in-force')),
    area_code text not null,
    office text not null,
    account_id uuid not null unique references account,
    entry_id uuid not null references journal_entry,
    event_id uuid not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index arrangement_area on arrangement (area_code text_pattern_ops, id);
comment on table arrangement is 'Money set aside for a use, in fen; its line is account_id. Append-only.';

create table payment (
    id uuid primary key,
    arrangement_id uuid not null references arrangement,
    amount bigint not null check (amount > 0),
    paid_on date not null,
    payee_kind text not null,
    purpose text not null,
    area_code text not null,
    office text not null,
    entry_id uuid not null references journal_entry,
    event_id uuid not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index payment_area on payment (area_code text_pattern_ops, id);
create index payment_arrangement on payment (arrangement_id);
comment on table payment is 'Money paid from an arrangement''s line, in fen. Append-only.';

create table payment_reversal (
    payment_id uuid primary key references payment,
    reversed_on date not null,
    reason text not null,
    entry_id uuid not null references journal_entry,
    event_id uuid not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table payment_reversal is 'Payments taken back, each once. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("appropriation", "arrangement", "payment", "payment_reversal"))
