"""What can happen to a budget: drafted, revised, withdrawn, approved, released, moved between lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import Desk, StaleWrite, admit
from kit.idempotency import Claim, once
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from subsidy import law
from subsidy.arrangements import domain as arrangement
from subsidy.arrangements import usecases as arrangements
from subsidy.arrangements.domain import Arrangement
from subsidy.budgets import domain, events, store
from subsidy.budgets.domain import Budget, BudgetSource, Line, Move, State
from subsidy.budgets.store import Step
from subsidy.funds.domain import Fund
from subsidy.journal.domain import Overdrawn


@dataclass(frozen=True, slots=True)
class Shown:
    """A budget, the fen that the arrangements of each line still hold, and what was done with it."""

    budget: Budget
    held: Mapping[UUID, int]
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Drafted:
    """One line of a draft as a file has it: fen of one source for one use."""

    fund: Fund
    year: int
    area_code: str
    office: str
    use_code: str
    source: BudgetSource
    amount: int
    province_approval: str | None
    drafted_on: date


@dataclass(frozen=True, slots=True)
class Release:
    """Money to set aside under a line; ``id`` is that of the arrangement it becomes."""

    id: UUID
    use_code: str
    amount: int
    purpose: str


async def draft_budget(rt: Runtime, actor: Actor, asked: Budget, claim: Claim) -> Shown:
    """A fund's budget of a year is drafted: one in an area. Raises what is wrong with its lines."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        await store.drafting(tx)
        taken = {asked.id} if await store.exists(tx, asked.id) else set()
        admit(
            asked.id, asked.area_code, asked.drafted_on, area_prefix=actor.area_prefix,
            today=rt.today(), taken=taken,
        )  # fmt: skip
        if await store.named(tx, [_key(asked)]):
            raise domain.BudgetExists
        drafted = replace(asked, drafted_by=actor.subject, state_on=asked.drafted_on)
        budget = found(rt, drafted.checked(), asked.drafted_on)
        await save(tx, actor, "draft", budget)
        shown = await show(tx, budget)
        await kept.keep(shown, location=f"/v1/budgets/{budget.id}")
    return shown


async def draft_lines(
    rt: Runtime, tx: Tx, actor: Actor, rows: Sequence[Drafted]
) -> list[Budget | Refusal]:
    """Lines of many drafts, in order: the first of a fund, year and area begins its draft, the others
    add to it. A refusal stands in the place of its line."""
    await store.drafting(tx)
    desk = Desk(actor.area_prefix, rt.today())
    known = await store.named(tx, [(row.fund, row.year, row.area_code) for row in rows])
    results: list[Budget | Refusal] = []
    touched: dict[store.Key, Budget] = {}
    for row in rows:
        key: store.Key = (row.fund, row.year, row.area_code)
        try:
            desk.admit(row.area_code, row.drafted_on)
            before = touched.get(key) or known.get(key) or _begun(row, actor)
            after = before.add(
                Line(new_id(), row.use_code, row.amount, province_approval=row.province_approval),
                row.source,
            )
        except Refusal as refusal:
            results.append(refusal)
            continue
        touched[key] = found(rt, after, row.drafted_on)
        results.append(after)
    drafts = [
        replace(one, version=one.version + 1) if key in known else one
        for key, one in touched.items()
    ]
    await save(tx, actor, "draft", *drafts)
    return results


def _begun(row: Drafted, actor: Actor) -> Budget:
    return Budget(
        new_id(), row.fund, row.year, row.area_code, row.office, {}, (), actor.subject,
        row.drafted_on, state_on=row.drafted_on,
    )  # fmt: skip


async def revise_budget(
    rt: Runtime,
    actor: Actor,
    id: UUID,
    version: int,
    on: date,
    content: tuple[Mapping[BudgetSource, int], Sequence[Line]],
    claim: Claim,
) -> Shown:
    """Other sources and lines, while it is a draft."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await stepping(tx, actor, id, version)
        budget = found(rt, before.revise(*content, on, rt.today()), on)
        await save(tx, actor, "revise", budget)
        shown = await show(tx, budget)
        await kept.keep(shown)
    return shown


async def withdraw_budget(
    rt: Runtime, actor: Actor, id: UUID, version: int, on: date, claim: Claim
) -> Shown:
    """The draft is taken back: another one of the year may begin."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await stepping(tx, actor, id, version)
        budget = before.withdraw(on, rt.today())
        await save(tx, actor, "withdraw", budget)
        shown = await show(tx, budget)
        await kept.keep(shown)
    return shown


async def approve_budget(
    rt: Runtime, actor: Actor, id: UUID, version: int, on: date, approval: str, claim: Claim
) -> Shown:
    """Approved under the reference of who may approve it (B22); never by the drafter."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await stepping(tx, actor, id, version)
        budget = found(rt, before.approve(on, actor.subject, approval, rt.today()), on)
        await save(tx, actor, "approve", budget, approval=approval)
        data = {
            "approval": approval,
            "sources": [{"source": s, "amount": yuan(a)} for s, a in budget.sources.items()],
            "lines": [
                {"use_code": one.use_code, "amount": yuan(one.amount), "finding": one.finding}
                for one in budget.lines
            ],
        }
        await tell(tx, events.BUDGET_APPROVED, budget, {**data, "amount": yuan(budget.amount)})
        shown = await show(tx, budget)
        await kept.keep(shown)
    rt.wake()
    return shown


async def release_budget(
    rt: Runtime,
    actor: Actor,
    id: UUID,
    version: int,
    on: date,
    asked: Sequence[Release],
    claim: Claim,
) -> Shown:
    """Set money aside under the lines: all that was asked for, or nothing. Raises ``ArrangedTooMuch``
    when the fund has less unallocated."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await stepping(tx, actor, id, version)
        budget = before.release([(one.use_code, one.amount) for one in asked], on, rt.today())
        await set_aside(rt, tx, actor, budget, on, asked)
        await save(tx, actor, "release", budget)
        shown = await show(tx, budget)
        await kept.keep(shown)
    rt.wake()
    return shown


async def set_aside(
    rt: Runtime, tx: Tx, actor: Actor, budget: Budget, on: date, asked: Sequence[Release]
) -> None:
    """Money of the fund becomes arrangements under a budget's lines. Raises what forbids any of them."""
    lines = {line.use_code: line for line in budget.lines}
    made = await arrangements.arrange(
        rt, tx, actor,
        [
            Arrangement(
                one.id, budget.fund, one.use_code, one.amount, on, one.purpose,
                lines[one.use_code].province_approval, None, budget.area_code, budget.office,
                lines[one.use_code].id,
            )
            for one in asked
        ],
    )  # fmt: skip
    for result in made:
        if isinstance(result, Refusal):
            raise result
    data = {
        "lines": [
            {"arrangement_id": str(one.id), "use_code": one.use_code, "amount": yuan(one.amount)}
            for one in asked
        ],
        "amount": yuan(sum(one.amount for one in asked)),
    }
    await tell(tx, events.BUDGET_RELEASED, budget, data)


async def reallocate(
    rt: Runtime,
    tx: Tx,
    actor: Actor,
    before: Budget,
    moves: Sequence[Move],
    sources: Mapping[BudgetSource, int],
    on: date,
    approval: str,
) -> Budget:
    """Move money between the lines of a budget that is locked. What a line had released beyond its new
    amount goes back to unallocated. Raises :class:`domain.MoneyInUse`."""
    after = found(rt, before.reallocate(moves, sources, on, rt.today()), on)
    kept = {line.id: line.released for line in after.lines}
    wanted = {
        line.id: line.released - kept[line.id]
        for line in before.lines
        if line.released > kept[line.id]
    }
    try:
        await arrangements.give_back(tx, actor, wanted, on)
    except Overdrawn as short:
        raise domain.MoneyInUse(**short.params) from None
    await save(tx, actor, "reallocate", after, approval=approval)
    by_use = {line.use_code: line for line in after.lines}
    data = {
        "approval": approval,
        "sources": [{"source": s, "amount": yuan(a)} for s, a in sources.items()],
        "lines": [
            {"use_code": one.use_code, "change": yuan(one.change),
             "amount": yuan(by_use[one.use_code].amount), "finding": by_use[one.use_code].finding}
            for one in moves
        ],
    }  # fmt: skip
    await tell(tx, events.BUDGET_REALLOCATED, after, data)
    return after


async def tell_of_exhausted_lines(rt: Runtime) -> None:
    """Tell, once, of every released line that has no money left: nothing to release, nothing to promise.
    Again only when it had money meanwhile (E23)."""
    today = rt.today()
    async with rt.db.transaction() as tx:
        exhausted = await store.newly_exhausted(tx, today)
        known = {one.id: one for one in await store.some(tx, [budget for budget, _ in exhausted])}
        told = []
        for budget_id, line_id in exhausted:
            budget = known[budget_id]
            (line,) = (one for one in budget.lines if one.id == line_id)
            data = {
                "fund": budget.fund, "year": budget.year, "use_code": line.use_code,
                "amount": yuan(line.amount),
            }  # fmt: skip
            place = (budget.area_code, budget.office)
            told.append(NewEvent(events.LINE_EXHAUSTED, budget.id, today, *place, data))
        await emit(tx, told)
    rt.wake()


async def check_lines(tx: Tx) -> dict[str, object]:
    """Whether what each line says of its releases is what the journal says of its arrangements."""
    differing = await store.differing(tx)
    return {"holds": not differing, "differing_lines": differing}


# --- inside


def found(rt: Runtime, budget: Budget, on: date) -> Budget:
    """The budget with what is to be said of each use, by the law's list of the day, in its own year."""
    day = max(on, date(budget.year, 1, 1))
    permitted = law.permitted_uses(rt.policies, budget.fund, day)
    lines = tuple(
        replace(one, finding=arrangement.finding(one.use_code, one.province_approval, permitted))
        for one in budget.lines
    )
    return replace(budget, lines=lines)


def _key(budget: Budget) -> store.Key:
    return (budget.fund, budget.year, budget.area_code)


async def stepping(tx: Tx, actor: Actor, id: UUID, version: int) -> Budget:
    """The budget that an act is about to change, locked. Raises 404 and 412."""
    await store.lock(tx, [id])
    before = await budget_in(tx, actor, id)
    if before.version != version:
        raise StaleWrite
    return before


async def save(
    tx: Tx,
    actor: Actor,
    act: str,
    *budgets: Budget,
    approval: str | None = None,
    note: str | None = None,
) -> None:
    """Write budgets after an act, and who did it."""
    await store.save(tx, budgets)
    done = [
        Step(one.id, one.version, act, one.state_on, approval, note, actor.subject)
        for one in budgets
    ]
    await store.add_steps(tx, done)


async def tell(tx: Tx, type: EventType, budget: Budget, data: Mapping[str, object]) -> None:
    """One fact about a budget, of the day of its last act."""
    about = {"fund": budget.fund, "year": budget.year, **data}
    place = (budget.area_code, budget.office)
    await emit(tx, [NewEvent(type, budget.id, budget.state_on, *place, about)])


async def show(tx: Tx, budget: Budget) -> Shown:
    held = await store.held(tx, [line.id for line in budget.lines])
    return Shown(budget, held, tuple(await store.steps(tx, budget.id)))


# --- reading


async def budget_in(tx: Tx, actor: Actor, id: UUID) -> Budget:
    """A budget of the caller's area. Raises 404."""
    known = await store.some(tx, [id])
    if not known or not actor.may_see(known[0].area_code):
        raise NotFound
    return known[0]


async def budget_of(rt: Runtime, actor: Actor, id: UUID) -> Shown:
    """A budget with what its lines still hold, and how it came so far."""
    async with rt.db.reading() as tx:
        return await show(tx, await budget_in(tx, actor, id))


async def list_budgets(
    rt: Runtime,
    actor: Actor,
    *,
    fund: Fund | None,
    year: int | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Shown]:
    """Budgets of the caller's area; each without its history."""
    async with rt.db.reading() as tx:
        budgets = await store.page(
            tx, actor.area_prefix, fund=fund, year=year, state=state, after=after, limit=limit
        )
        held = await store.held(tx, [line.id for one in budgets for line in one.lines])
    return [Shown(one, held) for one in budgets]
