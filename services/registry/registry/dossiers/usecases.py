"""Reading a person's record as of any day and as known at any instant; and the whole dossier.

Everything is asked of the nouns that keep it. What decisions were made on is what they ask too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from kit import decisions
from kit.auth import Actor
from kit.db import Tx
from kit.problems import NotFound
from kit.service import Runtime
from registry.benefits import usecases as benefits
from registry.benefits.domain import Overlap
from registry.benefits.reading import Line
from registry.certificates import cases
from registry.certificates import usecases as certificates
from registry.certificates.cases import Case
from registry.certificates.domain import (
    Transition,
)
from registry.certificates.evidence import (
    Evidence,
)
from registry.contributions import folding as contradictions
from registry.contributions import usecases as contributions
from registry.contributions.domain import Conflict, Contribution
from registry.corrections import usecases as corrections
from registry.corrections.domain import Request
from registry.credentials import usecases as credentials
from registry.credentials.domain import Credential
from registry.custody import usecases as custody
from registry.custody.domain import Custody
from registry.difficulties import census
from registry.difficulties import usecases as difficulties
from registry.difficulties.domain import Asked, Difficulty
from registry.difficulties.domain import Standing as Recognition
from registry.filings import usecases as filings
from registry.identities import usecases as identities
from registry.inspections import usecases as inspections
from registry.inspections.domain import Inspection
from registry.insurance_refunds import usecases as insurance_refunds
from registry.insurance_refunds.domain import Order
from registry.labour_status import domain as statuses
from registry.labour_status import usecases as labour_status
from registry.labour_status.domain import Awaiting, Declared, Spell
from registry.life_facts import usecases as life_facts
from registry.life_facts.domain import LifeFact
from registry.losses import usecases as losses
from registry.losses.domain import Loss
from registry.merges import usecases as merges
from registry.merges.domain import Merge
from registry.objections import usecases as objections
from registry.objections.domain import Objection
from registry.pairings import usecases as pairings
from registry.pairings.domain import Pairing
from registry.refusals import usecases as refusals
from registry.refusals.domain import RefusedReferral
from registry.reliefs import usecases as reliefs
from registry.reliefs.domain import Posting
from registry.revocations import usecases as revocations
from registry.revocations.domain import Proposal
from registry.unemployment import domain as registrations
from registry.unemployment import usecases as unemployment
from registry.unemployment.domain import Filed
from registry.unemployment.domain import Stage as Registered
from registry.unemployment_insurance import usecases as unemployment_insurance
from registry.unemployment_insurance.domain import Account
from registry.workers import correcting, record
from registry.workers import usecases as workers
from registry.workers.domain import Worker
from registry.workers.record import Change, Held
from registry.workers.standing import Standing, standing

T = TypeVar("T")
#: At most so many of each kind stand in a dossier; the list itself has the rest.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Record:
    """A person as of a day and as known at an instant (None: now). ``attributes`` in plain: they
    are masked before they are shown. ``records``: all records of the person, the surviving first.
    ``standing``: of the record asked for. ``registered``: the stage of the unemployment
    registration; None before the first.
    ``insurance``: the account as the agency told it; None where nothing that it told stands."""

    worker_id: UUID
    on: date
    known_at: datetime | None
    records: list[UUID]
    standing: Standing
    attributes: dict[str, Held]
    spell: Spell | None
    life: list[LifeFact]
    registered: Registered | None
    certificates: list[Transition]
    recognitions: list[Recognition]
    insurance: Account | None


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
    spell = statuses.on(on, spells)
    life = await life_facts.of(tx, records, known_at)
    account = (await unemployment_insurance.accounts_of(rt, tx, [person], known_at)).get(person)
    return Record(
        worker.id, on, known_at, records, standing(person != worker.id, spell),
        {attribute: record.on(on, held) for attribute, held in history.items()},
        spell,
        [fact for id in records for fact in life.get(id, ()) if fact.holds(on)],
        registrations.on(on, (await unemployment.stages_of(tx, [person], known_at))[person]),
        await cases.standing_of(tx, records, on, known_at),
        await difficulties.standing_of(tx, records, on, known_at),
        account if account is not None and account.stages else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Some(Generic[T]):
    """The first of a list, and whether there are more."""

    items: list[T]
    more: bool

    @classmethod
    def of(cls, items: Sequence[T], shown: int) -> Some[T]:
        return cls(list(items[:shown]), len(items) > shown)


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """A certificate with its steps and its decisions, oldest first; the papers seen for it, what was
    said against it, its inspections and losses; withdrawals that were proposed; where it is; and what
    was signed for it, the last first."""

    certificate: Case
    steps: list[Transition]
    decisions: list[dict[str, Any]]
    evidence: Some[Evidence]
    objections: Some[Objection]
    inspections: Some[Inspection]
    losses: Some[Loss]
    withdrawals: Some[Proposal]
    custody: Custody
    credentials: Some[Credential]


@dataclass(frozen=True, slots=True)
class RecognitionFile:
    """A recognition, granted or refused, with its decisions."""

    difficulty: Difficulty
    decisions: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class UnemploymentFile:
    """Unemployment: the registration of each record with its stages and spells, what was filed, and
    what was decided."""

    registrations: list[unemployment.Case]
    filings: Some[Filed]
    decisions: Some[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that registry holds about a person, of all records that are the person; of each kind
    the first ``shown``."""

    worker: Worker
    record: Record
    shown: int
    spells: list[Spell]
    declared: list[Declared]
    awaiting: list[Awaiting]
    life: list[LifeFact]
    unemployment: UnemploymentFile
    insurance: list[unemployment_insurance.File]
    refund_orders: dict[UUID, list[Order]]
    contributions: Some[Contribution]
    conflicts: Some[Conflict]
    refused: Some[RefusedReferral]
    certificates: Some[CertificateFile]
    recognitions: Some[RecognitionFile]
    census: Some[Asked]
    benefits: Some[Line]
    overlaps: Some[Overlap]
    reliefs: Some[Posting]
    pairings: list[Pairing]
    corrections: Some[Request]
    changes: Some[Change]
    merges: Some[Merge]


async def dossier_of(rt: Runtime, actor: Actor, worker_id: UUID, shown: int) -> Dossier:
    """The person's own dossier, of all records that are the person; of each kind the first ``shown``,
    at most :data:`SHOWN`. 404 outside of what the caller sees."""
    async with rt.db.reading() as tx:
        return await dossier_in(rt, tx, actor, worker_id, shown)


async def dossier_in(
    rt: Runtime, tx: Tx, actor: Actor, worker_id: UUID, shown: int = SHOWN
) -> Dossier:
    """As many statements for any number of records, certificates and things about them."""
    worker = await workers.worker_in(rt, tx, actor, worker_id)
    today = await _record(rt, tx, worker, rt.today(), None)
    records, one_more = today.records, shown + 1
    person = records[0]
    known = (await labour_status.known_of(tx, [person]))[person]
    recognised = await difficulties.of_workers(tx, records)
    insured = await unemployment_insurance.files_of(rt, tx, records)
    return Dossier(
        worker, today, shown, known.spells(), known.declared,
        await labour_status.awaiting_of(tx, records), known.life,
        UnemploymentFile(
            await unemployment.cases_of(tx, records),
            Some.of(await unemployment.filed_of(tx, records, one_more), shown),
            Some.of(await filings.decisions_of(tx, records), shown),
        ),
        insured,
        await insurance_refunds.of(tx, [file.case.row.id for file in insured]),
        Some.of(await contributions.of(tx, records, one_more), shown),
        Some.of(await contradictions.conflicts_of(tx, records, one_more), shown),
        Some.of(await refusals.page(tx, records, None, one_more), shown),
        await _certificates(rt, tx, actor, records, shown),
        Some(await _recognitions(tx, recognised[:shown]), len(recognised) > shown),
        Some.of(await census.answers_of(tx, records, None, one_more), shown),
        Some.of(await benefits.of(rt, tx, records), shown),
        Some.of(await benefits.overlaps_in(tx, person), shown),
        Some.of(await reliefs.of(tx, records, one_more), shown),
        await pairings.of(tx, records),
        Some.of(await corrections.of(rt, tx, records, one_more), shown),
        Some.of(await correcting.changes_of(rt, tx, records, None, one_more), shown),
        Some.of(await merges.of(tx, actor, records, one_more), shown),
    )  # fmt: skip


async def _certificates(
    rt: Runtime, tx: Tx, actor: Actor, records: list[UUID], shown: int
) -> Some[CertificateFile]:
    """One statement for each kind of thing, whatever the number of certificates."""
    held = await certificates.of_workers(tx, records)
    ids = [one.id for one in held[:shown]]
    steps = await cases.steps_of(tx, ids)
    decided = await decisions.load_of(tx, ids, limit=SHOWN)
    evidence = await cases.papers_of(tx, ids, shown + 1)
    objected = await objections.of(tx, ids, shown + 1)
    inspected = await inspections.of(tx, ids, shown + 1)
    lost = await losses.of(tx, ids, shown + 1)
    withdrawn = await revocations.of(tx, ids, shown + 1)
    kept = await custody.of(tx, ids)
    signed = await credentials.of(tx, ids, shown + 1)
    files = [
        CertificateFile(
            case, steps[id], decided[id], Some.of(evidence[id], shown),
            Some.of(objected[id], shown), Some.of(inspected[id], shown), Some.of(lost[id], shown),
            Some.of(withdrawn[id], shown), kept[id], Some.of(signed[id], shown),
        )
        for case in await cases.presented(rt, tx, actor, held[:shown])
        for id in [case.certificate.id]
    ]  # fmt: skip
    return Some(files, len(held) > shown)


async def _recognitions(tx: Tx, recognised: list[Difficulty]) -> list[RecognitionFile]:
    decided = await decisions.load_of(tx, [one.id for one in recognised], limit=SHOWN)
    return [RecognitionFile(one, decided[one.id]) for one in recognised]


async def changes_of(
    rt: Runtime, actor: Actor, worker_id: UUID, after: UUID | None, limit: int
) -> list[Change]:
    """What was changed of a person, under all records, oldest first; personal values in plain, for
    masking."""
    async with rt.db.reading() as tx:
        await workers.worker_in(rt, tx, actor, worker_id)
        records = await identities.records_of(tx, worker_id)
        return await correcting.changes_of(rt, tx, records, after, limit)


async def answers_of(
    rt: Runtime, actor: Actor, worker_id: UUID, after: UUID | None, limit: int
) -> list[Asked]:
    """What a person answered in the census, under all records."""
    async with rt.db.reading() as tx:
        await workers.worker_in(rt, tx, actor, worker_id)
        records = await identities.records_of(tx, worker_id)
        return await census.answers_of(tx, records, after, limit)


async def refused_of(
    rt: Runtime, actor: Actor, worker_id: UUID, after: UUID | None, limit: int
) -> list[RefusedReferral]:
    """Which referrals a person refused, under all records."""
    async with rt.db.reading() as tx:
        await workers.worker_in(rt, tx, actor, worker_id)
        records = await identities.records_of(tx, worker_id)
        return await refusals.page(tx, records, after, limit)
