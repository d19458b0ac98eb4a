"""What happens to orders: intended in a batch, sent with its file, answered by the bank."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.ids import new_id
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from subsidy import bank_codes
from subsidy.arrangements import usecases as arrangements
from subsidy.journal import domain as journal_domain
from subsidy.journal import usecases as journal
from subsidy.orders import domain, store
from subsidy.orders.domain import AlreadyOrdered, Answer, Doubt, Order, State
from subsidy.payees.domain import Payee
from subsidy.payments import usecases as payments
from subsidy.payments.domain import Payment


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of the bank under its own id: about which order, and how its kind was booked before."""

    id: UUID
    end_to_end_id: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an answer did: the order that it is about, whether it changed it, or why it is in doubt."""

    said: UUID
    order_id: UUID | None = None
    applied: bool = False
    doubt: Doubt | None = None


# --- for batches


async def attempts(tx: Tx, about: Sequence[UUID]) -> dict[UUID, int]:
    """The number that the next order for each has. Raises :class:`AlreadyOrdered` for what has an
    order that may still be paid, or stands here twice."""
    known = await store.attempts(tx, about)
    for one, times in Counter(about).items():
        if times > 1 or known.get(one, (0, 0))[1]:
            raise AlreadyOrdered(about=one)
    return {one: known.get(one, (0, 0))[0] + 1 for one in about}


async def locked(tx: Tx, actor: Actor, ids: Sequence[UUID]) -> list[Order]:
    """Orders of the actor's area with which something is about to happen. Raises 404."""
    found = await store.lock(tx, ids, actor.area_prefix)
    if len(found) != len(ids):
        raise NotFound
    return found


def carry(
    rt: Runtime, orders: Sequence[Order], payees: Mapping[UUID, Payee], on: date
) -> list[Order]:
    """Unpaid orders as they stand when they go again. Raises what forbids it by state, by reason code
    and by the payee's account."""
    codes = bank_codes.table(rt.policies, on)
    moved = []
    for order in orders:
        account = payees[order.payee_id].confirmed
        assert account is not None
        again = bank_codes.meaning(codes, order.reason_code).again
        moved.append(order.carried(on, account.id, again))
    return moved


async def intend(
    tx: Tx, actor: Actor, orders: Sequence[Order], carried: Sequence[Order], on: date
) -> None:
    """Keep new orders, and those that they carry forward; the money goes to the bank's account in the
    books. Raises ``Overdrawn`` when the reservation holds less."""
    await store.save(tx, carried)
    await store.add_steps(tx, carried, orders[0].batch_id, actor.subject)
    await store.add(tx, orders)
    await store.add_steps(tx, orders, orders[0].batch_id, actor.subject)
    await _move(tx, actor, orders, on, orders[0].batch_id, to_bank=True)


async def withdraw(tx: Tx, actor: Actor, batch_id: UUID, on: date) -> None:
    """A batch that never left: its orders end, and the reservation holds the money again."""
    orders = [order.to("withdraw", on) for order in await store.lock_batch(tx, batch_id)]
    await _save(tx, actor, orders, batch_id)
    await _move(tx, actor, orders, on, batch_id, to_bank=False)


async def send(rt: Runtime, tx: Tx, actor: Actor, batch_id: UUID, on: date) -> None:
    """The file leaves: answers are due after the days that the table says."""
    days = rt.policies.value("subsidy.bank_reply_days", on).value
    assert isinstance(days, int)
    due_on = on + timedelta(days=days)
    orders = await store.lock_batch(tx, batch_id)
    sent = [replace(order.to("send", on), due_on=due_on) for order in orders]
    await _save(tx, actor, sent, batch_id)


async def ask(tx: Tx, actor: Actor, batch_id: UUID, on: date, cause: UUID) -> list[Order]:
    """What the bank has not answered in time is unknown from now on. Answers all that is unknown."""
    late = [
        order.to("ask", on)
        for order in await store.lock_batch(tx, batch_id)
        if order.state in ("sent", "accepted", "unknown") and order.due_on and order.due_on < on
    ]
    await _save(tx, actor, late, cause)
    return late


async def reverse(tx: Tx, actor: Actor, order_id: UUID, on: date, reason_code: str) -> None:
    """An order that was paid, and whose payment was taken back just now: the reservation holds the money
    again. It may be carried forward, like what the bank sent back."""
    (order,) = [o.to("reverse", on, reason_code) for o in await locked(tx, actor, [order_id])]
    await _save(tx, actor, [order], order_id)
    await _move(tx, actor, [order], on, order_id, to_bank=False)


async def of_batch(tx: Tx, batch_id: UUID) -> list[Order]:
    """The orders of a batch, in the order of its lines."""
    return await store.of_batch(tx, batch_id)


async def some(tx: Tx, actor: Actor, ids: Sequence[UUID]) -> list[Order]:
    """These orders, as far as they lie in the actor's area."""
    return await store.some(tx, ids, actor.area_prefix)


# --- for what the bank says


async def hear(
    rt: Runtime,
    tx: Tx,
    actor: Actor,
    said: Sequence[Said],
    booked: Mapping[tuple[UUID, str], str],
    message_id: UUID,
) -> list[Outcome]:
    """Answers of the bank, each judged against its order as the answers before it left it.

    ``booked``: the bank's mark of a booking taken before, by order and kind. Money moves with the
    orders: paid when the statement says so, back to the reservation when rejected or sent back.
    """
    found = await store.lock_named(tx, [one.end_to_end_id for one in said], actor.area_prefix)
    by_name = {order.end_to_end_id: order for order in found}
    marks = dict(booked)
    changed: dict[UUID, list[Order]] = defaultdict(list)
    outcomes: list[Outcome] = []
    for one in said:
        order = by_name.get(one.end_to_end_id)
        if order is None:
            outcomes.append(Outcome(one.id, doubt="order-unknown"))
            continue
        if one.answer.on > rt.today():
            outcomes.append(Outcome(one.id, order.id, doubt="dated-ahead"))
            continue
        key = (order.id, one.answer.kind)
        judged = domain.judge(order, one.answer, booked_as=marks.get(key))
        if isinstance(judged, Order):
            by_name[one.end_to_end_id] = judged
            changed[order.id].append(judged)
            marks[key] = one.answer.bank_ref or ""
            outcomes.append(Outcome(one.id, order.id, applied=True))
        else:
            outcomes.append(Outcome(one.id, order.id, doubt=judged))
    steps = [order for moves in changed.values() for order in moves]
    refused = await _book(rt, tx, actor, steps, message_id)
    kept = [order for order in steps if order.id not in refused]
    last = {order.id: order for order in kept}
    await store.save(tx, list(last.values()))
    await store.add_steps(tx, kept, message_id, actor.subject)
    return [
        replace(one, applied=False, doubt="refused-by-the-books")
        if one.applied and one.order_id in refused
        else one
        for one in outcomes
    ]


async def _book(
    rt: Runtime, tx: Tx, actor: Actor, steps: Sequence[Order], message_id: UUID
) -> set[UUID]:
    """Move the money of these steps. Answers the orders whose payment the books refuse."""
    settled = [order for order in steps if order.state == "settled"]
    results = await payments.pay(rt, tx, actor, [_payment(order) for order in settled])
    refused = {
        order.id
        for order, result in zip(settled, results, strict=True)
        if isinstance(result, Refusal)
    }
    returned = [o for o in steps if o.state == "returned" and o.id not in refused]
    if returned:
        await payments.take_back(
            rt, tx, actor, [(o.id, o.state_on, f"银行退汇 {o.reason_code or ''}") for o in returned]
        )
    unpaid = [o for o in steps if o.state in ("rejected", "returned") and o.id not in refused]
    for on, orders in _by_day(unpaid).items():
        await _move(tx, actor, orders, on, message_id, to_bank=False)
    return refused


def _payment(order: Order) -> Payment:
    return Payment(
        order.id, order.arrangement_id, order.amount, order.state_on, order.payee_kind,
        order.purpose, order.area_code, order.office, order.reservation_id, ordered=True,
    )  # fmt: skip


def _by_day(orders: Iterable[Order]) -> dict[date, list[Order]]:
    found: dict[date, list[Order]] = defaultdict(list)
    for order in orders:
        found[order.state_on].append(order)
    return found


# --- inside


async def _save(tx: Tx, actor: Actor, orders: Sequence[Order], cause: UUID) -> None:
    await store.save(tx, orders)
    await store.add_steps(tx, orders, cause, actor.subject)


async def _move(
    tx: Tx, actor: Actor, orders: Sequence[Order], on: date, about: UUID, *, to_bank: bool
) -> None:
    """One entry per reservation: what it committed goes to the bank's account, or comes back."""
    sums: dict[tuple[UUID, UUID, str], int] = defaultdict(int)
    for order in orders:
        sums[order.arrangement_id, order.reservation_id, order.office] += order.amount
    known = await arrangements.known(tx, actor, [arrangement for arrangement, _, _ in sums])
    keys: dict[tuple[UUID, str], journal_domain.Key] = {}
    for arrangement_id, reservation_id, _ in sums:
        line = known[arrangement_id]
        kinds: tuple[journal_domain.AccountKind, ...] = ("committed", "ordered")
        for kind in kinds:
            keys[reservation_id, kind] = (line.fund, line.area_code, kind, str(reservation_id))
    accounts = await journal.lock(tx, keys.values())
    by_id = {account.id: account for account in accounts.values()}
    entries = []
    for (arrangement_id, reservation_id, office), amount in sums.items():
        held, ordered = (
            accounts[keys[reservation_id, kind]].id for kind in ("committed", "ordered")
        )
        entry = journal_domain.transfer(
            new_id(), "order", on, about, place=(known[arrangement_id].area_code, office),
            credit=held if to_bank else ordered, debit=ordered if to_bank else held, amount=amount,
        )  # fmt: skip
        by_id.update(journal_domain.post(by_id, entry))
        entries.append(entry)
    await journal.write(tx, entries, recorded_by=actor.subject)


# --- reading


async def order_of(rt: Runtime, actor: Actor, order_id: UUID) -> tuple[Order, list[Any]]:
    """One order of the caller's area and what became of it."""
    async with rt.db.reading() as tx:
        found = await store.some(tx, [order_id], actor.area_prefix)
        if not found:
            raise NotFound
        return found[0], await store.steps(tx, order_id)


async def list_orders(
    rt: Runtime,
    actor: Actor,
    *,
    batch_id: UUID | None,
    about: UUID | None,
    state: State | None,
    overdue: bool,
    after: UUID | None,
    limit: int,
) -> list[Order]:
    """Orders of the caller's area; ``overdue``: the bank should have answered by today."""
    async with rt.db.looking() as tx:
        return await store.page(
            tx, actor.area_prefix, batch_id=batch_id, about=about, state=state,
            overdue_on=rt.today() if overdue else None, after=after, limit=limit,
        )  # fmt: skip
