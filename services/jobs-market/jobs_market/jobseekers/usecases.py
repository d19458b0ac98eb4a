"""Persons register as job-seekers, one person-time per period of validity (J4), and withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from jobs_market import events
from jobs_market.jobseekers import domain, store, twice
from jobs_market.jobseekers.domain import Jobseeker, UnknownJobseeker, WithdrawReason
from jobs_market.outcomes import desk_of, each, parameter
from jobs_market.workers import usecases as workers
from jobs_market.workers.domain import Move, WorkerNotYetKnown, check_for_good
from kit import findings
from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import only
from kit.idempotency import Claim, once
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime


@dataclass(frozen=True, slots=True)
class Seek:
    """A person asks to be registered; how long it is valid the policy of the day says."""

    id: UUID
    worker_id: UUID
    registered_on: date
    area_code: str
    office: str


async def register_jobseekers(
    rt: Runtime, tx: Tx, actor: Actor, drafts: Sequence[Seek]
) -> list[Jobseeker | Refusal]:
    """Register many. Persons are locked: nobody registers twice at the same moment."""
    desk = desk_of(rt, actor)
    taken = await store.JOBSEEKERS.taken(tx, [draft.id for draft in drafts])
    ids = [draft.worker_id for draft in drafts]
    known = await workers.known(tx, ids, lock=True)
    records = await workers.records_of(tx, ids)
    earlier: dict[UUID, list[Jobseeker]] = {}
    facts = await workers.facts_of(tx, list(known))
    for one in await store.JOBSEEKERS.find(tx, list(known), by="worker_id"):
        seen = domain.as_known(one, facts[one.worker_id])
        earlier.setdefault(one.worker_id, []).append(seen)

    def decide(draft: Seek) -> Jobseeker:
        desk.admit(draft.area_code, draft.registered_on)
        if draft.worker_id not in known:
            raise WorkerNotYetKnown
        check_for_good(facts[draft.worker_id], draft.registered_on)
        months = parameter(rt, "jobseeker_validity", draft.registered_on)
        new = Jobseeker(
            draft.id,
            draft.worker_id,
            draft.registered_on,
            domain.valid_until(draft.registered_on, months),
            draft.area_code,
            draft.office,
        )
        mine = [one for id in records[draft.worker_id] for one in earlier.get(id, ())]
        domain.check_not_seeking(mine, new)
        seen = domain.as_known(new, facts[draft.worker_id])
        earlier.setdefault(draft.worker_id, []).append(seen)
        return new

    outcomes, good = each(drafts, taken, decide)
    await store.JOBSEEKERS.add(tx, good)
    await emit(tx, [_registered(one) for one in good])
    return outcomes


async def look_at(tx: Tx, records: Sequence[UUID], cause: UUID | None) -> None:
    """Find which of these people are registered twice at once. ``cause``: the event that made the
    records one person, or two."""
    await findings.look_again(tx, records, _of_workers, twice.found_in, cause)


async def _of_workers(tx: Tx, records: Sequence[UUID]) -> list[Jobseeker]:
    return await _as_known(tx, await store.of_workers(tx, records))


async def _as_known(tx: Tx, found: Sequence[Jobseeker]) -> list[Jobseeker]:
    facts = await workers.facts_of(tx, [one.worker_id for one in found])
    return [domain.as_known(one, facts[one.worker_id]) for one in found]


async def follow(tx: Tx, moves: Sequence[Move]) -> None:
    """Who moved keeps the registration, and the new office works on it; what is over stays."""
    by_record = {record: move for move in moves for record in move.records}
    found = await store.JOBSEEKERS.find(tx, list(by_record), by="worker_id", lock=True)
    going = [
        (one.id, move)
        for one in found
        for move in (by_record[one.worker_id],)
        if one.state(move.on) == "active" and move.takes_along(one.area_code)
    ]
    await store.JOBSEEKERS.place(tx, {id: (move.area_code, move.office) for id, move in going})


def _registered(one: Jobseeker) -> NewEvent:
    return NewEvent(
        events.JOBSEEKER_REGISTERED,
        entity_id=one.id,
        valid_from=one.registered_on,
        area_code=one.area_code,
        office=one.office,
        data=events.payload(worker_id=one.worker_id, valid_until=one.valid_until),
    )


async def register_jobseeker(
    rt: Runtime, actor: Actor, draft: Seek, claim: Claim | None = None
) -> Jobseeker:
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        one = only(await register_jobseekers(rt, tx, actor, [draft]))
        await served.keep(one)
    rt.wake()
    return one


async def withdraw_jobseeker(
    rt: Runtime,
    actor: Actor,
    jobseeker_id: UUID,
    on: date,
    reason: WithdrawReason,
    claim: Claim | None = None,
) -> Jobseeker:
    """Raises NotSeeking when there is nothing to withdraw on that day."""
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        one = await store.JOBSEEKERS.get(tx, jobseeker_id, lock=True)
        if one is None or not actor.may_see(one.area_code):
            raise NotFound
        desk_of(rt, actor).admit(one.area_code, on)
        await check_seeks(tx, one.id, on)
        after = one.withdraw(on, reason)
        await store.JOBSEEKERS.save(tx, after)
        await look_at(tx, [after.worker_id], None)
        told = NewEvent(
            events.JOBSEEKER_WITHDRAWN,
            entity_id=after.id,
            valid_from=on,
            area_code=after.area_code,
            office=after.office,
            data=events.payload(worker_id=after.worker_id, reason=reason),
        )
        await emit(tx, [told])
        await served.keep(after)
    rt.wake()
    return after


async def get_jobseeker(rt: Runtime, actor: Actor, jobseeker_id: UUID) -> Jobseeker:
    async with rt.db.reading() as tx:
        one = await store.JOBSEEKERS.get(tx, jobseeker_id)
        if one is None or not actor.may_see(one.area_code):
            raise NotFound
        return (await _as_known(tx, [one]))[0]


async def list_jobseekers(
    rt: Runtime, actor: Actor, after: UUID | None, limit: int, *, worker_id: UUID | None = None
) -> list[Jobseeker]:
    """One more than ``limit``, by id, of the caller's areas."""
    async with rt.db.reading() as tx:
        found = await store.JOBSEEKERS.page(
            tx, actor.area_prefix, after, limit, worker_id=worker_id
        )
        return await _as_known(tx, found)


async def check_seeks(tx: Tx, jobseeker_id: UUID, on: date) -> Jobseeker:
    """The registration, valid on a day. Raises UnknownJobseeker or NotSeeking."""
    one = await store.JOBSEEKERS.get(tx, jobseeker_id, lock=True)
    if one is None:
        raise UnknownJobseeker
    (seen,) = await _as_known(tx, [one])
    seen.check_seeks(on)
    return one
