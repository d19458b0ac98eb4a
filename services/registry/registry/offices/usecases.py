"""What can happen to offices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import OutsideYourArea
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.areas import usecases as areas
from registry.areas.domain import NoSuchArea
from registry.offices import domain, events, store
from registry.offices.domain import Office


async def open_all(
    rt: Runtime, tx: Tx, actor: Actor, offices: Sequence[Office]
) -> list[Refusal | None]:
    """Open offices; answers per office why not, or None."""
    known = await store.known(tx, {office.code for office in offices})
    no_area = await areas.unknown(tx, {office.area_code for office in offices})
    outcome: list[Refusal | None] = []
    made: list[Office] = []
    for office in offices:
        refusal: Refusal | None = None
        if not actor.may_see(office.area_code):
            refusal = OutsideYourArea()
        elif office.area_code in no_area:
            refusal = NoSuchArea()
        elif office.code in known:
            refusal = domain.OfficeExists()
        else:
            known.add(office.code)
            made.append(office)
        outcome.append(refusal)
    await store.add(tx, made)
    await emit(
        tx,
        [
            NewEvent(
                events.OFFICE_OPENED, office.id, office.opened_on, office.area_code, office.code,
                {"code": office.code, "name": office.name, "kind": office.kind,
                 "staff": office.staff},
            )
            for office in made
        ],
    )  # fmt: skip
    return outcome


async def open_office(rt: Runtime, actor: Actor, office: Office) -> Office:
    async with rt.db.transaction() as tx:
        (refusal,) = await open_all(rt, tx, actor, [office])
        if refusal is not None:
            raise refusal
    rt.wake()
    return office


async def unknown(tx: Tx, codes: Iterable[str]) -> set[str]:
    """Those of ``codes`` that name no office."""
    asked = set(codes)
    return asked - await store.known(tx, asked) if asked else set()


async def office_of(rt: Runtime, actor: Actor, code: str) -> Office:
    """One office inside what the caller sees, or 404."""
    async with rt.db.looking() as tx:
        office = await store.by_code(tx, code)
    if office is None or not actor.may_see(office.area_code):
        raise NotFound
    return office


async def list_offices(rt: Runtime, actor: Actor, after: UUID | None, limit: int) -> list[Office]:
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_prefix, after, limit)
