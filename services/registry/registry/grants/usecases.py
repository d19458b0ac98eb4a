"""What authorities write into the benefit ledger, with everything that follows in the same transaction.

A benefit that would overlap with another one, exceed a limit, or lie in a time without right is
refused here. What other services tell as done is a fact and is never refused: see ``consumers``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from kit import idempotency
from kit.auth import Actor
from kit.crypto import IdNumber
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import IdTaken, InTheFuture, MakerIsChecker
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.benefits import domain, events, folding, recovering, rules
from registry.benefits import usecases as benefits
from registry.benefits.domain import TABLE, Act, Grant, Holder, Kind
from registry.benefits.folding import Book
from registry.benefits.reading import Line
from registry.benefits.rules import Entry, Found
from registry.benefits.terms import Law
from registry.certificates import issuing
from registry.certificates.applying import LOADS_PAST
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.workers import usecases as workers
from registry.workers.domain import NoSuchWorker


@dataclass(frozen=True, slots=True)
class WriteBenefit:
    """A benefit as the authority that gave it writes it. The person by id, or by ID number."""

    kind: Kind
    valid_from: date
    valid_to: date | None
    months: tuple[date, ...] | None
    amount_fen: int | None
    granted_by: str
    document: str | None
    worker_id: UUID | None = None
    id_number: IdNumber | None = None
    id: UUID = field(default_factory=new_id)


def by_window(actor: Actor) -> bool:
    """Whether somebody at a window writes by hand, which counts once a second person has seen it (4.6):
    an authority's own account has its second person there, and who loads the past says what was."""
    return actor.may("registry:benefit:read") and not actor.may(LOADS_PAST)


def _check(command: WriteBenefit, today: date) -> None:
    """What can be said without looking at the person. Raises the refusal that applies."""
    row = TABLE[command.kind]
    if not row.written:
        raise domain.WrittenElsewhere
    if command.valid_from > today:
        raise InTheFuture(on=command.valid_from, today=today)
    if command.valid_to is not None and command.valid_to < command.valid_from:
        raise domain.PeriodReversed
    if row.takes == "monthly" and command.valid_to is None and not command.months:
        raise domain.MonthsMissing
    for month in command.months or ():
        after = command.valid_to is not None and month > command.valid_to
        if month < rules.first_of(command.valid_from) or after:
            raise domain.PeriodReversed


def _refusal(found: Sequence[Found], mine: UUID) -> Refusal:
    """The refusal for what a new benefit would make wrong: the heaviest first."""
    order = (
        "duplicate-grant", "merge", "after-life-fact", "after-retirement-age",
        "without-certificate", "after-revocation", "while-suspended", "after-expiry",
    )  # fmt: skip
    first = min(found, key=lambda f: order.index(f.cause) if f.cause in order else len(order))
    months = "、".join(f"{month:%Y-%m}" for month in first.months)
    if first.other_id is not None:
        other = first.other_id if first.benefit_id == mine else first.benefit_id
        return domain.MonthsTaken(months=months, benefit_id=other)
    kinds: dict[str, type[Refusal]] = {
        "after-life-fact": domain.NoRightAfterLifeFact,
        "after-retirement-age": domain.NoRightAfterRetirementAge,
        "without-certificate": domain.CertificateNeeded,
        "after-revocation": domain.CertificateNotInForce,
        "after-expiry": domain.CertificateNotInForce,
        "while-suspended": domain.CertificateNotInForce,
        "over-limit": domain.OverLimit,
    }
    return kinds[first.cause](months=months, clause=first.clause)


def _admit(book: Book, entry: Entry, holder: Holder | None, law: Law) -> None:
    """Raises when this benefit would make anything wrong that is right without it."""
    before = {one.key: set(one.months) for one in book.found(holder, law)}
    worse = [
        one
        for one in book.found(holder, law, [entry])
        if set(one.months) - before.get(one.key, set())
    ]
    if worse:
        raise _refusal(worse, entry.grant.id)


async def write_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[WriteBenefit]
) -> list[Refusal | None]:
    """Write benefits as one set; answers per command why not, or None."""
    numbers = [c.id_number.number for c in commands if c.id_number is not None]
    known = await workers.ids_of_numbers(rt, tx, numbers)
    asked = [
        known.get(c.id_number.number) if c.id_number is not None else c.worker_id for c in commands
    ]
    people = [worker for worker in asked if worker is not None]
    await labour_status.hold(tx, people)
    merged = await identities.merged_among(tx, people)
    person_of = await identities.person_of(tx, people)
    books = await folding.books_of(tx, person_of.values(), writing=True)
    holders = await issuing.holders_of(tx, books)
    facts = await workers.facts_of(tx, people)
    used = await benefits.ids_in_use(tx, [command.id for command in commands])
    law, today, waits = Law(rt), rt.today(), by_window(actor)
    outcome: list[Refusal | None] = []
    made: list[Grant] = []
    told: list[NewEvent] = []
    for command, worker in zip(commands, asked, strict=True):
        try:
            if worker is None or worker not in facts or not actor.may_see(facts[worker].area_code):
                raise NoSuchWorker
            if worker in merged:
                raise merged[worker]
            if command.id in used:
                raise IdTaken
            _check(command, today)
            grant = Grant(
                command.id, command.kind, worker, command.valid_from, command.valid_to,
                command.amount_fen, command.granted_by, new_id(), command.months,
                command.document, actor.subject, waits_since=today if waits else None,
            )  # fmt: skip
            book = books[person_of[worker]]
            book.facts = facts[worker]
            entry = Entry(grant, rules.months_of(grant))
            _admit(book, entry, holders.get(book.person), law)
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        used.add(command.id)
        book.entries.append(entry)
        made.append(grant)
        place = facts[worker]
        if not waits:
            told.append(_granted(grant, place.area_code, place.office))
        outcome.append(None)
    if made:
        await benefits.record_grants(tx, made)
        await emit(tx, told)
        await issuing.annotate(rt, tx, {grant.worker_id for grant in made}, {})
    return outcome


def _granted(grant: Grant, area_code: str, office: str) -> NewEvent:
    return NewEvent(
        events.BENEFIT_GRANTED, grant.id, grant.valid_from, area_code, office,
        {
            "worker_id": str(grant.worker_id), "kind": grant.kind,
            "from": grant.valid_from.isoformat(),
            "to": grant.valid_to.isoformat() if grant.valid_to else None,
            "months": [m.isoformat() for m in grant.months] if grant.months else None,
            "amount": None if grant.amount_fen is None else yuan(grant.amount_fen),
            "granted_by": grant.granted_by, "document": grant.document,
        },
        id=grant.source_event,
    )  # fmt: skip


async def write_benefit(
    rt: Runtime, actor: Actor, command: WriteBenefit, claim: idempotency.Claim
) -> Line:
    """Write one benefit. Raises what refuses it."""
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        (refusal,) = await write_all(rt, tx, actor, [command])
        if refusal is not None:
            raise refusal
        line = await benefits.benefit_in(tx, actor, command.id)
        await once.keep(line)
    rt.wake()
    return line


async def confirm_benefit(
    rt: Runtime, actor: Actor, benefit_id: UUID, claim: idempotency.Claim
) -> Line:
    """A second person confirms what a window wrote. Raises 404 and what refuses it."""
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        await benefits.benefit_in(tx, actor, benefit_id)
        (refusal,) = await confirm_all(rt, tx, actor, [benefit_id])
        if refusal is not None:
            raise refusal
        after = await benefits.benefit_in(tx, actor, benefit_id)
        await once.keep(after)
    rt.wake()
    return after


async def confirm_all(
    rt: Runtime, tx: Tx, actor: Actor, ids: Sequence[UUID]
) -> list[Refusal | None]:
    """A second person confirms what windows wrote, as one set, all of it inside what the caller sees:
    from now on it counts, and others are told. Answers per benefit why not, or None:
    ``benefit-not-waiting``, ``maker-is-checker``, and what would refuse it today, beside what stands
    before it in the set."""
    workers_of = {line.grant.worker_id for line in await benefits.named(tx, ids)}
    await labour_status.hold(tx, workers_of)
    lines = {line.grant.id: line for line in await benefits.named(tx, ids)}
    person_of = await identities.person_of(tx, workers_of)
    books = await folding.books_of(tx, person_of.values(), writing=True)
    holders = await issuing.holders_of(tx, books)
    law, today = Law(rt), rt.today()
    outcome: list[Refusal | None] = []
    seen: list[Act] = []
    told: list[NewEvent] = []
    for id in ids:
        line, grant = lines[id], lines[id].grant
        book = books[person_of[grant.worker_id]]
        entry = Entry(grant, rules.months_of(grant))
        try:
            _decidable(line, actor)
            _admit(book, entry, holders.get(book.person), law)
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        book.entries.append(entry)
        seen.append(Act(new_id(), id, "confirmed", today, actor=actor.subject))
        told.append(_granted(grant, line.area_code, line.office))
        outcome.append(None)
    if seen:
        await benefits.record_acts(tx, seen)
        await emit(tx, told)
        await issuing.annotate(rt, tx, workers_of, {})
    return outcome


async def refuse_benefit(
    rt: Runtime, actor: Actor, benefit_id: UUID, reason: str, claim: idempotency.Claim
) -> Line:
    """A second person finds that what a window wrote is not so: it never was. Raises
    ``benefit-not-waiting`` and ``maker-is-checker``."""
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        grant = (await _waiting(tx, actor, benefit_id)).grant
        never = Act(
            new_id(), grant.id, "withdrawn", grant.valid_from, None, reason, actor=actor.subject
        )
        await benefits.record_acts(tx, [never])
        after = await benefits.benefit_in(tx, actor, grant.id)
        await once.keep(after)
    return after


async def _waiting(tx: Tx, actor: Actor, benefit_id: UUID) -> Line:
    """What a window wrote, for a second person to decide on; its person is locked."""
    worker = (await benefits.benefit_in(tx, actor, benefit_id)).grant.worker_id
    await labour_status.hold(tx, [worker])
    line = await benefits.benefit_in(tx, actor, benefit_id)
    _decidable(line, actor)
    return line


def _decidable(line: Line, actor: Actor) -> None:
    """Raises ``benefit-not-waiting`` and ``maker-is-checker``."""
    if not line.waiting:
        raise domain.NotWaiting
    if line.grant.written_by == actor.subject:
        raise MakerIsChecker


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happens to a benefit from a day on. ``amount_fen`` where money comes back."""

    benefit_id: UUID
    on: date
    amount_fen: int | None = None
    reason: str = ""
    document: str | None = None


async def stop_benefit(rt: Runtime, actor: Actor, change: Change, claim: idempotency.Claim) -> Line:
    """``on`` is the first day without it: the months after are free again."""

    def stop(grant: Grant, acts: list[Act]) -> tuple[Act, EventType, dict[str, Any]]:
        act = Act(
            new_id(), grant.id, "stopped", change.on, None, change.reason, change.document,
            actor.subject,
        )  # fmt: skip
        body = {"on": change.on.isoformat(), "reason": change.reason}
        return act, events.BENEFIT_STOPPED, body

    return await _change(rt, actor, change, claim, stop)


async def order_recovery(
    rt: Runtime, actor: Actor, change: Change, claim: idempotency.Claim
) -> Line:
    """What lies on or after ``on`` is to be paid back (policy 5.3 no. 1). Its months stay counted
    until everything has come back; where no money moved they are free at once."""

    def order(grant: Grant, acts: list[Act]) -> tuple[Act, EventType, dict[str, Any]]:
        amount = change.amount_fen
        if amount is None:
            if change.on > grant.valid_from and grant.amount_fen:
                raise domain.AmountNeeded
            amount = (grant.amount_fen or 0) - rules.account(acts).ordered_fen
        if not 0 <= amount <= (grant.amount_fen or 0) - rules.account(acts).ordered_fen:
            raise domain.NothingToRecover
        act, body = recovering.ordered(
            grant, change.on, amount, change.reason, change.document, actor.subject
        )
        return act, events.BENEFIT_RECOVERY_ORDERED, body

    return await _change(rt, actor, change, claim, order)


async def recover(rt: Runtime, actor: Actor, change: Change, claim: idempotency.Claim) -> Line:
    """Money came back, by a document. With the last of it the months are free again (policy 5.3 no. 3),
    so nobody says it of what they ordered back themselves: raises ``maker-is-checker``."""

    def take_back(grant: Grant, acts: list[Act]) -> tuple[Act, EventType, dict[str, Any]]:
        if any(one.actor == actor.subject for one in rules.standing_orders(acts)):
            raise MakerIsChecker
        owed, amount = rules.account(acts).owed_fen, change.amount_fen or 0
        if amount > owed:
            raise domain.NothingToRecover
        act = Act(
            new_id(), grant.id, "recovered", change.on, amount, None, change.document,
            actor.subject,
        )  # fmt: skip
        return act, events.BENEFIT_RECOVERED, {"amount": yuan(amount), "full": amount == owed}

    return await _change(rt, actor, change, claim, take_back)


#: ``(grant, acts so far) -> (act, event, payload)``; raises what forbids it.
Decide = Callable[[Grant, list[Act]], tuple[Act, EventType, dict[str, Any]]]


async def _change(
    rt: Runtime,
    actor: Actor,
    change: Change,
    claim: idempotency.Claim,
    decide: Decide,
) -> Line:
    """One act on one benefit that was written here, and everything that follows."""
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        grant = (await _own(tx, actor, change.benefit_id)).grant
        await labour_status.hold(tx, [grant.worker_id])
        line = await _own(tx, actor, change.benefit_id)
        if grant.written_by is None:
            raise domain.WrittenElsewhere
        if line.waiting:
            raise domain.AwaitsSecondPerson
        if change.on > rt.today():
            raise InTheFuture(on=change.on, today=rt.today())
        if change.on < grant.valid_from:
            raise domain.ActBeforeBenefit
        act, event, body = decide(grant, await benefits.acts_of(tx, grant.id))
        await benefits.record_acts(tx, [act])
        told = recovering.event_of(event, act, grant, line.area_code, line.office, body)
        await emit(tx, [told])
        await issuing.annotate(rt, tx, [grant.worker_id], {})
        after = await benefits.benefit_in(tx, actor, grant.id)
        await once.keep(after)
    rt.wake()
    return after


async def _own(tx: Tx, actor: Actor, benefit_id: UUID) -> Line:
    """A benefit that the caller may act on: who may not read the ledger acts on what it wrote."""
    line = await benefits.benefit_in(tx, actor, benefit_id)
    if not actor.may("registry:benefit:read") and line.grant.written_by != actor.subject:
        raise NotFound
    return line
