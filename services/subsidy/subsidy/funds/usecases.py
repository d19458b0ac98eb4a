"""Receiving money and saying where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import InTheFuture, MakerIsChecker, admit, only
from kit.idempotency import Claim, once
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from subsidy import events
from subsidy.funds import domain, store, terms
from subsidy.funds.domain import Appropriation, Fund, Layer, Position, Sum
from subsidy.journal import domain as journal_domain
from subsidy.journal import usecases as journal


async def receive_appropriation(
    rt: Runtime, actor: Actor, appropriation: Appropriation, claim: Claim
) -> Appropriation:
    """Money came in: it is unallocated from now on."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        result = only(await receive(rt, tx, actor, [appropriation]))
        await kept.keep(result, location=f"/v1/appropriations/{result.id}")
    rt.wake()
    return result


async def receive(
    rt: Runtime, tx: Tx, actor: Actor, facts: Sequence[Appropriation]
) -> list[Appropriation | Refusal]:
    """The same for a set, in order; a refusal stands in the place of its fact."""
    taken = await store.existing(tx, [fact.id for fact in facts])
    allowed = [fact for fact in facts if actor.may_see(fact.area_code)]
    accounts = await journal.lock(tx, (key for fact in allowed for key in _keys(fact)))
    by_id = {account.id: account for account in accounts.values()}
    results: list[Appropriation | Refusal] = []
    entries: list[journal_domain.Entry] = []
    told: list[NewEvent] = []
    kept: list[tuple[Appropriation, UUID, UUID]] = []
    today = rt.today()
    for fact in facts:
        try:
            admit(
                fact.id, fact.area_code, fact.received_on,
                area_prefix=actor.area_prefix, today=today, taken=taken,
            )  # fmt: skip
            domain.admit(fact)
            source, unallocated = (accounts[key] for key in _keys(fact))
            entry = journal_domain.transfer(
                new_id(), "appropriation", fact.received_on, fact.id,
                place=(fact.area_code, fact.office),
                credit=source.id, debit=unallocated.id, amount=fact.amount,
            )  # fmt: skip
            by_id.update(journal_domain.post(by_id, entry))
        except Refusal as refusal:
            results.append(refusal)
            continue
        event = _told(fact)
        entries.append(entry)
        told.append(event)
        kept.append((fact, entry.id, event.id))
        results.append(fact)
    await journal.write(tx, entries, recorded_by=actor.subject)
    await store.add(tx, kept, recorded_by=actor.subject)
    await emit(tx, told)
    return results


async def reverse_appropriation(
    rt: Runtime, actor: Actor, id: UUID, on: date, reason: str, claim: Claim
) -> Appropriation:
    """A receipt that was wrong is taken back by an entry that names its own, by another person than who
    recorded it. Raises ``Overdrawn`` when its money is arranged."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        await store.lock(tx, id)
        row = await store.get(tx, id, actor.area_prefix)
        if row is None:
            raise NotFound
        before = store.appropriation_of(row)
        if before.reversed_on is not None:
            raise journal_domain.AlreadyReversed
        if row["recorded_by"] == actor.subject:
            raise MakerIsChecker
        if on > rt.today():
            raise InTheFuture(on=on, today=rt.today())
        original = (await journal.some(tx, [row["entry_id"]]))[row["entry_id"]]
        mirror = journal_domain.reversal(original, new_id(), on, id)
        await journal.reverse(tx, [mirror], recorded_by=actor.subject)
        data = {
            "fund": before.fund, "source": before.source, "amount": yuan(before.amount),
            "year": before.year,
        }  # fmt: skip
        event = NewEvent(
            events.APPROPRIATION_REVERSED, id, on, before.area_code, before.office, data,
            reverses=row["event_id"],
        )  # fmt: skip
        await store.add_reversal(tx, id, on, reason, mirror.id, event.id, recorded_by=actor.subject)
        await emit(tx, [event])
        after = replace(before, reversed_on=on)
        await kept.keep(after)
    rt.wake()
    return after


def _keys(fact: Appropriation) -> tuple[journal_domain.Key, journal_domain.Key]:
    place = (fact.fund, fact.area_code)
    return (*place, "source", fact.source), (*place, "unallocated", "")


def _told(fact: Appropriation) -> NewEvent:
    return NewEvent(
        events.APPROPRIATION_RECEIVED,
        entity_id=fact.id,
        valid_from=fact.received_on,
        area_code=fact.area_code,
        office=fact.office,
        data={
            "fund": fact.fund,
            "source": fact.source,
            "amount": yuan(fact.amount),
            "year": fact.year,
            "approval": fact.approval,
            "document": fact.document,
        },
    )


async def position(rt: Runtime, actor: Actor, fund: Fund, as_of: date | None) -> Position:
    """Where a fund's money is, over the actor's area, from journal entries."""
    day = as_of or rt.today()
    async with rt.db.reading() as tx:
        rows = await store.sums(tx, fund, actor.area_prefix, day)
        receipts = await store.receipts(tx, fund, actor.area_prefix, day)
    return domain.position(fund, day, (Sum(**dict(row)) for row in rows), receipts)


async def tell_of_idle_money(rt: Runtime) -> None:
    """Tell of money that has lain without a use for longer than a threshold of the day: once for each
    receipt day and threshold, of the highest that is reached (N10)."""
    today = rt.today()
    thresholds = terms.idle_thresholds(rt.policies, today)
    async with rt.db.transaction() as tx:
        found = [
            (book, layer, days)
            for book in await store.idle_books(tx)
            for layer in domain.unallocated_layers(
                book.receipts, sum(amount for _, amount in book.receipts) - book.unallocated
            )
            if (days := domain.reached(layer, thresholds, today)) is not None
        ]
        told = [_aged(book, layer, days, today) for book, layer, days in found]
        new = await store.add_notices(
            tx,
            [
                (book.id, layer.received_on, days, layer.amount, event.id)
                for (book, layer, days), event in zip(found, told, strict=True)
            ],
        )
        await emit(tx, [event for event in told if event.id in new])
    rt.wake()


def _aged(book: store.Book, layer: Layer, days: int, today: date) -> NewEvent:
    data = {
        "fund": book.fund, "amount": yuan(layer.amount), "received_on": str(layer.received_on),
        "age_days": layer.age_days(today), "threshold_days": days,
    }  # fmt: skip
    return NewEvent(events.UNALLOCATED_AGED, book.id, today, book.area_code, book.office, data)


async def known(tx: Tx, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, Appropriation]:
    """Those of these receipts that lie in the actor's area, for whoever refers to them."""
    rows = await store.some(tx, ids, actor.area_prefix)
    return {row["id"]: store.appropriation_of(row) for row in rows}


async def get_appropriation(rt: Runtime, actor: Actor, appropriation_id: UUID) -> Any:
    async with rt.db.looking() as tx:
        row = await store.get(tx, appropriation_id, actor.area_prefix)
    if row is None:
        raise NotFound
    return row


async def list_appropriations(
    rt: Runtime, actor: Actor, *, fund: Fund | None, after: UUID | None, limit: int
) -> list[Any]:
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_prefix, fund=fund, after=after, limit=limit)
