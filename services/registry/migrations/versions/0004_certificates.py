"""Certificates with their steps, and recognised difficulties."""

from kit import migrations

revision = "0004"
down_revision = "0003"

SQL = """
create table certificate (
    id uuid constraint certificate_pk primary key,
    worker_id uuid not null references worker,
    category text not null,
    state text not null
        check (state in ('applied', 'checked', 'publicised', 'issued', 'refused', 'revoked')),
    applied_on date not null,
    state_on date not null,
    step smallint not null,
    decision_id uuid,
    entitled boolean not null,
    clause text,
    number text constraint certificate_number_once unique,
    issued_on date,
    valid_until date,
    revoked_on date,
    reason text,
    told_event uuid,
    area_code text not null,
    office text not null,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint certificate_issued_has_number
        check (state <> 'issued' or (number is not null and issued_on is not null and entitled))
);
create unique index certificate_live_once on certificate (worker_id)
    where state in ('applied', 'checked', 'publicised', 'issued');
create index certificate_worker on certificate (worker_id);
create index certificate_area on certificate (area_code text_pattern_ops, id);
comment on table certificate is '再就业优惠证. entitled: the rule granted it, whether issued or not.';
create sequence certificate_number;

create table certificate_transition (
    certificate_id uuid not null,
    step smallint not null,
    state text not null,
    day date not null,
    actor text not null,
    reason text,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (certificate_id, step)
);
comment on table certificate_transition is 'Every step of every certificate. Append-only.';

create table difficulty (
    id uuid constraint difficulty_pk primary key,
    worker_id uuid not null references worker,
    kind text not null,
    state text not null check (state in ('recognised', 'refused', 'exited')),
    recognised_on date not null,
    decision_id uuid not null,
    clause text,
    exited_on date,
    exit_reason text,
    told_event uuid,
    area_code text not null,
    office text not null,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp()
);
create unique index difficulty_live_once on difficulty (worker_id, kind) where state = 'recognised';
create index difficulty_area on difficulty (area_code text_pattern_ops, id);
comment on table difficulty is '就业困难对象认定, with the refusals.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("certificate_transition",), mutable=("certificate", "difficulty"))
    migrations.execute(f"grant usage on sequence certificate_number to {migrations.app_role()}")
