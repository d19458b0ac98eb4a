"""The certificate's whole procedure: objections, inspections, losses, approvals, facts over states."""

from kit import migrations

revision = "0019"
down_revision = "0018"

SQL = """
alter table certificate drop constraint certificate_state_check;
alter table certificate drop constraint certificate_issued_has_number;
alter table certificate
    add column issued_by text,
    add column held_state text,
    add column held_on date,
    add column held_reason text,
    add column held_revoked_on date;
update certificate set issued_by = office where issued_on is not null;
alter table certificate
    add constraint certificate_state_known check (state in
        ('applied', 'checked', 'publicised', 'under_investigation', 'issued', 'suspended', 'lost',
         'expired', 'refused', 'revoked')),
    add constraint certificate_issued_has_number check (
        state not in ('issued', 'suspended', 'lost', 'expired')
        or (number is not null and issued_on is not null and issued_by is not null
            and valid_until is not null and entitled)),
    add constraint certificate_revoked_has_day
        check (state <> 'revoked' or (revoked_on is not null and reason is not null)),
    add constraint certificate_held_under_a_cause check (
        (held_state is null) = (held_on is null)
        and (held_state is null or state in ('refused', 'revoked')));
drop index certificate_live_once;
create unique index certificate_live_once on certificate (worker_id) where state in
    ('applied', 'checked', 'publicised', 'under_investigation', 'issued', 'suspended', 'lost');
create index certificate_posted on certificate (area_code text_pattern_ops, id)
    where state = 'publicised';
comment on column certificate.held_state is
    'The procedure''s own state while a fact or a merge stands over it; comes back when that is reversed.';
alter table certificate_transition add column evidence uuid[];

create table certificate_evidence (
    id uuid primary key,
    certificate_id uuid not null references certificate,
    kind text not null,
    reference text not null,
    digest bytea,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index certificate_evidence_of on certificate_evidence (certificate_id, id);
comment on table certificate_evidence is '证明材料: which papers were seen. Append-only.';

create table certificate_objection (
    id uuid constraint certificate_objection_pk primary key,
    certificate_id uuid not null references certificate,
    filed_on date not null,
    ground text not null,
    note text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index certificate_objection_of on certificate_objection (certificate_id, id);
create table certificate_finding (
    objection_id uuid primary key references certificate_objection,
    upheld boolean not null,
    found_on date not null,
    note text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table certificate_finding is '异议调查结论: one per objection. Append-only.';

create table certificate_inspection (
    id uuid primary key,
    certificate_id uuid not null references certificate,
    year integer not null,
    inspected_on date not null,
    late boolean not null,
    office text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint certificate_inspected_once unique (certificate_id, year)
);
comment on table certificate_inspection is '年检. Append-only.';

create table certificate_loss (
    id uuid primary key,
    certificate_id uuid not null references certificate,
    number text not null constraint certificate_number_void_once unique,
    lost_on date not null,
    notice_until date not null,
    area_code text not null,
    office text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index certificate_loss_area on certificate_loss (area_code text_pattern_ops, id);
comment on table certificate_loss is '作废证号: numbers that were declared lost. Append-only.';

create table certificate_approval (
    id uuid primary key,
    approved_on date not null,
    count integer not null,
    digest text not null,
    area_code text not null,
    office text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index certificate_approval_area on certificate_approval (area_code text_pattern_ops, id);
comment on table certificate_approval is '批量审批, with its control totals. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=(
            "certificate_evidence", "certificate_objection", "certificate_finding",
            "certificate_inspection", "certificate_loss", "certificate_approval",
        )
    )  # fmt: skip
