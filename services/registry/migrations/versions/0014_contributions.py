"""Monthly insurance contributions, their reversals, and months that contradict an unemployment."""

from kit import migrations

revision = "0014"
down_revision = "0013"

SQL = """
create table contribution (
    id uuid primary key,
    worker_id uuid not null references worker,
    month date not null check (extract(day from month) = 1),
    pension boolean not null,
    medical boolean not null,
    unemployment boolean not null,
    payer text,
    base_fen bigint not null check (base_fen > 0),
    authority text not null,
    told_event uuid,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    check (pension or medical or unemployment)
);
create index contribution_worker on contribution (worker_id, month);
comment on table contribution is '社会保险缴费 of registered people. No payer: the person pays. Append-only.';

create table contribution_reversal (
    id uuid primary key,
    contribution_id uuid not null,
    authority text not null,
    reason text,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index contribution_reversal_of on contribution_reversal (contribution_id, authority);
comment on table contribution_reversal is
    'What was taken back, by name; also of contributions that were never kept here. Append-only.';

create table contribution_conflict (
    id uuid primary key,
    worker_id uuid not null references worker,
    month date not null,
    found_at timestamptz not null default clock_timestamp(),
    constraint contribution_conflict_once unique (worker_id, month)
);
comment on table contribution_conflict is
    'Months in which an employer insured somebody registered as unemployed throughout. Folded.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("contribution", "contribution_reversal"), mutable=("contribution_conflict",)
    )
