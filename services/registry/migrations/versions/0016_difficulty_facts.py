"""Recognitions are folded: exits written by hand are facts, papers are kept, the census is asked."""

from kit import migrations

revision = "0016"
down_revision = "0015"

SQL = """
alter table difficulty add column recognised_event uuid;
update difficulty set recognised_event = told_event where state = 'recognised';
create index difficulty_worker on difficulty (worker_id);

create table difficulty_proof (
    difficulty_id uuid not null references difficulty,
    n smallint not null,
    kind text not null,
    reference text not null,
    issued_on date not null,
    primary key (difficulty_id, n)
);
comment on table difficulty_proof is 'Papers that were shown for a recognition, by their own number. Append-only.';

create table difficulty_exit (
    id uuid primary key,
    difficulty_id uuid not null references difficulty,
    happened_on date not null,
    reason text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index difficulty_exit_of on difficulty_exit (difficulty_id);
comment on table difficulty_exit is '退出 written by hand. Append-only.';
insert into difficulty_exit (id, difficulty_id, happened_on, reason, actor)
select gen_random_uuid(), id, exited_on, exit_reason, 'migration' from difficulty where state = 'exited';

create table difficulty_restoration (
    exit_id uuid primary key references difficulty_exit,
    reason text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table difficulty_restoration is 'Exits that were taken back, by another person. Append-only.';

create table difficulty_asked (
    id uuid primary key,
    worker_id uuid not null references worker,
    asked_on date not null,
    answer text not null check (answer in ('applies', 'declines')),
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index difficulty_asked_worker on difficulty_asked (worker_id);
comment on table difficulty_asked is '摸底: who was asked whether to apply, and the answer. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=(
            "difficulty_proof", "difficulty_exit", "difficulty_restoration", "difficulty_asked",
        )
    )  # fmt: skip
