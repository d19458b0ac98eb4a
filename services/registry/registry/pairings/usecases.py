"""What can happen to pairings: formed, placed, and undone with the placement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from kit.audit import Denied
from kit.auth import Actor
from kit.db import Tx
from kit.events import Event, EventType, NewEvent
from kit.facts import IdTaken, InTheFuture
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.offices.places import Offices
from registry.pairings import domain, events, store
from registry.pairings.domain import Pairing
from registry.workers import usecases as workers
from registry.workers.domain import NoSuchWorker


@dataclass(frozen=True, slots=True)
class FormPairing:
    """An office takes charge of a worker. Placed under the worker's own area and office."""

    worker_id: UUID
    helper_office: str
    formed_on: date
    id: UUID = field(default_factory=new_id)


async def form_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[FormPairing]
) -> list[Refusal | None]:
    """Form pairings as one set; placements heard before are taken into account at once."""
    asked = [command.worker_id for command in commands]
    await labour_status.hold(tx, asked)
    known = await workers.facts_of(tx, asked)
    paired = {pairing.worker_id for pairing in await store.of(tx, asked)}
    used = await store.ids_in_use(tx, [command.id for command in commands])
    merged = await identities.merged_among(tx, asked)
    helpers = await Offices.of(tx, {(c.helper_office, c.formed_on) for c in commands})
    outcome: list[Refusal | None] = []
    made: list[Pairing] = []
    for command in commands:
        person = known.get(command.worker_id)
        refusal: Refusal | None = None
        if person is None or not actor.may_see(person.area_code):
            refusal = NoSuchWorker()
        elif command.worker_id in merged:
            refusal = merged[command.worker_id]
        elif away := helpers.refusal(command.helper_office, command.formed_on):
            refusal = away
        elif command.worker_id in paired:
            refusal = domain.AlreadyPaired()
        elif command.id in used:
            refusal = IdTaken()
        elif command.formed_on > rt.today():
            refusal = InTheFuture()
        else:
            paired.add(command.worker_id)
            used.add(command.id)
            made.append(
                Pairing(
                    command.id, command.worker_id, command.helper_office, command.formed_on,
                    person.area_code, person.office,
                )
            )  # fmt: skip
        outcome.append(refusal)
    if made:
        await store.add(tx, made)
        await emit(
            tx,
            [
                NewEvent(
                    events.PAIRING_FORMED, p.id, p.formed_on, p.area_code, p.office,
                    {"worker_id": str(p.worker_id), "helper_office": p.helper_office},
                )
                for p in made
            ],
        )  # fmt: skip
        await fold(tx, [pairing.worker_id for pairing in made], {})
    return outcome


async def fold(tx: Tx, asked: Iterable[UUID], causes: Mapping[UUID, Event]) -> None:
    """Derive who is placed from the placements that hold; tell of what changed. Records of these
    workers are locked."""
    pairings = await store.of(tx, list(asked))
    if not pairings:
        return
    placements = await labour_status.placements_of(tx, [p.worker_id for p in pairings])
    changed: list[Pairing] = []
    told: list[NewEvent] = []
    for pairing in pairings:
        found = domain.outcome(pairing.formed_on, placements.get(pairing.worker_id, ()))
        placement_id = found.id if found else None
        if placement_id == pairing.placement_id:
            continue
        news: list[NewEvent] = []
        if pairing.placement_id is not None:
            # A placement of a record that was merged is another person's after the merge is undone.
            known = {p.id: p.started_on for p in placements.get(pairing.worker_id, ())}
            began = known.get(pairing.placement_id, pairing.formed_on)
            news.append(
                _event(
                    events.PAIRING_UNPLACED,
                    pairing,
                    pairing.placement_id,
                    began,
                    pairing.told_event,
                )
            )
        if found is not None:
            news.append(_event(events.PAIRING_PLACED, pairing, found.id, found.started_on, None))
        changed.append(replace(pairing, placement_id=placement_id, told_event=news[-1].id))
        cause = causes.get(pairing.worker_id)
        told.extend(event.because_of(cause) if cause else event for event in news)
    if changed:
        await store.save(tx, changed)
        await emit(tx, told)


def _event(
    type: EventType, pairing: Pairing, placement_id: UUID, on: date, reverses: UUID | None
) -> NewEvent:
    return NewEvent(
        type, pairing.id, on, pairing.area_code, pairing.office,
        {"worker_id": str(pairing.worker_id), "placement_id": str(placement_id)},
        reverses=reverses,
    )  # fmt: skip


async def form_pairing(rt: Runtime, actor: Actor, command: FormPairing) -> Pairing:
    async with rt.db.transaction() as tx:
        (refusal,) = await form_all(rt, tx, actor, [command])
        if refusal is not None:
            raise refusal
        pairing = await store.get(tx, command.id)
        assert pairing is not None
    rt.wake()
    return pairing


async def pairing_of(rt: Runtime, actor: Actor, id: UUID) -> Pairing:
    """One pairing inside what the caller sees, or 404."""
    async with rt.db.looking() as tx:
        pairing = await store.get(tx, id)
    if pairing is None:
        raise NotFound
    if not actor.may_see(pairing.area_code):
        raise Denied(pairing.worker_id)
    return pairing


async def of(tx: Tx, records: Sequence[UUID]) -> list[Pairing]:
    """The pairings of these records; one of each at most."""
    return sorted(await store.of(tx, records), key=lambda one: one.id)


async def list_pairings(
    rt: Runtime, actor: Actor, worker_id: UUID | None, after: UUID | None, limit: int
) -> list[Pairing]:
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_pattern, worker_id, after, limit)
