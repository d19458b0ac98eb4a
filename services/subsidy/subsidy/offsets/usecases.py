"""Paying a claim: first what its claimant owes is kept, then the bank is ordered to pay the rest."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.facts import only
from kit.idempotency import Claim as Key
from kit.idempotency import once
from kit.ids import new_id
from kit.service import Runtime
from subsidy.arrangements import usecases as arrangements
from subsidy.claims import paying, showing
from subsidy.claims.domain import Claim, Due
from subsidy.claims.paying import Payment
from subsidy.claims.showing import Shown
from subsidy.offsets import store
from subsidy.offsets.domain import Offset
from subsidy.payments import usecases as payments
from subsidy.payments.domain import Payment as Booked
from subsidy.recoveries import usecases as recoveries


async def pay_claim(
    rt: Runtime, actor: Actor, id: UUID, version: int, asked: Payment, key: Key
) -> Shown:
    """A batch of one order, from the claim's reservation to the payee that the programme names, less what
    the claimant was told to pay back of earlier payments to the same kind of payee. Raises what forbids
    the payment or the batch."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        claim, payee, due = await paying.payable(rt, tx, actor, id, version, asked)
        due = await _set_off(rt, tx, actor, claim, due, asked)
        claim = await paying.pay(rt, tx, actor, claim, payee, due, asked)
        if claim.state == "paid":  # nothing is left for the bank, whose statement would look again
            await recoveries.look_again(rt, tx, None, claims=[claim.id])
        shown = await showing.show(rt, tx, claim)
        await kept.keep(shown)
    rt.wake()
    return shown


async def _set_off(
    rt: Runtime, tx: Tx, actor: Actor, claim: Claim, due: Due, asked: Payment
) -> Due:
    """What is left of the due when the claimant's debts in the same book are kept of it, oldest first."""
    assert claim.arrangement_id is not None
    owing = await recoveries.to_set_off(tx, actor, claim.claimant_id, due.payee_kind, asked.on)
    ids = [claim.arrangement_id, *(one.arrangement_id for one, _ in owing)]
    lines = await arrangements.known(tx, actor, ids)
    books = {id: (line.fund, line.area_code) for id, line in lines.items()}
    same = [
        (one, among)
        for one, among in owing
        if books.get(one.arrangement_id) == books[claim.arrangement_id]
    ]
    kept = await recoveries.set_off(rt, tx, actor, same, due.left, asked.on, str(claim.id))
    booked = [
        Booked(
            new_id(), claim.arrangement_id, one.amount, asked.on, due.payee_kind,
            f"{paying.purpose_of(claim)} 抵扣应退款", claim.area_code, claim.office,
            claim.reservation_id,
        )
        for one in kept
    ]  # fmt: skip
    for paid in await payments.pay(rt, tx, actor, booked):
        only([paid])
    offsets = [
        Offset(
            new_id(), one.recovery_id, claim.id, due.id, payment.id, one.entry_id, one.amount,
            asked.on, claim.area_code, actor.subject,
        )
        for one, payment in zip(kept, booked, strict=True)
    ]  # fmt: skip
    await store.add(tx, offsets)
    return replace(due, set_off=due.set_off + sum(one.amount for one in kept))


async def is_offset(tx: Tx, payment_id: UUID) -> bool:
    """Whether a payment was kept for a recovery."""
    return await store.is_offset(tx, payment_id)


async def list_offsets(
    rt: Runtime,
    actor: Actor,
    *,
    claim_id: UUID | None,
    recovery_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Offset]:
    """Offsets of the caller's area."""
    async with rt.db.looking() as tx:
        return await store.page(
            tx, actor.area_prefix, claim_id=claim_id, recovery_id=recovery_id, after=after,
            limit=limit,
        )  # fmt: skip
