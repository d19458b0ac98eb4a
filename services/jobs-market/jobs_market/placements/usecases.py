"""A placement is claimed, confirmed on evidence, ended or voided: what each step tells and moves.

Confirming locks the person's row first: of two simultaneous confirmations for one person the second
one sees the first. The partial unique index is the net below.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from jobs_market import events
from jobs_market.enrolments import usecases as enrolments
from jobs_market.enrolments.domain import Start
from jobs_market.outcomes import desk_of, each, parameter
from jobs_market.placements import standing, store
from jobs_market.placements.claims import Facts, gather
from jobs_market.placements.domain import EndReason, Placement, StabilityRule, VoidReason
from jobs_market.public_welfare_posts import usecases as welfare
from jobs_market.public_welfare_posts.domain import Occupancy
from jobs_market.workers import usecases as workers
from kit import findings
from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import IdTaken
from kit.idempotency import Claim, once
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime


async def import_placements(
    rt: Runtime, tx: Tx, actor: Actor, drafts: Sequence[tuple[Placement, date]]
) -> list[Placement | Refusal]:
    """Claim and confirm many, each on a day: every rule of the single steps, per row."""
    desk = desk_of(rt, actor)
    confirmed_on = {draft.id: on for draft, on in drafts}
    claims = [draft for draft, _ in drafts]
    taken = await store.PLACEMENTS.taken(tx, list(confirmed_on))
    facts = await gather(rt, tx, claims, lock=True)
    earlier = await _of_workers(tx, facts)
    occupancies: list[Occupancy] = []

    def decide(draft: Placement) -> Placement:
        on = confirmed_on[draft.id]
        desk.admit(draft.area_code, on)
        claimed = facts.claim(draft)
        confirmed = claimed.confirm(on, new_id(), _others(facts, earlier, claimed))
        if (occupancy := facts.occupy(confirmed)) is not None:
            occupancies.append(occupancy)
        earlier.setdefault(claimed.worker_id, []).append(confirmed)
        return confirmed

    outcomes, good = each(claims, taken, decide)
    await store.PLACEMENTS.add(tx, good)
    await _tell_confirmed(tx, facts, good, occupancies)
    return outcomes


async def _of_workers(tx: Tx, facts: Facts) -> dict[UUID, list[Placement]]:
    """By record, of all records of these people."""
    answer: dict[UUID, list[Placement]] = {}
    for one in await store.PLACEMENTS.find(tx, list(facts.workers), by="worker_id"):
        answer.setdefault(one.worker_id, []).append(one)
    return answer


def _others(facts: Facts, earlier: dict[UUID, list[Placement]], one: Placement) -> list[Placement]:
    """All placements of the same person, under whichever record."""
    return [other for id in facts.records[one.worker_id] for other in earlier.get(id, ())]


async def look_at(tx: Tx, records: Sequence[UUID], cause: UUID | None) -> None:
    """Find which of these people were placed twice for the same days, or are placed though they died or
    left. ``cause``: the event that told of it."""
    everyone = [id for ids in (await workers.records_of(tx, records)).values() for id in ids]
    facts = await workers.facts_of(tx, everyone)

    def found_in(placements: list[Placement]) -> list[findings.Finding]:
        return standing.found_in(placements, facts)

    await findings.look_again(tx, records, store.of_workers, found_in, cause)


async def _tell_confirmed(
    tx: Tx, facts: Facts, placements: Sequence[Placement], occupancies: Sequence[Occupancy]
) -> None:
    """Everything that follows from confirming: the event, the post, the training."""
    await emit(tx, [_confirmed(one) for one in placements])
    await welfare.occupy(tx, facts.admission, occupancies)
    starts = [Start(one.id, one.worker_id, one.started_on) for one in placements]
    await enrolments.note_confirmed(tx, starts)
    gone = [one.worker_id for one in placements if facts.life_facts[one.worker_id]]
    if gone:
        await look_at(tx, gone, None)


def _confirmed(one: Placement) -> NewEvent:
    assert one.confirmed_event is not None
    return NewEvent(
        events.PLACEMENT_CONFIRMED,
        entity_id=one.id,
        valid_from=one.started_on,
        area_code=one.area_code,
        office=one.office,
        data=events.payload(
            worker_id=one.worker_id,
            employer_id=one.employer_id,
            channel=one.channel,
            started_on=one.started_on,
            contract_months=one.contract_months,
            wage=None if one.wage is None else yuan(one.wage),
            new_post=one.new_post,
            post_id=one.post_id,
            public_welfare_post_id=one.public_welfare_post_id,
            sector=one.sector,
            training_class_id=one.training_class_id,
            referral_id=one.referral_id,
        ),
        id=one.confirmed_event,
    )


def _told(
    kind: EventType,
    one: Placement,
    on: date,
    data: dict[str, object],
    reverses: UUID | None = None,
) -> NewEvent:
    return NewEvent(
        kind,
        entity_id=one.id,
        valid_from=on,
        area_code=one.area_code,
        office=one.office,
        data=events.payload(worker_id=one.worker_id, **data),
        reverses=reverses,
    )


async def claim_placement(
    rt: Runtime, actor: Actor, draft: Placement, claim: Claim | None = None
) -> Placement:
    """Note that somebody says so. Nothing counts and nothing is told before it is confirmed."""
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        desk_of(rt, actor).admit(draft.area_code, max(draft.claimed_on, draft.started_on))
        if await store.PLACEMENTS.taken(tx, [draft.id]):
            raise IdTaken
        facts = await gather(rt, tx, [draft], lock=False)
        placement = facts.claim(draft)
        await store.PLACEMENTS.add(tx, [placement])
        await served.keep(placement)
    return placement


async def _mine(tx: Tx, actor: Actor, placement_id: UUID) -> Placement:
    """The placement with its person and itself locked, in that order."""
    seen = await store.PLACEMENTS.get(tx, placement_id)
    if seen is None or not actor.may_see(seen.area_code):
        raise NotFound
    await workers.known(tx, [seen.worker_id], lock=True)
    placement = await store.PLACEMENTS.get(tx, placement_id, lock=True)
    assert placement is not None
    return placement


async def confirm_placement(
    rt: Runtime, actor: Actor, placement_id: UUID, on: date, claim: Claim | None = None
) -> Placement:
    """The evidence was seen: it counts. Raises AlreadyPlaced, WrongPlacementState, NotInDifficulty,
    PostOccupied, and what a claim may raise (the facts may have changed since)."""
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        placement = await _mine(tx, actor, placement_id)
        desk_of(rt, actor).admit(placement.area_code, on)
        facts = await gather(rt, tx, [placement], lock=True)
        others = _others(facts, await _of_workers(tx, facts), placement)
        after = facts.claim(placement).confirm(on, new_id(), others)
        occupancy = facts.occupy(after)
        await store.PLACEMENTS.save(tx, after)
        await _tell_confirmed(tx, facts, [after], [] if occupancy is None else [occupancy])
        await served.keep(after)
    rt.wake()
    return after


async def end_placement(
    rt: Runtime,
    actor: Actor,
    placement_id: UUID,
    on: date,
    reason: EndReason,
    claim: Claim | None = None,
) -> Placement:
    """The work ended; a public-welfare post becomes free on that day."""
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        placement = await _mine(tx, actor, placement_id)
        desk_of(rt, actor).admit(placement.area_code, on)
        after = placement.end(on, reason)
        await store.PLACEMENTS.save(tx, after)
        data: dict[str, object] = {"ended_on": on, "reason": reason}
        await emit(tx, [_told(events.PLACEMENT_ENDED, after, on, data)])
        await welfare.vacate(tx, after.id, on, voided=False)
        await look_at(tx, [after.worker_id], None)
        await served.keep(after)
    rt.wake()
    return after


async def void_placement(
    rt: Runtime,
    actor: Actor,
    placement_id: UUID,
    on: date,
    reason: VoidReason,
    claim: Claim | None = None,
) -> Placement:
    """It never was: the confirmation is reversed from its first day, with all that followed here."""
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        placement = await _mine(tx, actor, placement_id)
        desk_of(rt, actor).admit(placement.area_code, on)
        after = placement.void(on, reason)
        await store.PLACEMENTS.save(tx, after)
        told = _told(
            events.PLACEMENT_VOIDED,
            after,
            after.started_on,
            {"reason": reason},
            reverses=after.confirmed_event,
        )
        await emit(tx, [told])
        await welfare.vacate(tx, after.id, on, voided=True)
        await enrolments.note_voided(tx, after.id, after.worker_id)
        await look_at(tx, [after.worker_id], None)
        await served.keep(after)
    rt.wake()
    return after


async def get_placement(rt: Runtime, actor: Actor, placement_id: UUID) -> Placement:
    async with rt.db.looking() as tx:
        placement = await store.PLACEMENTS.get(tx, placement_id)
    if placement is None or not actor.may_see(placement.area_code):
        raise NotFound
    return placement


def is_stable(rt: Runtime, placement: Placement) -> bool:
    """J16 by the parameters of the day on which the work began, looked at today."""
    on = placement.started_on
    rule = StabilityRule(parameter(rt, "stable_contract", on), parameter(rt, "stable_paid", on))
    return placement.stable(rt.today(), rule)


async def list_placements(
    rt: Runtime,
    actor: Actor,
    after: UUID | None,
    limit: int,
    *,
    worker_id: UUID | None = None,
    employer_id: UUID | None = None,
    state: str | None = None,
) -> list[Placement]:
    """One more than ``limit``, by id, of the caller's areas."""
    async with rt.db.looking() as tx:
        return await store.PLACEMENTS.page(
            tx,
            actor.area_prefix,
            after,
            limit,
            worker_id=worker_id,
            employer_id=employer_id,
            state=state,
        )
