"""What registry's events mean here, and who is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from jobs_market.events import WorkerCorrected
from jobs_market.workers import store
from jobs_market.workers.domain import Difficulty, Move, Worker
from kit import identity_links, known_life_facts
from kit.db import Tx
from kit.events import Event
from kit.life_facts import LifeFact


async def note_registered(tx: Tx, workers: Sequence[tuple[Worker, date]]) -> None:
    """Registry registered persons, each on a day."""
    await store.put(tx, workers)


async def note_categories(tx: Tx, categories: dict[UUID, str]) -> None:
    """Registry corrected categories."""
    await store.correct_categories(tx, categories)


async def note_corrected(tx: Tx, told: Sequence[tuple[Event, WorkerCorrected]]) -> list[Move]:
    """Registry corrected records, each told of as it is now; answers who moved."""
    last = {event.entity_id: (event, data) for event, data in told}
    before = await known(tx, list(last), lock=True)
    await store.correct(
        tx,
        [
            (id, data.sex, data.birth_date, event.area_code, event.office)
            for id, (event, data) in last.items()
        ],
    )
    moved = [
        (event, before[id])
        for id, (event, _) in last.items()
        if id in before and before[id].area_code != event.area_code
    ]
    records = await records_of(tx, [worker.id for _, worker in moved])
    return [
        Move(
            tuple(records[worker.id]), worker.area_code, event.area_code, event.office,
            event.valid_from,
        )
        for event, worker in moved
    ]  # fmt: skip


async def note_recognised(tx: Tx, rows: Sequence[tuple[UUID, UUID, str, date]]) -> None:
    """Registry recognised difficulties: (difficulty, worker, kind, day)."""
    await store.recognise(tx, list({row[0]: row for row in rows}.values()))


async def note_exited(tx: Tx, rows: Sequence[tuple[UUID, UUID, str, date]]) -> None:
    """Difficulties ended: (difficulty, worker, kind, day)."""
    await store.leave(tx, list({row[0]: row for row in rows}.values()))


async def note_reinstated(tx: Tx, rows: Sequence[tuple[UUID, UUID, str, date]]) -> None:
    """Difficulties that hold again: (difficulty, worker, kind, from when)."""
    await store.reinstate(tx, list({row[0]: row for row in rows}.values()))


async def note_merged(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Registry found records to be one person, or took that back; answers every record concerned."""
    return await identity_links.note(tx, events)


async def note_life_facts(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Authorities told registry who died, retired or left, or that it was not so; answers of whom. They
    are locked: whatever is decided about them at the same moment sees it, or is seen."""
    concerned = await known_life_facts.note(tx, events)
    await known(tx, concerned, lock=True)
    return concerned


async def facts_of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, list[LifeFact]]:
    """What stands of each of these persons, under any of their records."""
    return await known_life_facts.of(tx, ids)


async def records_of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """All records of the person of each of ``ids``, itself among them."""
    return await identity_links.records_of(tx, ids)


async def known(tx: Tx, ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Worker]:
    """Those of these persons that registry has told of. ``lock`` makes other writers wait, whichever
    record of the person they come by; the other records are answered too."""
    wanted = set(ids)
    if lock:
        wanted = {id for records in (await records_of(tx, ids)).values() for id in records}
    found = await store.WORKERS.find(tx, sorted(wanted), lock=lock)
    return {worker.id: worker for worker in found}


async def difficulties(tx: Tx, worker_ids: Sequence[UUID]) -> dict[UUID, list[Difficulty]]:
    """All recognitions of these persons under any of their records, past ones too."""
    records = await records_of(tx, worker_ids)
    everyone = {id for ids in records.values() for id in ids}
    found: dict[UUID, list[Difficulty]] = {}
    for one in await store.DIFFICULTIES.find(tx, list(everyone), by="worker_id"):
        found.setdefault(one.worker_id, []).append(one)
    return {
        worker: [one for id in ids for one in found.get(id, ())] for worker, ids in records.items()
    }
