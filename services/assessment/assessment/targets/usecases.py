"""Setting, signing, adjusting and sharing out targets; and which one is in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from assessment.events import TARGET_ADJUSTED, TARGET_SIGNED
from assessment.indicators import usecases as indicators
from assessment.targets import store
from assessment.targets.domain import (
    Decomposition,
    ParentDoesNotFit,
    Target,
    TargetExists,
    decomposition,
    part_of,
)
from kit.auth import Actor
from kit.bulk import row_error
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import StaleWrite
from kit.outbox import emit
from kit.problems import FieldError

if TYPE_CHECKING:
    from kit.service import Runtime

Place = tuple[str, str, int, str, str]


def place_of(target: Target) -> Place:
    """What there may be only one target for."""
    return (target.issuer, target.indicator, target.year, target.area_code, target.office)


async def taken(tx: Tx, targets: Sequence[Target]) -> tuple[set[Place], set[UUID]]:
    """Places and ids that have a target already."""
    known = await store.many(tx, [target.id for target in targets])
    return await store.taken(tx, targets), {target.id for target in known}


async def parents(tx: Tx, targets: Sequence[Target]) -> dict[UUID, Target]:
    """The parents that these targets name, as far as they are known."""
    wanted = {target.parent_id for target in targets if target.parent_id is not None}
    return {target.id: target for target in await store.many(tx, sorted(wanted))} if wanted else {}


async def set_targets(tx: Tx, targets: Sequence[Target]) -> None:
    """Keep targets; those that are signed are told."""
    await store.add(tx, targets)
    await emit(tx, [_signed(target) for target in targets if target.signed_on is not None])


OUTSIDE = (
    "outside-your-area",
    "不在本人可见的区域内",
    "the area is not among those that you may see",
)
UNKNOWN = ("unknown-indicator", "没有这一指标", "there is no such indicator")
EXISTS = (
    "target-exists",
    "该下达者对此地此年此指标已有目标",
    "this issuer has already set this target",
)
MISFIT = (
    "parent-does-not-fit",
    "上级目标不存在或指标、年度不同",
    "the parent is unknown or of another kind",
)


async def import_targets(
    tx: Tx, actor: Actor, rows: Sequence[tuple[int, Target]]
) -> list[FieldError]:
    """Set targets by the lines of a file; answers the lines that were not taken and why."""
    made = [target for _, target in rows]
    places, ids = await taken(tx, made)
    above = await parents(tx, made)
    known = {one.id for one in indicators.every()}
    errors: list[FieldError] = []
    good: list[Target] = []
    for line, target in rows:
        parent = above.get(target.parent_id) if target.parent_id else None
        fits = parent is not None and (parent.indicator, parent.year) == (
            target.indicator,
            target.year,
        )
        if not actor.may_see(target.area_code):
            errors.append(row_error(line, *OUTSIDE, pointer="#/area_code"))
        elif target.indicator not in known:
            errors.append(row_error(line, *UNKNOWN, pointer="#/indicator"))
        elif target.id in ids or place_of(target) in places:
            errors.append(row_error(line, *EXISTS))
        elif target.parent_id is not None and not fits:
            errors.append(row_error(line, *MISFIT, pointer="#/parent_id"))
        else:
            ids.add(target.id)
            places.add(place_of(target))
            above[target.id] = target
            good.append(target)
    if good:
        await set_targets(tx, good)
    return errors


async def set_target(rt: Runtime, target: Target) -> Target:
    """Keep one target, signed or a draft. Raises ``UnknownIndicator``, ``TargetExists``,
    ``ParentDoesNotFit``."""
    indicators.in_force(target.indicator, date(target.year, 12, 31))
    async with rt.db.transaction() as tx:
        places, ids = await taken(tx, [target])
        if place_of(target) in places or target.id in ids:
            raise TargetExists
        if target.parent_id is not None:
            parent = (await parents(tx, [target])).get(target.parent_id)
            if parent is None:
                raise ParentDoesNotFit
            target = part_of(parent, target)
        await set_targets(tx, [target])
    rt.wake()
    return target


async def sign_target(
    rt: Runtime, actor: Actor, target_id: UUID, on: date, document: str | None
) -> Target | None:
    """Sign a draft; None when the caller sees no such target."""
    async with rt.db.transaction() as tx:
        before = await _mine(tx, actor, target_id)
        if before is None:
            return None
        after = before.sign(on, document)
        await store.save(tx, before, after)
        await emit(tx, [_signed(after)])
    rt.wake()
    return after


async def adjust_target(
    rt: Runtime, actor: Actor, target_id: UUID, value: Decimal, effective_on: date,
    document: str, issuer: str, version: int | None,
) -> Target | None:  # fmt: skip
    """Another value from a day on, by the issuer; None when the caller sees no such target.

    Raises StaleWrite when ``version`` is given and not the target's.
    """
    async with rt.db.transaction() as tx:
        before = await _mine(tx, actor, target_id)
        if before is None:
            return None
        if version not in (None, before.version):
            raise StaleWrite
        after = before.adjust(value, effective_on, document, issuer, actor.subject)
        await store.save(tx, before, after)
        await emit(tx, [_adjusted(after)])
    rt.wake()
    return after


async def get_target(rt: Runtime, actor: Actor, target_id: UUID) -> Target | None:
    async with rt.db.reading() as tx:
        found = await store.get(tx, target_id)
    return found if found is not None and actor.may_see(found.area_code) else None


async def decompose(
    rt: Runtime, actor: Actor, target_id: UUID, on: date
) -> tuple[Target, list[Target], Decomposition] | None:
    """A target, its parts, and whether they cover it."""
    async with rt.db.reading() as tx:
        parent = await store.get(tx, target_id)
        if parent is None or not actor.may_see(parent.area_code):
            return None
        children = await store.children(tx, target_id)
    definition = indicators.in_force(parent.indicator, on)
    additive = not (definition.is_rate or definition.is_declared or definition.cap)
    return parent, children, decomposition(parent, children, additive=additive, on=on)


async def list_targets(rt: Runtime, actor: Actor, **filters: Any) -> list[Target]:
    async with rt.db.reading() as tx:
        return await store.listing(tx, area_prefix=actor.area_prefix, **filters)


async def signed_for(tx: Tx, area_code: str, office: str, on: date) -> list[Target]:
    """Targets of a place that are in force on a day."""
    return await store.listing(
        tx, area_prefix=area_code, year=on.year, office=office, signed_by=on, limit=500
    )


async def of_issuer(
    tx: Tx, issuer: str, indicator: str, year: int, area_code: str, office: str
) -> Target | None:
    """The target of one issuer for just this place and year, whatever its state."""
    return await store.of_issuer(tx, issuer, indicator, year, area_code, office)


async def _mine(tx: Tx, actor: Actor, target_id: UUID) -> Target | None:
    found = await store.get(tx, target_id, lock=True)
    return found if found is not None and actor.may_see(found.area_code) else None


def _signed(target: Target) -> NewEvent:
    assert target.signed_on is not None
    return NewEvent(
        TARGET_SIGNED,
        target.id,
        target.signed_on,
        target.area_code,
        target.office,
        {
            "issuer": target.issuer,
            "level": target.level,
            "indicator": target.indicator,
            "year": target.year,
            "value": f"{target.value:f}",
            "area_code": target.area_code,
            "office": None if target.office == "all" else target.office,
        },
    )


def _adjusted(target: Target) -> NewEvent:
    made = target.adjustments[-1]
    return NewEvent(
        TARGET_ADJUSTED,
        target.id,
        made.effective_on,
        target.area_code,
        target.office,
        {
            "issuer": target.issuer,
            "indicator": target.indicator,
            "year": target.year,
            "value_before": f"{made.value_before:f}",
            "value": f"{made.value_after:f}",
            "document": made.document,
        },
    )
