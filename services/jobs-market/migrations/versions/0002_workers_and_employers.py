"""Slim copies of registry's persons; employers."""

from kit import migrations

revision = "0002"
down_revision = "0001"

SQL = """
create table worker (
    id uuid primary key,
    sex text not null,
    birth_date date not null,
    category text not null,
    population text not null,
    labour_status text not null,
    registered_on date not null,
    area_code text not null check (area_code ~ '^[0-9]{12}$'),
    office text not null
);
comment on table worker is 'What registry told of persons: no name, no number. A copy that may be folded again from the
 events, so no foreign key points here.';

create table difficulty (
    id uuid primary key,
    worker_id uuid not null,
    kind text not null,
    recognised_on date,
    exited_on date
);
create index difficulty_worker on difficulty (worker_id);
comment on table difficulty is 'Recognitions by registry; may arrive before the person does.';

create table employer (
    id uuid primary key,
    name text not null,
    uscc text,
    sector text not null,
    ownership text not null,
    staff_count integer check (staff_count >= 0),
    registered_on date not null,
    area_code text not null check (area_code ~ '^[0-9]{12}$'),
    office text not null,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp()
);
create unique index employer_uscc on employer (uscc) where uscc is not null;
create index employer_area on employer (area_code text_pattern_ops, id);
comment on column employer.staff_count is 'For the office''s own use; the only column that is edited.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("worker", "difficulty", "employer"))
