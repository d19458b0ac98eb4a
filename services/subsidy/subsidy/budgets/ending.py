"""How a budget's year ends, and how one of its releases is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.idempotency import Claim, once
from kit.ids import new_id
from kit.money import yuan
from kit.problems import NotFound
from kit.service import Runtime
from subsidy.arrangements import usecases as arrangements
from subsidy.budgets import domain, events, store, usecases
from subsidy.budgets.domain import Budget
from subsidy.budgets.usecases import Release, Shown
from subsidy.reservations import usecases as reservations

#: What an arrangement of the new year is for that holds the old year's rest.
CARRIED_OVER = "上年结转"


@dataclass(frozen=True, slots=True)
class Closing:
    """Why money is left, under whose reference, and which uses keep theirs in the next year's line."""

    on: date
    explanation: str
    approval: str
    into_lines: frozenset[str]


async def close_budget(
    rt: Runtime, actor: Actor, id: UUID, version: int, asked: Closing, claim: Claim
) -> Shown:
    """What is left of a year's lines is unallocated again, or stands in the next year's lines. Raises
    ``MoneyStillHeld`` while some of it is reserved, promised, or with the bank (B22, B23)."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await usecases.stepping(tx, actor, id, version)
        lines = [line.id for line in before.lines]
        back = await arrangements.give_back(tx, actor, dict.fromkeys(lines), asked.on)
        made = [one.id for one in await arrangements.of_lines(tx, lines)]
        if held := await reservations.held_under(tx, made):
            raise domain.MoneyStillHeld(held=held)
        budget = before.close(back, asked.on, actor.subject, rt.today())
        act = "carry" if before.state == "closed" else "close"
        await usecases.save(tx, actor, act, budget, approval=asked.approval, note=asked.explanation)
        await usecases.tell(tx, events.BUDGET_CLOSED, budget, _closed(budget, back, asked))
        await _into_next_year(rt, tx, actor, budget, back, asked)
        shown = await usecases.show(tx, budget)
        await kept.keep(shown)
    rt.wake()
    return shown


async def _into_next_year(
    rt: Runtime, tx: Tx, actor: Actor, budget: Budget, back: Mapping[UUID, int], asked: Closing
) -> None:
    """Release what was left of lines again, under the next year's budget: within what that approved."""
    if not asked.into_lines:
        return
    key: store.Key = (budget.fund, budget.year + 1, budget.area_code)
    before = (await store.named(tx, [key])).get(key)
    if before is None:
        raise domain.WrongState(state="none")
    parts = [
        Release(new_id(), use, back.get(budget.line(use).id, 0), CARRIED_OVER)
        for use in sorted(asked.into_lines)
    ]
    if any(part.amount == 0 for part in parts):
        raise domain.NothingToCarry
    after = before.release([(one.use_code, one.amount) for one in parts], asked.on, rt.today())
    await usecases.set_aside(rt, tx, actor, after, asked.on, parts)
    await usecases.save(tx, actor, "release", after, approval=asked.approval, note=CARRIED_OVER)


def _closed(budget: Budget, back: Mapping[UUID, int], asked: Closing) -> dict[str, object]:
    return {
        "carried": yuan(sum(back.values())),
        "explanation": asked.explanation,
        "approval": asked.approval,
        "lines": [
            {
                "use_code": line.use_code, "amount": yuan(line.amount),
                "released": yuan(line.released), "carried": yuan(back.get(line.id, 0)),
                "into_line": line.use_code in asked.into_lines,
            }
            for line in budget.lines
        ],
    }  # fmt: skip


async def reverse_release(
    rt: Runtime,
    actor: Actor,
    id: UUID,
    version: int,
    arrangement_id: UUID,
    on: date,
    reason: str,
    claim: Claim,
) -> Shown:
    """One release that was wrong is taken back whole, with its arrangement."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await usecases.stepping(tx, actor, id, version)
        taken = await arrangements.take_back(rt, tx, actor, arrangement_id, on, reason)
        line_id = taken.budget_line_id
        if line_id is None or line_id not in {line.id for line in before.lines}:
            raise NotFound
        budget = before.reverse_release(line_id, taken.amount, on, rt.today())
        await usecases.save(tx, actor, "reverse-release", budget, note=reason)
        shown = await usecases.show(tx, budget)
        await kept.keep(shown)
    rt.wake()
    return shown
