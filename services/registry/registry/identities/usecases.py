"""Which records are one person.

A merge moves no row. Facts stay with the record that they were told of; whoever folds facts asks
here for all records of the person. Taking the link away gives back what was before.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kit.db import Tx
from registry.identities import store
from registry.identities.domain import RecordMerged


async def person_of(
    tx: Tx, ids: Iterable[UUID], known_at: datetime | None = None
) -> dict[UUID, UUID]:
    """The surviving record of each, as known at an instant (None: now); itself, when it is not
    merged."""
    asked = list(set(ids))
    return {id: id for id in asked} | await store.survivors(tx, asked, known_at)


async def members_of(
    tx: Tx, persons: Iterable[UUID], known_at: datetime | None = None
) -> dict[UUID, list[UUID]]:
    """All records of each person, the surviving one first, as known at an instant (None: now)."""
    asked = list(set(persons))
    merged = await store.merged_into(tx, asked, known_at)
    return {person: [person, *merged.get(person, ())] for person in asked}


async def records_of(tx: Tx, id: UUID) -> list[UUID]:
    """All records of the person who has this one, the surviving one first."""
    person = (await person_of(tx, [id]))[id]
    return (await members_of(tx, [person]))[person]


async def everyone(tx: Tx, ids: Iterable[UUID]) -> set[UUID]:
    """These records and all others of the same persons."""
    asked = set(ids)
    linked = await store.survivors(tx, list(asked), None)
    persons = asked.difference(linked) | set(linked.values())
    merged = await store.merged_into(tx, list(persons), None)
    return asked.union(persons, *merged.values())


async def link(tx: Tx, merge_id: UUID, merged_id: UUID, survivor_id: UUID) -> None:
    """From now on both are one person. The database refuses a second link of ``merged_id``."""
    await store.link(tx, merge_id, merged_id, survivor_id)


async def unlink(tx: Tx, merge_id: UUID) -> None:
    """The merge no longer holds."""
    await store.unlink(tx, merge_id)


async def refuse_merged(tx: Tx, *worker_ids: UUID) -> None:
    """Raises :class:`RecordMerged`, naming the surviving record, for the first that was merged."""
    merged = await merged_among(tx, worker_ids)
    for id in worker_ids:
        if id in merged:
            raise merged[id]


async def merged_among(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, RecordMerged]:
    """For sets of commands: the refusal of each record that was merged; absent for the others."""
    found = await store.survivors(tx, list(set(ids)), None)
    return {id: RecordMerged(survivor_id=survivor) for id, survivor in found.items()}
