"""The table of which records are one person. No row of anybody is moved: who counts or checks people
asks here which records are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from kit.db import Tx
from kit.events import Event
from kit.identities import Merged, link_of, newest

LINK_SQL = """
create table {name} (
    merged_id uuid primary key,
    sequence integer not null,
    told_by uuid not null,
    survivor_id uuid,
    since date
);
comment on table {name} is 'Records that are one person, as last told of each; survivor_id is null when taken back.';
"""

_NOTE = """
insert into identity_link as t (merged_id, sequence, told_by, survivor_id, since)
select * from unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::date[])
on conflict (merged_id) do update set sequence = excluded.sequence, told_by = excluded.told_by,
       survivor_id = excluded.survivor_id, since = excluded.since
 where excluded.sequence > t.sequence
"""


async def note(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Remember merges and their reversals; answers every record of every person whom they make one or
    take apart."""
    survivors = {Merged.model_validate(event.data).survivor_id for event in events}
    touched = survivors | {event.entity_id for event in events}
    before = await records_of(tx, touched)
    told = newest(link_of(event) for event in events)
    await tx.execute(_NOTE, *zip(*told, strict=True))
    after = await records_of(tx, touched)
    return sorted({id for ids in (*before.values(), *after.values()) for id in ids})


def same(condition: str = "") -> str:
    """Common table expressions, to stand behind ``with recursive``, of which records are one person.

    ``same_person (record, person)`` has a row for each record that is merged: ``person`` is the record
    at the end of its chain. ``record_of (record, person)`` has the surviving records too. Merges that
    are known only in part may point in a circle for a while; then the smallest id stands for all.
    ``condition`` chooses among the links, such as ``and since <= $1``.
    """
    return f"""
identity as (
    select merged_id, survivor_id from identity_link where survivor_id is not null {condition}),
reached (record, at) as (
    select merged_id, survivor_id from identity
    union
    select r.record, i.survivor_id from reached r join identity i on i.merged_id = r.at),
same_person (record, person) as (
    select distinct on (r.record) r.record, r.at
      from reached r left join identity i on i.merged_id = r.at
     order by r.record, i.merged_id is not null, r.at),
record_of (record, person) as (
    select record, person from same_person union select person, person from same_person)"""  # noqa: S608


_RECORDS = f"""
with recursive {same()}
select a.id, coalesce(o.record, a.id) as record
  from unnest($1::uuid[]) as a (id)
  left join record_of r on r.record = a.id
  left join record_of o on o.person = r.person
 order by a.id, o.record
"""  # noqa: S608


async def records_of(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """All records of the person of each of ``ids``, itself among them."""
    found: dict[UUID, list[UUID]] = {}
    for row in await tx.fetch(_RECORDS, list(set(ids))):
        found.setdefault(row["id"], []).append(row["record"])
    return found
