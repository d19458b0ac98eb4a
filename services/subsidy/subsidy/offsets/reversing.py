"""Reversing an offset that was wrong: one proposes it, another one has it booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.facts import StaleWrite, admit
from kit.idempotency import Claim as Key
from kit.idempotency import once
from kit.problems import NotFound
from kit.service import Runtime
from subsidy.claims import paying
from subsidy.offsets import domain, store
from subsidy.offsets.domain import Offset, Reversal, State
from subsidy.orders.domain import AlreadyOrdered
from subsidy.payments import usecases as payments
from subsidy.recoveries import usecases as recoveries


@dataclass(frozen=True, slots=True)
class Proposal:
    """Which offset was wrong, and why."""

    id: UUID
    offset_id: UUID
    on: date
    reason: str


async def propose(rt: Runtime, actor: Actor, asked: Proposal, key: Key) -> Reversal:
    """Nothing moves before another person decides. Raises :class:`domain.OffsetUnknown`,
    :class:`domain.ReversalKnown`, or what forbids the day."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        offset = await store.get(tx, asked.offset_id, actor.area_prefix)
        if offset is None:
            raise domain.OffsetUnknown
        taken = {asked.id} if await store.exists(tx, asked.id) else set()
        admit(
            asked.id, offset.area_code, asked.on, area_prefix=actor.area_prefix, today=rt.today(),
            taken=taken,
        )  # fmt: skip
        if asked.on < offset.on_day:
            raise domain.OutOfOrder(not_before=offset.on_day)
        made = Reversal(
            asked.id, offset.id, asked.on, asked.reason, offset.area_code, actor.subject,
            state_on=asked.on,
        )  # fmt: skip
        if not await store.propose(tx, made):
            raise domain.ReversalKnown
        await kept.keep(made, location=f"/v1/offset-reversals/{made.id}")
    return made


async def decide(
    rt: Runtime, actor: Actor, id: UUID, version: int, on: date, agreed: bool, key: Key
) -> Reversal:
    """Another person reverses what was proposed, or declines it. Raises :class:`domain.RestOrdered`,
    :class:`domain.ClaimBeingRecovered`, or what stands against owing or paying it again."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        before = await store.reversal(tx, id, actor.area_prefix, lock=True)
        if before is None:
            raise NotFound
        if before.version != version:
            raise StaleWrite
        after = before.decide(agreed, on, actor.subject, rt.today())
        if agreed:
            offset = await store.get(tx, before.offset_id, actor.area_prefix)
            assert offset is not None
            await _reverse(rt, tx, actor, offset, after)
        await store.save(tx, after)
        await kept.keep(after)
    rt.wake()
    return after


async def _reverse(rt: Runtime, tx: Tx, actor: Actor, offset: Offset, why: Reversal) -> None:
    """What was kept is promised to the payee again, and owed by the claimant again."""
    try:
        kind = await paying.due_again(tx, actor, offset.due_id, offset.amount, why.state_on)
    except AlreadyOrdered as paid:
        raise domain.RestOrdered from paid
    if await recoveries.ordered(tx, [offset.claim_id]):
        raise domain.ClaimBeingRecovered
    await payments.take_back(
        rt, tx, actor, [(offset.payment_id, why.state_on, f"抵扣冲销 {why.reason}")]
    )
    claim_id = await recoveries.owe_again(
        rt, tx, actor, offset.recovery_id, offset.recovery_entry_id, offset.amount, kind,
        why.state_on, str(offset.claim_id),
    )  # fmt: skip
    await recoveries.look_again(rt, tx, None, claims=[offset.claim_id, claim_id])


# --- reading


async def reversal_of(rt: Runtime, actor: Actor, id: UUID) -> Reversal:
    async with rt.db.looking() as tx:
        found = await store.reversal(tx, id, actor.area_prefix)
    if found is None:
        raise NotFound
    return found


async def list_reversals(
    rt: Runtime,
    actor: Actor,
    *,
    offset_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Reversal]:
    """Reversals of the caller's area."""
    async with rt.db.looking() as tx:
        return await store.page_of_reversals(
            tx, actor.area_prefix, offset_id=offset_id, state=state, after=after, limit=limit
        )
