"""Training classes, enrolments, and what enrolments know of placements."""

from kit import migrations

revision = "0007"
down_revision = "0006"

SQL = """
create table training_class (
    id uuid primary key,
    provider text not null,
    subject text not null,
    kind text not null,
    planned integer not null check (planned > 0),
    starts_on date not null,
    ends_on date not null check (ends_on >= starts_on),
    area_code text not null check (area_code ~ '^[0-9]{12}$'),
    office text not null,
    enrolled integer not null default 0,
    passed integer not null default 0,
    failed integer not null default 0,
    dropped integer not null default 0,
    completed_on date check (completed_on >= ends_on),
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    check (passed + failed + dropped <= enrolled),
    check (completed_on is null or passed + failed + dropped = enrolled)
);

alter table placement add foreign key (training_class_id) references training_class;

create table enrolment (
    id uuid primary key,
    class_id uuid not null references training_class,
    worker_id uuid not null,
    enrolled_on date not null,
    class_ends_on date not null,
    area_code text not null check (area_code ~ '^[0-9]{12}$'),
    office text not null,
    result text check (result in ('passed', 'failed', 'dropped')),
    resulted_on date check (resulted_on >= enrolled_on),
    employed_by uuid,
    employed_on date check (employed_on >= class_ends_on),
    employed_event uuid,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    check ((result is null) = (resulted_on is null)),
    check ((employed_by is null) = (employed_event is null) and (employed_by is null) = (employed_on is null)),
    check (employed_by is null or result in ('passed', 'failed'))
);
create unique index enrolment_once on enrolment (worker_id, class_id);
create index enrolment_class on enrolment (class_id);
create index enrolment_employed_by on enrolment (employed_by) where employed_by is not null;

create table work_start (
    placement_id uuid primary key,
    worker_id uuid not null,
    started_on date not null,
    voided boolean not null default false
);
create index work_start_worker on work_start (worker_id);
comment on table work_start is 'What enrolments know of confirmed placements: when work began.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("training_class", "enrolment", "work_start"))
