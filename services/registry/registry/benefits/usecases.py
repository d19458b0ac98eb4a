"""What can happen to benefits: granted elsewhere, annotated here, reversed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import Event, NewEvent
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.service import Runtime
from registry.benefits import domain, events, store
from registry.benefits.domain import Benefit, Grant, Holder


async def record_grants(tx: Tx, grants: Iterable[Grant]) -> None:
    """Remember what was granted, to holders and to others; the latter may hold one later."""
    unique = {grant.id: grant for grant in grants}
    await store.record_grants(tx, list(unique.values()))


async def withdraw_grants(tx: Tx, ids: Iterable[UUID]) -> None:
    """These grants were reversed where they were made."""
    await store.withdraw(tx, list(ids))


async def fold(tx: Tx, holders: Sequence[Holder], causes: Mapping[UUID, Event]) -> None:
    """Annotate what stands on these certificates and is not written yet; reverse what no longer
    stands. The workers' records are locked, so the other side cannot slip by unseen."""
    if not holders:
        return
    workers = [holder.worker_id for holder in holders]
    grants = await store.grants_of(tx, workers)
    if not grants:
        return
    current = {holder.worker_id: holder for holder in holders}
    by_source = {grant.source_event: grant for grant in grants}
    written = await store.standing(tx, workers)
    told: list[NewEvent] = []
    gone: list[UUID] = []
    for benefit in written:
        grant = by_source[benefit.source_event]
        holder = current[benefit.worker_id]
        if benefit.certificate_id == holder.certificate_id and not domain.holds(grant, holder):
            gone.append(benefit.id)
            told.append(_because(_reversed(benefit, grant), causes))
    have = {benefit.source_event for benefit in written}
    new: list[Benefit] = []
    for grant in grants:
        holder = current[grant.worker_id]
        if grant.source_event not in have and domain.holds(grant, holder):
            benefit, event = _annotation(grant, holder)
            new.append(benefit)
            told.append(_because(event, causes))
    if gone:
        await store.reverse(tx, gone)
    if new:
        await store.add(tx, new)
    await emit(tx, told)


def _because(event: NewEvent, causes: Mapping[UUID, Event]) -> NewEvent:
    cause = causes.get(UUID(event.data["worker_id"]))
    return event.because_of(cause) if cause else event


def _annotation(grant: Grant, holder: Holder) -> tuple[Benefit, NewEvent]:
    id = new_id()
    event = NewEvent(
        events.BENEFIT_ANNOTATED, id, grant.valid_from, holder.area_code, holder.office,
        {
            "worker_id": str(grant.worker_id), "certificate_id": str(holder.certificate_id),
            "kind": grant.kind, "from": grant.valid_from.isoformat(),
            "to": grant.valid_to.isoformat() if grant.valid_to else None,
            "amount": yuan(grant.amount_fen) if grant.amount_fen is not None else None,
            "granted_by": grant.granted_by, "source_event": str(grant.source_event),
        },
    )  # fmt: skip
    benefit = Benefit(
        id, grant.worker_id, holder.certificate_id, grant.kind, grant.valid_from, grant.valid_to,
        grant.amount_fen, grant.granted_by, grant.source_event, holder.area_code, holder.office,
        event.id,
    )  # fmt: skip
    return benefit, event


def _reversed(benefit: Benefit, grant: Grant) -> NewEvent:
    return NewEvent(
        events.BENEFIT_REVERSED, benefit.id, grant.valid_from, benefit.area_code, benefit.office,
        {
            "worker_id": str(benefit.worker_id), "certificate_id": str(benefit.certificate_id),
            "kind": benefit.kind,
        },
        reverses=benefit.annotated_event,
    )  # fmt: skip


async def benefit_of(rt: Runtime, actor: Actor, benefit_id: UUID) -> Benefit:
    """One annotation inside what the caller sees, or 404."""
    async with rt.db.looking() as tx:
        benefit = await store.get(tx, benefit_id)
    if benefit is None or not actor.may_see(benefit.area_code):
        raise NotFound
    return benefit


async def list_benefits(
    rt: Runtime,
    actor: Actor,
    worker_id: UUID | None,
    certificate_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Benefit]:
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_prefix, worker_id, certificate_id, after, limit)
