"""What can happen to a labour status: opened, declared, or folded again after a fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from kit.audit import Denied
from kit.auth import Actor
from kit.db import Tx
from kit.events import Event, NewEvent
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.service import Runtime
from registry.identities import usecases as identities
from registry.labour_status import domain, events, store
from registry.labour_status.domain import (
    Awaiting,
    Declared,
    Document,
    Hearing,
    LabourStatus,
    Placement,
    Spell,
    Withdrawal,
)
from registry.labour_status.store import Row
from registry.life_facts import usecases as life_facts
from registry.life_facts.domain import LifeFact


@dataclass(frozen=True, slots=True)
class Opening:
    """A person's first status, with the place that administers it."""

    worker_id: UUID
    status: LabourStatus
    since: date
    area_code: str
    office: str
    document: Document | None = None
    declaration_id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person is administered."""

    worker_id: UUID
    area_code: str
    office: str


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that a person's status is folded from, of all records that are this person."""

    declared: list[Declared]
    placements: list[Placement]
    life: list[LifeFact]

    def spells(self) -> list[Spell]:
        return domain.spells(self.declared, self.placements, self.life)

    def withdrawals(self) -> list[Withdrawal]:
        return domain.withdrawals(self.declared, self.life)


@dataclass(frozen=True, slots=True)
class Standing:
    """The record and the whole history, as it is folded now; and what nobody has confirmed yet."""

    row: Row
    history: list[Spell]
    declared: list[Declared]
    awaiting: list[Awaiting]


async def open_all(tx: Tx, openings: Sequence[Opening]) -> set[UUID]:
    """Open records for new workers. What was heard of them before is folded in at once; answers
    of whom that was."""
    rows = [
        Row(new_id(), o.worker_id, Spell(o.status, o.since), o.area_code, o.office, None, 1)
        for o in openings
    ]
    await store.add(tx, rows, [(o.declaration_id, o.document) for o in openings])
    opened = [row.worker_id for row in rows]
    early = set(await store.heard_of(tx, opened, None)) | set(await life_facts.of(tx, opened))
    if early:
        await refold(tx, early, {})
    return early


async def hold(tx: Tx, workers: Iterable[UUID]) -> set[UUID]:
    """Let nobody else fold anything about these people until this transaction ends. Answers all
    their records."""
    everyone = await identities.everyone(tx, workers)
    await store.hold(tx, sorted(everyone))
    return everyone


async def known_of(
    tx: Tx, persons: Iterable[UUID], known_at: datetime | None = None
) -> dict[UUID, Known]:
    """What statuses of these persons are folded from, as it was known at an instant (None: now);
    ``persons`` are surviving records as of then."""
    members = await identities.members_of(tx, persons, known_at)
    everyone = [id for ids in members.values() for id in ids]
    declared = await store.declared_of(tx, everyone, known_at)
    heard = await store.heard_of(tx, everyone, known_at)
    life = await life_facts.of(tx, everyone, known_at)

    return {
        person: Known(
            [fact for id in ids for fact in declared.get(id, ())],
            domain.placements([told for id in ids for told in heard.get(id, ())]),
            [fact for id in ids for fact in life.get(id, ())],
        )
        for person, ids in members.items()
    }


async def spells_of(
    tx: Tx, workers: Iterable[UUID], known_at: datetime | None = None
) -> dict[UUID, list[Spell]]:
    """The statuses of these persons in time, oldest first, as they were known at an instant (None:
    now); empty for those of whom nothing was declared by then. ``workers`` are surviving records."""
    known = await known_of(tx, workers, known_at)
    return {person: facts.spells() for person, facts in known.items()}


async def status_on(tx: Tx, days: Mapping[UUID, date]) -> dict[UUID, Spell]:
    """The status of each worker on a day of his or her own; absent when nothing held yet."""
    found: dict[UUID, Spell] = {}
    earlier: list[UUID] = []
    for row in await store.of(tx, list(days)):
        if row.spell.since <= days[row.worker_id]:
            found[row.worker_id] = row.spell
        else:
            earlier.append(row.worker_id)
    if earlier:
        known = await known_of(tx, earlier)
        for worker in earlier:
            spell = domain.on(days[worker], known[worker].spells())
            if spell is not None:
                found[worker] = spell
    return found


async def placements_of(tx: Tx, workers: Iterable[UUID]) -> dict[UUID, list[Placement]]:
    """Every placement that was heard of these persons, voided ones too; absent for the others.
    Jobs that only filings tell of are no placements."""
    found: dict[UUID, list[Placement]] = {}
    for person, known in (await known_of(tx, workers)).items():
        if placed := [job for job in known.placements if not job.filed]:
            found[person] = placed
    return found


async def hear(tx: Tx, heard: Sequence[Hearing]) -> list[UUID]:
    """Jobs began, ended, or never were. Answers the workers, whose records stay locked; the caller
    folds them again."""
    workers = {hearing.worker_id for hearing in heard}
    await hold(tx, workers)
    await store.hear(tx, heard)
    return sorted(workers)


async def refold(
    tx: Tx, workers: Iterable[UUID], causes: Mapping[UUID, Event]
) -> dict[UUID, Known]:
    """Derive current statuses again and tell of those that changed. Records are locked. Answers
    what they were folded from, for whoever folds on."""
    persons = set((await identities.person_of(tx, workers)).values())
    rows = await store.of(tx, list(persons))
    known = await known_of(tx, [row.worker_id for row in rows])
    # One that was taken back is not among these: whoever takes it back tells so.
    await _tell_withdrawals(
        tx,
        {p: k for p, k in known.items() if any(f.status in domain.WITHDRAWN for f in k.declared)},
    )
    changed: list[Row] = []
    told: list[NewEvent] = []
    for row in rows:
        history = known[row.worker_id].spells()
        spell = history[-1]
        if spell == row.spell:
            continue
        event = NewEvent(
            events.LABOUR_STATUS_CHANGED, row.id, spell.since, row.area_code, row.office,
            {
                "worker_id": str(row.worker_id), "status": spell.status,
                "previous": row.spell.status, "since": spell.since.isoformat(),
                "placement_id": str(spell.placement_id) if spell.placement_id else None,
            },
            # What was told no longer holds on any day: a placement voided, a declaration reversed.
            reverses=row.told_event if row.spell not in history else None,
        )  # fmt: skip
        cause = causes.get(row.worker_id)
        told.append(event.because_of(cause) if cause else event)
        changed.append(replace(row, spell=spell, told_event=event.id))
    if changed:
        await store.save(tx, changed)
        await emit(tx, told)
    return known


async def tell_withdrawals(tx: Tx, worker_id: UUID) -> dict[UUID, Event]:
    """Tell what this office confirmed or took back of a person as it tells an authority's word (E8).
    Answers by worker the last event told, as the cause of what follows."""
    persons = (await identities.person_of(tx, [worker_id])).values()
    return await _tell_withdrawals(tx, await known_of(tx, persons))


async def _tell_withdrawals(tx: Tx, known: Mapping[UUID, Known]) -> dict[UUID, Event]:
    """The times in which these persons stand outside of the labour force by the word of two."""
    if not known:
        return {}
    members = await identities.members_of(tx, known)
    everyone = [id for ids in members.values() for id in ids]
    until = {
        one.id: one.until
        for facts in known.values()
        for one in domain.withdrawals(facts.declared, ())
    }
    facts = [
        domain.as_life_fact(worker_id, fact, until.get(fact.id))
        for worker_id, fact in await store.confirmed_of(tx, everyone)
    ]
    return await life_facts.bind_declared(tx, everyone, facts, until)


async def history_of(tx: Tx, worker_id: UUID) -> list[Spell]:
    """All spells of the person whom this record belongs to, oldest first."""
    person = (await identities.person_of(tx, [worker_id]))[worker_id]
    return (await known_of(tx, [person]))[person].spells()


async def transfer(tx: Tx, worker_id: UUID, area_code: str, office: str) -> None:
    """Another office administers the person from now on; the record is locked."""
    await store.transfer(tx, worker_id, area_code, office)


async def withdrawn(tx: Tx, workers: Sequence[UUID]) -> set[UUID]:
    """Those of these records whose person stands outside of the labour force now."""
    return await store.withdrawn(tx, workers)


async def places_of(tx: Tx, workers: Iterable[UUID]) -> list[Place]:
    """Where these workers are administered."""
    rows = await store.of(tx, list(workers))
    return [Place(row.worker_id, row.area_code, row.office) for row in rows]


async def declare_all(
    tx: Tx,
    facts: Sequence[tuple[UUID, Declared]],
    actor: str,
    document: Document | None = None,
    *,
    awaits: bool = False,
) -> None:
    """Keep declarations of workers; the caller folds them again. What ``awaits`` a second person
    changes nothing before :func:`confirm`."""
    await store.declare(tx, facts, actor, document, awaits)


async def confirm(tx: Tx, worker_id: UUID, declaration_id: UUID, actor: str) -> None:
    """Another person says so too; the caller has checked who, and folds the person again."""
    await store.confirm(tx, worker_id, declaration_id, actor)


async def confirmed_by(tx: Tx, declaration_id: UUID) -> frozenset[str]:
    """The two persons who said it; nobody where one was enough."""
    return await store.confirmed_by(tx, declaration_id)


async def awaiting_of(tx: Tx, records: Sequence[UUID]) -> list[Awaiting]:
    """What awaits a second person of these records, oldest first."""
    return await store.awaiting_of(tx, records)


async def list_awaiting(
    rt: Runtime, actor: Actor, after: UUID | None, limit: int
) -> list[Awaiting]:
    """What awaits a second person, in the caller's area."""
    async with rt.db.looking() as tx:
        return await store.awaiting_page(tx, actor.area_pattern, after, limit)


async def awaiting(
    tx: Tx, actor: Actor, pattern: str, after: tuple[date, UUID], limit: int
) -> list[Awaiting]:
    """What others declared of people of these areas and this caller could confirm, by the day on
    which it was written down."""
    return await store.awaiting_by_others(tx, pattern, actor.subject, after, limit)


async def undeclare(tx: Tx, worker_id: UUID, declaration_id: UUID, reason: str, actor: str) -> None:
    """Take a declaration back by its name; the caller folds the person again."""
    await store.undeclare(tx, worker_id, declaration_id, reason, actor)


async def standing_of(rt: Runtime, actor: Actor, worker_id: UUID) -> Standing:
    async with rt.db.reading() as tx:
        return await standing_in(tx, actor, worker_id)


async def standing_in(tx: Tx, actor: Actor, worker_id: UUID) -> Standing:
    """The record inside what the caller sees, or 404."""
    rows = await store.of(tx, [worker_id])
    if not rows:
        raise NotFound
    if not actor.may_see(rows[0].area_code):
        raise Denied(worker_id)
    known = (await known_of(tx, [worker_id]))[worker_id]
    awaiting = await store.awaiting_of(tx, [worker_id])
    return Standing(rows[0], known.spells(), known.declared, awaiting)
