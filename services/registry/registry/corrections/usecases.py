"""Correcting a person's record, with everything that follows from it in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kit import idempotency
from kit.audit import Denied
from kit.auth import Actor
from kit.db import Tx
from kit.facts import StaleWrite
from kit.ids import new_id
from kit.problems import NotFound
from kit.service import Runtime
from registry import consequences
from registry.certificates import usecases as certificates
from registry.certificates.domain import Certificate
from registry.corrections import domain, store
from registry.corrections.domain import Request, State
from registry.difficulties import usecases as difficulties
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.life_facts import usecases as life_facts
from registry.transfers import usecases as transfers
from registry.workers import correcting
from registry.workers import usecases as workers
from registry.workers.correcting import Correction
from registry.workers.domain import Worker
from registry.workers.record import CLAIMS, EMPLOYER

#: What rules look at: a correction of one of these asks the rules of certificate and recognition again.
DECIDED_ON = frozenset({*CLAIMS, EMPLOYER, "id_number"})


@dataclass(frozen=True, slots=True)
class Ask:
    """A request at a window. ``version`` is the worker's version that the clerk saw."""

    worker_id: UUID
    attribute: str
    value: Any
    valid_from: date | None
    requested_on: date
    reason: str
    evidence: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The request, the worker after it, and the certificate after it (None: never applied)."""

    request: Request
    worker: Worker
    certificate: Certificate | None


async def request_correction(
    rt: Runtime, actor: Actor, command: Ask, claim: idempotency.Claim
) -> Request:
    """Ask that an attribute be corrected. Raises what would forbid the correction itself, so that
    nobody is asked to approve what cannot be: unchanged, impossible dates, a number in use; 404,
    409 for a merged record, 412."""
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        worker = await workers.worker_in(rt, tx, actor, command.worker_id)
        await identities.refuse_merged(tx, worker.id)
        if worker.version != command.version:
            raise StaleWrite
        domain.check_request(command.valid_from, command.requested_on, rt.today())
        id = new_id()
        wanted = Correction(
            id, command.attribute, command.value, command.valid_from, command.requested_on, None
        )
        held = await correcting.check(rt, tx, actor, worker, wanted)
        request = Request(
            id, worker.id, command.attribute, command.value, held.value, command.valid_from,
            command.requested_on, command.reason, command.evidence, actor.subject, "requested",
            worker.area_code, worker.office,
        )  # fmt: skip
        await store.add(tx, rt.keyring, request)
        await once.keep(request)
    return request


async def approve_correction(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int
) -> Outcome:
    """Another person approves: the record is changed, the rules are asked again with the facts of the
    day of application, and everything derived is folded again. ``on`` is the day from which the
    consequences are drawn."""
    async with rt.db.transaction() as tx:
        seen = await _in(rt, tx, actor, id)
        await labour_status.hold(tx, [seen.worker_id])
        before = await _in(rt, tx, actor, id, lock=True)
        if before.version != version:
            raise StaleWrite
        after = before.decide("approved", actor.subject, on, rt.today())
        await identities.refuse_merged(tx, before.worker_id)
        worker = await workers.worker_in(rt, tx, actor, before.worker_id, lock=True)
        wanted = Correction(
            before.id, before.attribute, before.value, before.valid_from, on, before.expected
        )
        corrected, event = await correcting.correct(rt, tx, actor, worker, wanted)
        if not await store.save(tx, after, "approved", on, None, actor.subject, event.id):
            raise StaleWrite
        certificate = None
        if before.attribute in DECIDED_ON:
            certificate = await certificates.redecide(
                rt, tx, actor, worker.id, corrected.claims.category, on
            )
            await difficulties.redecide(rt, tx, worker.id, on)
        if before.attribute == "place":
            await transfers.follow(tx, [worker.id])
        # Facts are about whoever has a number: with another one come others.
        causes = await life_facts.bind(tx, [worker.id])
        await consequences.follow(rt, tx, [worker.id], causes)
    rt.wake()
    return Outcome(after, corrected, certificate)


async def refuse_correction(
    rt: Runtime, actor: Actor, id: UUID, on: date, reason: str, version: int
) -> Request:
    """Another person refuses, with a reason; the record stays."""
    return await _end(rt, actor, id, "refused", on, reason, version)


async def withdraw_correction(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int
) -> Request:
    """Whoever asked takes it back."""
    return await _end(rt, actor, id, "withdrawn", on, None, version)


async def _end(
    rt: Runtime,
    actor: Actor,
    id: UUID,
    verdict: domain.Verdict,
    on: date,
    reason: str | None,
    version: int,
) -> Request:
    async with rt.db.transaction() as tx:
        before = await _in(rt, tx, actor, id, lock=True)
        if before.version != version:
            raise StaleWrite
        after = before.decide(verdict, actor.subject, on, rt.today())
        if not await store.save(tx, after, verdict, on, reason, actor.subject, None):
            raise StaleWrite
    return after


async def _in(rt: Runtime, tx: Tx, actor: Actor, id: UUID, *, lock: bool = False) -> Request:
    """One request inside what the caller sees, or 404; one of another area leaves a line."""
    request = await store.get(tx, rt.keyring, id, lock=lock)
    if request is None:
        raise NotFound
    if not actor.may_see(request.area_code):
        raise Denied(request.worker_id)
    return request


async def correction_of(rt: Runtime, actor: Actor, id: UUID) -> Request:
    async with rt.db.looking() as tx:
        return await _in(rt, tx, actor, id)


async def list_corrections(
    rt: Runtime,
    actor: Actor,
    worker_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Request]:
    """Requests of the caller's subtree; or of one person whom the caller may see, under all records
    and wherever they were decided: a person who moved keeps them."""
    async with rt.db.reading() as tx:
        if worker_id is None:
            return await store.page(tx, rt.keyring, actor.area_pattern, None, state, after, limit)
        await workers.worker_in(rt, tx, actor, worker_id)
        records = await identities.records_of(tx, worker_id)
        return await store.page(tx, rt.keyring, "", records, state, after, limit)


async def of(rt: Runtime, tx: Tx, records: Sequence[UUID], limit: int) -> list[Request]:
    """The requests about these records, oldest first."""
    return await store.page(tx, rt.keyring, "", records, None, None, limit)


async def awaiting(
    rt: Runtime, tx: Tx, actor: Actor, pattern: str, after: tuple[date, UUID], limit: int
) -> list[Request]:
    """What others ask for in these areas and this caller could decide, oldest first."""
    return await store.awaiting(tx, rt.keyring, pattern, actor.subject, after, limit)
