"""A letter sends a job-seeker to a vacancy; the employer's answer fills it or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from jobs_market import events
from jobs_market.jobseekers import usecases as jobseekers
from jobs_market.outcomes import desk_of
from jobs_market.referrals import domain, store
from jobs_market.referrals.domain import Outcome, Referral
from jobs_market.vacancies import usecases as vacancies
from jobs_market.workers import usecases as workers
from jobs_market.workers.domain import Move, check_for_good
from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import IdTaken
from kit.idempotency import Claim, once
from kit.outbox import emit
from kit.problems import NotFound
from kit.service import Runtime


def _told(kind: EventType, referral: Referral, on: date, data: dict[str, object]) -> NewEvent:
    return NewEvent(
        kind,
        entity_id=referral.id,
        valid_from=on,
        area_code=referral.area_code,
        office=referral.office,
        data=events.payload(worker_id=referral.worker_id, vacancy_id=referral.vacancy_id, **data),
    )


async def issue_referral(
    rt: Runtime,
    actor: Actor,
    referral_id: UUID,
    jobseeker_id: UUID,
    vacancy_id: UUID,
    on: date,
    office: str,
    claim: Claim | None = None,
) -> Referral:
    """Write the letter; it belongs to the area of the job-seeker's registration.

    Raises UnknownJobseeker, NotSeeking, UnknownVacancy, VacancyClosed, AlreadyReferred."""
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        seeker = await jobseekers.check_seeks(tx, jobseeker_id, on)
        desk_of(rt, actor).admit(seeker.area_code, on)
        await vacancies.check_open(tx, vacancy_id, on)
        if await store.REFERRALS.taken(tx, [referral_id]):
            raise IdTaken
        if await store.exists(tx, seeker.worker_id, vacancy_id):
            raise domain.AlreadyReferred
        referral = Referral(
            referral_id, jobseeker_id, seeker.worker_id, vacancy_id, on, seeker.area_code, office
        )
        await store.REFERRALS.add(tx, [referral])
        await emit(
            tx, [_told(events.REFERRAL_ISSUED, referral, on, {"jobseeker_id": jobseeker_id})]
        )
        await served.keep(referral)
    rt.wake()
    return referral


async def resolve_referral(
    rt: Runtime,
    actor: Actor,
    referral_id: UUID,
    on: date,
    outcome: Outcome,
    claim: Claim | None = None,
) -> Referral:
    """Note the employer's answer; a hire fills the vacancy. Raises ReferralResolved, VacancyClosed,
    DeadOrRetired."""
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        referral = await store.REFERRALS.get(tx, referral_id, lock=True)
        if referral is None or not actor.may_see(referral.area_code):
            raise NotFound
        desk_of(rt, actor).admit(referral.area_code, on)
        after = referral.resolve(on, outcome)
        await store.REFERRALS.save(tx, after)
        await emit(tx, [_told(events.REFERRAL_RESOLVED, after, on, {"outcome": outcome})])
        if outcome == "hired":
            facts = await workers.facts_of(tx, [after.worker_id])
            check_for_good(facts[after.worker_id], on)
            await vacancies.fill(tx, after.vacancy_id, on)
        await served.keep(after)
    rt.wake()
    return after


async def follow(tx: Tx, moves: Sequence[Move]) -> None:
    """Letters that wait for their answer go with whoever moved; answered ones stay."""
    by_record = {record: move for move in moves for record in move.records}
    found = await store.REFERRALS.find(tx, list(by_record), by="worker_id", lock=True)
    going = [
        (one.id, move)
        for one in found
        for move in (by_record[one.worker_id],)
        if one.outcome is None and move.takes_along(one.area_code)
    ]
    await store.REFERRALS.place(tx, {id: (move.area_code, move.office) for id, move in going})


async def get_referral(rt: Runtime, actor: Actor, referral_id: UUID) -> Referral:
    async with rt.db.looking() as tx:
        referral = await store.REFERRALS.get(tx, referral_id)
    if referral is None or not actor.may_see(referral.area_code):
        raise NotFound
    return referral


async def list_referrals(
    rt: Runtime,
    actor: Actor,
    after: UUID | None,
    limit: int,
    *,
    worker_id: UUID | None = None,
    vacancy_id: UUID | None = None,
) -> list[Referral]:
    """One more than ``limit``, by id, of the caller's areas."""
    async with rt.db.looking() as tx:
        return await store.REFERRALS.page(
            tx, actor.area_prefix, after, limit, worker_id=worker_id, vacancy_id=vacancy_id
        )


async def known(tx: Tx, ids: Sequence[UUID | None]) -> dict[UUID, Referral]:
    """Those of these letters that exist."""
    wanted = {referral_id for referral_id in ids if referral_id is not None}
    if not wanted:
        return {}
    return {one.id: one for one in await store.REFERRALS.find(tx, sorted(wanted))}
