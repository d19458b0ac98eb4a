"""Reading certificates: a case with the limit of its step and what its reader may do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kit import decisions
from kit.audit import Denied, note
from kit.auth import Actor
from kit.db import Tx
from kit.problems import NotFound
from kit.service import Runtime
from registry.calendars import usecases as calendars
from registry.certificates import acts, issuing, reading, store, usecases
from registry.certificates.acts import State
from registry.certificates.domain import (
    Certificate,
    Transition,
)
from registry.certificates.evidence import (
    Evidence,
)
from registry.certificates.reading import Counts
from registry.certificates.store import Maker
from registry.certificates.terms import TIMED, Terms
from registry.contributions import usecases as contributions
from registry.identities import usecases as identities
from registry.offices import usecases as offices

#: The states in which an application waits while contributions contradict it, and the acts it waits for.
WAITS: frozenset[State] = frozenset({"applied", "checked", "publicised"})
BARRED = frozenset(act.code for act in (acts.CHECK, acts.PUBLICISE, acts.ISSUE))


@dataclass(frozen=True, slots=True)
class Case:
    """``due_on``: last day of the limit of the current step (``provisional``: counted in a year whose
    calendar is not published). ``allowed``: codes of the acts that the caller may take next.
    ``days_late``: working days since the limit passed; 0 in time. ``contradicted``: months in which an
    employer insured the applicant while without work, for which the application waits."""

    certificate: Certificate
    due_on: date | None
    provisional: bool
    allowed: list[str]
    days_late: int = 0
    contradicted: Sequence[date] = ()


async def present(
    rt: Runtime, tx: Tx, actor: Actor, found: Sequence[tuple[Certificate, Sequence[Maker]]]
) -> list[Case]:
    """Certificates as cases for this caller."""
    terms, today = Terms(rt), rt.today()
    calendar = await calendars.current(rt, tx)
    inspectors = await usecases.inspectors_lately(rt, tx, [one for one, _ in found])
    stands_for, of_city = await offices.stands_for(tx, actor), issuing.of_city(actor)
    waiting = [one.worker_id for one, _ in found if one.state in WAITS]
    contradicted = await contributions.contradicted(tx, waiting)
    made: list[Case] = []
    for certificate, makers in found:
        due = terms.due(certificate, calendar)
        # A certificate under a fact waits for the fact: no act applies to it.
        free = certificate.held_state is None
        if certificate.state == "revoked" and not certificate.withdrawn_by_hand:
            free = False  # what a correction revoked, a correction gives back
        allowed = (
            acts.allowed(
                certificate.state, subject=actor.subject, scopes=actor.scopes, offices=stands_for,
                inspected_by=inspectors[certificate.id], makers=makers, of_city=of_city,
            )
            if free
            else []
        )  # fmt: skip
        late = 0 if due is None or due >= today else calendar.working_days_between(due, today)
        provisional = due is not None and calendar.is_provisional(certificate.state_on, due)
        months = contradicted.get(certificate.worker_id, ()) if certificate.state in WAITS else ()
        if months:
            allowed = [act for act in allowed if act not in BARRED]
        made.append(Case(certificate, due, provisional, allowed, late, months))
    return made


async def presented(
    rt: Runtime, tx: Tx, actor: Actor, certificates: Sequence[Certificate]
) -> list[Case]:
    """:func:`present`, with the makers looked up."""
    makers = await store.makers_of(tx, [one.id for one in certificates])
    return await present(rt, tx, actor, [(one, makers[one.id]) for one in certificates])


async def after_step(rt: Runtime, actor: Actor, certificate: Certificate) -> Case:
    """What the answer to a step shows."""
    async with rt.db.looking() as tx:
        (case,) = await presented(rt, tx, actor, [certificate])
    return case


async def case_of(rt: Runtime, actor: Actor, id: UUID) -> Case:
    """One case inside what the caller sees, or 404."""
    async with rt.db.looking() as tx:
        found = await store.with_makers(tx, "id", id)
        if found is None:
            raise NotFound
        if not actor.may_see(found[0].area_code):
            raise Denied(found[0].worker_id)
        (case,) = await present(rt, tx, actor, [found])
    return case


async def by_number(rt: Runtime, actor: Actor, number: str) -> list[Case]:
    """The certificate with this number, when the caller may see it; one at most."""
    async with rt.db.looking() as tx:
        found = await store.with_makers(tx, "number", number)
        if found is None:
            return []
        if actor.may_see(found[0].area_code):
            return await present(rt, tx, actor, [found])
    await note(rt, actor, "list_certificates", [found[0].worker_id], (), outcome="denied")
    return []


async def list_cases(
    rt: Runtime,
    actor: Actor,
    pattern: str,
    worker_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Case]:
    """Cases of the areas of a pattern, which lies in what the caller sees; of one person under all
    records."""
    async with rt.db.looking() as tx:
        asked = None if worker_id is None else await identities.records_of(tx, worker_id)
        found = await reading.page(tx, pattern, asked, state, after, limit)
        return await presented(rt, tx, actor, found)


async def overdue(
    rt: Runtime, actor: Actor, pattern: str, step: State | None, after: UUID | None, limit: int
) -> list[Case]:
    """Cases whose limit has passed, in the caller's subtree."""
    terms, today = Terms(rt), rt.today()
    async with rt.db.looking() as tx:
        calendar = await calendars.current(rt, tx)
        steps = TIMED if step is None else (step,)
        borders = {one: terms.last_late(one, today, calendar) for one in steps}
        found = await reading.late(tx, pattern, borders, after, limit)
        return await presented(rt, tx, actor, found)


async def posted(
    rt: Runtime, tx: Tx, pattern: str, after: UUID | None, limit: int
) -> list[tuple[Certificate, date]]:
    """What stands on the public list of an area today, each with the first day without it."""
    terms, today = Terms(rt), rt.today()
    # Posted on the border or before: the days are over. Walking back finds it.
    border = today
    while terms.publicity_ends(border) > today:
        border -= timedelta(days=1)
    found = await reading.posted(tx, pattern, border, after, limit)
    return [(one, terms.publicity_ends(one.posted_on)) for one in found]


#: What an approver is waited for, and the state in which it waits.
APPROVALS: Mapping[str, tuple[acts.Act, State]] = {
    act.code: (act, act.sources[0])
    for act in (acts.ISSUE, acts.CONFIRM, acts.DISMISS, acts.REISSUE)
}


async def awaiting(
    rt: Runtime,
    tx: Tx,
    actor: Actor,
    pattern: str,
    code: str,
    after: tuple[date, UUID],
    limit: int,
) -> list[tuple[Certificate, str]]:
    """What this caller could decide today, by the day of the step before, each with who made that
    step: of those to be issued (again) only the ones whose publicity (notice) is over."""
    act, state = APPROVALS[code]
    if act.by_city and not issuing.of_city(actor):
        return []
    terms, border = Terms(rt), rt.today()
    ends = {acts.ISSUE: terms.publicity_ends, acts.REISSUE: terms.notice_ends}.get(act)
    # Days of a law are few: walking back finds the last one that is over.
    while ends is not None and ends(border) > rt.today():
        border -= timedelta(days=1)
    found = await reading.awaiting(
        tx, state, pattern, border, after, actor.subject, act.maker_bars, limit
    )
    makers = await store.makers_of(tx, [one.id for one in found])
    return [(one, makers[one.id][-1][1]) for one in found]


async def history_of(rt: Runtime, actor: Actor, id: UUID) -> tuple[Certificate, list[Transition]]:
    async with rt.db.reading() as tx:
        certificate = await usecases.certificate_in(tx, actor, id)
        return certificate, (await reading.transitions_of(tx, [id]))[id]


async def steps_of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, list[Transition]]:
    """The steps of each of these certificates, in order."""
    return await reading.transitions_of(tx, ids)


async def standing_of(
    tx: Tx, workers: Sequence[UUID], on: date, known_at: datetime | None
) -> list[Transition]:
    """The last step of each certificate of these records by a day, as known at an instant."""
    return await reading.standing_of(tx, workers, on, known_at)


async def evidence_of(rt: Runtime, actor: Actor, id: UUID) -> tuple[Certificate, list[Evidence]]:
    async with rt.db.reading() as tx:
        certificate = await usecases.certificate_in(tx, actor, id)
        return certificate, (await papers_of(tx, [id], usecases.PAPERS))[id]


async def papers_of(tx: Tx, ids: Sequence[UUID], limit: int) -> dict[UUID, list[Evidence]]:
    """The papers seen for each of these certificates, oldest first, at most ``limit`` of each."""
    return await reading.evidence_of(tx, ids, limit)


async def decision_of(rt: Runtime, actor: Actor, id: UUID) -> tuple[Certificate, dict[str, Any]]:
    """The record of the decision that holds, or 404 before the check."""
    async with rt.db.reading() as tx:
        certificate = await usecases.certificate_in(tx, actor, id)
        record = None
        if certificate.decision_id is not None:
            record = await decisions.load(tx, certificate.decision_id)
    if record is None:
        raise NotFound
    return certificate, record


async def counts_of(rt: Runtime, actor: Actor) -> Counts:
    async with rt.db.looking() as tx:
        return await reading.counts(tx, actor.area_pattern)


async def certificates_among(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Certificate]:
    """Certificates by id, of any area: for nouns that say how one stands."""
    return {certificate.id: certificate for certificate in await reading.some(tx, ids)}


async def issued_after(tx: Tx, actor: Actor, after: UUID | None, limit: int) -> list[Certificate]:
    """Issued certificates of the caller's subtree in the order of their ids."""
    return await reading.page(tx, actor.area_pattern, None, "issued", after, limit)
