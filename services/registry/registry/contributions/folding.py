"""Months that contradict a status: folded, told, and explained by the office (policy 4.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from kit.audit import Denied
from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.service import Runtime
from registry.contributions import domain, events, store
from registry.contributions.domain import Conflict, Finding
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status


async def refold(tx: Tx, people: Iterable[UUID]) -> None:
    """Find again in which months employers insured these people while they were without work, and
    tell of what changed. Their records are locked."""
    persons = set((await identities.person_of(tx, people)).values())
    if not persons:
        return
    members = await identities.members_of(tx, persons)
    everyone = [id for ids in members.values() for id in ids]
    paid = await store.paid_by_employers(tx, everyone)
    known = {(one.worker_id, one.month): one for one in await store.conflicts_of(tx, everyone)}
    if not paid and not known:
        return
    found = await _found(tx, {p: ids for p, ids in members.items() if paid.keys() & set(ids)}, paid)
    places = {place.worker_id: place for place in await labour_status.places_of(tx, persons)}
    changed: list[Conflict] = []
    told: list[NewEvent] = []
    for key in sorted(found.keys() | known.keys()):
        before, finding = known.get(key), found.get(key)
        if before is not None:
            after = before.seen(finding)
        else:
            assert finding is not None
            place = places[key[0]]
            after = Conflict(new_id(), *key, finding, place.area_code, place.office)
        if after == before:
            continue
        event = _news(before, after)
        if event is not None:
            told.append(event)
            after = replace(after, told_event=event.id)
        changed.append(after)
    if changed:
        await store.save_conflicts(tx, changed)
        await emit(tx, told)


async def _found(
    tx: Tx,
    members: dict[UUID, list[UUID]],
    paid: dict[UUID, dict[date, tuple[str, ...]]],
) -> dict[tuple[UUID, date], Finding]:
    spells = await labour_status.spells_of(tx, members)
    former = await store.former_employers(tx, [id for ids in members.values() for id in ids])
    found: dict[tuple[UUID, date], Finding] = {}
    for person, ids in members.items():
        months: dict[date, set[str]] = {}
        for id in ids:
            for month, payers in paid.get(id, {}).items():
                months.setdefault(month, set()).update(payers)
        codes = [former[id] for id in ids if id in former]
        for month, finding in domain.contradicting(months, spells[person], codes).items():
            found[person, month] = finding
    return found


def _news(before: Conflict | None, after: Conflict) -> NewEvent | None:
    """What is told: found (again, when others paid), cleared, or nothing."""
    data: dict[str, Any] = {
        "worker_id": str(after.worker_id), "month": f"{after.month:%Y-%m}",
        "finding": after.finding.kind,
    }  # fmt: skip
    if after.standing:
        return NewEvent(
            events.CONFLICT_FOUND, after.id, after.month, after.area_code, after.office,
            {**data, "payers": list(after.finding.payers)},
        )  # fmt: skip
    if before is None or not before.standing:
        return None
    return NewEvent(
        events.CONFLICT_CLEARED, after.id, after.month, after.area_code, after.office,
        {**data, "explained": after.explanation is not None}, reverses=before.told_event,
    )  # fmt: skip


async def explain(rt: Runtime, actor: Actor, id: UUID, explanation: str) -> Conflict:
    """The office has looked into a month and says why it is no re-employment. Raises 404, and
    ``conflict-not-standing``."""
    async with rt.db.transaction() as tx:
        await labour_status.hold(tx, [(await _in(tx, actor, id)).worker_id])
        before = await _in(tx, actor, id)
        after = before.explain(explanation)
        event = _news(before, after)
        assert event is not None
        after = replace(after, told_event=event.id)
        await store.save_conflicts(tx, [after])
        await store.explained_by(tx, id, actor.subject)
        await emit(tx, [event])
    rt.wake()
    return after


async def _in(tx: Tx, actor: Actor, id: UUID) -> Conflict:
    conflict = await store.conflict(tx, id)
    if conflict is None:
        raise NotFound
    if not actor.may_see(conflict.area_code):
        raise Denied(conflict.worker_id)
    return conflict


async def list_conflicts(
    rt: Runtime,
    actor: Actor,
    worker_id: UUID | None,
    month: date | None,
    standing: bool | None,
    after: UUID | None,
    limit: int,
) -> list[Conflict]:
    """The findings of the caller's subtree, with the employers that paid; of one person under all
    records. Not asked otherwise: of a person all, else those that stand."""
    async with rt.db.reading() as tx:
        pattern = actor.area_pattern
        if worker_id is None:
            stands = True if standing is None else standing
            return await store.conflicts(tx, pattern, None, month, stands, after, limit)
        records = await identities.records_of(tx, worker_id)
        return await store.conflicts(tx, pattern, records, month, standing, after, limit)


async def conflicts_of(tx: Tx, records: Sequence[UUID], limit: int) -> list[Conflict]:
    """The findings about these records, oldest first, also what no longer stands."""
    return await store.conflicts(tx, "", records, None, None, None, limit)
