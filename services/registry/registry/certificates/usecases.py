"""What can happen to certificates: checked, refused, decided again.

Their other steps are in the companions ``applying``, ``posting``, ``issuing``, ``ending`` and ``folding``,
and in the nouns that a clerk keeps apart: objections, inspections, losses, approvals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from kit import decisions
from kit.audit import Denied
from kit.auth import Actor
from kit.db import Tx
from kit.decisions import Decision
from kit.events import EventType, NewEvent
from kit.facts import InTheFuture, MakerIsChecker, StaleWrite
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.certificates import acts, domain, events, reading, standing, store, terms
from registry.certificates.acts import Act
from registry.certificates.deciding import Judge, people_on
from registry.certificates.domain import (
    Certificate,
    RefusalReason,
    Transition,
)
from registry.certificates.evidence import (
    Evidence,
    EvidenceKind,
)
from registry.certificates.terms import Terms
from registry.contributions import usecases as contributions
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.offices import usecases as offices
from registry.workers import usecases as workers
from registry.workers.domain import Category

#: So many papers of one case are looked at.
PAPERS = 200
#: What stands as the actor of a step that nobody took.
BY_CALENDAR = "system:calendar"
#: The step with which a validity ended.
EXPIRED = ("expired", BY_CALENDAR)


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that was seen at the window. ``reference`` says where it is kept."""

    kind: EvidenceKind
    reference: str
    digest: bytes | None = None


def told(
    type: EventType, certificate: Certificate, on: date, data: dict[str, Any], **more: Any
) -> NewEvent:
    """An event about a certificate, placed where its holder is administered."""
    body = {"worker_id": str(certificate.worker_id), **data}
    return NewEvent(
        type, certificate.id, on, certificate.area_code, certificate.office, body, **more
    )


def decided(certificate: Certificate, on: date, **more: Any) -> NewEvent:
    """The event of a decision: granted, or refused with its clause."""
    data: dict[str, Any] = {
        "category": certificate.category,
        "decision_id": str(certificate.decision_id) if certificate.decision_id else None,
    }
    if certificate.entitled:
        return told(events.CERTIFICATE_GRANTED, certificate, on, data, **more)
    data["clause"] = certificate.clause or certificate.reason
    return told(events.CERTIFICATE_REFUSED, certificate, on, data, **more)


def restored(certificate: Certificate, **more: Any) -> NewEvent:
    """The event of a certificate that stands again as if it had never been revoked."""
    assert certificate.issued_on is not None
    assert certificate.valid_until is not None
    data = {
        "category": certificate.category, "state": certificate.state,
        "state_since": certificate.state_on.isoformat(),
        "issued_on": certificate.issued_on.isoformat(),
        "valid_until": certificate.valid_until.isoformat(),
    }  # fmt: skip
    return told(events.CERTIFICATE_RESTORED, certificate, certificate.issued_on, data, **more)


async def of_workers(tx: Tx, workers: Sequence[UUID]) -> list[Certificate]:
    """Every certificate of these records, refused and revoked ones too, the earliest first."""
    return await reading.of_workers(tx, workers)


async def inspectors(tx: Tx, certificates: Sequence[Certificate]) -> dict[UUID, str | None]:
    """Which office inspects each of these (R13); see :func:`registry.certificates.domain.inspector`."""
    areas = await offices.areas_of(tx, _issuers(certificates))
    return {one.id: domain.inspector(one, areas.get(one.issued_by or "")) for one in certificates}


async def inspectors_lately(
    rt: Runtime, tx: Tx, certificates: Sequence[Certificate]
) -> dict[UUID, str | None]:
    """:func:`inspectors` with the offices' areas of a few seconds ago: for what is shown."""
    areas = await offices.areas_lately(rt, tx, _issuers(certificates))
    return {one.id: domain.inspector(one, areas.get(one.issued_by or "")) for one in certificates}


def _issuers(certificates: Sequence[Certificate]) -> set[str]:
    return {one.issued_by for one in certificates if one.issued_by is not None}


def seen(certificate_id: UUID, papers: Sequence[Paper], actor: str) -> list[Evidence]:
    """The papers as they are kept."""
    return [
        Evidence(new_id(), certificate_id, one.kind, one.reference, one.digest, actor)
        for one in papers
    ]


async def keep_evidence(tx: Tx, papers: Sequence[Evidence]) -> None:
    """Keep papers of a set of certificates."""
    await store.add_evidence(tx, papers)


async def keep_papers(
    tx: Tx, actor: Actor, certificate_id: UUID, papers: Sequence[Paper]
) -> list[UUID]:
    """Keep papers that came with a step; answers their ids."""
    kept = seen(certificate_id, papers, actor.subject)
    await store.add_evidence(tx, kept)
    return [paper.id for paper in kept]


async def add_evidence(
    rt: Runtime, actor: Actor, id: UUID, papers: Sequence[Paper]
) -> tuple[Certificate, list[Evidence]]:
    """Papers that came later, to a certificate inside what the caller sees."""
    async with rt.db.transaction() as tx:
        certificate = await certificate_in(tx, actor, id)
        kept = seen(id, papers, actor.subject)
        await store.add_evidence(tx, kept)
    return certificate, kept


async def certificate_in(tx: Tx, actor: Actor, id: UUID, *, lock: bool = False) -> Certificate:
    """One certificate inside what the caller sees, or 404."""
    certificate = await store.get(tx, id, lock=lock)
    if certificate is None:
        raise NotFound
    if not actor.may_see(certificate.area_code):
        raise Denied(certificate.worker_id)
    return certificate


async def named(tx: Tx, ids: Sequence[UUID], numbers: Sequence[str]) -> list[Certificate]:
    """Certificates by id and by number, their holders locked first and then they, in one order. The
    caller judges who may see them."""
    await labour_status.hold(tx, await store.held_by(tx, ids, numbers=numbers))
    return await store.named(tx, ids, numbers)


async def waiting(tx: Tx, state: acts.State, pattern: str, until: date, limit: int) -> list[UUID]:
    """Certificates of an area that wait for the next step, since that day or before."""
    return await reading.waiting(tx, state, pattern, until, limit)


async def stepping(
    rt: Runtime, tx: Tx, actor: Actor, id: UUID, on: date, version: int | None, act: Act
) -> Certificate:
    """The certificate that a step is about to change, locked. Raises 404, 412, ``in-the-future`` and
    ``maker-is-checker``."""
    certificate = await certificate_in(tx, actor, id, lock=True)
    if version is not None and certificate.version != version:
        raise StaleWrite
    if on > rt.today():
        raise InTheFuture
    if act.maker_bars:
        made = (await store.makers_of(tx, [id]))[id]
        if acts.bars(act, actor.subject, made):
            raise MakerIsChecker
    return certificate


async def save_step(
    tx: Tx,
    before: Certificate,
    after: Certificate,
    actor: str,
    event: NewEvent | None,
    evidence: Sequence[UUID] = (),
    *,
    tells_state: bool = True,
    statement: str | None = None,
) -> Certificate:
    """Write a step with its transition and its event. Raises 412 when somebody was faster.

    ``tells_state``: a later reversal names this event (one beside the state, such as an
    investigation's, is never reversed).
    """
    told_event = event.id if event and tells_state else before.told_event
    after = replace(after, version=before.version + 1, told_event=told_event)
    if await store.save(tx, [after]) != 1:
        raise StaleWrite
    if after.step != before.step:
        await store.add_transitions(tx, [transition(after, actor, evidence, statement)])
    await emit(tx, [event] if event else [])
    return after


def transition(
    after: Certificate, actor: str, evidence: Sequence[UUID] = (), statement: str | None = None
) -> Transition:
    """The step that led to where the certificate stands now."""
    reason = after.reason if after.state in ("refused", "revoked") else None
    return Transition(
        after.id, after.step, after.state, after.state_on, actor, reason, tuple(evidence), statement
    )


async def check_certificate(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int
) -> Certificate:
    """The rule decides on the facts of the day of application: checked, or refused. Raises
    ``evidence-missing`` and ``insured-while-without-work``."""
    async with rt.db.transaction() as tx:
        await stepping(rt, tx, actor, id, on, version, acts.CHECK)
        (refusal,) = await check_all(rt, tx, actor, [id], on)
        if refusal is not None:
            raise refusal
        after = await certificate_in(tx, actor, id)
    rt.wake()
    return after


async def check_all(
    rt: Runtime, tx: Tx, actor: Actor, ids: Sequence[UUID], on: date
) -> list[Refusal | None]:
    """The rule decides on applications as one set; answers per application why not, or None. Their rows
    are locked and inside what the caller sees."""
    found = {one.id: one for one in await store.named(tx, ids, [])}
    makers = await store.makers_of(tx, ids)
    papers = await reading.evidence_of(tx, ids, PAPERS)
    contradicted = await contributions.contradicted(tx, [one.worker_id for one in found.values()])
    people = await people_on(rt, tx, {one.worker_id: one.applied_on for one in found.values()})
    judge, terms_of = Judge(rt), Terms(rt)
    outcome: list[Refusal | None] = []
    decided_on: list[Decision] = []
    moved: list[Certificate] = []
    steps: list[Transition] = []
    told_of: list[NewEvent] = []
    for id in ids:
        before = found[id]
        try:
            if on > rt.today():
                raise InTheFuture
            if acts.bars(acts.CHECK, actor.subject, makers[id]):
                raise MakerIsChecker
            domain.not_contradicted(contradicted.get(before.worker_id, ()))
            if before.state == "applied":
                kinds = (paper.kind for paper in papers[id])
                terms_of.check_papers(terms.EVIDENCE, before.category, before.applied_on, kinds)
            decision = judge.decide(id, people[before.worker_id], before.applied_on, on)
            event_id = new_id()
            after = before.check(
                granted=decision.granted, clause=decision.clause, decision_id=decision.id, on=on,
                told_event=event_id,
            )  # fmt: skip
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        decided_on.append(decision)
        moved.append(after)
        steps.append(transition(after, actor.subject, [paper.id for paper in papers[id]]))
        told_of.append(decided(after, on, id=event_id))
        outcome.append(None)
    await decisions.store(tx, decided_on)
    if await store.save(tx, moved) != len(moved):
        raise StaleWrite
    await store.add_transitions(tx, steps)
    await emit(tx, told_of)
    return outcome


async def refuse_certificate(
    rt: Runtime,
    actor: Actor,
    id: UUID,
    on: date,
    version: int,
    reason: RefusalReason,
    papers: Sequence[Paper] = (),
) -> Certificate:
    """Refuse by hand: a proof was false, the application was withdrawn, or it took so long that nothing
    could be issued any more. Never by its maker. Raises ``validity-not-over``."""
    async with rt.db.transaction() as tx:
        before = await stepping(rt, tx, actor, id, on, version, acts.REFUSE)
        if reason == domain.NotValidAnyMore.code:
            person = (await workers.facts_of(tx, [before.worker_id]))[before.worker_id]
            until = Terms(rt).valid_until(max(on, before.applied_on), person)
            if until >= on:
                raise domain.ValidityNotOver(valid_until=until)
        after = before.refuse(reason=reason, on=on)
        proof = await keep_papers(tx, actor, id, papers)
        event = decided(after, on, reverses=before.told_event)
        after = await save_step(tx, before, after, actor.subject, event, proof)
    rt.wake()
    return after


async def _until(rt: Runtime, tx: Tx, certificate: Certificate) -> Certificate:
    """With the last day of validity that what is known of its holder now gives (R12)."""
    if certificate.issued_on is None or certificate.state not in acts.IN_HAND:
        return certificate
    person = (await workers.facts_of(tx, [certificate.worker_id]))[certificate.worker_id]
    return replace(certificate, valid_until=Terms(rt).valid_until(certificate.issued_on, person))


async def redecide(
    rt: Runtime, tx: Tx, actor: Actor, worker_id: UUID, category: Category, on: date
) -> Certificate | None:
    """The worker's category was corrected: ask the rule again with the facts of the day of
    application, and how long what is in hand is valid. Answers the certificate, or None when the
    person never applied. What life facts lay over it stays over it."""
    person = (await identities.person_of(tx, [worker_id]))[worker_id]
    members = (await identities.members_of(tx, [person]))[person]
    before = await store.latest_of(tx, members)
    if before is None:
        return None
    asked = (await people_on(rt, tx, {worker_id: before.applied_on}))[worker_id]
    decision = Judge(rt).decide(before.id, asked, before.applied_on, on)
    await decisions.store(tx, [decision])
    base = standing.lifted(before).redecide(
        category=category, granted=decision.granted, clause=decision.clause,
        decision_id=decision.id, on=on, listed_on=rt.today(),
    )  # fmt: skip
    base = await _until(rt, tx, base)
    after = standing.again(base, before)
    event: NewEvent | None = None
    if after.state == before.state and after.valid_until != before.valid_until:
        # Of a suspended one its reinstatement tells the day.
        event = restored(after) if after.state in ("issued", "lost") else None
    elif after.state == "revoked" != before.state:
        data = {"reason": domain.CORRECTED}
        event = told(
            events.CERTIFICATE_REVOKED, after, after.state_on, data, reverses=before.told_event
        )
    elif after.entitled != before.entitled:
        event = decided(after, after.state_on, reverses=before.told_event)
    after = await save_step(tx, before, after, actor.subject, event)
    reopened = await _reopen(rt, tx, actor, members)
    return reopened if reopened is not None and reopened.id == after.id else after


async def _reopen(rt: Runtime, tx: Tx, actor: Actor, members: Sequence[UUID]) -> Certificate | None:
    """Of these records' certificates the last that is over, when it was over on another day than what
    is known now gives: it stands as before, with that day as its last, also under a fact that lies over
    it; where that day is over too, the calendar ends it again. Not beside another one (R14)."""
    held = await store.all_locked(tx, members)
    over = [one for one in held if standing.lifted(one).state == "expired"]
    if not over or any(one.state in acts.LIVE_STATES for one in held):
        return None
    before = over[-1]
    base = standing.lifted(before)
    assert base.issued_on is not None
    person = (await workers.facts_of(tx, [base.worker_id]))[base.worker_id]
    until = Terms(rt).valid_until(base.issued_on, person)
    if until == base.valid_until:
        return None
    steps = (await reading.transitions_of(tx, [base.id]))[base.id]
    ended = max(n for n, step in enumerate(steps) if (step.state, step.actor) == EXPIRED)
    stood = steps[ended - 1]
    base = base.reopen(state=stood.state, on=stood.day, valid_until=until)
    after = standing.again(base, before)
    event = restored(after, reverses=before.told_event) if after == base else None
    return await save_step(tx, before, after, actor.subject, event)
