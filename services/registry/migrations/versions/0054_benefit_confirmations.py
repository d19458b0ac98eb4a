"""What windows wrote of benefits is confirmed in batches too, with their control totals (4.6)."""

from kit import migrations

revision = "0054"
down_revision = "0053"

SQL = """
create table benefit_confirmation (
    id uuid primary key,
    confirmed_on date not null,
    count integer not null,
    digest text not null,
    amount bigint not null,
    area_code text not null,
    office text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index benefit_confirmation_area on benefit_confirmation (area_code text_pattern_ops, id);
comment on table benefit_confirmation is '批量复核待遇, with its control totals (amount in fen). Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("benefit_confirmation",))
