"""How recognitions stood before each change: the record as it was known on any day."""

from kit import migrations

revision = "0031"
down_revision = "0030"

SQL = """
create table difficulty_past (
    difficulty_id uuid not null references difficulty,
    version integer not null,
    state text not null,
    exited_on date,
    exit_reason text,
    decision_id uuid not null,
    clause text,
    until timestamptz not null default clock_timestamp(),
    primary key (difficulty_id, version)
);
comment on table difficulty_past is
    '认定历史: how a recognition stood until it was changed. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("difficulty_past",))
