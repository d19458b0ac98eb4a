"""Enterprises that were closed under the national plan."""

from kit import migrations

revision = "0039"
down_revision = "0038"

SQL = """
create table enterprise_closure (
    id uuid constraint enterprise_closure_pk primary key,
    name text not null,
    name_key text not null,
    code text,
    code_key text,
    document text not null,
    closed_on date not null,
    area_code text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index enterprise_closure_name on enterprise_closure (name_key);
create index enterprise_closure_code on enterprise_closure (code_key) where code_key is not null;
comment on table enterprise_closure is '国家计划关闭破产企业名单. Append-only.';

create table enterprise_closure_reversal (
    closure_id uuid primary key references enterprise_closure,
    reversed_on date not null,
    reason text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table enterprise_closure_reversal is '名单撤销. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("enterprise_closure", "enterprise_closure_reversal"))
