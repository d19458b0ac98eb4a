"""Taking a payment back by hand: what was paid for is unpaid again, as when the bank sends money back."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.idempotency import Claim, once
from kit.service import Runtime
from subsidy import consequences
from subsidy.claims import paying
from subsidy.offsets import usecases as offsets
from subsidy.orders import usecases as orders
from subsidy.payments import usecases as payments
from subsidy.payments.domain import Payment
from subsidy.recoveries import usecases as recoveries
from subsidy.reversals.domain import BY_HAND, KeptForARecovery, RecoveryUnderWay


async def reverse_payment(
    rt: Runtime, actor: Actor, payment_id: UUID, on: date, reason: str, claim: Claim
) -> Payment:
    """The payment is taken back by an entry that names its own. Of an order of the bank the money is with
    the reservation again, and the lines of the claim or run that it paid are not paid any more; of any
    other payment it is on the line again. Raises :class:`RecoveryUnderWay` and
    :class:`KeptForARecovery`."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        if await offsets.is_offset(tx, payment_id):
            raise KeptForARecovery
        ordered = await orders.some(tx, actor, [payment_id])
        for order in ordered:
            claims = await paying.claims_due(tx, [order.about])
            if await recoveries.ordered(tx, claims):
                raise RecoveryUnderWay
        (after,) = await payments.take_back(rt, tx, actor, [(payment_id, on, reason)])
        if ordered:
            await orders.reverse(tx, actor, payment_id, on, BY_HAND)
            await consequences.follow(rt, tx, actor, [payment_id])
        await kept.keep(after)
    rt.wake()
    return after
