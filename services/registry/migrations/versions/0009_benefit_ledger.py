"""The benefit ledger: acts on grants, month slots of which a second live one cannot be, overlaps."""

from kit import migrations

revision = "0009"
down_revision = "0008"

SQL = """
alter table benefit_grant
    add column months date[],
    add column document text,
    add column written_by text,
    add column recorded_at timestamptz not null default clock_timestamp();
comment on table benefit_grant is '待遇台账: what was granted to anyone, holder or not; in fen. Append-only.';

create table benefit_act (
    id uuid constraint benefit_act_pk primary key,
    benefit_id uuid not null,
    act text not null check (act in ('withdrawn', 'stopped', 'recovery-ordered', 'recovered')),
    happened_on date not null,
    amount bigint,
    reason text,
    document text,
    actor text,
    recorded_at timestamptz not null default clock_timestamp()
);
create index benefit_act_benefit on benefit_act (benefit_id);
comment on table benefit_act is 'What happened to a grant; the id is that of the event that told it. Append-only.';
insert into benefit_act (id, benefit_id, act, happened_on)
select gen_random_uuid(), id, 'withdrawn', valid_from from benefit_grant where withdrawn;
alter table benefit_grant drop column withdrawn;

create table benefit_month (
    benefit_id uuid not null,
    month date not null check (extract(day from month) = 1),
    worker_id uuid not null,
    kind text not null,
    live boolean not null default true,
    primary key (benefit_id, month)
);
create unique index benefit_month_once on benefit_month (worker_id, kind, month) where live;
comment on table benefit_month is 'Which grant holds which month of a record. Released ones stay, not live.';

create table benefit_overlap (
    id uuid primary key,
    person_id uuid not null references worker,
    kind text not null,
    cause text not null check (cause in ('duplicate-grant', 'merge', 'after-life-fact',
        'after-revocation', 'while-suspended', 'over-limit')),
    benefit_id uuid not null,
    other_id uuid,
    months date[] not null,
    area_code text not null,
    office text not null,
    found_on date not null,
    standing boolean not null default true,
    told_event uuid,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint benefit_overlap_once unique nulls not distinct (person_id, cause, benefit_id, other_id)
);
create index benefit_overlap_area on benefit_overlap (area_code text_pattern_ops, id) where standing;
comment on table benefit_overlap is '重复或越界享受, for recovery. Folded; what no longer stands stays and says so.';

create table benefit_carried (
    benefit_id uuid not null references benefit,
    certificate_id uuid not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (benefit_id, certificate_id)
);
create index benefit_carried_certificate on benefit_carried (certificate_id);
comment on table benefit_carried is 'Annotations that a reissued certificate took over from a lost one. Append-only.';
create index benefit_grant_source on benefit_grant (source_event);
create index benefit_source on benefit (source_event);
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.execute(f"revoke update, delete on benefit_grant from {migrations.app_role()}")
    migrations.grant(
        append_only=("benefit_act", "benefit_carried", "benefit_grant"),
        mutable=("benefit_month", "benefit_overlap"),
    )
