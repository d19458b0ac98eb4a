"""Confirming what windows wrote of benefits as one batch: declared, counted, confirmed, or none of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kit import idempotency
from kit.auth import Actor
from kit.db import Tx
from kit.ids import new_id
from kit.refusal import refuse_any
from kit.service import Runtime
from registry.areas.succession import reach
from registry.benefits import usecases as benefits
from registry.benefits.reading import Line
from registry.confirmations import domain, store
from registry.confirmations.domain import Batch
from registry.control_totals import BATCH_MAX, Totals, check_totals, totals_of
from registry.grants import usecases as grants


@dataclass(frozen=True, slots=True)
class Confirm:
    """``ids``, or all that waits in an area (the caller's, when none is named) and was written until a
    day, by one account where ``written_by`` names it. ``amount_fen``: the sum declared."""

    declared: Totals
    amount_fen: int
    ids: Sequence[UUID] | None = None
    area_code: str | None = None
    until: date | None = None
    written_by: str | None = None
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Done:
    """The batch as it was kept, and its benefits as they are after it."""

    batch: Batch
    lines: Sequence[Line]


async def confirm(rt: Runtime, actor: Actor, command: Confirm, claim: idempotency.Claim) -> Done:
    """Confirm a batch in one transaction. Raises ``control-totals-differ``, ``control-amount-differs``,
    ``batch-too-large``, ``unknown-benefit``, and the first refusal of any benefit in it, which names
    every one; then nothing happens to any."""
    pattern = await reach(rt, actor, command.area_code)
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        lines = await _selected(rt, tx, actor, command, pattern)
        ids = [line.grant.id for line in lines]
        selected, amount = totals_of(ids), sum(line.grant.amount_fen or 0 for line in lines)
        check_totals(command.declared, selected)
        domain.check_amount(command.amount_fen, amount)
        outcome = await grants.confirm_all(rt, tx, actor, ids)
        refuse_any(dict(zip(ids, outcome, strict=True)))
        batch = Batch(
            command.id, rt.today(), selected, amount, command.area_code or actor.area_code,
            actor.office, actor.subject,
        )  # fmt: skip
        await store.add(tx, batch)
        done = Done(batch, await benefits.named(tx, ids))
        await once.keep(done)
    rt.wake()
    return done


async def _selected(
    rt: Runtime, tx: Tx, actor: Actor, command: Confirm, pattern: str | None
) -> list[Line]:
    """What the batch is about. What was written is never written anew, so the sum holds once it is
    locked, too."""
    if command.ids is not None:
        lines = await benefits.named(tx, command.ids)
        if any(not actor.may_see(one.area_code) for one in lines):
            raise domain.NoSuchBenefit
        if len(lines) != len(set(command.ids)):
            raise domain.NoSuchBenefit
        return lines
    if pattern is None:
        return []
    until = command.until or rt.today()
    return await benefits.waiting(tx, pattern, until, command.written_by, BATCH_MAX + 1)


async def list_batches(rt: Runtime, actor: Actor, after: UUID | None, limit: int) -> list[Batch]:
    """Batches of the caller's subtree, oldest first."""
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_pattern, after, limit)
