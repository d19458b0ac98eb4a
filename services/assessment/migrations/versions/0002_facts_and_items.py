"""Facts as received, and what they come to: items, persons and names of places, live and shadow."""

from kit.migrations import execute, grant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL = """
create table fact (
    id uuid primary key,
    type text not null,
    entity_id uuid not null,
    sequence integer not null,
    valid_from date not null,
    recorded_at timestamptz not null,
    area_code text not null,
    office text not null,
    worker_id uuid,
    reverses uuid,
    data jsonb not null
);
comment on table fact is 'Events of the other services as they came: the only input of every figure. Append-only.';
comment on column fact.valid_from is 'Day of the fact; recorded_at is when its service recorded it.';

create table item (
    entity_id uuid not null,
    kind text not null,
    n integer not null,
    opened_seq integer,
    opened_by uuid,
    on_date date,
    area_code text,
    office text,
    worker_id uuid,
    unit_id uuid,
    tag text,
    aspect text,
    mark text,
    amount_fen bigint,
    quantity bigint,
    until date,
    closed_seq integer,
    closed_by uuid,
    closed_on date,
    ended_seq integer,
    ended_by uuid,
    ended_on date,
    primary key (entity_id, kind, n)
);
create index item_counted on item (kind, on_date);
comment on table item is 'What facts come to when folded; derivable from fact at any time (POST /v1/rebuilds).';
comment on column item.closed_on is 'From this day on it does not count; 0001-01-01 when it was voided.';

create table person (
    worker_id uuid primary key,
    sequence integer not null,
    opened_by uuid not null,
    population text not null,
    sex text,
    birth_date date,
    category text,
    area_code text not null,
    office text not null,
    on_date date not null
);
comment on table person is 'Pseudonymous persons: population and place, no name and no number.';

create table place (
    code text primary key,
    sequence integer not null,
    kind text not null check (kind in ('area', 'office')),
    name text not null,
    level text not null
);

create table item_shadow (like item including all);
create table person_shadow (like person including all);
create table place_shadow (like place including all);
comment on table item_shadow is 'Where a rebuild folds, to be compared with item; empty otherwise.';
"""


def upgrade() -> None:
    execute(SQL)
    grant(
        append_only=("fact",),
        mutable=("item", "person", "place", "item_shadow", "person_shadow", "place_shadow"),
    )
