"""Persons enrol and get results; whether work followed is derived, whichever fact comes first.

Both doors (a result here, a confirmed placement there) lock the person's row before they look at
the other side, so one of two simultaneous writers always sees what the other one wrote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from jobs_market import events
from jobs_market.enrolments import domain, store
from jobs_market.enrolments.domain import Enrolment, Result, Start
from jobs_market.outcomes import desk_of, each
from jobs_market.training_classes import usecases as classes
from jobs_market.training_classes.domain import TrainingClass, UnknownTrainingClass
from jobs_market.workers import usecases as workers
from jobs_market.workers.domain import WorkerNotYetKnown
from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import only
from kit.idempotency import Claim, once
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime

Counted = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Enrol:
    """A person takes part in a class; the result may be known already."""

    id: UUID
    class_id: UUID
    worker_id: UUID
    enrolled_on: date
    result: Result | None = None
    resulted_on: date | None = None


async def enrol_workers(
    rt: Runtime, tx: Tx, actor: Actor, drafts: Sequence[Enrol]
) -> list[Enrolment | Refusal]:
    """Enrol many, with results where given. An enrolment has its class's area and office."""
    desk = desk_of(rt, actor)
    taken = await store.ENROLMENTS.taken(tx, [draft.id for draft in drafts])
    worker_ids = [draft.worker_id for draft in drafts]
    class_ids = [draft.class_id for draft in drafts]
    known = await workers.known(tx, worker_ids, lock=True)
    opened = await classes.known(tx, class_ids, lock=True)
    pairs = await store.pairs_taken(tx, worker_ids, class_ids)
    starts = _by_worker(await store.starts_of(tx, list(known)))

    def decide(draft: _Placed) -> Enrolment:
        given, one = draft.enrol, draft.training_class
        if one is None:
            raise UnknownTrainingClass
        resulted_on = (given.resulted_on or one.ends_on) if given.result else None
        desk.admit(one.area_code, resulted_on or given.enrolled_on)
        if given.worker_id not in known:
            raise WorkerNotYetKnown
        one.check_takes(given.enrolled_on)
        if (given.worker_id, given.class_id) in pairs:
            raise domain.AlreadyEnrolled
        enrolment = Enrolment(
            given.id,
            given.class_id,
            given.worker_id,
            given.enrolled_on,
            one.ends_on,
            one.area_code,
            one.office,
        )
        if given.result is not None and resulted_on is not None:
            one.check_result(resulted_on, given.result)
            enrolment = enrolment.settle(resulted_on, given.result)
            start = enrolment.employing(starts.get(given.worker_id, ()))
            if start is not None:
                enrolment = enrolment.employ(start, new_id())
        pairs.add((given.worker_id, given.class_id))
        return enrolment

    placed = [_Placed(draft, opened.get(draft.class_id)) for draft in drafts]
    outcomes, good = each(placed, taken, decide)
    await store.ENROLMENTS.add(tx, good)
    await classes.count(tx, _counted(good))
    told: list[NewEvent] = []
    for enrolment in good:
        told.append(_told(events.ENROLMENT_ENROLLED, enrolment, enrolment.enrolled_on))
        if enrolment.result is not None:
            told.append(_resulted(enrolment))
        if enrolment.employed_by is not None:
            told.append(_employed(enrolment))
    await emit(tx, told)
    return outcomes


@dataclass(frozen=True, slots=True)
class _Placed:
    """A draft beside its class, from which it has its area."""

    enrol: Enrol
    training_class: TrainingClass | None

    @property
    def id(self) -> UUID:
        return self.enrol.id

    @property
    def area_code(self) -> str:
        return self.training_class.area_code if self.training_class else ""


def _by_worker(starts: Iterable[Start]) -> dict[UUID, list[Start]]:
    answer: dict[UUID, list[Start]] = {}
    for start in starts:
        answer.setdefault(start.worker_id, []).append(start)
    return answer


def _counted(enrolments: Sequence[Enrolment]) -> dict[UUID, Counted]:
    """(enrolled, passed, failed, dropped) that these add to their classes."""
    counts = Counter((one.class_id, one.result) for one in enrolments)
    answer: dict[UUID, Counted] = {}
    for class_id in {one.class_id for one in enrolments}:
        passed, failed, dropped = (
            counts[class_id, result] for result in ("passed", "failed", "dropped")
        )
        total = passed + failed + dropped + counts[class_id, None]
        answer[class_id] = (total, passed, failed, dropped)
    return answer


def _told(
    kind: EventType,
    one: Enrolment,
    on: date,
    *,
    event_id: UUID | None = None,
    reverses: UUID | None = None,
    **more: object,
) -> NewEvent:
    return NewEvent(
        kind,
        entity_id=one.id,
        valid_from=on,
        area_code=one.area_code,
        office=one.office,
        data=events.payload(worker_id=one.worker_id, class_id=one.class_id, **more),
        reverses=reverses,
        id=event_id or new_id(),
    )


def _resulted(one: Enrolment) -> NewEvent:
    assert one.resulted_on is not None
    return _told(events.ENROLMENT_RESULTED, one, one.resulted_on, result=one.result)


def _employed(one: Enrolment) -> NewEvent:
    assert one.employed_on is not None
    return _told(
        events.ENROLMENT_EMPLOYED,
        one,
        one.employed_on,
        event_id=one.employed_event,
        placement_id=one.employed_by,
    )


async def enrol_worker(
    rt: Runtime, actor: Actor, draft: Enrol, claim: Claim | None = None
) -> Enrolment:
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        enrolment = only(await enrol_workers(rt, tx, actor, [draft]))
        await served.keep(enrolment)
    rt.wake()
    return enrolment


async def record_result(
    rt: Runtime,
    actor: Actor,
    enrolment_id: UUID,
    on: date,
    result: Result,
    claim: Claim | None = None,
) -> Enrolment:
    """Raises AlreadyResulted, ClassNotOver, ClassCompleted, ResultBeforeEnrolment, InTheFuture."""
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        seen = await store.ENROLMENTS.get(tx, enrolment_id)
        if seen is None or not actor.may_see(seen.area_code):
            raise NotFound
        desk_of(rt, actor).admit(seen.area_code, on)
        # The order of locks is that of enrol_workers: person, class, enrolment.
        await workers.known(tx, [seen.worker_id], lock=True)
        one = (await classes.known(tx, [seen.class_id], lock=True))[seen.class_id]
        enrolment = await store.ENROLMENTS.get(tx, enrolment_id, lock=True)
        assert enrolment is not None
        one.check_result(on, result)
        after = enrolment.settle(on, result)
        await store.ENROLMENTS.save(tx, after)
        _, passed, failed, dropped = _counted([after])[after.class_id]
        await classes.count(tx, {after.class_id: (0, passed, failed, dropped)})
        await emit(tx, [_resulted(after)])
        start = after.employing(await store.starts_of(tx, [after.worker_id]))
        if start is not None:
            after = after.employ(start, new_id())
            await store.employ(tx, [after])
            await emit(tx, [_employed(after)])
        await served.keep(after)
    rt.wake()
    return after


async def note_confirmed(tx: Tx, starts: Sequence[Start]) -> None:
    """Placements were confirmed (their persons are locked): who was trained before is employed."""
    if not starts:
        return
    await store.STARTS.add(tx, starts)
    await _employ(tx, _by_worker(starts))


async def _employ(tx: Tx, starts: dict[UUID, list[Start]]) -> None:
    employed = []
    for one in await store.trained_and_unemployed(tx, list(starts)):
        start = one.employing(starts[one.worker_id])
        if start is not None:
            employed.append(one.employ(start, new_id()))
    if employed:
        await store.employ(tx, employed)
        await emit(tx, [_employed(one) for one in employed])


async def note_voided(tx: Tx, placement_id: UUID, worker_id: UUID) -> None:
    """A placement never was (its person is locked): undo what followed, and look at the others."""
    await store.void_start(tx, placement_id)
    undone, told = [], []
    for one in await store.ENROLMENTS.find(tx, [placement_id], by="employed_by", lock=True):
        assert one.employed_on is not None
        undone.append(one.unemploy())
        told.append(
            _told(
                events.ENROLMENT_UNEMPLOYED,
                one,
                one.employed_on,
                reverses=one.employed_event,
                placement_id=placement_id,
            )
        )
    if undone:
        await store.employ(tx, undone)
        await emit(tx, told)
        await _employ(tx, {worker_id: await store.starts_of(tx, [worker_id])})


async def get_enrolment(rt: Runtime, actor: Actor, enrolment_id: UUID) -> Enrolment:
    async with rt.db.looking() as tx:
        enrolment = await store.ENROLMENTS.get(tx, enrolment_id)
    if enrolment is None or not actor.may_see(enrolment.area_code):
        raise NotFound
    return enrolment


async def list_enrolments(
    rt: Runtime,
    actor: Actor,
    after: UUID | None,
    limit: int,
    *,
    class_id: UUID | None = None,
    worker_id: UUID | None = None,
) -> list[Enrolment]:
    """One more than ``limit``, by id, of the caller's areas."""
    async with rt.db.looking() as tx:
        return await store.ENROLMENTS.page(
            tx, actor.area_prefix, after, limit, class_id=class_id, worker_id=worker_id
        )
