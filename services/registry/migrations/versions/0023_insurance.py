"""Unemployment insurance, mirrored: what was told, and what it was folded to."""

from kit import migrations

revision = "0023"
down_revision = "0022"

SQL = """
create table insurance_fact (
    id uuid primary key,
    subject_index bytea,
    worker_id uuid references worker,
    what text not null check (what in ('started', 'drawn', 'stopped', 'deferred', 'reversed')),
    happened_on date not null,
    months integer,
    years integer,
    reason text,
    reference text,
    reverses uuid,
    authority text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    check ((subject_index is null) <> (worker_id is null)),
    check ((what = 'reversed') = (reverses is not null)),
    check (what <> 'started' or (months is not null and years is not null))
);
create index insurance_fact_subject on insurance_fact (subject_index);
create index insurance_fact_worker on insurance_fact (worker_id);
comment on table insurance_fact is
    '失业保险: what the agency told (by the keyed hash of the ID number) and what was signed. Append-only.';

create table insurance_account (
    id uuid primary key,
    worker_id uuid not null constraint insurance_account_worker_once unique references worker,
    state text not null
        check (state in ('drawing', 'employed', 'deferred', 'stopped', 'exhausted', 'void')),
    since date not null,
    reason text,
    started_on date,
    months_granted integer not null check (months_granted >= 0),
    months_drawn integer not null check (months_drawn >= 0),
    months_left integer not null check (months_left >= 0),
    area_code text not null,
    office text not null,
    told_event uuid,
    version integer not null default 1,
    check ((state = 'stopped') = (reason is not null))
);
create index insurance_account_area on insurance_account (area_code text_pattern_ops, id);
comment on table insurance_account is '失业保险金, one per person: folded from facts and labour status.';

create table insurance_episode (
    account_id uuid not null references insurance_account,
    employed_on date not null,
    deferred_on date,
    employed_event uuid not null,
    deferred_event uuid,
    primary key (account_id, employed_on),
    check ((deferred_on is null) = (deferred_event is null))
);
comment on table insurance_episode is '领取期间就业 as it was told; folded.';

create table insurance_finding (
    id uuid primary key,
    account_id uuid not null references insurance_account,
    kind text not null,
    happened_on date not null,
    told integer,
    expected integer,
    told_event uuid not null
);
create index insurance_finding_account on insurance_finding (account_id);
comment on table insurance_finding is '疑点 that hold now; folded. Events tell of those that came and went.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("insurance_fact",),
        mutable=("insurance_account", "insurance_episode", "insurance_finding"),
    )
