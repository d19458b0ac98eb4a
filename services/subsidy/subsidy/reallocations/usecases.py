"""Proposing to move money between the lines of a budget, and deciding on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.facts import IdTaken
from kit.idempotency import Claim, once
from kit.problems import NotFound
from kit.service import Runtime
from subsidy.budgets import usecases as budgets
from subsidy.reallocations import store
from subsidy.reallocations.domain import Reallocation


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, when, under which reference, and why."""

    approved: bool
    on: date
    approval: str | None
    note: str | None


async def propose_reallocation(
    rt: Runtime, actor: Actor, asked: Reallocation, version: int, claim: Claim
) -> Reallocation:
    """Proposed of a budget as it was seen: refused at once when it cannot be decided for."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        if await store.exists(tx, asked.id):
            raise IdTaken
        proposed = replace(asked, proposed_by=actor.subject).checked()
        budget = await budgets.stepping(tx, actor, asked.budget_id, version)
        budget.reallocate(asked.moves, asked.sources, asked.proposed_on, rt.today())
        await store.add(tx, proposed)
        await kept.keep(proposed, location=f"/v1/reallocations/{proposed.id}")
    return proposed


async def decide_reallocation(
    rt: Runtime, actor: Actor, id: UUID, asked: Decision, version: int, claim: Claim
) -> Reallocation:
    """Decided of the budget as it was seen: when approved, its lines have their new amounts and what was
    released beyond them is unallocated again. Raises ``MoneyInUse``."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        seen = await _in(tx, actor, id)
        budget = await budgets.stepping(tx, actor, seen.budget_id, version)
        before = await _in(tx, actor, id)
        decided = before.decide(
            asked.approved, asked.on, actor.subject, asked.approval, asked.note, rt.today()
        )
        if decided.approval is not None:
            await budgets.reallocate(
                rt, tx, actor, budget, decided.moves, decided.sources, asked.on, decided.approval
            )
        await store.save(tx, decided)
        await kept.keep(decided)
    rt.wake()
    return decided


# --- reading


async def _in(tx: Tx, actor: Actor, id: UUID) -> Reallocation:
    found = await store.get(tx, id, actor.area_prefix)
    if found is None:
        raise NotFound
    return found


async def reallocation_of(rt: Runtime, actor: Actor, id: UUID) -> Reallocation:
    async with rt.db.looking() as tx:
        return await _in(tx, actor, id)


async def list_reallocations(
    rt: Runtime, actor: Actor, *, budget_id: UUID | None, after: UUID | None, limit: int
) -> list[Reallocation]:
    async with rt.db.reading() as tx:
        return await store.page(
            tx, actor.area_prefix, budget_id=budget_id, after=after, limit=limit
        )
