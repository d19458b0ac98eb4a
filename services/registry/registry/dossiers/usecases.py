"""Reading a person's record as of any day and as known at any instant; and the whole dossier.

Everything is asked of the nouns that keep it. What decisions were made on is what they ask too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kit import decisions
from kit.auth import Actor
from kit.db import Tx
from kit.problems import NotFound
from kit.service import Runtime
from registry.benefits import usecases as benefits
from registry.benefits.reading import Line
from registry.certificates import cases
from registry.certificates import usecases as certificates
from registry.certificates.cases import Case
from registry.certificates.domain import Transition
from registry.corrections import usecases as corrections
from registry.corrections.domain import Request
from registry.difficulties import usecases as difficulties
from registry.difficulties.domain import Difficulty
from registry.identities import usecases as identities
from registry.labour_status import domain as statuses
from registry.labour_status import usecases as labour_status
from registry.labour_status.domain import Spell
from registry.life_facts import usecases as life_facts
from registry.life_facts.domain import LifeFact
from registry.merges import usecases as merges
from registry.merges.domain import Merge
from registry.unemployment_insurance import usecases as unemployment_insurance
from registry.unemployment_insurance.domain import OnDay
from registry.workers import correcting, record
from registry.workers import usecases as workers
from registry.workers.domain import Worker
from registry.workers.record import Change, Held

#: So many of each kind stand in a dossier; the list itself has the rest.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Record:
    """A person as of a day and as known at an instant (None: now). ``attributes`` in plain: they
    are masked before they are shown. ``records``: all records of the person, the surviving first.
    ``insurance``: as the agency told it; None where it told nothing."""

    worker_id: UUID
    on: date
    known_at: datetime | None
    records: list[UUID]
    attributes: dict[str, Held]
    spell: Spell | None
    life: list[LifeFact]
    certificates: list[Transition]
    insurance: OnDay | None


async def record_of(
    rt: Runtime, actor: Actor, worker_id: UUID, on: date, known_at: datetime | None
) -> Record:
    """404 for a person whom nobody had registered by then."""
    async with rt.db.reading() as tx:
        worker = await workers.worker_in(rt, tx, actor, worker_id)
        return await _record(rt, tx, worker, on, known_at)


async def _record(
    rt: Runtime, tx: Tx, worker: Worker, on: date, known_at: datetime | None
) -> Record:
    history = await correcting.history_of(rt, tx, worker, known_at)
    if not history:
        raise NotFound
    person = (await identities.person_of(tx, [worker.id], known_at))[worker.id]
    records = (await identities.members_of(tx, [person], known_at))[person]
    spells = (await labour_status.spells_of(tx, [person], known_at))[person]
    life = await life_facts.of(tx, records, known_at)
    return Record(
        worker.id, on, known_at, records,
        {attribute: record.on(on, held) for attribute, held in history.items()},
        statuses.on(on, spells),
        [fact for id in records for fact in life.get(id, ()) if fact.holds(on)],
        await cases.standing_of(tx, records, on, known_at),
        (await unemployment_insurance.state_on(rt, tx, {worker.id: on}, known_at)).get(worker.id),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Some:
    """The first of a list, and whether there are more."""

    items: list[Any]
    more: bool

    @classmethod
    def of(cls, items: list[Any]) -> Some:
        return cls(items[:SHOWN], len(items) > SHOWN)


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """A certificate with its steps and its decisions, oldest first."""

    certificate: Case
    steps: list[Transition]
    decisions: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RecognitionFile:
    """A recognition, granted or refused, with its decisions."""

    difficulty: Difficulty
    decisions: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that registry holds about a person, bounded."""

    worker: Worker
    record: Record
    spells: list[Spell]
    life: list[LifeFact]
    certificates: Some
    recognitions: Some
    benefits: Some
    corrections: Some
    changes: Some
    merges: Some


async def dossier_of(rt: Runtime, actor: Actor, worker_id: UUID) -> Dossier:
    """The person's own dossier, of all records that are the person. 404 outside of what the caller
    sees."""
    async with rt.db.reading() as tx:
        worker = await workers.worker_in(rt, tx, actor, worker_id)
        today = await _record(rt, tx, worker, rt.today(), None)
        spells = (await labour_status.spells_of(tx, today.records[:1]))[today.records[0]]
        life = await life_facts.of(tx, today.records)
        held = await certificates.of_workers(tx, today.records)
        recognised = await difficulties.of_workers(tx, today.records)
        changed = await correcting.changes_of(rt, tx, worker_id, None, SHOWN + 1)
        shown = [one.id for one in held[:SHOWN]]
        steps = await cases.steps_of(tx, shown)
        decided = await decisions.load_of(
            tx, [*shown, *(one.id for one in recognised[:SHOWN])], limit=SHOWN
        )
        files = [
            CertificateFile(case, steps[case.certificate.id], decided[case.certificate.id])
            for case in await cases.presented(rt, tx, actor, held[:SHOWN])
        ]
    recognitions = [RecognitionFile(one, decided[one.id]) for one in recognised[:SHOWN]]
    return Dossier(
        worker, today, spells,
        [fact for id in today.records for fact in life.get(id, ())],
        Some(files, len(held) > SHOWN),
        Some(recognitions, len(recognised) > SHOWN),
        Some.of(await _benefits(rt, actor, worker_id)),
        Some.of(await _corrections(rt, actor, worker_id)),
        Some.of(changed),
        Some.of(await _merges(rt, actor, worker_id)),
    )  # fmt: skip


async def _benefits(rt: Runtime, actor: Actor, worker_id: UUID) -> list[Line]:
    return await benefits.list_benefits(rt, actor, worker_id, None, None, SHOWN + 1)


async def _corrections(rt: Runtime, actor: Actor, worker_id: UUID) -> list[Request]:
    return await corrections.list_corrections(rt, actor, worker_id, None, None, SHOWN + 1)


async def _merges(rt: Runtime, actor: Actor, worker_id: UUID) -> list[Merge]:
    return await merges.list_merges(rt, actor, worker_id, None, None, SHOWN + 1)


async def changes_of(
    rt: Runtime, actor: Actor, worker_id: UUID, after: UUID | None, limit: int
) -> list[Change]:
    """What was changed of a worker, oldest first; personal values in plain, for masking."""
    async with rt.db.reading() as tx:
        await workers.worker_in(rt, tx, actor, worker_id)
        return await correcting.changes_of(rt, tx, worker_id, after, limit)
