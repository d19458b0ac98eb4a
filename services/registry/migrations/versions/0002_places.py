"""Areas and offices."""

from kit import migrations

revision = "0002"
down_revision = "0001"

SQL = """
create table area (
    id uuid primary key,
    code text not null constraint area_code_once unique check (code ~ '^[0-9]{12}$'),
    name text not null,
    level text not null check (level in ('province', 'city', 'district', 'street', 'community')),
    parent_code text,
    established_on date not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table area is '区划: the tree is in the codes; parent_code is stored for whoever reads the table.';

create table office (
    id uuid primary key,
    code text not null constraint office_code_once unique,
    name text not null,
    kind text not null
        check (kind in ('bureau', 'street_office', 'township_office', 'station', 'city_direct')),
    staff integer not null check (staff >= 0),
    area_code text not null,
    opened_on date not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index office_area on office (area_code text_pattern_ops, id);
comment on table office is '机构: who administers facts; 市直 is an office and not an area.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("area", "office"))
