"""What can happen to a labour status: opened, declared, or folded again after a placement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import Event, NewEvent
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.service import Runtime
from registry.labour_status import domain, events, store
from registry.labour_status.domain import Declared, Hearing, LabourStatus, Placement, Spell
from registry.labour_status.store import Row


@dataclass(frozen=True, slots=True)
class Opening:
    """A person's first status, with the place that administers it."""

    worker_id: UUID
    status: LabourStatus
    since: date
    area_code: str
    office: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The record and the whole history, as it is folded now."""

    row: Row
    history: list[Spell]


async def open_all(tx: Tx, openings: Sequence[Opening]) -> None:
    """Open records for new workers. A placement that was heard before is folded in at once."""
    rows = [
        Row(new_id(), o.worker_id, Spell(o.status, o.since), o.area_code, o.office, None, 1)
        for o in openings
    ]
    await store.add(tx, rows)
    early = await store.placements_of(tx, [row.worker_id for row in rows])
    if early:
        await refold(tx, early, {})


async def hold(tx: Tx, workers: Iterable[UUID]) -> None:
    """Let nobody else fold anything about these workers until this transaction ends."""
    await store.hold(tx, sorted(set(workers)))


async def status_on(tx: Tx, days: Mapping[UUID, date]) -> dict[UUID, Spell]:
    """The status of each worker on a day of his or her own; absent when nothing held yet."""
    found: dict[UUID, Spell] = {}
    earlier: list[UUID] = []
    for row in await store.of(tx, list(days)):
        if row.spell.since <= days[row.worker_id]:
            found[row.worker_id] = row.spell
        else:
            earlier.append(row.worker_id)
    if earlier:
        declared = await store.declared_of(tx, earlier)
        placements = await store.placements_of(tx, earlier)
        for worker in earlier:
            history = domain.spells(declared[worker], placements.get(worker, ()))
            spell = domain.on(days[worker], history)
            if spell is not None:
                found[worker] = spell
    return found


async def placements_of(tx: Tx, workers: Iterable[UUID]) -> dict[UUID, list[Placement]]:
    """Every placement that was heard of these workers, voided ones too."""
    return await store.placements_of(tx, list(workers))


async def hear(tx: Tx, heard: Sequence[tuple[Hearing, Event]]) -> list[UUID]:
    """Placements were confirmed, ended or voided elsewhere: fold the workers again.

    Answers the workers, whose records stay locked.
    """
    latest = {hearing.id: hearing for hearing, _ in heard}
    causes = {hearing.worker_id: event for hearing, event in heard}
    await hold(tx, causes)
    await store.hear(tx, [latest[id] for id in sorted(latest)])
    await refold(tx, causes, causes)
    return list(causes)


async def refold(tx: Tx, workers: Iterable[UUID], causes: Mapping[UUID, Event]) -> None:
    """Derive current statuses again and tell of those that changed. Records are locked."""
    ids = list(workers)
    rows = await store.of(tx, ids)
    declared = await store.declared_of(tx, ids)
    placements = await store.placements_of(tx, ids)
    changed: list[Row] = []
    told: list[NewEvent] = []
    for row in rows:
        jobs = placements.get(row.worker_id, [])
        spell = domain.current(declared[row.worker_id], jobs)
        if spell == row.spell:
            continue
        voided = {job.id for job in jobs if job.voided}
        event = NewEvent(
            events.LABOUR_STATUS_CHANGED, row.id, spell.since, row.area_code, row.office,
            {
                "worker_id": str(row.worker_id), "status": spell.status,
                "previous": row.spell.status, "since": spell.since.isoformat(),
                "placement_id": str(spell.placement_id) if spell.placement_id else None,
            },
            reverses=row.told_event if row.spell.placement_id in voided else None,
        )  # fmt: skip
        cause = causes.get(row.worker_id)
        told.append(event.because_of(cause) if cause else event)
        changed.append(replace(row, spell=spell, told_event=event.id))
    if changed:
        await store.save(tx, changed)
        await emit(tx, told)


async def declare_status(rt: Runtime, actor: Actor, worker_id: UUID, fact: Declared) -> Standing:
    """A window declares a status from a day on. Raises what ``domain.check_declaration`` raises."""
    async with rt.db.transaction() as tx:
        await hold(tx, [worker_id])
        standing = await _standing(tx, actor, worker_id)
        domain.check_declaration(fact.status, fact.since, standing.history, rt.today())
        await store.declare(tx, worker_id, fact)
        await refold(tx, [worker_id], {})
        after = await _standing(tx, actor, worker_id)
    rt.wake()
    return after


async def standing_of(rt: Runtime, actor: Actor, worker_id: UUID) -> Standing:
    async with rt.db.reading() as tx:
        return await _standing(tx, actor, worker_id)


async def _standing(tx: Tx, actor: Actor, worker_id: UUID) -> Standing:
    rows = await store.of(tx, [worker_id])
    if not rows or not actor.may_see(rows[0].area_code):
        raise NotFound
    declared = await store.declared_of(tx, [worker_id])
    placements = await store.placements_of(tx, [worker_id])
    history = domain.spells(declared[worker_id], placements.get(worker_id, ()))
    return Standing(rows[0], history)
