"""Paying from an arrangement's line, and taking a payment back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import InTheFuture, admit, only
from kit.idempotency import Claim, once
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from subsidy import events
from subsidy.arrangements import usecases as arrangements
from subsidy.arrangements.domain import Arrangement, ArrangementUnknown
from subsidy.journal import domain as journal_domain
from subsidy.journal import usecases as journal
from subsidy.payments import domain, store
from subsidy.payments.domain import LineExhausted, Payment
from subsidy.reservations import usecases as reservations
from subsidy.reservations.domain import ReservationUnknown


async def make_payment(rt: Runtime, actor: Actor, payment: Payment, claim: Claim) -> Payment:
    """Money leaves the line; refused when the line holds less."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        result = only(await pay(rt, tx, actor, [payment]))
        await kept.keep(result, location=f"/v1/payments/{result.id}")
    rt.wake()
    return result


async def pay(
    rt: Runtime, tx: Tx, actor: Actor, facts: Sequence[Payment]
) -> list[Payment | Refusal]:
    """The same for a set, in order: each row sees what the rows before it left on the line."""
    taken = await store.existing(tx, [fact.id for fact in facts])
    known = await arrangements.known(tx, actor, list({fact.arrangement_id for fact in facts}))
    held = await reservations.payable(
        tx, actor, [fact.reservation_id for fact in facts if fact.reservation_id is not None]
    )
    accounts = await journal.lock(
        tx,
        (
            key
            for fact in facts
            if (one := known.get(fact.arrangement_id)) is not None
            and (fact.reservation_id is None or fact.reservation_id in held)
            for key in _keys(fact, one)
        ),
    )
    by_id = {account.id: account for account in accounts.values()}
    results: list[Payment | Refusal] = []
    entries: list[journal_domain.Entry] = []
    told: list[NewEvent] = []
    kept: list[tuple[Payment, UUID, UUID]] = []
    today = rt.today()
    for fact in facts:
        arrangement = known.get(fact.arrangement_id)
        try:
            admit(
                fact.id, fact.area_code, fact.paid_on,
                area_prefix=actor.area_prefix, today=today, taken=taken,
            )  # fmt: skip
            if arrangement is None:
                raise ArrangementUnknown
            domain.admit(fact, arrangement.arranged_on)
            if fact.reservation_id is not None:
                reservation = held.get(fact.reservation_id)
                if reservation is None:
                    raise ReservationUnknown
                reservation.admit_payment(fact.arrangement_id, fact.paid_on)
            line, paid = (accounts[key] for key in _keys(fact, arrangement))
            entry = journal_domain.transfer(
                new_id(), "payment", fact.paid_on, fact.id, place=(fact.area_code, fact.office),
                credit=line.id, debit=paid.id, amount=fact.amount,
            )  # fmt: skip
            by_id.update(journal_domain.post(by_id, entry))
        except journal_domain.Overdrawn as short:
            results.append(LineExhausted(**short.params))
            continue
        except Refusal as refusal:
            results.append(refusal)
            continue
        event = _told(events.PAYMENT_MADE, fact, arrangement, fact.paid_on)
        entries.append(entry)
        told.append(event)
        kept.append((fact, entry.id, event.id))
        results.append(fact)
    await journal.write(tx, entries, recorded_by=actor.subject)
    await store.add(tx, kept, recorded_by=actor.subject)
    await emit(tx, told)
    return results


async def take_back(
    rt: Runtime, tx: Tx, actor: Actor, asked: Sequence[tuple[UUID, date, str]]
) -> list[Payment]:
    """Payments are taken back, each with its day and reason, by entries that name their own: all or none."""
    ids = [payment_id for payment_id, _, _ in asked]
    await store.lock(tx, ids)
    rows = {row["id"]: row for row in await store.some(tx, ids, actor.area_prefix)}
    known = await arrangements.known(tx, actor, [row["arrangement_id"] for row in rows.values()])
    originals = await journal.some(tx, [row["entry_id"] for row in rows.values()])
    results: list[Payment] = []
    mirrors: list[journal_domain.Entry] = []
    told: list[NewEvent] = []
    for payment_id, on, _ in asked:
        row = rows.get(payment_id)
        if row is None or row["arrangement_id"] not in known:
            raise NotFound
        if on > rt.today():
            raise InTheFuture(today=rt.today())
        after = store.payment_of(row).reverse(on)
        original = originals[row["entry_id"]]
        mirrors.append(journal_domain.reversal(original, new_id(), on, payment_id))
        told.append(
            _told(
                events.PAYMENT_REVERSED, after, known[after.arrangement_id], on,
                reverses=row["event_id"],
            )
        )  # fmt: skip
        results.append(after)
    await journal.reverse(tx, mirrors, recorded_by=actor.subject)
    kept = [
        (payment_id, on, reason, mirror.id, event.id)
        for (payment_id, on, reason), mirror, event in zip(asked, mirrors, told, strict=True)
    ]
    await store.add_reversals(tx, kept, recorded_by=actor.subject)
    await emit(tx, told)
    return results


def _keys(
    payment: Payment, arrangement: Arrangement
) -> tuple[journal_domain.Key, journal_domain.Key]:
    """The account that money leaves, the line's or what a reservation committed or has with the bank,
    and the one of its use."""
    place = (arrangement.fund, arrangement.area_code)
    paid: journal_domain.Key = (*place, "paid", arrangement.use_code)
    if payment.reservation_id is not None:
        held: journal_domain.AccountKind = "ordered" if payment.ordered else "committed"
        return (*place, held, str(payment.reservation_id)), paid
    return (*place, "arranged", str(arrangement.id)), paid


def _told(
    kind: EventType,
    payment: Payment,
    arrangement: Arrangement,
    on: date,
    *,
    reverses: UUID | None = None,
) -> NewEvent:
    data = {
        "fund": arrangement.fund,
        "use_code": arrangement.use_code,
        "amount": yuan(payment.amount),
    }
    if reverses is None:
        data |= {
            "arrangement_id": str(arrangement.id),
            "payee_kind": payment.payee_kind,
            "purpose": payment.purpose,
        }
    return NewEvent(
        kind,
        entity_id=payment.id,
        valid_from=on,
        area_code=payment.area_code,
        office=payment.office,
        data=data,
        reverses=reverses,
    )


async def get_payment(rt: Runtime, actor: Actor, payment_id: UUID) -> Any:
    async with rt.db.looking() as tx:
        rows = await store.some(tx, [payment_id], actor.area_prefix)
    if not rows:
        raise NotFound
    return rows[0]


async def list_payments(
    rt: Runtime,
    actor: Actor,
    *,
    arrangement_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Any]:
    async with rt.db.looking() as tx:
        return await store.page(
            tx, actor.area_prefix, arrangement_id=arrangement_id, after=after, limit=limit
        )
