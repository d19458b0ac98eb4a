"""What can happen to offices."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID
from weakref import WeakKeyDictionary

from kit import areas as kit_areas
from kit.auth import Actor
from kit.db import Database, Tx
from kit.events import NewEvent
from kit.facts import IdTaken, InTheFuture, OutsideYourArea
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.areas import usecases as areas
from registry.areas.domain import AreaNotInForce, NoSuchArea
from registry.offices import domain, events, store
from registry.offices.domain import Change, ChangeKind, Office, Staff

#: A move that another process wrote is noticed within this time.
FRESH_S = 5.0
#: Since when they are kept, and in which area each office that was asked for is; None: there is none.
_LATELY: WeakKeyDictionary[Database, tuple[float, dict[str, str | None]]] = WeakKeyDictionary()
#: The same of who works where, by account.
_SERVING: WeakKeyDictionary[Database, tuple[float, dict[str, list[Staff]]]] = WeakKeyDictionary()


async def open_all(
    rt: Runtime, tx: Tx, actor: Actor, offices: Sequence[Office]
) -> list[Refusal | None]:
    """Open offices; answers per office why not, or None."""
    known = await store.known(tx, {office.code for office in offices})
    no_area = await areas.unknown(tx, {office.area_code for office in offices})
    early = await areas.not_in_force(tx, ((o.area_code, o.opened_on) for o in offices))
    outcome: list[Refusal | None] = []
    made: list[Office] = []
    for office in offices:
        refusal: Refusal | None = None
        if not actor.may_see(office.area_code):
            refusal = OutsideYourArea()
        elif office.area_code in no_area:
            refusal = NoSuchArea()
        elif (office.area_code, office.opened_on) in early:
            refusal = AreaNotInForce()
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


async def not_open(tx: Tx, asked: Iterable[tuple[str, date]]) -> set[tuple[str, date]]:
    """Those codes with their days of fact where the office exists, but is not open on that day."""
    return await store.not_open(tx, asked)


async def areas_of(tx: Tx, codes: Iterable[str]) -> dict[str, str]:
    """In which area each of these offices is now; absent for codes that name none."""
    asked = set(codes)
    found = await store.by_codes(tx, asked) if asked else {}
    return {code: office.area_code for code, office in found.items()}


async def areas_lately(rt: Runtime, tx: Tx, codes: Iterable[str]) -> dict[str, str]:
    """:func:`areas_of` a few seconds ago at most: for what is shown, never for what is decided."""
    since, known = _LATELY.get(rt.db, (0.0, {}))
    if time.monotonic() - since > FRESH_S:
        since, known = _LATELY[rt.db] = (time.monotonic(), {})
    asked = set(codes)
    if missing := asked - known.keys():
        known |= dict.fromkeys(missing) | await areas_of(tx, missing)
    return {code: area for code in asked if (area := known[code]) is not None}


async def stands_for(tx: Tx, actor: Actor) -> set[str]:
    """The offices in whose place the caller acts: the caller's own, and those of areas that went
    into the caller's."""
    taken_over = await store.within(tx, kit_areas.pattern(actor.former)) if actor.former else set()
    return {actor.office, *taken_over}


async def office_in(tx: Tx, actor: Actor, code: str, on: date | None = None) -> Office:
    """One office inside what the caller sees, or 404."""
    office = await store.by_code(tx, code, on)
    if office is None or not actor.may_see(office.area_code):
        raise NotFound
    return office


async def office_of(rt: Runtime, actor: Actor, code: str, on: date | None = None) -> Office:
    async with rt.db.reading() as tx:
        return await office_in(tx, actor, code, on)


async def list_offices(rt: Runtime, actor: Actor, after: UUID | None, limit: int) -> list[Office]:
    async with rt.db.reading() as tx:
        return await store.page(tx, actor.area_pattern, after, limit)


@dataclass(frozen=True, slots=True)
class ChangeOffice:
    """An office gets a name, moves to another area, or closes, from ``on``."""

    code: str
    kind: ChangeKind
    on: date
    name: str | None = None
    area_code: str | None = None
    id: UUID = field(default_factory=new_id)


async def change_office(rt: Runtime, actor: Actor, command: ChangeOffice) -> Office:
    """Raises what ``Office.check`` raises, and what its new area refuses."""
    async with rt.db.transaction() as tx:
        await store.hold(tx)
        office = await office_in(tx, actor, command.code)
        change = Change(
            command.id, command.code, command.kind, command.on, command.name, command.area_code
        )
        office.check(change, today=rt.today())
        if command.area_code is not None:
            if not actor.may_see(command.area_code):
                raise OutsideYourArea
            if await areas.unknown(tx, [command.area_code]):
                raise NoSuchArea
            if await areas.not_in_force(tx, [(command.area_code, command.on)]):
                raise AreaNotInForce
        await store.add_change(tx, change, actor.subject)
        after = await office_in(tx, actor, command.code)
        data = {
            "code": after.code, "change": change.kind, "name": after.name, "previous": office.name,
        }  # fmt: skip
        await emit(
            tx,
            [
                NewEvent(
                    events.OFFICE_CHANGED, office.id, change.on, after.area_code, office.code, data
                )
            ],
        )
    _LATELY.pop(rt.db, None)
    rt.wake()
    return after


async def assign_all(
    rt: Runtime, tx: Tx, actor: Actor, entries: Sequence[Staff]
) -> list[Refusal | None]:
    """Put accounts on the staff of offices; answers per entry why not, or None."""
    await store.hold(tx)
    offices = await store.by_codes(tx, {entry.office for entry in entries})
    used = await store.staff_ids(tx, [entry.id for entry in entries])
    serving = await store.serving(tx, {entry.account for entry in entries})
    today = rt.today()
    outcome: list[Refusal | None] = []
    made: list[Staff] = []
    for entry in entries:
        office = offices.get(entry.office)
        refusal: Refusal | None = None
        if office is None or not actor.may_see(office.area_code):
            refusal = domain.NoSuchOffice()
        elif entry.since > today:
            refusal = InTheFuture(on=entry.since, today=today)
        elif not office.open_on(entry.since):
            refusal = domain.OfficeNotOpen()
        elif any(other.overlaps(entry) for other in serving):
            refusal = domain.OnStaffAlready()
        elif entry.id in used:
            refusal = IdTaken()
        else:
            used.add(entry.id)
            serving.append(entry)
            made.append(entry)
        outcome.append(refusal)
    await store.add_staff(tx, made, actor.subject)
    return outcome


async def assign_staff(rt: Runtime, actor: Actor, entry: Staff) -> Staff:
    async with rt.db.transaction() as tx:
        await office_in(tx, actor, entry.office)
        (refusal,) = await assign_all(rt, tx, actor, [entry])
        if refusal is not None:
            raise refusal
    _SERVING.pop(rt.db, None)
    return entry


async def roles_lately(rt: Runtime, account: str, office: str, day: date) -> frozenset[str]:
    """As what an account works in an office on a day, by the list of a few seconds ago at most."""
    since, known = _SERVING.get(rt.db, (0.0, {}))
    if time.monotonic() - since > FRESH_S:
        since, known = _SERVING[rt.db] = (time.monotonic(), {})
    if account not in known:
        async with rt.db.looking() as tx:
            known[account] = await store.serving(tx, [account])
    return frozenset(
        entry.role for entry in known[account] if entry.office == office and entry.works_on(day)
    )


async def end_staff(rt: Runtime, actor: Actor, code: str, id: UUID, on: date) -> Staff:
    """The account works there no more from a day on."""
    async with rt.db.transaction() as tx:
        await store.hold(tx)
        await office_in(tx, actor, code)
        entry = await store.staff_entry(tx, code, id)
        if entry is None:
            raise NotFound
        if on > rt.today():
            raise InTheFuture(on=on, today=rt.today())
        if entry.until is not None or on < entry.since:
            raise domain.NotOnStaff
        await store.end_staff(tx, id, on, actor.subject)
        after = await store.staff_entry(tx, code, id)
    _SERVING.pop(rt.db, None)
    assert after is not None
    return after


async def staff_of(
    rt: Runtime, actor: Actor, code: str, on: date | None, after: UUID | None, limit: int
) -> list[Staff]:
    async with rt.db.reading() as tx:
        await office_in(tx, actor, code)
        return await store.staff_of(tx, code, on, after, limit)


async def names_of(tx: Tx, codes: Iterable[str]) -> dict[str, str]:
    """The present names of a few offices by code, for what is printed; of any area."""
    found = {code: await store.by_code(tx, code) for code in codes}
    return {code: office.name for code, office in found.items() if office is not None}
