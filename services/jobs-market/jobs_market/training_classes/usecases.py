"""Classes are opened and completed; enrolments count themselves here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from jobs_market import events
from jobs_market.outcomes import desk_of, each
from jobs_market.training_classes import store
from jobs_market.training_classes.domain import TrainingClass, UnknownTrainingClass
from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import only
from kit.idempotency import Claim, once
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime


def _told(kind: EventType, one: TrainingClass, on: date, data: dict[str, object]) -> NewEvent:
    return NewEvent(
        kind,
        entity_id=one.id,
        valid_from=on,
        area_code=one.area_code,
        office=one.office,
        data=events.payload(**data),
    )


async def open_classes(
    rt: Runtime, tx: Tx, actor: Actor, drafts: Sequence[TrainingClass]
) -> list[TrainingClass | Refusal]:
    desk = desk_of(rt, actor)
    taken = await store.CLASSES.taken(tx, [draft.id for draft in drafts])

    def decide(draft: TrainingClass) -> TrainingClass:
        desk.admit(draft.area_code, draft.starts_on)
        draft.check_dates()
        return draft

    outcomes, good = each(drafts, taken, decide)
    await store.CLASSES.add(tx, good)
    await emit(
        tx,
        [
            _told(
                events.TRAINING_CLASS_OPENED,
                one,
                one.starts_on,
                {
                    "provider": one.provider,
                    "subject": one.subject,
                    "kind": one.kind,
                    "planned": one.planned,
                    "ends_on": one.ends_on,
                },
            )
            for one in good
        ],
    )
    return outcomes


async def open_class(
    rt: Runtime, actor: Actor, draft: TrainingClass, claim: Claim | None = None
) -> TrainingClass:
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        one = only(await open_classes(rt, tx, actor, [draft]))
        await served.keep(one)
    rt.wake()
    return one


async def complete_class(
    rt: Runtime, actor: Actor, class_id: UUID, on: date, claim: Claim | None = None
) -> TrainingClass:
    """Raises ClassCompleted, ClassNotOver, ResultsMissing, InTheFuture."""
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        after = await _complete(rt, tx, actor, class_id, on)
        await served.keep(after)
    rt.wake()
    return after


async def complete_classes(
    rt: Runtime, tx: Tx, actor: Actor, drafts: Sequence[tuple[UUID, date]]
) -> list[TrainingClass | Refusal]:
    """Complete many (there are some two hundred a year: one statement each)."""
    outcomes: list[TrainingClass | Refusal] = []
    for class_id, on in drafts:
        try:
            outcomes.append(await _complete(rt, tx, actor, class_id, on))
        except NotFound:
            outcomes.append(UnknownTrainingClass())
        except Refusal as refusal:
            outcomes.append(refusal)
    return outcomes


async def _complete(rt: Runtime, tx: Tx, actor: Actor, class_id: UUID, on: date) -> TrainingClass:
    one = await store.CLASSES.get(tx, class_id, lock=True)
    if one is None or not actor.may_see(one.area_code):
        raise NotFound
    desk_of(rt, actor).admit(one.area_code, on)
    after = one.complete(on)
    await store.CLASSES.save(tx, after)
    data: dict[str, object] = {
        "enrolled": after.enrolled,
        "passed": after.passed,
        "failed": after.failed,
        "dropped": after.dropped,
    }
    await emit(tx, [_told(events.TRAINING_CLASS_COMPLETED, after, on, data)])
    return after


async def get_class(rt: Runtime, actor: Actor, class_id: UUID) -> TrainingClass:
    async with rt.db.looking() as tx:
        one = await store.CLASSES.get(tx, class_id)
    if one is None or not actor.may_see(one.area_code):
        raise NotFound
    return one


async def list_classes(
    rt: Runtime, actor: Actor, after: UUID | None, limit: int, *, kind: str | None = None
) -> list[TrainingClass]:
    """One more than ``limit``, by id, of the caller's areas."""
    async with rt.db.looking() as tx:
        return await store.CLASSES.page(tx, actor.area_prefix, after, limit, kind=kind)


async def known(
    tx: Tx, ids: Sequence[UUID | None], *, lock: bool = False
) -> dict[UUID, TrainingClass]:
    """Those of these classes that exist, locked when they are going to be counted."""
    wanted = {class_id for class_id in ids if class_id is not None}
    if not wanted:
        return {}
    return {one.id: one for one in await store.CLASSES.find(tx, sorted(wanted), lock=lock)}


async def count(tx: Tx, more: Mapping[UUID, tuple[int, int, int, int]]) -> None:
    """Add enrolled, passed, failed and dropped to locked classes."""
    if more:
        await store.count(tx, more)
