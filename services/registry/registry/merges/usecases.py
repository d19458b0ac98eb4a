"""Merging and un-merging: a link between two records, and everything derived folded again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kit import idempotency
from kit.audit import Denied
from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import MakerIsChecker, StaleWrite
from kit.ids import new_id
from kit.outbox import emit
from kit.policy import NoValue
from kit.problems import NotFound
from kit.service import Runtime
from kit.workdays import WorkCalendar
from registry import consequences
from registry.benefits import usecases as benefits
from registry.calendars import usecases as calendars
from registry.certificates import usecases as certificates
from registry.difficulties import usecases as difficulties
from registry.duplicates import usecases as duplicates
from registry.duplicates.domain import Unmerged, area_of_both
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.merges import domain, store
from registry.merges.domain import Merge, State
from registry.transfers import usecases as transfers
from registry.workers import events as worker_events
from registry.workers import usecases as workers
from registry.workers.domain import Worker

#: Working days from the verdict to the merge (policy 4.1).
LIMIT = "registry.merge_working_days"


@dataclass(frozen=True, slots=True)
class Join:
    """``merged_id`` is to be merged into ``survivor_id``, because of a verdict."""

    survivor_id: UUID
    merged_id: UUID
    adjudication_id: UUID
    merged_on: date
    reason: str


class _Undo(Exception):
    """Leaves a preview's transaction so that it is rolled back."""


def _due_on(rt: Runtime, calendar: WorkCalendar, decided_on: date) -> date:
    """The last day on which a merge follows a verdict of that day in time."""
    limit = rt.policies.value(LIMIT, decided_on).value
    assert isinstance(limit, int)
    return calendar.add_working_days(decided_on, limit)


# --- what becomes one


async def _side(tx: Tx, records: list[UUID]) -> dict[str, Any]:
    """Where one person stands, of all these records: status, certificates, recognitions, overlaps."""
    spells = (await labour_status.spells_of(tx, records[:1]))[records[0]]
    spell = spells[-1] if spells else None
    return {
        "records": [str(id) for id in records],
        "labour_status": (
            {"status": spell.status, "since": spell.since.isoformat()} if spell else None
        ),
        "certificates": [
            {
                "id": str(c.id), "worker_id": str(c.worker_id), "number": c.number,
                "state": c.state, "applied_on": c.applied_on.isoformat(),
                "issued_on": c.issued_on.isoformat() if c.issued_on else None,
            }
            for c in await certificates.of_workers(tx, records)
        ],
        "recognitions": [
            {"id": str(d.id), "kind": d.kind, "state": d.state}
            for d in await difficulties.of_workers(tx, records)
        ],
        "overlaps": [
            {
                "kind": o.kind, "benefit_id": str(o.benefit_id),
                "other_id": str(o.other_id) if o.other_id else None,
                "months": [month.isoformat() for month in o.months],
            }
            for o in await benefits.overlaps_in(tx, records[0])
        ],
    }  # fmt: skip


async def _records(tx: Tx, worker_id: UUID) -> list[UUID]:
    return (await identities.members_of(tx, [worker_id]))[worker_id]


async def _join(
    rt: Runtime, tx: Tx, merge_id: UUID, survivor: Worker, merged: Worker
) -> dict[str, Any]:
    """Link the records, whose people are locked, and fold everything; answers what became one."""
    before = {
        "survivor": await _side(tx, await _records(tx, survivor.id)),
        "merged": await _side(tx, await _records(tx, merged.id)),
    }
    await identities.link(tx, merge_id, merged.id, survivor.id)
    await transfers.follow(tx, [survivor.id])
    await consequences.follow(rt, tx, [survivor.id, merged.id], {})
    return {**before, "after": await _side(tx, await _records(tx, survivor.id))}


async def _both(
    rt: Runtime, tx: Tx, actor: Actor, survivor_id: UUID, merged_id: UUID
) -> tuple[Worker, Worker]:
    """Both records, locked, neither of them merged away."""
    await labour_status.hold(tx, [survivor_id, merged_id])
    survivor = await workers.worker_in(rt, tx, actor, survivor_id)
    merged = await workers.worker_in(rt, tx, actor, merged_id)
    await identities.refuse_merged(tx, survivor.id, merged.id)
    return survivor, merged


async def preview(rt: Runtime, actor: Actor, survivor_id: UUID, merged_id: UUID) -> dict[str, Any]:
    """What would become one: the merge is done and undone in one transaction, so the plan is what
    would happen and nothing else."""
    plan: dict[str, Any] = {}
    try:
        async with rt.db.transaction() as tx:
            domain.check(survivor_id, merged_id, rt.today(), None, rt.today())
            survivor, merged = await _both(rt, tx, actor, survivor_id, merged_id)
            plan = await _join(rt, tx, new_id(), survivor, merged)
            raise _Undo
    except _Undo:
        return plan


# --- merging


async def merge(rt: Runtime, actor: Actor, command: Join, claim: idempotency.Claim) -> Merge:
    """Make two records one person. Raises 404, 409 for a record that is merged already,
    ``maker-is-checker`` for whoever gave the verdict, and what
    :func:`registry.merges.domain.check` raises."""
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        survivor, merged = await _both(rt, tx, actor, command.survivor_id, command.merged_id)
        verdict = await duplicates.adjudication_of(tx, command.adjudication_id)
        on = command.merged_on
        domain.check(
            survivor.id, merged.id, on, verdict.decided_on if verdict else None, rt.today()
        )
        pair = {survivor.id, merged.id}
        if verdict is None or verdict.pair != pair or verdict.verdict != "same":
            raise domain.NotAdjudicated
        if not verdict.stands:
            raise domain.NotAdjudicated
        if verdict.actor == actor.subject:
            raise MakerIsChecker
        calendar = await calendars.current(rt, tx)
        due = _due_on(rt, calendar, verdict.decided_on)
        made = Merge(
            new_id(), survivor.id, merged.id, command.adjudication_id, on, due,
            calendar.is_provisional(verdict.decided_on, due), command.reason, {}, "merged",
            area_of_both(survivor.area_code, merged.area_code), survivor.office, actor.subject,
            new_id(),
        )  # fmt: skip
        told = _told(worker_events.WORKER_MERGED, made, merged, on, id=made.told_event)
        await emit(tx, [told])
        plan = await _join(rt, tx, made.id, survivor, merged)
        made.plan.update(plan)
        await store.add(tx, made)
        await once.keep(made)
    rt.wake()
    return made


def _told(type: Any, m: Merge, merged: Worker, on: date, **more: Any) -> NewEvent:
    """The entity is the merged record; it is placed where that one is administered."""
    data = {"survivor_id": str(m.survivor_id), "merged_id": str(m.merged_id)}
    return NewEvent(type, m.merged_id, on, merged.area_code, merged.office, data, **more)


async def reverse(
    rt: Runtime, actor: Actor, id: UUID, on: date, reason: str, version: int
) -> Merge:
    """Take a merge apart: the link goes, and each record is folded from its own facts again."""
    async with rt.db.transaction() as tx:
        seen = await _in(tx, actor, id)
        await labour_status.hold(tx, [seen.survivor_id, seen.merged_id])
        before = await _in(tx, actor, id, lock=True)
        if before.version != version:
            raise StaleWrite
        after = before.reverse(on, reason, rt.today())
        merged = await workers.worker_in(rt, tx, actor, before.merged_id)
        event = _told(worker_events.WORKER_UNMERGED, before, merged, on, reverses=before.told_event)
        await identities.unlink(tx, before.id)
        if not await store.reverse(tx, after, actor.subject, event.id):
            raise StaleWrite
        await emit(tx, [event])
        await transfers.follow(tx, [before.survivor_id, before.merged_id])
        await consequences.follow(rt, tx, [before.survivor_id, before.merged_id], {})
    rt.wake()
    return after


# --- reading


async def _in(tx: Tx, actor: Actor, id: UUID, *, lock: bool = False) -> Merge:
    """One merge of people whom the caller may both see, or 404; others leave a line."""
    found = await store.get(tx, id, lock=lock)
    if found is None:
        raise NotFound
    if not actor.may_see(found.area_code):
        raise Denied(found.survivor_id)
    return found


async def merge_of(rt: Runtime, actor: Actor, id: UUID) -> Merge:
    async with rt.db.looking() as tx:
        return await _in(tx, actor, id)


async def list_merges(
    rt: Runtime,
    actor: Actor,
    worker_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Merge]:
    """Merges of people whom the caller may both see; of one person under all records."""
    async with rt.db.reading() as tx:
        records = None if worker_id is None else await identities.records_of(tx, worker_id)
        return await store.page(tx, actor.area_pattern, records, state, after, limit)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pair that waits for its merge, with both records masked. ``days_late``: working days since
    the limit passed; 0 in time."""

    pair: Unmerged
    one: Worker
    other: Worker
    due_on: date
    due_provisional: bool
    days_late: int


async def list_awaiting(
    rt: Runtime, pattern: str, late: bool, after: tuple[date, UUID], limit: int
) -> list[Waiting]:
    """Verdicts *same* that no merge has followed, oldest first. ``late``: only those whose limit has
    passed."""
    today = rt.today()
    async with rt.db.reading() as tx:
        calendar = await calendars.current(rt, tx)
        border = _last_late(rt, calendar, today) if late else today
        found = await duplicates.unmerged(tx, pattern, border, after, limit)
        known = await workers.many(rt, tx, [id for p in found for id in (p.one, p.other)])
    made = []
    for pair in found:
        due = _due_on(rt, calendar, pair.decided_on)
        days = calendar.working_days_between(due, today) if due < today else 0
        provisional = calendar.is_provisional(pair.decided_on, due)
        made.append(Waiting(pair, known[pair.one], known[pair.other], due, provisional, days))
    return made


def _last_late(rt: Runtime, calendar: WorkCalendar, today: date) -> date:
    """The latest day of a verdict whose limit has passed: walking back finds it."""
    day = today
    try:
        while _due_on(rt, calendar, day) >= today:
            day -= timedelta(days=1)
    except NoValue:
        return date.min
    return day


async def of(tx: Tx, actor: Actor, records: Sequence[UUID], limit: int) -> list[Merge]:
    """The merges that any of these records had a part in, oldest first. A reversed one tells of
    another person: only where the caller sees both."""
    return await store.page(tx, actor.area_pattern, records, None, None, limit)
