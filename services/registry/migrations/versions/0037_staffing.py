"""Callers whom the staff list of their token's office does not bear out."""

from kit import migrations

revision = "0037"
down_revision = "0036"

SQL = """
create table staff_finding (
    id uuid constraint staff_finding_pk primary key,
    on_day date not null,
    account text not null,
    office text not null,
    area_code text not null,
    roles text[] not null,
    listed text[] not null,
    reason text not null check (reason in ('not-on-staff', 'other-role')),
    refused boolean not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint staff_finding_once unique (on_day, account, office, reason, refused)
);
create index staff_finding_area on staff_finding (area_code text_pattern_ops, id);
comment on table staff_finding is '在岗名单核对发现: accounts, no names. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("staff_finding",))
