"""Benefits on certificates, reliefs and pairings."""

from kit import migrations

revision = "0005"
down_revision = "0004"

SQL = """
create table benefit_grant (
    id uuid primary key,
    kind text not null,
    worker_id uuid not null,
    valid_from date not null,
    valid_to date,
    amount bigint,
    granted_by text not null,
    source_event uuid not null,
    withdrawn boolean not null default false
);
create index benefit_grant_worker on benefit_grant (worker_id);
comment on table benefit_grant is 'What was granted to anyone, holder of a certificate or not; amounts in fen.';

create table benefit (
    id uuid primary key,
    worker_id uuid not null,
    certificate_id uuid not null references certificate,
    kind text not null,
    valid_from date not null,
    valid_to date,
    amount bigint,
    granted_by text not null,
    source_event uuid not null,
    annotated_event uuid not null,
    reversed boolean not null default false,
    area_code text not null,
    office text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create unique index benefit_once on benefit (source_event) where not reversed;
create index benefit_worker on benefit (worker_id, id);
create index benefit_certificate on benefit (certificate_id, id);
create index benefit_area on benefit (area_code text_pattern_ops, id);
comment on table benefit is '优惠证享受记录. One per source event; reversed ones stay.';

create table relief_posting (
    id uuid constraint relief_posting_pk primary key,
    kind text not null check (kind in ('fee', 'tax', 'other')),
    item text not null,
    authority text not null,
    beneficiary_unit text not null check (beneficiary_unit in ('person', 'household')),
    beneficiary_id uuid not null,
    worker_id uuid references worker,
    amount bigint not null check (amount >= 0),
    posted_on date not null,
    area_code text not null,
    office text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index relief_posting_area on relief_posting (area_code text_pattern_ops, id);
create index relief_posting_worker on relief_posting (worker_id);
comment on table relief_posting is '税费减免入账, in fen. Append-only.';

create table relief_total (
    id uuid primary key,
    kind text not null,
    authority text not null,
    amount bigint not null check (amount >= 0),
    period_from date not null,
    period_to date not null,
    document text,
    area_code text not null,
    office text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    check (period_from <= period_to)
);
create index relief_total_area on relief_total (area_code text_pattern_ops, id);
comment on table relief_total is 'What authorities state as totals, beside the postings. Append-only.';

create table pairing (
    id uuid constraint pairing_pk primary key,
    worker_id uuid not null constraint pairing_worker_once unique references worker,
    helper_office text not null,
    formed_on date not null,
    placement_id uuid,
    told_event uuid,
    area_code text not null,
    office text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index pairing_area on pairing (area_code text_pattern_ops, id);
comment on table pairing is '结对帮扶.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("relief_posting", "relief_total"),
        mutable=("benefit_grant", "benefit", "pairing"),
    )
