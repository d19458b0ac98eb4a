"""Links of merged records, and the facts that other authorities tell."""

from kit import migrations

revision = "0006"
down_revision = "0005"

SQL = """
create table identity_link (
    merged_id uuid primary key references worker,
    survivor_id uuid not null references worker,
    merge_id uuid not null unique,
    check (merged_id <> survivor_id)
);
create index identity_link_survivor on identity_link (survivor_id);
comment on table identity_link is '同一人: one row per live merge. Folded from the merges, which are append-only.';

create table life_fact (
    id uuid primary key,
    subject_index bytea not null,
    kind text not null check (kind in
        ('retired', 'deceased', 'enlisted', 'emigrated', 'imprisoned', 'incapacitated', 'dibao')),
    happened_on date not null,
    authority text not null,
    document text,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index life_fact_subject on life_fact (subject_index);
comment on table life_fact is '生命事实, by the keyed hash of the ID number (as worker.id_number_index). Append-only.';

create table life_fact_act (
    id uuid primary key,
    fact_id uuid not null references life_fact,
    act text not null check (act in ('ended', 'reversed')),
    happened_on date not null,
    reason text,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index life_fact_act_fact on life_fact_act (fact_id);
comment on table life_fact_act is 'The end of a fact, or its reversal. Append-only.';

create table life_fact_told (
    fact_id uuid not null references life_fact,
    worker_id uuid not null,
    event_id uuid not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (fact_id, event_id)
);
comment on table life_fact_told is 'Which event told of a fact, once its person is known. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("life_fact", "life_fact_act", "life_fact_told"), mutable=("identity_link",)
    )
