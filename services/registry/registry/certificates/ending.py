"""How certificates end: withdrawn by hand, suspended and expired by the calendar, set by set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.outbox import emit
from kit.service import Runtime
from registry.benefits import recovering
from registry.benefits.recovering import Restoration, Withdrawal
from registry.certificates import (
    acts,
    domain,
    events,
    folding,
    issuing,
    reading,
    standing,
    store,
    usecases,
)
from registry.certificates.domain import Certificate, RevocationReason, Transition
from registry.certificates.terms import Terms
from registry.certificates.usecases import Paper
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.workers import usecases as workers

#: A set is taken in steps of so many, each a transaction of its own.
CHUNK = 5_000


async def revoked(
    rt: Runtime, tx: Tx, before: Certificate, on: date, reason: RevocationReason
) -> Certificate:
    """The certificate as a withdrawal for a reason of R17, from the day of the fact, would leave it.
    Raises ``certificate-state``, ``step-out-of-order`` and ``not-of-retirement-age``."""
    if reason == "retirement-age":
        await _check_age(rt, tx, before.worker_id, on)
    return before.revoke(reason=reason, on=on)


async def revoke(
    rt: Runtime,
    tx: Tx,
    actor: Actor,
    before: Certificate,
    on: date,
    reason: RevocationReason,
    proof: Sequence[UUID],
) -> Certificate:
    """Withdraw it on the papers that prove it; its holder is locked. Benefits granted from that day on
    are taken off it. What an authority wrote for the time after is ordered back at once; what other
    services paid, they recover. Raises as :func:`revoked`."""
    after = await revoked(rt, tx, before, on, reason)
    event = usecases.told(events.CERTIFICATE_REVOKED, after, on, {"reason": reason})
    after = await usecases.save_step(tx, before, after, actor.subject, event, proof)
    worker = after.worker_id
    await issuing.annotate(rt, tx, [worker], {})
    withdrawn = Withdrawal(worker, after.id, reason, actor.subject, event.as_cause())
    if await recovering.order_after(tx, [withdrawn]):
        await issuing.annotate(rt, tx, [worker], {})
    return after


async def _check_age(rt: Runtime, tx: Tx, worker_id: UUID, on: date) -> None:
    """The register proves the age: nobody reaches it before the statutory day (R18)."""
    person = (await workers.facts_of(tx, [worker_id]))[worker_id]
    retires = Terms(rt).retires_on(person, on)
    if on < retires:
        raise domain.NotOfRetirementAge(retires_on=retires)


async def restore(
    rt: Runtime,
    tx: Tx,
    actor: Actor,
    id: UUID,
    version: int,
    note: str,
    papers: Sequence[Paper],
) -> Certificate:
    """A withdrawal by hand was wrong: by another person than who withdrew it. It stands as it did
    before, as if it had never been revoked, under the facts that were told meanwhile. Raises
    ``certificate-exists`` when the person has another one by now."""
    held = await usecases.certificate_in(tx, actor, id)
    worker = held.worker_id
    records = await labour_status.hold(tx, [worker])
    before = await usecases.stepping(rt, tx, actor, id, rt.today(), version, acts.RESTORE)
    stood = await _before_withdrawal(tx, id)
    after = before.restore(state=stood.state, on=stood.day)
    if await store.workers_with_live(tx, sorted(records)):
        raise domain.CertificateExists
    proof = await usecases.keep_papers(tx, actor, id, papers)
    event = usecases.restored(after, reverses=before.told_event)
    await usecases.save_step(tx, before, after, actor.subject, event, proof, statement=note)
    persons = set((await identities.person_of(tx, [worker])).values())
    moved = await folding.refold(rt, tx, await labour_status.known_of(tx, persons), {})
    await recovering.lift_after(tx, [Restoration(worker, id, actor.subject, event.as_cause())])
    await issuing.settle(rt, tx, [worker], {}, moved)
    return await usecases.certificate_in(tx, actor, id)


async def _before_withdrawal(tx: Tx, id: UUID) -> Transition:
    """The step before a person withdrew it last."""
    steps = (await reading.transitions_of(tx, [id]))[id]
    by_hand = [
        n
        for n, step in enumerate(steps)
        if step.state == "revoked" and step.actor != folding.BY_FACT
    ]
    if not by_hand:
        raise domain.WrongState(state=steps[-1].state)
    return steps[by_hand[-1] - 1]


async def suspend_uninspected(rt: Runtime, year: int, opens: date, closed_on: date) -> int:
    """Suspend what was not inspected in a year whose window has closed. Answers how many.

    ``closed_on`` is the first day after the window. What was issued in the window's own time is
    inspected the year after.
    """

    async def find(tx: Tx, of: Sequence[UUID] | None) -> list[Certificate]:
        return await store.uninspected(tx, year, opens, CHUNK, of)

    def suspend(before: Certificate) -> tuple[Certificate, NewEvent]:
        after = before.suspend(year=year, on=max(closed_on, before.state_on))
        told = usecases.told(events.CERTIFICATE_SUSPENDED, after, after.state_on, {"year": year})
        return after, told

    return await _all(rt, find, suspend)


async def expire_outlived(rt: Runtime) -> int:
    """Expire what is in hand and was valid until a day before today (R12). Answers how many."""
    today = rt.today()

    async def find(tx: Tx, of: Sequence[UUID] | None) -> list[Certificate]:
        return await store.outlived(tx, today, CHUNK, of)

    def expire(before: Certificate) -> tuple[Certificate, NewEvent]:
        first = standing.over_since(before)
        assert first is not None
        assert before.valid_until is not None
        after = before.expire(on=max(first, before.state_on))
        data = {"valid_until": before.valid_until.isoformat()}
        return after, usecases.told(events.CERTIFICATE_EXPIRED, after, first, data)

    return await _all(rt, find, expire)


async def expire_certificates(rt: Runtime) -> None:
    """The job of that name."""
    await expire_outlived(rt)


#: What is due a step: of all, not locked, or only of some, locked.
Find = Callable[[Tx, Sequence[UUID] | None], Awaitable[list[Certificate]]]
Step = Callable[[Certificate], tuple[Certificate, NewEvent]]


async def _all(rt: Runtime, find: Find, step: Step) -> int:
    """Take the same step for all that ``find`` gives, set by set until there is nothing left. What
    their holders were given for days without force is found in the step's own transaction: people are
    locked before certificates everywhere, so it looks, holds them, and looks again."""
    done = 0
    while True:
        async with rt.db.transaction() as tx:
            due = await find(tx, None)
            if not due:
                return done
            await labour_status.hold(tx, [one.worker_id for one in due])
            taken = [step(before) for before in await find(tx, [one.id for one in due])]
            moved = [replace(after, told_event=event.id) for after, event in taken]
            await store.save(tx, moved)
            await store.add_transitions(
                tx, [usecases.transition(after, usecases.BY_CALENDAR) for after in moved]
            )
            await emit(tx, [event for _, event in taken])
            await issuing.annotate(rt, tx, [after.worker_id for after in moved], {})
        rt.wake()
        done += len(taken)
        if len(due) < CHUNK:
            return done


@dataclass(frozen=True, slots=True)
class Late:
    """A certificate that was inspected late: on a day, for a year, on its evidence. ``event_id``: by
    which others are told."""

    before: Certificate
    on: date
    year: int
    evidence: Sequence[UUID]
    event_id: UUID


async def reinstate_all(rt: Runtime, tx: Tx, actor: Actor, late: Sequence[Late]) -> None:
    """Certificates inspected late may be used again. Their holders are locked."""
    moved: list[Certificate] = []
    told: list[NewEvent] = []
    steps = []
    for one in late:
        after = one.before.reinstate(on=one.on)
        assert after.valid_until is not None
        data = {"year": one.year, "valid_until": after.valid_until.isoformat()}
        moved.append(after)
        steps.append(usecases.transition(after, actor.subject, one.evidence))
        told.append(
            usecases.told(events.CERTIFICATE_REINSTATED, after, one.on, data, id=one.event_id)
        )
    await store.save(tx, moved)
    await store.add_transitions(tx, steps)
    await emit(tx, told)
    if moved:
        await issuing.annotate(rt, tx, [after.worker_id for after in moved], {})


async def uninspect(
    rt: Runtime,
    tx: Tx,
    actor: Actor,
    before: Certificate,
    year: int,
    inspection_id: UUID,
    since: date | None,
    reason: str,
) -> Certificate:
    """The inspection of a year was taken back: what it kept in force is suspended from ``since`` on
    (None: nothing is), also under a fact that lies over it. The holder is locked."""
    if since is None:
        return before
    base = standing.lifted(before).uninspect(year=year, on=since)
    after = standing.again(base, before)
    event = None
    if after.state == "suspended":
        event = usecases.told(events.CERTIFICATE_SUSPENDED, after, since, {"year": year})
    after = await usecases.save_step(
        tx, before, after, actor.subject, event, [inspection_id], statement=reason
    )
    await issuing.annotate(rt, tx, [after.worker_id], {})
    return after
