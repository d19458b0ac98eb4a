"""Who is administered where from which day on, from the facts that are kept already; and its shadow."""

from kit import migrations

revision = "0006"
down_revision = "0005"

SQL = """
create table person_move (
    worker_id uuid not null,
    sequence integer not null,
    told_by uuid not null,
    since date not null,
    area_code text not null,
    office text not null,
    primary key (worker_id, sequence)
);
comment on table person_move is '迁移: from which day another office has a person in charge.';
create table person_move_shadow (like person_move including all);
insert into person_move (worker_id, sequence, told_by, since, area_code, office)
select entity_id, sequence, id,
       case when (data ->> 'from_the_beginning')::boolean then date '0001-01-01' else valid_from end,
       area_code, office
  from fact where type = 'registry.worker.corrected.v1' and data -> 'attributes' ? 'place';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("person_move", "person_move_shadow"))
