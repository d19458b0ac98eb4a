"""What was told of idle money, once per threshold, and of lines without money."""

from kit import migrations

revision = "0020"
down_revision = "0019"

SQL = """
create table idle_notice (
    book_id uuid not null references book (id),
    received_on date not null,
    threshold_days integer not null check (threshold_days > 0),
    amount bigint not null check (amount > 0),
    event_id uuid not null,
    told_at timestamptz not null default clock_timestamp(),
    primary key (book_id, received_on, threshold_days)
);
comment on table idle_notice is 'Receipts of a day that lay without a use so long, each told once. Append-only.';

alter table budget_line add column exhausted_on date;
comment on column budget_line.exhausted_on is 'When it was told that the line has no money; empty when it has some.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("idle_notice",))
