"""Paying a claim: orders from what was promised, and what the bank's statement says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.service import Runtime
from subsidy import events
from subsidy.batches import usecases as batches
from subsidy.batches.domain import Format
from subsidy.batches.usecases import Draft, Wanted
from subsidy.claims import domain, showing, store, usecases
from subsidy.claims import events as claim_events
from subsidy.claims.domain import Claim, Due, Line
from subsidy.entitlements import usecases as entitlements
from subsidy.months import usecases as months
from subsidy.orders import usecases as orders
from subsidy.payees import usecases as payees
from subsidy.payees.domain import Kind, Payee
from subsidy.programmes.facts import last_of
from subsidy.projects import usecases as projects
from subsidy.projects.domain import Hold, quarters_of


@dataclass(frozen=True, slots=True)
class Payment:
    """Out of which fund's account, to whom, in which kind of file, and on which days."""

    payer_id: UUID
    payee_id: UUID
    format: Format
    execute_on: date
    on: date


async def payable(
    rt: Runtime, tx: Tx, actor: Actor, id: UUID, version: int, asked: Payment
) -> tuple[Claim, Payee, Due]:
    """A claim that is about to be paid, to whom, and what of it. Raises :class:`domain.NothingDue`,
    :class:`domain.NotThePayee`, or what forbids the act."""
    before = await usecases.stepping(tx, actor, id, version)
    claim = before.pay(asked.on, rt.today())
    payee = (await payees.payable(tx, actor, [asked.payee_id]))[asked.payee_id]
    dues = (await store.dues(tx, [id]))[id]
    due = next((one for one in dues if one.payee_kind == payee.kind and not one.paid_on), None)
    if due is None:
        raise domain.NothingDue(kind=payee.kind)
    if payee.kind in domain.OF_CLAIMANT and payee.reference_id != claim.claimant_id:
        raise domain.NotThePayee
    await orders.attempts(tx, [due.id])
    return claim, payee, due


def purpose_of(claim: Claim) -> str:
    """What its payments are for."""
    return f"{claim.programme} {showing.quarter_text(claim.quarter)}"


async def pay(
    rt: Runtime, tx: Tx, actor: Actor, claim: Claim, payee: Payee, due: Due, asked: Payment
) -> Claim:
    """A batch of one order for what the bank is to pay of it; what was set off whole is paid with that."""
    assert claim.reservation_id is not None
    await usecases.save(tx, actor, "pay", claim)
    if due.left:
        batch = await batches.make(
            rt, tx, actor,
            Draft(
                new_id(), claim.reservation_id, asked.payer_id, asked.format, asked.execute_on,
                asked.on, (Wanted(payee.id, due.left, purpose_of(claim), due.id),), (),
                claim.area_code, claim.office,
            ),
        )  # fmt: skip
        await store.save_dues(tx, [replace(due, batch_id=batch.id)])
        return claim
    await store.save_dues(tx, [replace(due, paid_on=asked.on)])
    lines = (await store.lines(tx, [claim.id]))[claim.id]
    await _paid(tx, claim, [one for one in lines if one.payee_kind == due.payee_kind], asked.on)
    whole = all(one.paid_on for one in (await store.dues(tx, [claim.id]))[claim.id])
    return await _settle(tx, actor, claim, asked.on, whole=whole)


async def hear(rt: Runtime, tx: Tx, actor: Actor, order_ids: Sequence[UUID]) -> list[UUID]:
    """What the bank said of orders, as it stands now: with the last order of a claim it is paid, and when
    one comes back it is not. Each line that was paid is told, and taken back by name. Answers the claims
    of which a part was paid, or came back."""
    known = {one.about: one for one in await orders.some(tx, actor, order_ids)}
    claims = await store.lock(tx, await store.claims_due(tx, list(known)), actor.area_prefix)
    ids = [one.id for one in claims]
    all_dues, all_lines = await store.dues(tx, ids), await store.lines(tx, ids)
    moved: list[Due] = []
    for claim in claims:
        dues = []
        for due in all_dues[claim.id]:
            order = known.get(due.id)
            if order is None or (order.state == "settled") == (due.paid_on is not None):
                dues.append(due)
                continue
            after = replace(due, paid_on=order.state_on if order.state == "settled" else None)
            dues.append(after)
            moved.append(after)
            lines = [one for one in all_lines[claim.id] if one.payee_kind == due.payee_kind]
            if after.paid_on is not None:
                await _paid(tx, claim, lines, after.paid_on)
            else:
                await _came_back(tx, claim, lines, order.state_on)
        on = max(known[due.id].state_on for due in dues if due.id in known)
        await _settle(tx, actor, claim, on, whole=all(due.paid_on for due in dues))
    await store.save_dues(tx, moved)
    return sorted({due.claim_id for due in moved})


async def claims_due(tx: Tx, due_ids: Sequence[UUID]) -> list[UUID]:
    """The claims of which these are dues; none for what is due otherwise."""
    return await store.claims_due(tx, due_ids)


async def _settle(tx: Tx, actor: Actor, claim: Claim, on: date, *, whole: bool) -> Claim:
    after = claim.settle(max(on, claim.state_on), whole=whole)
    if after is claim:
        return claim
    await usecases.save(tx, actor, "settle" if whole else "come_back", after)
    kind = claim_events.CLAIM_PAID if whole else claim_events.CLAIM_CAME_BACK
    await usecases.tell(tx, kind, after, {"amount": yuan(claim.amount)})
    return after


async def due_again(tx: Tx, actor: Actor, due_id: UUID, amount: int, on: date) -> Kind:
    """Fen of a due that were kept for a recovery are to be paid after all: what was kept whole is not paid
    any more. Answers who is to be paid. Raises ``AlreadyOrdered`` when the bank has an order for the rest."""
    await orders.attempts(tx, [due_id])
    (claim,) = await store.lock(tx, await store.claims_due(tx, [due_id]), actor.area_prefix)
    (due,) = (one for one in (await store.dues(tx, [claim.id]))[claim.id] if one.id == due_id)
    await store.save_dues(tx, [replace(due, paid_on=None, set_off=due.set_off - amount)])
    if due.paid_on is not None:
        lines = (await store.lines(tx, [claim.id]))[claim.id]
        await _came_back(tx, claim, [one for one in lines if one.payee_kind == due.payee_kind], on)
        await _settle(tx, actor, claim, on, whole=False)
    return due.payee_kind


async def _paid(tx: Tx, claim: Claim, lines: Sequence[Line], on: date) -> None:
    """The months are paid, and what each person or project was given is told."""
    told = await _given(tx, claim, [(one, one.amount) for one in lines if one.amount > 0], on)
    await months.pay(tx, [one.id for one in lines])
    await store.mark_paid(tx, [(event.entity_id, event.id) for event in told])
    await emit(tx, told)


async def _given(
    tx: Tx, claim: Claim, given: Sequence[tuple[Line, int]], on: date
) -> list[NewEvent]:
    """What is told of lines of which so many fen were given."""
    opened = await entitlements.opened_by(tx, [one.reference for one, _ in given if one.reference])
    place = (claim.area_code, claim.office)
    told = []
    for line, amount in given:
        if line.worker_id is None:
            about = {
                "programme": claim.programme, "project_id": str(line.reference),
                "body_id": str(claim.claimant_id), "quarter": showing.quarter_text(claim.quarter),
                "span": line.span, "amount": yuan(amount), "claim_id": str(claim.id),
                "decision_id": str(line.decision_id),
            }  # fmt: skip
            told.append(NewEvent(claim_events.PROJECT_PAID, line.id, on, *place, about))
            continue
        assert line.day is not None
        monthly = line.month is not None
        data = {
            "worker_id": str(line.worker_id), "programme": claim.programme,
            "from": line.day.isoformat(),
            "to": (last_of(line.day) if monthly else line.day).isoformat(),
            "amount": yuan(amount),
            "entitlement_id": _text(opened.get(line.reference) if line.reference else None),
            "claim_id": str(claim.id),
            "employer_id": _text(claim.claimant_id if claim.claimant_kind == "employer" else None),
            "decision_id": str(line.decision_id),
        }  # fmt: skip
        told.append(NewEvent(events.BENEFIT_PAID, line.id, on, *place, data))
    return told


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)


async def _came_back(tx: Tx, claim: Claim, lines: Sequence[Line], on: date) -> None:
    """The bank sent the money back: the months stay held, and every payment is taken back by name."""
    told = [
        _taken_back(claim, line, line.amount, on, whole=True)
        for line in lines
        if line.paid_event is not None
    ]
    await months.unpay(tx, [one.id for one in lines])
    await store.mark_paid(tx, [(event.entity_id, None) for event in told])
    await emit(tx, told)


async def take_back(tx: Tx, parts: Mapping[UUID, Sequence[tuple[UUID, int]]], on: date) -> None:
    """Fen of paid lines, by claim, came back from the claimant. A line of which nothing is left is told as
    whole: its month is free, and no counter has it."""
    claims = await store.lock(tx, sorted(parts), "")
    all_lines = await store.lines(tx, list(parts))
    after: list[Line] = []
    told: list[NewEvent] = []
    for claim in claims:
        lines = {one.id: one for one in all_lines[claim.id]}
        for id, part in parts[claim.id]:
            line = replace(lines[id], back=lines[id].back + part)
            after.append(line)
            told.append(_taken_back(claim, line, part, on, whole=line.back == line.amount))
    whole = [one.id for one in after if one.back == one.amount]
    await store.save_back(tx, after)
    await months.recover(tx, whole)
    await projects.give_up(tx, whole)
    await store.mark_paid(tx, [(id, None) for id in whole])
    await emit(tx, told)


async def pay_again(tx: Tx, claim_id: UUID, parts: Sequence[tuple[UUID, int]], on: date) -> None:
    """Fen of lines that had come back are with the claimant after all: what was told of each line's payment
    is taken back by name, and what it has been given now is told. A month that was free is taken again;
    raises :class:`domain.GrantedSince` when another line has it."""
    (claim,) = await store.lock(tx, [claim_id], "")
    lines = {one.id: one for one in (await store.lines(tx, [claim_id]))[claim_id]}
    before = [lines[id] for id, _ in parts]
    after = [replace(lines[id], back=lines[id].back - part) for id, part in parts]
    told = [
        _taken_back(claim, one, one.amount - one.back, on, whole=True)
        for one in before
        if one.paid_event is not None
    ]
    free = [one for one in before if one.paid_event is None]
    held = [
        Hold(one.id, one.reference, quarters_of(claim.quarter, one.span))
        for one in free
        if one.reference is not None and one.span is not None
    ]
    if not await months.take_again(tx, [one.id for one in free]) or await projects.hold(tx, held):
        raise domain.GrantedSince
    given = await _given(tx, claim, [(one, one.amount - one.back) for one in after], on)
    await store.save_back(tx, after)
    await store.mark_paid(tx, [(event.entity_id, event.id) for event in given])
    await emit(tx, [*told, *given])


def _taken_back(claim: Claim, line: Line, amount: int, on: date, *, whole: bool) -> NewEvent:
    kind, whose = events.BENEFIT_RECOVERED, {"worker_id": str(line.worker_id)}
    if line.worker_id is None:
        kind, whose = claim_events.PROJECT_RECOVERED, {"project_id": str(line.reference)}
    return NewEvent(
        kind, line.id, on, claim.area_code, claim.office,
        {**whose, "amount": yuan(amount), "whole": whole}, reverses=line.paid_event,
    )  # fmt: skip
