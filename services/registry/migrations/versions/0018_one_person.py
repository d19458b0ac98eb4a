"""Who is one person through time, possible duplicates, and merges."""

from kit import migrations

revision = "0018"
down_revision = "0017"

SQL = """
create table identity_act (
    merge_id uuid not null,
    act text not null check (act in ('linked', 'unlinked')),
    merged_id uuid not null references worker,
    survivor_id uuid not null references worker,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (merge_id, act)
);
create index identity_act_merged on identity_act (merged_id);
create index identity_act_survivor on identity_act (survivor_id);
comment on table identity_act is '同一人 through time: every link and its end. Append-only; identity_link is its fold.';
insert into identity_act (merge_id, act, merged_id, survivor_id)
select merge_id, 'linked', merged_id, survivor_id from identity_link;

create table duplicate_pair (
    id uuid constraint duplicate_pair_pk primary key,
    worker_id uuid not null references worker,
    other_id uuid not null references worker,
    score integer not null,
    parts text not null,
    matchers text not null,
    state text not null check (state in ('open', 'same', 'not_same', 'dropped')),
    found_on date not null,
    area_code text not null,
    office text not null,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint duplicate_pair_once unique (worker_id, other_id),
    check (worker_id < other_id)
);
create index duplicate_pair_other on duplicate_pair (other_id);
create index duplicate_pair_area on duplicate_pair (area_code text_pattern_ops, id);
comment on table duplicate_pair is '疑似重复登记. parts: outcomes and points as JSON, no personal value.';

create table duplicate_verdict (
    id uuid primary key,
    duplicate_id uuid not null references duplicate_pair,
    verdict text not null check (verdict in ('same', 'not_same')),
    decided_on date not null,
    reason text not null,
    score integer not null,
    parts text not null,
    matchers text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index duplicate_verdict_pair on duplicate_verdict (duplicate_id);
comment on table duplicate_verdict is '疑似重复判定. Append-only.';

create table duplicate_progress (
    one boolean primary key default true check (one),
    xid xid8 not null,
    last_id uuid not null,
    moved_at timestamptz not null default clock_timestamp()
);
insert into duplicate_progress (xid, last_id) values ('0', '00000000-0000-0000-0000-000000000000');
comment on table duplicate_progress is 'How far the job find-duplicates has come.';

create table merge (
    id uuid constraint merge_pk primary key,
    survivor_id uuid not null references worker,
    merged_id uuid not null references worker,
    adjudication_id uuid not null references duplicate_verdict,
    merged_on date not null,
    due_on date not null,
    due_provisional boolean not null,
    reason text not null,
    plan jsonb not null,
    state text not null check (state in ('merged', 'reversed')),
    area_code text not null,
    office text not null,
    actor text not null,
    told_event uuid not null,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    check (survivor_id <> merged_id)
);
create index merge_survivor on merge (survivor_id);
create index merge_merged on merge (merged_id);
create index merge_area on merge (area_code text_pattern_ops, id);
comment on table merge is '重复登记合并. state is the fold of its reversal.';

create table merge_reversal (
    merge_id uuid primary key references merge,
    reversed_on date not null,
    reason text not null,
    actor text not null,
    told_event uuid not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table merge_reversal is '撤销合并. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("identity_act", "duplicate_verdict", "merge_reversal"),
        mutable=("duplicate_pair", "duplicate_progress", "merge"),
    )
