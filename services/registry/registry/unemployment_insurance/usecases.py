"""What can happen to unemployment insurance: told by the agency, signed at a window, folded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from kit import indexes
from kit.audit import Denied
from kit.auth import Actor
from kit.crypto import IdNumber
from kit.db import Tx
from kit.events import Event
from kit.facts import InTheFuture, StaleWrite
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.authorities import authority, check_teller, listed
from registry.contributions import usecases as contributions
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.labour_status.usecases import Known
from registry.refusals import usecases as refusals
from registry.unemployment_insurance import domain, folding, store
from registry.unemployment_insurance.acts import State
from registry.unemployment_insurance.domain import (
    Account,
    Fact,
    FindingKind,
    OnDay,
    Reason,
    Terms,
    What,
)
from registry.unemployment_insurance.store import NewFact, Noted, Row

TABLE = "registry.insurance_months"
MOST = "registry.insurance_months_max"
TELLERS = "registry.insurance_authorities"


@dataclass(frozen=True, slots=True)
class Tell:
    """One thing that the agency tells of a number. ``reverses`` names what is taken back: a fact of
    the same number."""

    number: IdNumber
    what: What
    on: date
    months: int | None = None
    years: int | None = None
    reason: Reason | None = None
    reference: str | None = None
    reverses: UUID | None = None
    authority: str = ""
    id: UUID = field(default_factory=new_id)


class Law:
    """The terms of R21 by day, looked up once."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._by_day: dict[date, Terms] = {}

    def __call__(self, day: date) -> Terms:
        if day not in self._by_day:
            table = self._rt.policies.value(TABLE, day).value
            most = self._rt.policies.value(MOST, day).value
            assert isinstance(table, tuple)
            assert isinstance(most, int)
            self._by_day[day] = domain.terms(table, most)
        return self._by_day[day]


def _check(command: Tell, teller: str, allowed: Collection[str], today: date) -> None:
    """What one telling must have, whoever it is about; the office must be one that knows."""
    check_teller(teller, allowed)
    if command.on > today:
        raise InTheFuture
    if command.what == "started" and (command.months is None or command.years is None):
        raise domain.MonthsMissing
    if command.what == "stopped" and command.reason is None:
        raise domain.ReasonMissing
    if (command.what == "reversed") != (command.reverses is not None):
        raise domain.NothingToReverse


async def tell_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[Tell]
) -> list[Refusal | None]:
    """Keep what the agency tells, as one set, also of people whom nobody registered yet. Answers
    per line why not (``authority-may-not-tell`` and what the domain refuses), or None."""
    numbers = [command.number.number for command in commands]
    keyring = await indexes.writing(tx, rt.keyring, rt.service.hashed, numbers, store.SUBJECT)
    subjects = [store.subject(keyring, number) for number in numbers]
    named = [c.reverses for c in commands if c.reverses is not None]
    known = await store.subjects_of(tx, named)
    told = {c.id: s for c, s in zip(commands, subjects, strict=True)}
    allowed = listed(rt.policies, TELLERS, rt.today())
    outcome: list[Refusal | None] = []
    facts: list[NewFact] = []
    nobody = UUID(int=0)
    for command, subject in zip(commands, subjects, strict=True):
        try:
            _check(command, authority(actor.office), allowed, rt.today())
            if command.reverses is not None:
                about = known.get(command.reverses, (told.get(command.reverses), None))[0]
                if about is None or bytes(about) != subject:
                    raise domain.UnknownFact
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        outcome.append(None)
        fact = Fact(
            command.id, nobody, command.what, command.on, command.months, command.years,
            command.reason, command.reference, command.reverses,
        )  # fmt: skip
        facts.append(NewFact(fact, subject, command.authority, actor.subject))
    if facts:
        people = await store.workers_of(tx, {f.subject for f in facts if f.subject})
        await labour_status.hold(tx, people.values())
        await store.add_facts(tx, facts)
        await refold(rt, tx, people.values(), {})
    return outcome


@dataclass(frozen=True, slots=True)
class Agreement:
    """A deferral agreement (缓发协议), signed on a day."""

    on: date
    reference: str


async def sign_agreement(
    rt: Runtime, actor: Actor, id: UUID, command: Agreement, version: int
) -> Case:
    """Somebody at work while drawing signs: the months left are frozen.

    Raises what ``domain.check_agreement`` raises, 404, and 412 when the account changed.
    """
    async with rt.db.transaction() as tx:
        row = await account_in(tx, actor, id)
        await labour_status.hold(tx, [row.worker_id])
        row = await account_in(tx, actor, id)
        if row.version != version:
            raise StaleWrite
        if command.on > rt.today():
            raise InTheFuture
        account = (await accounts_of(rt, tx, [row.worker_id]))[row.worker_id]
        domain.check_agreement(account.stages, command.on)
        fact = Fact(new_id(), row.worker_id, "deferred", command.on, reference=command.reference)
        await store.add_facts(tx, [NewFact(fact, None, "", actor.subject)])
        await refold(rt, tx, [row.worker_id], {})
        case = await _case(rt, tx, actor, id)
    rt.wake()
    return case


async def reverse_agreement(
    rt: Runtime, actor: Actor, id: UUID, agreement_id: UUID, reason: str, version: int
) -> Case:
    """An agreement was wrong: it is taken back by name."""
    async with rt.db.transaction() as tx:
        row = await account_in(tx, actor, id)
        await labour_status.hold(tx, [row.worker_id])
        row = await account_in(tx, actor, id)
        if row.version != version:
            raise StaleWrite
        facts = (await facts_of(tx, [row.worker_id])).get(row.worker_id, [])
        signed = [f for f in domain.standing(facts) if f.what == "deferred"]
        wrong = next((f for f in signed if f.id == agreement_id), None)
        if wrong is None:
            raise domain.UnknownFact
        undoing = Fact(
            new_id(), wrong.worker_id, "reversed", wrong.on, reference=reason, reverses=wrong.id
        )
        await store.add_facts(tx, [NewFact(undoing, None, "", actor.subject)])
        await refold(rt, tx, [row.worker_id], {})
        case = await _case(rt, tx, actor, id)
    rt.wake()
    return case


async def facts_of(
    tx: Tx, persons: Iterable[UUID], known_at: datetime | None = None
) -> dict[UUID, list[Fact]]:
    """Everything told of these persons' insurance, of all their records; absent without any."""
    members = await identities.members_of(tx, persons, known_at)
    everyone = [id for ids in members.values() for id in ids]
    of = await store.facts_of(tx, everyone, known_at)
    found = {p: [fact for id in ids for fact in of.get(id, ())] for p, ids in members.items()}
    return {person: facts for person, facts in found.items() if facts}


async def accounts_of(
    rt: Runtime, tx: Tx, persons: Iterable[UUID], known_at: datetime | None = None
) -> dict[UUID, Account]:
    """The accounts of these persons, folded as known at an instant (None: now); absent for those of
    whom the agency told nothing. ``persons`` are surviving records."""
    facts = await facts_of(tx, persons, known_at)
    known = await labour_status.known_of(tx, facts, known_at) if facts else {}
    return await _fold(rt, tx, facts, known, known_at)


async def _fold(
    rt: Runtime,
    tx: Tx,
    facts: Mapping[UUID, list[Fact]],
    known: Mapping[UUID, Known],
    known_at: datetime | None = None,
) -> dict[UUID, Account]:
    if not facts:
        return {}
    law = Law(rt)
    members = await identities.members_of(tx, facts, known_at)
    everyone = [id for ids in members.values() for id in ids]
    paid = await contributions.paid_by_employers(tx, everyone, known_at)
    refused = await refusals.of(tx, facts, known_at)
    return {
        person: domain.fold(
            told,
            known[person].spells(),
            law,
            frozenset(month for id in members[person] for month in paid.get(id, ())),
            frozenset(one.on for one in refused.get(person, ())),
        )
        for person, told in facts.items()
    }


async def state_on(
    rt: Runtime, tx: Tx, days: Mapping[UUID, date], known_at: datetime | None = None
) -> dict[UUID, OnDay]:
    """How each worker's insurance stood on a day of his or her own, as known at an instant (None:
    now). Absent: the mirror knows nothing about that person, so what was claimed stands."""
    if not days:
        return {}
    persons = await identities.person_of(tx, days, known_at)
    accounts = await accounts_of(rt, tx, set(persons.values()), known_at)
    found: dict[UUID, OnDay] = {}
    for worker, day in days.items():
        account = accounts.get(persons[worker])
        if account is not None and account.stages:  # one that was a mistake says nothing
            stage = domain.on(day, account.stages)
            found[worker] = stage.state if stage else "not_started"
    return found


async def open_all(rt: Runtime, tx: Tx, workers: Sequence[UUID]) -> None:
    """New records: what was told of these people before they were registered is folded in."""
    if early := await store.facts_of(tx, workers, None):
        await refold(rt, tx, early, {})


async def refold(
    rt: Runtime,
    tx: Tx,
    workers: Iterable[UUID],
    causes: Mapping[UUID, Event],
    known: Mapping[UUID, Known] | None = None,
) -> None:
    """Derive the accounts of these persons again and tell of what changed. Their records are locked;
    ``known`` spares reading what the labour status was just folded from."""
    if known is None:
        persons = set((await identities.person_of(tx, workers)).values())
    else:
        persons = set(known)
    facts = await facts_of(tx, persons)
    rows = {row.worker_id: row for row in await store.of(tx, list(persons))}
    touched = sorted(facts.keys() | rows.keys())
    if not touched:
        return
    if known is None:
        known = await labour_status.known_of(tx, touched)
    accounts = await _fold(rt, tx, {p: facts.get(p, []) for p in touched}, known)
    places = {place.worker_id: place for place in await labour_status.places_of(tx, touched)}
    ids = [row.id for row in rows.values()]
    episodes, findings = await store.episodes_of(tx, ids), await store.findings_of(tx, ids)
    news = folding.News()
    for person in touched:
        place, before, account = places[person], rows.get(person), accounts[person]
        if before is None and not account.stages:
            continue
        now = account.stages[-1] if account.stages else None
        row = Row(
            before.id if before else new_id(), person, now.state if now else "void",
            now.since if now else before.since if before else date.min,
            now.reason if now else None, account.started_on, account.granted, account.drawn,
            account.left, place.area_code, place.office, before.told_event if before else None,
            before.version if before else 1,
        )  # fmt: skip
        news.of(
            before, row, account, episodes.get(row.id, {}), findings.get(row.id, {}),
            causes.get(person),
        )  # fmt: skip
    await _save(tx, news)


async def _save(tx: Tx, news: folding.News) -> None:
    if news.made:
        await store.add(tx, news.made)
    if news.changed:
        await store.save(tx, news.changed)
    if news.kept or news.gone:
        await store.save_episodes(tx, news.kept, news.gone)
    if news.noted or news.lifted:
        await store.save_findings(tx, news.noted, news.lifted)
    await emit(tx, news.told)


@dataclass(frozen=True, slots=True)
class Case:
    """An account with everything that it is folded from."""

    row: Row
    account: Account
    facts: list[Fact]


async def account_in(tx: Tx, actor: Actor, id: UUID) -> Row:
    """One account inside what the caller sees, or 404."""
    row = await store.get(tx, id)
    if row is None:
        raise NotFound
    if not actor.may_see(row.area_code):
        raise Denied(row.worker_id)
    return row


async def _case(rt: Runtime, tx: Tx, actor: Actor, id: UUID) -> Case:
    (case,) = await _cases(rt, tx, [await account_in(tx, actor, id)])
    return case


async def _cases(rt: Runtime, tx: Tx, rows: Sequence[Row]) -> list[Case]:
    persons = [row.worker_id for row in rows]
    told = await facts_of(tx, persons)
    facts = {person: told.get(person, []) for person in persons}
    accounts = await _fold(rt, tx, facts, await labour_status.known_of(tx, persons))
    return [
        Case(row, accounts[row.worker_id], domain.standing(facts[row.worker_id])) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class File:
    """An account with everything that it is folded from, and the findings about it that hold now."""

    case: Case
    findings: list[Noted]


async def files_of(rt: Runtime, tx: Tx, records: Sequence[UUID]) -> list[File]:
    """The accounts of these records, of the first record first."""
    rows = {row.worker_id: row for row in await store.of(tx, records)}
    cases = await _cases(rt, tx, [rows[id] for id in records if id in rows])
    found = await store.findings_of(tx, [case.row.id for case in cases])
    return [
        File(case, sorted(found.get(case.row.id, {}).values(), key=lambda one: one.id))
        for case in cases
    ]


async def case_of(rt: Runtime, actor: Actor, id: UUID) -> Case:
    async with rt.db.reading() as tx:
        return await _case(rt, tx, actor, id)


async def list_accounts(
    rt: Runtime,
    actor: Actor,
    worker_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Row]:
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_pattern, worker_id, state, after, limit)


async def list_findings(
    rt: Runtime,
    actor: Actor,
    kind: FindingKind | None,
    account_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Noted]:
    """Findings that hold now, in the caller's area."""
    async with rt.db.looking() as tx:
        return await store.findings_page(tx, actor.area_pattern, kind, account_id, after, limit)
