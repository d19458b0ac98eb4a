"""What follows when the bank, or the office by hand, has moved orders: claims and runs are paid or not paid
any more, and what was paid although facts do not carry it is recovered."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.service import Runtime
from subsidy.claims import paying
from subsidy.orders import usecases as orders
from subsidy.recoveries import usecases as recoveries
from subsidy.runs import usecases as runs


async def follow(rt: Runtime, tx: Tx, actor: Actor, order_ids: Iterable[UUID]) -> None:
    """All that is due once these orders stand as they do now."""
    moved = sorted(order_ids)
    claims = await paying.hear(rt, tx, actor, moved)
    await recoveries.look_again(rt, tx, None, claims=claims)
    await runs.bank_answered(rt, tx, await orders.locked(tx, actor, moved))
