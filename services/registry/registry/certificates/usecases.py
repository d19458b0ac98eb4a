"""What can happen to certificates: applied for, checked, publicised, refused, decided again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from kit import decisions
from kit.audit import Denied, note
from kit.auth import Actor
from kit.db import Tx
from kit.decisions import Decision
from kit.events import EventType, NewEvent
from kit.facts import IdTaken, InTheFuture, StaleWrite
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.certificates import domain, events, store
from registry.certificates.deciding import Judge, people_on
from registry.certificates.domain import Certificate, RefusalReason, State, Transition
from registry.certificates.store import Counts
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.workers.domain import Category, NoSuchWorker


@dataclass(frozen=True, slots=True)
class Apply:
    """An application. ``publicised_on``: in bulk, the day of posting the list of those granted."""

    worker_id: UUID
    applied_on: date
    publicised_on: date | None = None
    id: UUID = field(default_factory=new_id)


@dataclass(slots=True)
class _Made:
    """What a set of applications leaves behind."""

    certificates: list[Certificate] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    told: list[NewEvent] = field(default_factory=list)

    async def keep(self, tx: Tx) -> None:
        await decisions.store(tx, self.decisions)
        await store.add(tx, self.certificates)
        await store.add_transitions(tx, self.transitions)
        await emit(tx, self.told)


def told(
    type: EventType, certificate: Certificate, on: date, data: dict[str, Any], **more: Any
) -> NewEvent:
    """An event about a certificate, placed where its holder is administered."""
    body = {"worker_id": str(certificate.worker_id), **data}
    return NewEvent(
        type, certificate.id, on, certificate.area_code, certificate.office, body, **more
    )


def _decided(certificate: Certificate, on: date, **more: Any) -> NewEvent:
    """The event of a decision: granted, or refused with its clause."""
    data: dict[str, Any] = {
        "category": certificate.category,
        "decision_id": str(certificate.decision_id) if certificate.decision_id else None,
    }
    if certificate.entitled:
        return told(events.CERTIFICATE_GRANTED, certificate, on, data, **more)
    data["clause"] = certificate.clause or certificate.reason
    return told(events.CERTIFICATE_REFUSED, certificate, on, data, **more)


async def apply_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[Apply], *, decide: bool = True
) -> list[Refusal | None]:
    """Take applications as one set. With ``decide`` (bulk) each is checked by the rule and
    publicised in the same step; answers per command why it was not taken, or None."""
    workers = [command.worker_id for command in commands]
    await labour_status.hold(tx, workers)
    people = await people_on(tx, {command.worker_id: command.applied_on for command in commands})
    live = await store.workers_with_live(tx, workers)
    used = await store.ids_in_use(tx, [command.id for command in commands])
    merged = await identities.merged_among(tx, workers)
    judge, today, made = Judge(rt), rt.today(), _Made()
    outcome: list[Refusal | None] = []
    for command in commands:
        person = people.get(command.worker_id)
        if person is None or not actor.may_see(person.place.area_code):
            outcome.append(NoSuchWorker())
            continue
        if command.worker_id in merged:
            outcome.append(merged[command.worker_id])
            continue
        if command.worker_id in live or command.id in used:
            in_hand = command.worker_id in live
            outcome.append(domain.CertificateExists() if in_hand else IdTaken())
            continue
        listed_on = command.publicised_on or command.applied_on
        if max(command.applied_on, listed_on) > today:
            outcome.append(InTheFuture())
            continue
        on = command.applied_on
        certificate = Certificate(
            command.id, command.worker_id, person.place.claims.category, "applied", on, on, 1,
            person.place.area_code, person.place.office,
        )  # fmt: skip
        steps = [Transition(certificate.id, 1, "applied", on, actor.subject)]
        if decide:
            try:
                decision = judge.decide(command.id, person, on, on)
                event_id = new_id()
                certificate = certificate.check(
                    granted=decision.granted,
                    clause=decision.clause,
                    decision_id=decision.id,
                    on=on,
                    told_event=event_id,
                )
                steps.append(Transition(command.id, 2, certificate.state, on, actor.subject))
                if decision.granted:
                    certificate = certificate.publicise(on=listed_on)
                    steps.append(Transition(command.id, 3, "publicised", listed_on, actor.subject))
            except Refusal as refusal:
                outcome.append(refusal)
                continue
            made.decisions.append(decision)
            made.told.append(_decided(certificate, on, id=event_id))
        live.add(command.worker_id)
        used.add(command.id)
        made.certificates.append(certificate)
        made.transitions.extend(steps)
        outcome.append(None)
    if made.certificates:
        await made.keep(tx)
    return outcome


async def apply_for_certificate(rt: Runtime, actor: Actor, command: Apply) -> Certificate:
    """Take one application; the check by the rule is a step of its own."""
    async with rt.db.transaction() as tx:
        (refusal,) = await apply_all(rt, tx, actor, [command], decide=False)
        if refusal is not None:
            raise refusal
        certificate = await store.get(tx, command.id)
        assert certificate is not None
    rt.wake()
    return certificate


async def certificate_in(tx: Tx, actor: Actor, id: UUID, *, lock: bool = False) -> Certificate:
    """One certificate inside what the caller sees, or 404."""
    certificate = await store.get(tx, id, lock=lock)
    if certificate is None:
        raise NotFound
    if not actor.may_see(certificate.area_code):
        raise Denied(certificate.worker_id)
    return certificate


async def save_step(
    tx: Tx, before: Certificate, after: Certificate, actor: str, event: NewEvent | None
) -> Certificate:
    """Write a step with its transition and its event. Raises 412 when somebody was faster."""
    after = replace(
        after, version=before.version + 1, told_event=event.id if event else before.told_event
    )
    if await store.save(tx, [after]) != 1:
        raise StaleWrite
    if after.step != before.step:
        reason = after.reason if after.state in ("refused", "revoked") else None
        step = Transition(after.id, after.step, after.state, after.state_on, actor, reason)
        await store.add_transitions(tx, [step])
    await emit(tx, [event] if event else [])
    return after


async def check_certificate(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int
) -> Certificate:
    """The rule decides on the facts of the day of application: checked, or refused."""
    async with rt.db.transaction() as tx:
        before = _current(await certificate_in(tx, actor, id, lock=True), version, on, rt)
        person = (await people_on(tx, {before.worker_id: before.applied_on}))[before.worker_id]
        decision = Judge(rt).decide(id, person, before.applied_on, on)
        await decisions.store(tx, [decision])
        after = before.check(
            granted=decision.granted, clause=decision.clause, decision_id=decision.id, on=on
        )
        after = await save_step(tx, before, after, actor.subject, _decided(after, on))
    rt.wake()
    return after


async def publicise_certificate(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int
) -> Certificate:
    """Post it on the public list; the days of publicity begin."""
    return await _step(rt, actor, id, on, version, lambda c: (c.publicise(on=on), None))


async def refuse_certificate(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int, reason: RefusalReason
) -> Certificate:
    """Refuse by hand: an objection was upheld, a proof was false, or it was withdrawn."""

    def refuse(certificate: Certificate) -> tuple[Certificate, NewEvent]:
        after = certificate.refuse(reason=reason, on=on)
        return after, _decided(after, on, reverses=certificate.told_event)

    return await _step(rt, actor, id, on, version, refuse)


Step = Callable[[Certificate], tuple[Certificate, NewEvent | None]]


async def _step(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int, take: Step
) -> Certificate:
    async with rt.db.transaction() as tx:
        before = _current(await certificate_in(tx, actor, id, lock=True), version, on, rt)
        after, event = take(before)
        after = await save_step(tx, before, after, actor.subject, event)
    rt.wake()
    return after


def _current(certificate: Certificate, version: int, on: date, rt: Runtime) -> Certificate:
    """The certificate as the caller saw it. Raises 412 when it moved on, and for future days."""
    if certificate.version != version:
        raise StaleWrite
    if on > rt.today():
        raise InTheFuture
    return certificate


async def redecide(
    rt: Runtime, tx: Tx, actor: Actor, worker_id: UUID, category: Category, on: date
) -> Certificate | None:
    """The worker's category was corrected: ask the rule again with the facts of the day of
    application. Answers the certificate, or None when the person never applied."""
    before = await store.latest_of(tx, worker_id)
    if before is None:
        return None
    person = (await people_on(tx, {worker_id: before.applied_on}))[worker_id]
    decision = Judge(rt).decide(before.id, person, before.applied_on, on)
    await decisions.store(tx, [decision])
    after = before.redecide(
        category=category, granted=decision.granted, clause=decision.clause,
        decision_id=decision.id, on=on,
    )  # fmt: skip
    event: NewEvent | None = None
    if after.state == "revoked" != before.state:
        data = {"reason": domain.CORRECTED}
        event = told(
            events.CERTIFICATE_REVOKED, after, after.state_on, data, reverses=before.told_event
        )
    elif after.entitled != before.entitled:
        event = _decided(after, after.state_on, reverses=before.told_event)
    return await save_step(tx, before, after, actor.subject, event)


# --- reading ------------------------------------------------------------------------------------


async def certificate_of(rt: Runtime, actor: Actor, id: UUID) -> Certificate:
    async with rt.db.looking() as tx:
        return await certificate_in(tx, actor, id)


async def certificate_by_number(rt: Runtime, actor: Actor, number: str) -> Certificate | None:
    async with rt.db.looking() as tx:
        certificate = await store.by_number(tx, number)
    if certificate is not None and not actor.may_see(certificate.area_code):
        await note(rt, actor, "list_certificates", [certificate.worker_id], (), outcome="denied")
        return None
    return certificate


async def list_certificates(
    rt: Runtime,
    actor: Actor,
    worker_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Certificate]:
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_prefix, worker_id, state, after, limit)


async def of_workers(tx: Tx, workers: Sequence[UUID]) -> list[Certificate]:
    """Every certificate of these records, refused and revoked ones too, the earliest first."""
    return await store.of_workers(tx, workers)


async def history_of(rt: Runtime, actor: Actor, id: UUID) -> list[Transition]:
    async with rt.db.reading() as tx:
        await certificate_in(tx, actor, id)
        return await store.transitions_of(tx, id)


async def decision_of(rt: Runtime, actor: Actor, id: UUID) -> dict[str, Any]:
    """The record of the decision that holds, or 404 before the check."""
    async with rt.db.reading() as tx:
        certificate = await certificate_in(tx, actor, id)
        record = None
        if certificate.decision_id is not None:
            record = await decisions.load(tx, certificate.decision_id)
    if record is None:
        raise NotFound
    return record


async def counts_of(rt: Runtime, actor: Actor) -> Counts:
    async with rt.db.looking() as tx:
        return await store.counts(tx, actor.area_prefix)
