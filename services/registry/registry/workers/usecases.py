"""What can happen to workers: registered, found, corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kit import indexes as keyed
from kit.audit import Denied, note
from kit.auth import Actor
from kit.crypto import IdNumber, Keyring, Sex
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import IdTaken
from kit.ids import new_id
from kit.outbox import emit
from kit.policy import NoValue
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.labour_status import usecases as labour_status
from registry.labour_status.domain import Document, LabourStatus, population
from registry.labour_status.usecases import Opening
from registry.life_facts import usecases as life_facts
from registry.offices.places import Places
from registry.unemployment import usecases as unemployment
from registry.unemployment.domain import Ages
from registry.unemployment_insurance import usecases as unemployment_insurance
from registry.workers import changes, domain, events, reading, record, store
from registry.workers.domain import (
    CadreProof,
    Category,
    Claims,
    Contact,
    Employer,
    Facts,
    OnPaper,
    Proof,
    Worker,
)
from registry.workers.record import Known
from registry.workers.store import NewWorker, Plain, Sealed

#: Which document proves which category (R1a).
PROOFS = "registry.category_proofs"


@dataclass(frozen=True, slots=True)
class RegisterWorker:
    """A registration form. ``sex`` and ``birth_date`` may be left to the ID number. ``sealed``: its
    personal values as they are kept, where somebody has made them before."""

    id_number: IdNumber
    name: str
    contact: Contact
    sex: Sex | None
    birth_date: date | None
    labour_status: LabourStatus
    status_since: date
    claims: Claims
    employer: Employer
    proof: Proof | None
    cadre_proof: CadreProof | None
    area_code: str
    office: str
    registered_on: date
    status_document: Document | None = None
    id: UUID = field(default_factory=new_id)
    sealed: Sealed | None = None


@dataclass(slots=True)
class _Known:
    """What a chunk is checked against; what it adds is added here too."""

    today: date
    ids: set[UUID]
    numbers: set[bytes]
    places: Places
    proofs: Proofs
    unemployed: MayBeUnemployed


class MayBeUnemployed:
    """Who may be registered as unemployed (4.1); R18 is looked up once per day."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._by_day: dict[date, Ages | None] = {}

    def check(self, command: RegisterWorker) -> None:
        """Raises when somebody may not be unemployed from the first day on: no paper, or not of age
        then. A day before the law asks for no age."""
        number, on = command.id_number, command.status_since
        if command.status_document is None:
            raise domain.NoPaperOfUnemployment
        if on not in self._by_day:
            try:
                self._by_day[on] = unemployment.ages_on(self._rt, on)
            except NoValue:
                self._by_day[on] = None
        ages = self._by_day[on]
        cadre = command.claims.cadre
        if ages is not None and not ages.admit(number.sex, number.birth_date, cadre=cadre, on=on):
            raise domain.NotOfWorkingAge


class Proofs:
    """Which document proves which category, by day; looked up once per day."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._by_day: dict[date, frozenset[str]] = {}

    def on(self, day: date) -> frozenset[str]:
        """Pairs ``category:kind``. Before the first law nothing proves anything."""
        if day not in self._by_day:
            try:
                value = self._rt.policies.value(PROOFS, day).value
            except NoValue:
                value = ()
            assert isinstance(value, tuple)
            self._by_day[day] = frozenset(value)
        return self._by_day[day]


def _check(actor: Actor, command: RegisterWorker, index: bytes, known: _Known) -> None:
    """Everything that one registration must satisfy, cheapest first."""
    known.places.check(actor, command.area_code, command.office, command.registered_on)
    if command.id in known.ids:
        raise IdTaken
    if index in known.numbers:
        raise domain.IdNumberTaken
    domain.check_identity(command.id_number, command.sex, command.birth_date)
    domain.check_dates(
        command.claims,
        born=command.id_number.birth_date,
        status_since=command.status_since,
        registered_on=command.registered_on,
        today=known.today,
    )
    domain.check_cadre(
        command.claims, command.cadre_proof, born=command.id_number.birth_date, today=known.today
    )
    if command.labour_status == "unemployed":
        known.unemployed.check(command)
    if command.proof is not None:
        domain.check_proof(
            command.claims,
            command.proof,
            known.proofs.on(command.registered_on),
            born=command.id_number.birth_date,
            today=known.today,
        )


async def writing_numbers(rt: Runtime, tx: Tx, numbers: Sequence[str]) -> Keyring:
    """The keyring that hashes these numbers in this transaction (:func:`kit.indexes.writing`)."""
    return await keyed.writing(tx, rt.keyring, rt.service.hashed, numbers, store.ID_NUMBER)


def seal(rt: Runtime, id: UUID, number: IdNumber, name: str, contact: Contact) -> Sealed:
    """The personal values of a form as they are kept, made before its registration."""
    return store.seal(rt.keyring, id, number.number, name, contact)


def _sealed(keyring: Keyring, command: RegisterWorker) -> Sealed:
    """What was made before, unless another key writes hashes by now."""
    kept = command.sealed
    if kept is not None and kept.generation == keyring.generation:
        return kept
    return store.seal(keyring, command.id, command.id_number.number, command.name, command.contact)


async def register_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[RegisterWorker]
) -> list[Refusal | None]:
    """Register workers as one set; answers per command why not, or None."""
    keyring = await writing_numbers(rt, tx, [command.id_number.number for command in commands])
    sealed = [_sealed(keyring, command) for command in commands]
    ids, numbers = await store.taken(
        tx, [command.id for command in commands], [one.id_number_index for one in sealed]
    )
    known = _Known(
        rt.today(),
        ids,
        numbers,
        await Places.of(tx, {(c.area_code, c.office, c.registered_on) for c in commands}),
        Proofs(rt),
        MayBeUnemployed(rt),
    )
    outcome: list[Refusal | None] = []
    made: list[NewWorker] = []
    openings: list[Opening] = []
    told: list[NewEvent] = []
    for command, kept in zip(commands, sealed, strict=True):
        try:
            _check(actor, command, kept.id_number_index, known)
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        outcome.append(None)
        known.ids.add(command.id)
        known.numbers.add(kept.id_number_index)
        number = command.id_number
        made.append(
            NewWorker(
                command.id, kept, number.sex, number.birth_date, command.claims, command.employer,
                command.proof, command.cadre_proof, command.area_code, command.office,
                command.registered_on,
            )
        )  # fmt: skip
        openings.append(
            Opening(
                command.id, command.labour_status, command.status_since, command.area_code,
                command.office, command.status_document,
            )
        )  # fmt: skip
        told.append(_registered(command))
    if made:
        await store.add(tx, made)
        early = await labour_status.open_all(tx, openings)
        await emit(tx, told)
        if early:
            await life_facts.bind(tx, early)
        await unemployment.open_all(rt, tx, openings, early)
        await unemployment_insurance.open_all(rt, tx, [worker.id for worker in made])
    return outcome


def _registered(command: RegisterWorker) -> NewEvent:
    agreement = command.claims.centre_agreement_on
    data: dict[str, Any] = {
        "sex": command.id_number.sex,
        "birth_date": command.id_number.birth_date.isoformat(),
        "labour_status": command.labour_status,
        "status_since": command.status_since.isoformat(),
        "category": command.claims.category,
        "cadre": command.claims.cadre,
        "population": population(command.labour_status),
        "centre_agreement_on": agreement.isoformat() if agreement else None,
    }
    return NewEvent(
        events.WORKER_REGISTERED, command.id, command.registered_on, command.area_code,
        command.office, data,
    )  # fmt: skip


async def register_worker(rt: Runtime, actor: Actor, command: RegisterWorker) -> Worker:
    """Register one person. Raises what the domain refuses."""
    async with rt.db.transaction() as tx:
        (refusal,) = await register_all(rt, tx, actor, [command])
        if refusal is not None:
            raise refusal
        worker = await worker_in(rt, tx, actor, command.id)
    rt.wake()
    return worker


async def worker_in(
    rt: Runtime, tx: Tx, actor: Actor, worker_id: UUID, *, lock: bool = False
) -> Worker:
    """One worker inside what the caller sees, or 404; one of another area leaves a line."""
    worker = await store.get(tx, rt.keyring, worker_id, lock=lock)
    if worker is None:
        raise NotFound
    if not actor.may_see(worker.area_code):
        raise Denied(worker_id)
    return worker


async def worker_of(rt: Runtime, actor: Actor, worker_id: UUID) -> Worker:
    async with rt.db.looking() as tx:
        return await worker_in(rt, tx, actor, worker_id)


async def find_worker(rt: Runtime, actor: Actor, number: IdNumber) -> Worker | None:
    """Who has this number, among those whom the caller may see. Whoever asks for one of another
    area hears the same as for nobody, and leaves a line."""
    async with rt.db.looking() as tx:
        worker = await store.by_number(tx, rt.keyring, number.number)
    if worker is None:
        await note(rt, actor, "search_workers", [], (), outcome="absent")
        return None
    if not actor.may_see(worker.area_code):
        await note(rt, actor, "search_workers", [worker.id], (), outcome="denied")
        return None
    return worker


async def find_named(
    rt: Runtime, actor: Actor, name: str, birth_date: date | None, limit: int
) -> list[Worker]:
    """Who has exactly this name (as :func:`registry.workers.names.name_key` writes it) among those
    whom the caller may see, oldest record first. Whoever finds nobody leaves a line."""
    hashes = [store.name_indexes(rt.keyring.at(one), name) for one in rt.keyring.generations]
    async with rt.db.looking() as tx:
        ids = await reading.named(tx, hashes, birth_date, actor.area_pattern, limit)
        found = await store.many(tx, rt.keyring, ids)
    if not ids:
        await note(rt, actor, "search_workers_by_name", [], (), outcome="absent")
    return [found[id] for id in ids]


async def ids_of_numbers(rt: Runtime, tx: Tx, numbers: Sequence[str]) -> dict[str, UUID]:
    """The workers who have these ID numbers, whoever asks; absent for those who are not registered."""
    if not numbers:
        return {}
    asked = {
        index: number for number in numbers for index in store.number_indexes(rt.keyring, number)
    }
    known = await store.ids_of(tx, list(asked))
    return {asked[index]: worker_id for index, worker_id in known.items()}


async def list_workers(
    rt: Runtime, actor: Actor, category: Category | None, after: UUID | None, limit: int
) -> list[Worker]:
    async with rt.db.looking() as tx:
        return await store.page(tx, rt.keyring, actor.area_pattern, category, after, limit)


async def masked_names(rt: Runtime, tx: Tx, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names with all but their first character masked; absent for those whom nobody registered."""
    return await store.masked_names(tx, rt.keyring, ids)


async def facts_of(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, Facts]:
    """What other nouns decide on, as things stand; absent for those whom nobody registered."""
    return {id: facts for id, (facts, _) in (await store.facts(tx, ids)).items()}


async def personal_of(rt: Runtime, tx: Tx, ids: Iterable[UUID]) -> dict[UUID, Plain]:
    """The personal values of these workers, opened. Whoever shows them has checked the areas, and
    notes the read before."""
    return await store.plain(tx, rt.keyring, list(ids))


async def facts_on(
    tx: Tx, days: Mapping[UUID, date], known_at: datetime | None = None
) -> dict[UUID, Facts]:
    """The facts of each worker on a day of his or her own, as known at an instant (None: now);
    absent for those whom nobody had registered then. The place is the one that administers now."""
    found: dict[UUID, Facts] = {}
    changed = await changes.of(tx, None, days)
    for id, (facts, registered_at) in (await store.facts(tx, days)).items():
        if known_at is not None and registered_at > known_at:
            continue
        if id in changed:
            known = record.facts_on(
                Known(facts.claims, facts.sex, facts.birth_date, facts.employer), registered_at,
                changed[id], days[id], known_at,
            )  # fmt: skip
            facts = replace(
                facts, claims=known.claims, sex=known.sex, birth_date=known.birth_date,
                employer=known.employer,
            )  # fmt: skip
        found[id] = facts
    return found


async def on_paper(rt: Runtime, tx: Tx, ids: Iterable[UUID]) -> dict[UUID, OnPaper]:
    """Names in plain, for what is printed, or masked on the way out. Whoever shows one notes the
    read (``kit.audit``); the caller has checked that the people are in the actor's area."""
    return await store.on_paper(tx, rt.keyring, ids)


async def many(rt: Runtime, tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Worker]:
    """These workers masked, whatever the area: the caller says whom they may see."""
    return await store.many(tx, rt.keyring, ids)
