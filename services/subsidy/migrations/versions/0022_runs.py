"""Runs: a month of a programme decided for all who are enrolled, frozen with its population, and paid."""

from kit import migrations

revision = "0022"
down_revision = "0021"

SQL = """
create table run (
    id uuid primary key,
    programme text not null,
    month date not null check (extract(day from month) = 1),
    arrangement_id uuid not null references arrangement,
    shortage text not null check (shortage in ('refuse-all', 'priority', 'pro-rata')),
    priority text check (priority in ('longest-enrolled', 'smallest-amount')),
    area_code text not null,
    office text not null,
    drafted_on date not null,
    drafted_by text not null,
    state text not null check (state in ('draft', 'freezing', 'unreserved', 'frozen', 'approved', 'paid',
                                         'closed', 'cancelled')),
    state_on date not null,
    frozen_on date,
    frozen_by text,
    frozen_area text,
    parameter_set text references parameter_set (hash),
    rules text[] not null,
    population integer not null,
    granted integer not null,
    refused integer not null,
    waiting integer not null,
    amount bigint not null check (amount >= 0),
    funded bigint not null check (funded between 0 and amount),
    content_hash text,
    reservation_id uuid references reservation,
    approved_by text,
    problem text,
    missing bigint,
    version integer not null,
    after_enrolment uuid not null,
    after_month date not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint priority_with_its_policy check ((shortage = 'priority') = (priority is not null)),
    constraint hashed_when_frozen
        check (state in ('draft', 'freezing', 'unreserved', 'cancelled') or content_hash is not null)
);
create index run_area on run (area_code text_pattern_ops, id);
create index run_freezing on run (id) where state = 'freezing';
comment on table run is
    'A month of a programme for all who are enrolled; after_*: how far its lines are decided.';

create table run_member (
    run_id uuid not null references run,
    enrolment_id uuid not null,
    month date not null,
    worker_id uuid not null,
    reference uuid,
    payee_id uuid not null,
    since date not null,
    approved_on date,
    renewed_until date,
    agreement_until date,
    enterprise_pays bigint not null,
    recognised_on date,
    area_code text not null,
    office text not null,
    primary key (run_id, enrolment_id, month)
);
comment on table run_member is 'The population of a run as it was when it was frozen. Append-only.';

create table run_line (
    id uuid primary key,
    run_id uuid not null,
    payee_id uuid not null,
    enrolment_id uuid not null,
    month date not null,
    worker_id uuid not null,
    verdict text not null check (verdict in ('granted', 'refused', 'waiting')),
    amount bigint not null check (amount >= 0),
    funded bigint check (funded between 0 and amount),
    clause text,
    missing text[] not null,
    digest bytea not null,
    constraint run_line_once unique (run_id, payee_id, enrolment_id, month)
);
comment on table run_line is
    'A person''s month as a run decided it, fen; funded only where a shortage left less. Its decision has its id.';

create table run_payment (
    id uuid primary key,
    run_id uuid not null references run,
    payee_id uuid not null,
    amount bigint not null check (amount > 0),
    lines integer not null,
    state text not null check (state in ('due', 'ordered', 'settled', 'unpaid')),
    batch_id uuid,
    constraint run_payment_once unique (run_id, payee_id)
);
create index run_payment_due on run_payment (run_id, id) where state = 'due';
comment on table run_payment is 'What a run pays to one payee; its id is what payment orders are about.';

create table run_carried (
    enrolment_id uuid not null,
    month date not null,
    from_run uuid not null references run,
    to_run uuid references run,
    primary key (enrolment_id, month, from_run)
);
create index run_carried_waits on run_carried (enrolment_id) where to_run is null;
comment on table run_carried is 'Lines that a closed run left unpaid, and the run that took them up.';

create table run_step (
    run_id uuid not null references run,
    version integer not null,
    act text not null,
    on_day date not null,
    done_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (run_id, version)
);
comment on table run_step is 'Who did what with a run. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("run_member", "run_step"),
        mutable=("run", "run_payment", "run_carried"),
    )
    role = migrations.app_role()
    # A line is decided once; only what a shortage leaves of it is written later, in the same freezing.
    migrations.execute(f"grant select, insert, update (funded) on run_line to {role};")
    migrations.execute(f"grant update (amount) on benefit_month to {role};")
