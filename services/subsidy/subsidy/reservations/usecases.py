"""Reserving money before it is promised, promising it, and giving back what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import StaleWrite, admit
from kit.idempotency import Claim, once
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.service import Runtime
from subsidy import events
from subsidy.arrangements import usecases as arrangements
from subsidy.arrangements.domain import Arrangement, ArrangementUnknown
from subsidy.journal import domain as journal_domain
from subsidy.journal import usecases as journal
from subsidy.journal.domain import AccountKind, EntryKind, Key
from subsidy.reservations import domain, store
from subsidy.reservations.domain import HELD, Reservation, ReservedTooMuch, State
from subsidy.reservations.store import Standing


async def reserve_money(
    rt: Runtime, actor: Actor, reservation: Reservation, claim: Claim
) -> Standing:
    """Hold money of an arrangement back, the whole amount or nothing. Raises what forbids it."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        made = await reserve(rt, tx, actor, reservation)
        await kept.keep(made, location=f"/v1/reservations/{reservation.id}")
    rt.wake()
    return made


async def reserve(rt: Runtime, tx: Tx, actor: Actor, asked: Reservation) -> Standing:
    """The same inside a transaction, for what promises money. The line's account is locked: of all
    who want its money at once, each sees what those before it left."""
    reservation = replace(asked, made_by=asked.made_by or actor.subject, state_on=asked.reserved_on)
    admit(
        reservation.id, reservation.area_code, reservation.reserved_on,
        area_prefix=actor.area_prefix, today=rt.today(),
        taken=await store.existing(tx, [reservation.id]),
    )  # fmt: skip
    line = await _line(tx, actor, reservation.arrangement_id)
    domain.admit(reservation, line.arranged_on)
    try:
        await _move(
            tx, reservation, line, "reservation", ("arranged", "reserved"), reservation.amount,
            reservation.reserved_on, actor,
        )  # fmt: skip
    except journal_domain.Overdrawn as short:
        raise ReservedTooMuch(**short.params) from None
    await store.add(tx, reservation)
    await _tell(tx, events.RESERVATION_MADE, reservation, line, reservation.amount)
    return Standing(reservation, reservation.amount)


async def promise(
    rt: Runtime, tx: Tx, actor: Actor, asked: Reservation, *, decided_by: str
) -> Reservation:
    """Reserve and promise in one act, for what another person decided on before: ``decided_by`` stands
    as who reserved. Raises what forbids either, :class:`kit.facts.MakerIsChecker` among it."""
    made = (await reserve(rt, tx, actor, replace(asked, made_by=decided_by))).reservation
    line = await _line(tx, actor, made.arrangement_id)
    after = made.commit(made.reserved_on, actor.subject, rt.today())
    await _move(
        tx, after, line, "commitment", ("reserved", "committed"), made.amount, after.state_on, actor
    )
    await _save(tx, events.RESERVATION_COMMITTED, after, line, made.amount)
    return after


async def commit_reservation(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int, claim: Claim
) -> Standing:
    """Promise what was reserved; never by who reserved it. Payments may be made from it now."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        made = await commit(rt, tx, actor, id, on, version)
        await kept.keep(made)
    rt.wake()
    return made


async def commit(
    rt: Runtime, tx: Tx, actor: Actor, id: UUID, on: date, version: int | None = None
) -> Standing:
    """The same inside a transaction, for what was reserved for it. ``version`` None: whoever calls
    holds what the reservation is about."""
    before, line = await _stepping(tx, actor, id, version)
    after = before.reservation.commit(on, actor.subject, rt.today())
    await _move(tx, after, line, "commitment", ("reserved", "committed"), before.held, on, actor)
    made = Standing(after, before.held)
    await _save(tx, events.RESERVATION_COMMITTED, made.reservation, line, made.held)
    return made


async def release_reservation(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int, claim: Claim
) -> Standing:
    """Give back to the line what was not paid."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        made = await release(rt, tx, actor, id, on, version)
        await kept.keep(made)
    rt.wake()
    return made


async def release(
    rt: Runtime, tx: Tx, actor: Actor, id: UUID, on: date, version: int | None = None
) -> Standing:
    """The same inside a transaction. Raises :class:`domain.NothingHeld` when all of it was paid."""
    before, line = await _holding(tx, actor, id, version)
    after = before.reservation.release(on, before.held, rt.today())
    return await _give_back(tx, actor, before, after, line)


async def end(rt: Runtime, tx: Tx, actor: Actor, id: UUID, on: date) -> Standing:
    """The same for whatever the money was about and is over: also when all of it was paid, so that
    nothing is paid from it any more. What the bank sends back later can still be released."""
    before, line = await _holding(tx, actor, id, None)
    after = before.reservation.end(on, rt.today())
    return await _give_back(tx, actor, before, after, line)


async def _holding(
    tx: Tx, actor: Actor, id: UUID, version: int | None
) -> tuple[Standing, Arrangement]:
    """Raises :class:`domain.MoneyAtTheBank`: what the bank may still pay is not given back."""
    before, line = await _stepping(tx, actor, id, version)
    ordered = await journal.held(tx, [_key(before.reservation, line, "ordered")])
    if ordered:
        raise domain.MoneyAtTheBank(ordered=ordered)
    return before, line


async def _give_back(
    tx: Tx, actor: Actor, before: Standing, after: Reservation, line: Arrangement
) -> Standing:
    if before.held:
        held_in, on = HELD[before.reservation.state], after.state_on
        await _move(tx, after, line, "release", (held_in, "arranged"), before.held, on, actor)
    await _save(tx, events.RESERVATION_RELEASED, after, line, before.held)
    return Standing(after, 0)


async def _line(tx: Tx, actor: Actor, arrangement_id: UUID) -> Arrangement:
    known = await arrangements.known(tx, actor, [arrangement_id])
    if arrangement_id not in known:
        raise ArrangementUnknown
    return known[arrangement_id]


async def _stepping(
    tx: Tx, actor: Actor, id: UUID, version: int | None
) -> tuple[Standing, Arrangement]:
    """The reservation that a step is about to change, locked, and its line. Raises 404 and 412."""
    await store.lock(tx, [id])
    before = await _in(tx, actor, id)
    if version is not None and before.reservation.version != version:
        raise StaleWrite
    return before, await _line(tx, actor, before.reservation.arrangement_id)


async def _save(
    tx: Tx, type: EventType, after: Reservation, line: Arrangement, amount: int
) -> None:
    if not await store.save(tx, after):
        raise StaleWrite
    await _tell(tx, type, after, line, amount)


async def _move(
    tx: Tx,
    reservation: Reservation,
    line: Arrangement,
    kind: EntryKind,
    way: tuple[AccountKind, AccountKind],
    amount: int,
    on: date,
    actor: Actor,
) -> None:
    """One entry from one account of the way to the other. Raises ``Overdrawn``."""
    keys = [_key(reservation, line, end) for end in way]
    accounts = await journal.lock(tx, keys)
    source, target = (accounts[key] for key in keys)
    entry = journal_domain.transfer(
        new_id(), kind, on, reservation.id, place=(reservation.area_code, reservation.office),
        credit=source.id, debit=target.id, amount=amount,
    )  # fmt: skip
    journal_domain.post({account.id: account for account in accounts.values()}, entry)
    await journal.write(tx, [entry], recorded_by=actor.subject)


def _key(reservation: Reservation, line: Arrangement, kind: AccountKind) -> Key:
    of_line = kind == "arranged"
    detail = reservation.arrangement_id if of_line else reservation.id
    return (line.fund, line.area_code, kind, str(detail))


async def _tell(
    tx: Tx, type: EventType, reservation: Reservation, line: Arrangement, amount: int
) -> None:
    data: dict[str, Any] = {
        "fund": line.fund, "use_code": line.use_code, "amount": yuan(amount),
        "arrangement_id": str(line.id),
        "about": str(reservation.about) if reservation.about else None,
    }  # fmt: skip
    place = (reservation.area_code, reservation.office)
    await emit(tx, [NewEvent(type, reservation.id, reservation.state_on, *place, data)])


# --- for payments


async def payable(tx: Tx, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, Reservation]:
    """Reservations of the actor's area from which payments are about to be made, locked."""
    await store.lock(tx, ids)
    return {
        one.reservation.id: one.reservation
        for one in await store.some(tx, ids)
        if actor.may_see(one.reservation.area_code)
    }


async def held_under(tx: Tx, arrangement_ids: Sequence[UUID]) -> int:
    """What of arrangements is reserved, promised, or with the bank (fen)."""
    return await store.held_under(tx, arrangement_ids)


# --- reading


async def _in(tx: Tx, actor: Actor, id: UUID) -> Standing:
    found = await store.some(tx, [id])
    if not found or not actor.may_see(found[0].reservation.area_code):
        raise NotFound
    return found[0]


async def reservation_of(rt: Runtime, actor: Actor, id: UUID) -> Standing:
    async with rt.db.looking() as tx:
        return await _in(tx, actor, id)


async def list_reservations(
    rt: Runtime,
    actor: Actor,
    *,
    arrangement_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Standing]:
    async with rt.db.looking() as tx:
        return await store.page(
            tx, actor.area_prefix, arrangement_id=arrangement_id, state=state, after=after,
            limit=limit,
        )  # fmt: skip
