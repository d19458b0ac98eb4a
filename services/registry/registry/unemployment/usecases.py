"""What can happen to registrations: opened with a worker, or folded again after a fact."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kit.audit import Denied
from kit.auth import Actor
from kit.db import Tx
from kit.events import Event, EventType, NewEvent
from kit.facts import add_months
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.service import Runtime
from registry.areas.succession import pattern_of
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.labour_status.usecases import Known, Opening
from registry.unemployment import domain, events, store
from registry.unemployment.domain import (
    Filed,
    Filing,
    Registration,
    Stage,
    State,
    UnemploymentSpell,
)
from registry.unemployment.store import Wanted

NO_CONTACT = "registry.unemployment_no_contact_months"
HIRE_DAYS = "registry.unemployment_hire_filing_days"
SEPARATION_DAYS = "registry.unemployment_separation_filing_days"

_TYPES: dict[State, EventType] = {
    "registered": events.REGISTERED,
    "employed": events.EMPLOYED,
    "cancelled": events.CANCELLED,
    "void": events.VOIDED,
}


async def open_all(
    rt: Runtime, tx: Tx, openings: Sequence[Opening], early: Collection[UUID]
) -> None:
    """New workers whose first status is ``unemployed`` are registered. ``early`` are those of whom
    something was told before: they are folded."""
    rows: list[Registration] = []
    told: list[NewEvent] = []
    for o in openings:
        if o.status != "unemployed" or o.worker_id in early:
            continue
        row = Registration(
            new_id(), o.worker_id, "registered", o.since, o.declaration_id, "unstated", 1, None,
            None, o.since, None, None, None, o.area_code, o.office, new_id(),
        )  # fmt: skip
        rows.append(row)
        told.append(_event(events.REGISTERED, row, None))
    if rows:
        await store.add(tx, rows)
        await emit(tx, told)
    if early:
        await refold(rt, tx, early, {})


def _event(type: EventType, row: Registration, reverses: UUID | None) -> NewEvent:
    """What is told of a registration that has reached its present stage."""
    data: dict[str, Any] = {"worker_id": str(row.worker_id)}
    if row.state != "void":
        data |= {"since": row.since.isoformat(), "spell": row.spell}
    if row.state == "registered":
        data["kind"] = row.kind
    elif row.state == "employed":
        data["placement_id"] = str(row.placement_id) if row.placement_id else None
    elif row.state == "cancelled":
        data["reason"] = row.reason
    assert row.told_event is not None
    return NewEvent(
        type, row.id, row.since, row.area_code, row.office, data, reverses=reverses,
        id=row.told_event,
    )  # fmt: skip


async def refold(
    rt: Runtime,
    tx: Tx,
    workers: Iterable[UUID],
    causes: Mapping[UUID, Event],
    known: Mapping[UUID, Known] | None = None,
) -> None:
    """Derive registrations of these persons again and tell of those whose stage changed. Their
    records are locked; ``known`` spares reading what the labour status was just folded from."""
    if known is None:
        persons = set((await identities.person_of(tx, workers)).values())
        facts: Mapping[UUID, Known] = await labour_status.known_of(tx, persons)
    else:
        persons, facts = set(known), known
    rows = {row.worker_id: row for row in await store.of(tx, list(persons))}
    # Whoever was never unemployed has no registration and needs none.
    touched = [
        person
        for person in persons
        if person in rows or any(fact.status == "unemployed" for fact in facts[person].declared)
    ]
    if not touched:
        return
    filings = await filings_of(tx, touched)
    places = {place.worker_id: place for place in await labour_status.places_of(tx, touched)}
    made: list[Registration] = []
    changed: list[Registration] = []
    told: list[NewEvent] = []
    for person in sorted(touched):
        history = domain.stages(
            facts[person].spells(), facts[person].declared, filings.get(person, ())
        )
        before = rows.get(person)
        papers = domain.of_jobs(filings.get(person, ()), facts[person].placements)
        after = _folded(before, places[person], history, papers)
        if after is None or after == before:
            continue
        if before is None or after.stage != before.stage:
            type, reverses = _news(before, after, history)
            after = replace(after, told_event=new_id())
            event = _event(type, after, reverses)
            cause = causes.get(person)
            told.append(event.because_of(cause) if cause else event)
        (made if before is None else changed).append(after)
    if made:
        await store.add(tx, made)
    if changed:
        await store.save(tx, changed)
    await emit(tx, told)


def _folded(
    before: Registration | None,
    place: labour_status.Place,
    history: Sequence[Stage],
    filings: Sequence[Filing],
) -> Registration | None:
    """The row as the fold has it; None for a person who never registered."""
    if before is None and not history:
        return None
    if before is not None and not history:
        return replace(
            before, state="void", reason=None, placement_id=None, contacted_on=None, awaits=None,
            awaits_job=None, awaits_since=None, area_code=place.area_code, office=place.office,
        )  # fmt: skip
    now = history[-1]
    row = Registration(
        before.id if before else new_id(), place.worker_id, now.state, now.since, now.entry,
        now.kind, now.spell, now.reason, now.placement_id, None, None, None, None, place.area_code,
        place.office, before.told_event if before else None, before.version if before else 1,
    )  # fmt: skip
    paper = domain.awaited(history, filings)
    return replace(
        row,
        contacted_on=domain.last_contact(history, filings),
        awaits=paper.what if paper else None,
        awaits_job=paper.job_id if paper else None,
        awaits_since=paper.on if paper else None,
    )


def _news(
    before: Registration | None, after: Registration, history: Sequence[Stage]
) -> tuple[EventType, UUID | None]:
    """What is told, and what that reverses: the last thing told, when the facts no longer hold it."""
    type = _TYPES[after.state]
    if after.state == "registered" and before is not None and before.entry == after.entry:
        type = events.RESUMED
    gone = before is not None and before.state != "void" and before.stage not in history
    return type, before.told_event if before is not None and gone else None


async def file(tx: Tx, filed: Sequence[Filed]) -> None:
    """Keep filings; the caller folds the people again."""
    await store.file(tx, filed)


async def filings_of(
    tx: Tx, persons: Iterable[UUID], known_at: datetime | None = None
) -> dict[UUID, list[Filing]]:
    """Everything filed about these persons, of all their records, as known at an instant (None: now);
    absent without any."""
    members = await identities.members_of(tx, persons, known_at)
    of = await store.filings_of(tx, [id for ids in members.values() for id in ids], known_at)
    found = {p: [one for id in ids for one in of.get(id, ())] for p, ids in members.items()}
    return {person: filings for person, filings in found.items() if filings}


async def stages_of(
    tx: Tx, persons: Iterable[UUID], known_at: datetime | None = None
) -> dict[UUID, list[Stage]]:
    """The registrations of these persons in time, as they were known at an instant (None: now)."""
    asked = list(set(persons))
    known = await labour_status.known_of(tx, asked, known_at)
    filings = await filings_of(tx, asked, known_at)
    return {
        person: domain.stages(facts.spells(), facts.declared, filings.get(person, ()))
        for person, facts in known.items()
    }


async def of(tx: Tx, workers: Iterable[UUID]) -> dict[UUID, Registration]:
    """The registrations of these workers as they stand; absent for those who never registered."""
    return {row.worker_id: row for row in await store.of(tx, list(workers))}


async def registration_in(tx: Tx, actor: Actor, id: UUID) -> Registration:
    """One registration inside what the caller sees, or 404."""
    row = await store.get(tx, id)
    if row is None:
        raise NotFound
    if not actor.may_see(row.area_code):
        raise Denied(row.worker_id)
    return row


@dataclass(frozen=True, slots=True)
class Case:
    """A registration with its whole history."""

    row: Registration
    history: list[Stage]
    spells: list[UnemploymentSpell]


async def case_in(tx: Tx, actor: Actor, id: UUID) -> Case:
    (case,) = await _cases(tx, [await registration_in(tx, actor, id)])
    return case


async def _cases(tx: Tx, rows: Sequence[Registration]) -> list[Case]:
    histories = await stages_of(tx, [row.worker_id for row in rows])
    return [
        Case(row, history, domain.spells(history))
        for row in rows
        for history in [histories.get(row.worker_id, [])]
    ]


async def cases_of(tx: Tx, records: Sequence[UUID]) -> list[Case]:
    """The registrations of these records, of the first record first."""
    rows = {row.worker_id: row for row in await store.of(tx, records)}
    return await _cases(tx, [rows[id] for id in records if id in rows])


async def filed_of(tx: Tx, records: Sequence[UUID], limit: int) -> list[Filed]:
    """What was filed about these records, oldest first."""
    return await store.filed_page(tx, "", records, False, None, limit)


async def case_of(rt: Runtime, actor: Actor, id: UUID) -> Case:
    async with rt.db.reading() as tx:
        return await case_in(tx, actor, id)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """How a list is narrowed by a caller. ``out_of_touch``: no contact for the months of R20;
    ``overdue``: a filing of R19 is missing past its limit."""

    worker_id: UUID | None = None
    state: State | None = None
    kind: domain.Kind | None = None
    area: str | None = None
    out_of_touch: bool = False
    overdue: bool = False


async def list_registrations(
    rt: Runtime, actor: Actor, by: Narrowed, after: UUID | None, limit: int
) -> list[Registration]:
    today = rt.today()
    area = None if by.area is None else await pattern_of(rt, by.area)
    wanted = Wanted(by.worker_id, by.state, by.kind, area)
    if by.out_of_touch:
        months = integer(rt, NO_CONTACT, today)
        wanted = replace(wanted, uncontacted=add_months(today, -months))
    if by.overdue:
        wanted = replace(
            wanted,
            hire_before=date.fromordinal(today.toordinal() - integer(rt, HIRE_DAYS, today)),
            separation_before=date.fromordinal(
                today.toordinal() - integer(rt, SEPARATION_DAYS, today)
            ),
        )
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_pattern, wanted, after, limit)


async def list_filings(
    rt: Runtime, actor: Actor, id: UUID | None, late: bool, after: UUID | None, limit: int
) -> list[Filed]:
    """What was filed under one registration (None: in the caller's area), oldest first."""
    async with rt.db.reading() as tx:
        workers: list[UUID] | None = None
        if id is not None:
            row = await registration_in(tx, actor, id)
            workers = (await identities.members_of(tx, [row.worker_id]))[row.worker_id]
        return await store.filed_page(tx, actor.area_pattern, workers, late, after, limit)


def ages_on(rt: Runtime, on: date) -> domain.Ages:
    """R18 by the law of a day. Raises ``kit.policy.NoValue``."""
    names = (domain.AGE_MIN, domain.AGE_MALE, domain.AGE_FEMALE, domain.AGE_CADRE)
    return domain.Ages(*(integer(rt, name, on) for name in names))


def integer(rt: Runtime, parameter: str, on: date) -> int:
    """A whole number of the law on a day. Raises ``kit.policy.NoValue``."""
    value = rt.policies.value(parameter, on).value
    assert isinstance(value, int)
    return value
