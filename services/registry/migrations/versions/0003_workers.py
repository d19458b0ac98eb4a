"""Workers, their labour status and what was heard of their placements."""

from kit import migrations

revision = "0003"
down_revision = "0002"

SQL = """
create table worker (
    id uuid constraint worker_pk primary key,
    id_number bytea not null,
    id_number_index bytea not null constraint worker_id_number_once unique,
    name bytea not null,
    phone bytea,
    sex text not null check (sex in ('male', 'female')),
    birth_date date not null,
    category text not null,
    former_enterprise_kind text not null,
    former_enterprise_closed boolean not null,
    settlement_received boolean not null,
    drawing_unemployment_insurance boolean not null,
    dibao boolean not null,
    jobless_since date,
    internally_retired boolean not null,
    centre_agreement_on date,
    centre_agreement_ended_on date,
    area_code text not null,
    office text not null,
    registered_on date not null,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp()
);
create index worker_area on worker (area_code text_pattern_ops, id);
comment on table worker is '劳动者. id_number, name, phone: AES-GCM; id_number_index: keyed hash.';

create table labour_status (
    id uuid primary key,
    worker_id uuid not null constraint labour_status_worker_once unique references worker,
    status text not null,
    since date not null,
    placement_id uuid,
    area_code text not null,
    office text not null,
    told_event uuid,
    version integer not null default 1
);
comment on table labour_status is 'Current status, folded. Its row is also the lock for everything folded per worker.';

create table labour_status_declared (
    worker_id uuid not null,
    since date not null,
    status text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (worker_id, since, status)
);
comment on table labour_status_declared is 'Statuses declared at a window. Append-only.';

create table heard_placement (
    id uuid primary key,
    worker_id uuid not null,
    started_on date,
    ended_on date,
    voided boolean not null default false
);
create index heard_placement_worker on heard_placement (worker_id);
comment on table heard_placement is 'What jobs-market told of placements: as much as the status hangs on.';

create table category_correction (
    id uuid primary key,
    worker_id uuid not null references worker,
    previous text not null,
    category text not null,
    corrected_on date not null,
    reason text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index category_correction_worker on category_correction (worker_id, id);
comment on table category_correction is '类别更正. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("labour_status_declared", "category_correction"),
        mutable=("worker", "labour_status", "heard_placement"),
    )
