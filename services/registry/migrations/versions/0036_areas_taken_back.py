"""Changes of areas that were wrong are taken back by name; days of a published list are amended."""

from kit import migrations

revision = "0036"
down_revision = "0035"

SQL = """
alter table area_change add column told_event uuid;
update area_change c set told_event = (
    select e.id from event_log e join area a on a.id = e.entity_id
     where a.code = c.code and e.valid_from = c.on_day
       and e.type = case c.kind when 'renamed' then 'registry.area.renamed.v1'
                                else 'registry.area.ended.v1' end
     order by e.sequence desc limit 1);
drop index area_ends_once;

create table area_change_reversal (
    change_id uuid primary key references area_change,
    reason text not null,
    actor text not null,
    told_event uuid not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table area_change_reversal is '区划变更撤销: it never happened. Append-only.';

create table calendar_amendment (
    id uuid primary key,
    day date not null,
    working boolean not null,
    name text not null,
    document text not null,
    replaced_working boolean not null,
    replaced_name text not null,
    replaced_document text not null,
    reason text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table calendar_amendment is
    '日历日更正: what an imported day says now and what it said before. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("area_change_reversal", "calendar_amendment"))
