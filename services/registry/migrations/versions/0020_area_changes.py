"""What happens to areas and offices: names, mergers, moves, ends; who works at an office."""

from kit import migrations

revision = "0020"
down_revision = "0019"

SQL = """
create table area_change (
    id uuid primary key,
    code text not null references area (code),
    kind text not null check (kind in ('renamed', 'merged', 'abolished')),
    on_day date not null,
    name text,
    successor_code text references area (code),
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    check ((name is not null) = (kind = 'renamed')),
    check ((successor_code is not null) = (kind = 'merged'))
);
create index area_change_code on area_change (code, on_day);
create unique index area_ends_once on area_change (code) where kind <> 'renamed';
create index area_parent on area (parent_code);
comment on table area_change is '区划变更: 更名、并入、撤销. Append-only; rows keep the code of their day.';

create table office_change (
    id uuid primary key,
    code text not null references office (code),
    kind text not null check (kind in ('renamed', 'moved', 'closed')),
    on_day date not null,
    name text,
    area_code text,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    check ((name is not null) = (kind = 'renamed')),
    check ((area_code is not null) = (kind = 'moved'))
);
create index office_change_code on office_change (code, on_day);
create unique index office_closes_once on office_change (code) where kind = 'closed';
comment on table office_change is '机构变更: 更名、迁址、撤销. Append-only.';

create table office_staff (
    id uuid primary key,
    office text not null references office (code),
    account text not null,
    role text not null,
    since date not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index office_staff_office on office_staff (office, id);
comment on table office_staff is '工作人员账号: accounts, no names. Append-only.';

create table office_staff_end (
    id uuid primary key references office_staff,
    on_day date not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table office_staff_end is '离岗. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("area_change", "office_change", "office_staff", "office_staff_end")
    )
