"""What can happen to a refund of unemployment insurance: proposed, ordered, paid back, lifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kit import idempotency
from kit.audit import Denied
from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import InTheFuture, StaleWrite
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.service import Runtime
from registry.insurance_refunds import domain, events, store
from registry.insurance_refunds.domain import Order, Part, Payment, State, Verdict
from registry.unemployment_insurance import usecases as insurance

FINE_LEAST = "registry.insurance_fine_times_least"
FINE_MOST = "registry.insurance_fine_times_most"


@dataclass(frozen=True, slots=True)
class Propose:
    """What somebody found: how much was drawn by fraud, on which record, and the fine of a serious
    case. In fen."""

    account_id: UUID
    on: date
    ground: str
    document: str
    refund_fen: int
    serious: bool
    fine_fen: int | None


async def propose(rt: Runtime, actor: Actor, command: Propose, claim: idempotency.Claim) -> Order:
    """Propose an order; nothing is owed before another person gives it. Raises 404 and what
    :func:`domain.check_fine` raises."""
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        account = await insurance.account_in(tx, actor, command.account_id)
        if command.on > rt.today():
            raise InTheFuture
        least, most = (
            int(str(rt.policies.value(id, command.on).value)) for id in (FINE_LEAST, FINE_MOST)
        )
        domain.check_fine(
            command.refund_fen, command.fine_fen, serious=command.serious, least=least, most=most
        )
        order = Order(
            new_id(), account.id, command.on, command.ground, command.document,
            command.refund_fen, command.fine_fen, "proposed", command.on, actor.subject,
            actor.subject, 1, account.worker_id, account.area_code, account.office,
        )  # fmt: skip
        await store.add(tx, order)
        await once.keep(order)
    return order


async def _in(tx: Tx, actor: Actor, id: UUID, *, lock: bool = False) -> Order:
    order = await store.get(tx, id, lock=lock)
    if order is None:
        raise NotFound
    if not actor.may_see(order.area_code):
        raise Denied(order.worker_id)
    return order


async def decide(
    rt: Runtime, actor: Actor, id: UUID, verdict: Verdict, on: date, note: str | None, version: int
) -> Order:
    """Another person orders it, drops it, or lifts an order that was wrong."""
    async with rt.db.transaction() as tx:
        before = await _in(tx, actor, id, lock=True)
        if before.version != version:
            raise StaleWrite
        after = before.decide(verdict, actor.subject, on, rt.today())
        await store.save(tx, after, note)
        if verdict == "order":
            fine = None if after.fine_fen is None else yuan(after.fine_fen)
            event = _event(events.ORDERED, after, on, refund=yuan(after.refund_fen), fine=fine)
            await store.tell(tx, id, event.id)
            await emit(tx, [event])
        elif verdict == "lift":
            told = await store.told_event(tx, id)
            await emit(tx, [_event(events.LIFTED, after, on, told)])
    rt.wake()
    return after


def _event(
    type: EventType, order: Order, on: date, reverses: UUID | None = None, **data: Any
) -> NewEvent:
    body = {"worker_id": str(order.worker_id), "account_id": str(order.account_id), **data}
    return NewEvent(type, order.id, on, order.area_code, order.office, body, reverses=reverses)


@dataclass(frozen=True, slots=True)
class Repay:
    """So much of one part came in, in fen."""

    id: UUID
    part: Part
    amount_fen: int
    on: date
    document: str | None


async def repay(rt: Runtime, actor: Actor, command: Repay, claim: idempotency.Claim) -> Order:
    """Money came in; with the last of it the order is settled. Raises ``refund-not-owed``."""
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        before = await _in(tx, actor, command.id, lock=True)
        after = before.repay(command.part, command.amount_fen, command.on, rt.today())
        payment = Payment(
            new_id(), command.id, command.part, command.amount_fen, command.on, command.document,
            actor.subject,
        )  # fmt: skip
        await store.pay(tx, payment, after)
        told = _event(
            events.REPAID, after, command.on, part=command.part, amount=yuan(command.amount_fen),
            settled=after.state == "settled",
        )  # fmt: skip
        await emit(tx, [told])
        await once.keep(after)
    rt.wake()
    return after


async def order_of(rt: Runtime, actor: Actor, id: UUID) -> tuple[Order, list[Payment]]:
    """One order inside what the caller sees, with what came in, or 404."""
    async with rt.db.reading() as tx:
        return await _in(tx, actor, id), await store.payments_of(tx, id)


async def list_orders(
    rt: Runtime,
    actor: Actor,
    account_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Order]:
    """Orders of the caller's subtree, oldest first."""
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_pattern, account_id, state, after, limit)


async def of(tx: Tx, accounts: Sequence[UUID]) -> dict[UUID, list[Order]]:
    """The orders about each of these accounts, oldest first."""
    return await store.of(tx, accounts)


async def awaiting(
    tx: Tx, actor: Actor, pattern: str, after: tuple[date, UUID], limit: int
) -> list[Order]:
    """Proposals that wait for another person than who made them, by day and id."""
    return await store.awaiting(tx, pattern, actor.subject, after, limit)
