"""What can happen to areas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from kit.areas import parent as parent_of
from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import InTheFuture, OutsideYourArea
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.areas import domain, events, seeds, store, succession
from registry.areas.domain import Area, Change, ChangeKind


@dataclass(frozen=True, slots=True)
class EstablishArea:
    code: str
    name: str
    established_on: date
    id: UUID = field(default_factory=new_id)


async def establish_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[EstablishArea]
) -> list[Refusal | None]:
    """Establish areas, each after the one that it is part of; answers per command why not, or None.
    The topmost of the city's own list hangs on a published code, or on nothing that anybody keeps."""
    above = {parent for command in commands if (parent := parent_of(command.code))}
    known = await store.known(tx, {command.code for command in commands} | above)
    outcome: list[Refusal | None] = []
    made: list[tuple[UUID, Area]] = []
    for command in commands:
        try:
            if not actor.may_see(command.code):
                raise OutsideYourArea
            if command.code in known:
                raise domain.AreaExists
            if command.established_on > rt.today():
                raise InTheFuture(on=command.established_on, today=rt.today())
            parent = parent_of(command.code)
            if parent and parent not in known and seeds.of_code(parent) is None:
                raise domain.NoParentArea(parent=parent)
            area = domain.establish(command.id, command.code, command.name, command.established_on)
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        known.add(command.code)
        made.append((command.id, area))
        outcome.append(None)
    await store.add(tx, [area for _, area in made])
    await emit(
        tx,
        [
            NewEvent(
                events.AREA_ESTABLISHED, id, area.established_on, area.code, actor.office,
                {"code": area.code, "name": area.name, "level": area.level,
                 "parent_code": area.parent_code},
            )
            for id, area in made
        ],
    )  # fmt: skip
    return outcome


async def establish_area(rt: Runtime, actor: Actor, command: EstablishArea) -> Area:
    async with rt.db.transaction() as tx:
        (refusal,) = await establish_all(rt, tx, actor, [command])
        if refusal is not None:
            raise refusal
    rt.wake()
    return domain.establish(command.id, command.code, command.name, command.established_on)


async def unknown(tx: Tx, codes: Iterable[str]) -> set[str]:
    """Those of ``codes`` that name no area."""
    asked = set(codes)
    return asked - await store.known(tx, asked) if asked else set()


async def not_in_force(tx: Tx, asked: Iterable[tuple[str, date]]) -> set[tuple[str, date]]:
    """Those codes with their days of fact where the area exists, but not on that day."""
    return await store.not_holding(tx, asked)


@dataclass(frozen=True, slots=True)
class ChangeArea:
    """An area gets a name, goes into another one, or ends, from ``on``."""

    code: str
    kind: ChangeKind
    on: date
    name: str | None = None
    successor_code: str | None = None
    id: UUID = field(default_factory=new_id)


async def change_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[ChangeArea]
) -> list[Refusal | None]:
    """Changes in the order given; answers per command why not, or None."""
    await store.hold(tx)
    outcome: list[Refusal | None] = []
    for command in commands:
        try:
            await _change(rt, tx, actor, command)
        except Refusal as refusal:
            outcome.append(refusal)
        else:
            outcome.append(None)
    return outcome


async def _change(rt: Runtime, tx: Tx, actor: Actor, command: ChangeArea) -> None:
    if not actor.may_see(command.code):
        raise OutsideYourArea
    area = await store.by_code(tx, command.code)
    if area is None or area.id is None:
        raise domain.NoSuchArea
    successor = None
    if command.successor_code is not None:
        successor = await store.by_code(tx, command.successor_code)
    change = Change(
        command.id, command.code, command.kind, command.on, command.name, command.successor_code
    )
    parts = await store.has_parts(tx, command.code, command.on)
    area.check(change, today=rt.today(), parts=parts, successor=successor)
    data: dict[str, Any] = {"code": area.code, "name": area.name, "level": area.level}
    if command.kind == "renamed":
        data |= {"name": command.name or "", "previous": area.name_on(command.on)}
    else:
        data |= {"successor_code": command.successor_code}
    told = events.AREA_RENAMED if command.kind == "renamed" else events.AREA_ENDED
    event = NewEvent(told, area.id, change.on, area.code, actor.office, data)
    await store.add_change(tx, replace(change, told_event=event.id), actor.subject)
    await emit(tx, [event])


async def change_area(rt: Runtime, actor: Actor, command: ChangeArea) -> Area:
    async with rt.db.transaction() as tx:
        (refusal,) = await change_all(rt, tx, actor, [command])
        if refusal is not None:
            raise refusal
        area = await store.by_code(tx, command.code)
        assert area is not None
    succession.forget(rt)
    rt.wake()
    return area


async def take_back(rt: Runtime, actor: Actor, code: str, change_id: UUID, reason: str) -> Area:
    """A change that was wrong: it never happened, and the area is called and holds as without it.
    What was recorded meanwhile keeps its code. Raises ``unknown-area-change``, ``parent-area-ended``."""
    async with rt.db.transaction() as tx:
        await store.hold(tx)
        if not actor.may_see(code):
            raise OutsideYourArea
        area = await store.by_code(tx, code)
        if area is None or area.id is None:
            raise domain.NoSuchArea
        above = area.parent_code
        parent = await store.by_code(tx, above) if above else None
        found = next((c for c in await store.changes_of(tx, [code]) if c.id == change_id), None)
        change = domain.check_reversal(found, parent)
        event_id = new_id()
        await store.take_back(tx, change.id, reason, actor.subject, event_id)
        after = await store.by_code(tx, code)
        assert after is not None
        event = NewEvent(
            events.AREA_CHANGE_REVERSED, area.id, change.on, area.code, actor.office,
            {"code": area.code, "kind": change.kind, "name": after.name, "level": area.level},
            reverses=change.told_event, id=event_id,
        )  # fmt: skip
        await emit(tx, [event])
    succession.forget(rt)
    rt.wake()
    return after


async def changes_of(rt: Runtime, actor: Actor, code: str) -> list[Change]:
    """What happened to an area inside what the caller sees, in the order of record; else 404."""
    if not actor.may_see(code):
        raise NotFound
    async with rt.db.looking() as tx:
        if not await store.known(tx, [code]):
            raise NotFound
        return await store.changes_of(tx, [code])


async def area_of(rt: Runtime, actor: Actor, code: str, on: date | None = None) -> Area:
    """One area of the municipal list inside what the caller sees, or of the seed where that list is
    silent; else 404."""
    if not actor.may_see(code):
        raise NotFound
    async with rt.db.reading() as tx:
        area = await store.by_code(tx, code)
    area = area or seeds.of_code(code, on)
    if area is None:
        raise NotFound
    return area


async def list_areas(
    rt: Runtime, actor: Actor, parent: str | None, on: date | None, after: str | None, limit: int
) -> list[Area]:
    async with rt.db.reading() as tx:
        return await store.page(tx, actor.area_pattern, parent, on, after, limit)


def seeded(rt: Runtime, on: date | None, after: tuple[str, date] | None, limit: int) -> list[Area]:
    """The published codes of the city's province, by code and first day."""
    return [
        area
        for area in seeds.of_province(rt.settings.city[:2])
        if (on is None or area.holds_on(on))
        and (after is None or (area.code, area.established_on) > after)
    ][:limit]
