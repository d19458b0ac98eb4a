"""The person: contacts and household, former employer, proofs; changes; corrections by request."""

from kit import migrations

revision = "0010"
down_revision = "0009"

SQL = """
alter table worker
    add column name_index bytea,
    add column sound_index bytea,
    add column address bytea,
    add column household_number bytea,
    add column household_index bytea,
    add column employer_name text,
    add column employer_code text,
    add column employer_key text,
    add column proof_kind text,
    add column proof_reference text,
    add column proof_on date,
    add column changed_xid xid8 not null default pg_current_xact_id(),
    add constraint worker_proof_whole check ((proof_kind is null) = (proof_reference is null)
                                         and (proof_kind is null) = (proof_on is null));
create index worker_sound on worker (sound_index, birth_date);
create index worker_birth on worker (birth_date, sex);
create index worker_unread on worker (id) where name_index is null;
create index worker_household on worker (household_index) where household_index is not null;
create index worker_changed on worker (changed_xid, id);
comment on column worker.sound_index is 'Keyed hash of the syllables of the name: finds possible duplicates.';
comment on column worker.changed_xid is 'Transaction that wrote what duplicates are searched by.';

create table worker_change (
    id uuid primary key,
    worker_id uuid not null references worker,
    attribute text not null,
    value text,
    previous text,
    sealed bytea,
    sealed_previous bytea,
    valid_from date,
    request_id uuid not null,
    actor text not null,
    told_event uuid,
    recorded_at timestamptz not null,
    check ((value is null) <> (sealed is null)),
    check ((sealed is null) = (sealed_previous is null))
);
create index worker_change_worker on worker_change (worker_id, id);
comment on table worker_change is '登记信息变更: JSON, personal values encrypted; valid_from null: from the beginning.';

create table correction_request (
    id uuid constraint correction_request_pk primary key,
    worker_id uuid not null references worker,
    attribute text not null,
    value text,
    expected text,
    sealed bytea,
    sealed_expected bytea,
    valid_from date,
    requested_on date not null,
    reason text not null,
    evidence text,
    requested_by text not null,
    state text not null check (state in ('requested', 'approved', 'refused', 'withdrawn')),
    area_code text not null,
    office text not null,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    check ((value is null) <> (sealed is null))
);
create index correction_request_worker on correction_request (worker_id, id);
create index correction_request_area on correction_request (state, area_code text_pattern_ops, id);
comment on table correction_request is '更正申请. state is the fold of its verdict.';

create table correction_verdict (
    request_id uuid primary key references correction_request,
    verdict text not null check (verdict in ('approved', 'refused', 'withdrawn')),
    decided_on date not null,
    reason text,
    actor text not null,
    told_event uuid,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table correction_verdict is '更正审批. Append-only.';

-- Corrections of the category from before requests: made and decided by the same clerk.
insert into correction_request (id, worker_id, attribute, value, expected, requested_on, reason,
    requested_by, state, area_code, office, recorded_at)
select c.id, c.worker_id, 'category', to_json(c.category)::text, to_json(c.previous)::text, c.corrected_on,
    c.reason, c.actor, 'approved', w.area_code, w.office, c.recorded_at
  from category_correction c join worker w on w.id = c.worker_id;
insert into correction_verdict (request_id, verdict, decided_on, actor, recorded_at)
select id, 'approved', corrected_on, actor, recorded_at from category_correction;
insert into worker_change (id, worker_id, attribute, value, previous, request_id, actor, recorded_at)
select gen_random_uuid(), worker_id, 'category', to_json(category)::text, to_json(previous)::text, id, actor,
    recorded_at
  from category_correction;
drop table category_correction;
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("worker_change", "correction_verdict"), mutable=("correction_request",)
    )
