"""What can happen to areas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import OutsideYourArea
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.areas import domain, events, store
from registry.areas.domain import Area


@dataclass(frozen=True, slots=True)
class EstablishArea:
    code: str
    name: str
    established_on: date
    id: UUID = field(default_factory=new_id)


async def establish_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[EstablishArea]
) -> list[Refusal | None]:
    """Establish areas; answers per command why not, or None."""
    known = await store.known(tx, {command.code for command in commands})
    outcome: list[Refusal | None] = []
    made: list[Area] = []
    for command in commands:
        try:
            if not actor.may_see(command.code):
                raise OutsideYourArea
            if command.code in known:
                raise domain.AreaExists
            area = domain.establish(command.id, command.code, command.name, command.established_on)
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        known.add(command.code)
        made.append(area)
        outcome.append(None)
    await store.add(tx, made)
    await emit(
        tx,
        [
            NewEvent(
                events.AREA_ESTABLISHED, area.id, area.established_on, area.code, actor.office,
                {"code": area.code, "name": area.name, "level": area.level,
                 "parent_code": area.parent_code},
            )
            for area in made
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


async def area_of(rt: Runtime, actor: Actor, code: str) -> Area:
    """One area inside what the caller sees, or 404."""
    async with rt.db.looking() as tx:
        area = await store.by_code(tx, code)
    if area is None or not actor.may_see(area.code):
        raise NotFound
    return area


async def list_areas(rt: Runtime, actor: Actor, after: str | None, limit: int) -> list[Area]:
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_prefix, after, limit)
