"""What people do with a run: draft, order its freezing, approve, have it paid, close or cancel it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from kit import decisions, failpoints
from kit.auth import Actor
from kit.db import Tx
from kit.facts import StaleWrite, admit
from kit.idempotency import Claim, once
from kit.problems import NotFound
from kit.service import Runtime
from subsidy.arrangements import usecases as arrangements
from subsidy.arrangements.domain import ArrangementUnknown
from subsidy.batches import domain as batch_domain
from subsidy.batches import usecases as batches
from subsidy.batches.domain import Format
from subsidy.batches.usecases import Wanted
from subsidy.months import usecases as months
from subsidy.orders.domain import Order
from subsidy.programmes.terms import admit_way, law_of
from subsidy.reservations import usecases as reservations
from subsidy.runs import domain, freezing, paying, payments, reading, store
from subsidy.runs.domain import Payment, Run, State, Totals
from subsidy.runs.lines import monthly


@dataclass(frozen=True, slots=True)
class Shown:
    """A run, how many of its payments are in which state and their fen, and (one run) how it came so
    far."""

    run: Run
    payments: dict[str, tuple[int, int]]
    steps: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Ordering:
    """The next payment batch of a run: which account pays, in which format, when."""

    id: UUID
    payer_id: UUID
    format: Format
    execute_on: date
    made_on: date


async def draft_run(rt: Runtime, actor: Actor, asked: Run, claim: Claim) -> Shown:
    """What is to be decided and paid from where. Raises what forbids it."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        run = replace(asked, drafted_by=actor.subject, state_on=asked.drafted_on)
        taken = {run.id} if await store.exists(tx, run.id) else set()
        admit(
            run.id, run.area_code, run.drafted_on, area_prefix=actor.area_prefix, today=rt.today(),
            taken=taken,
        )  # fmt: skip
        if (run.shortage == "priority") != (run.priority is not None):
            raise domain.PriorityNeeded
        programme = monthly(law_of(rt.policies), run.programme)
        line = (await arrangements.known(tx, actor, [run.arrangement_id])).get(run.arrangement_id)
        if line is None:
            raise ArrangementUnknown
        if (line.fund, line.use_code) != (programme.fund, programme.use):
            raise domain.OtherUse
        admit_way(rt.policies, programme, "run", run.month)
        await store.add(tx, run)
        await store.add_step(tx, run, "draft", actor.subject)
        shown = await _shown(tx, run)
        await kept.keep(shown, location=f"/v1/runs/{run.id}")
    return shown


async def freeze_run(rt: Runtime, actor: Actor, id: UUID, version: int, claim: Claim) -> Shown:
    """Take the population and begin to decide: a worker goes on from here, whoever dies meanwhile."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await _stepping(tx, actor, id, version)
        run = before.freeze(
            actor.subject, actor.area_code, rt.policies.parameter_set_hash, rt.today()
        )
        population = await store.take_population(tx, run)
        run = replace(run, totals=Totals(population=population))
        shown = await _save(tx, actor, "freeze", run)
        await kept.keep(shown)
        failpoints.hit("run-freezing-before-commit")
    failpoints.hit("run-freezing-after-commit")
    return shown


async def reserve_run(rt: Runtime, actor: Actor, id: UUID, version: int, claim: Claim) -> Shown:
    """Once more, for a run that found too little money. Raises what is missing."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await _stepping(tx, actor, id, version)
        if before.state != "unreserved":
            raise domain.WrongState(state=before.state)
        run = await freezing.reserve(rt, tx, actor, replace(before, state_on=rt.today()))
        shown = await _save(tx, actor, "reserve", run)
        await kept.keep(shown)
    rt.wake()
    return shown


async def approve_run(
    rt: Runtime, actor: Actor, id: UUID, on: date, content_hash: str, version: int, claim: Claim
) -> Shown:
    """Another person agrees to what the hash stands for; its money is promised."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await _stepping(tx, actor, id, version)
        run = before.approve(on, actor.subject, content_hash, rt.today())
        assert run.reservation_id is not None
        await reservations.commit(rt, tx, actor, run.reservation_id, on)
        shown = await _save(tx, actor, "approve", run)
        await kept.keep(shown)
        failpoints.hit("run-approved-before-commit")
    failpoints.hit("run-approved-after-commit")
    rt.wake()
    return shown


async def order_payments(
    rt: Runtime, actor: Actor, id: UUID, ordering: Ordering, version: int, claim: Claim
) -> Shown:
    """The next file of a run: as many of its payments as one file takes. What they pay is named by
    the run's content hash. Raises :class:`domain.NothingDue`."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await _stepping(tx, actor, id, version)
        run = before.act("order", ordering.made_on, rt.today())
        assert run.reservation_id is not None
        await _take_back_withdrawn(tx, id)
        due = await payments.due(tx, id, batch_domain.LINES_MAX)
        if not due:
            raise domain.NothingDue
        why = domain.remittance(run)
        draft = batches.Draft(
            ordering.id, run.reservation_id, ordering.payer_id, ordering.format,
            ordering.execute_on, ordering.made_on,
            tuple(Wanted(row["payee_id"], row["amount"], why, row["id"]) for row in due), (),
            run.area_code, run.office,
        )  # fmt: skip
        await batches.make(rt, tx, actor, draft)
        await payments.ordered(tx, [row["id"] for row in due], ordering.id)
        shown = await _save(tx, actor, "order", run)
        await kept.keep(shown, location=f"/v1/payment-batches/{ordering.id}")
        failpoints.hit("run-ordered-before-commit")
    failpoints.hit("run-ordered-after-commit")
    rt.wake()
    return shown


async def close_run(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int, claim: Claim
) -> Shown:
    """Nothing more is paid by it: what was not paid goes into the next run, and its money back to the
    line. Raises :class:`domain.PaymentsUnderWay` while the bank owes an answer, or what it sent back
    is not taken back from its lines: their months would not be free for the next run."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await _stepping(tx, actor, id, version)
        run = before.act("close", on, rt.today())
        await _take_back_withdrawn(tx, id)
        under_way = (await payments.by_state(tx, id)).get("ordered", (0, 0))[0]
        under_way += await payments.being_taken_back(tx, id)
        if under_way:
            raise domain.PaymentsUnderWay(payments=under_way)
        await paying.carry_forward(tx, id)
        await _release(rt, tx, actor, run, on)
        shown = await _save(tx, actor, "close", run)
        await kept.keep(shown)
    rt.wake()
    return shown


async def cancel_run(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int, claim: Claim
) -> Shown:
    """Before it is approved: months and money are free again."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await _stepping(tx, actor, id, version)
        run = before.act("cancel", on, rt.today())
        await months.give_up_all(tx, id)
        await store.not_taken_up(tx, id)
        await _release(rt, tx, actor, run, on)
        shown = await _save(tx, actor, "cancel", run)
        await kept.keep(shown)
    rt.wake()
    return shown


# --- what becomes of its payments


async def bank_answered(rt: Runtime, tx: Tx, orders: Sequence[Order]) -> None:
    """The bank paid, rejected or sent back these orders; some of them may pay for runs."""
    states: dict[UUID, tuple[Payment, date]] = {}
    for order in orders:
        if order.state in ("settled", "rejected", "returned"):
            state: Payment = "settled" if order.state == "settled" else "unpaid"
            states[order.about] = (state, order.state_on)
    said = [state for state, _ in states.values()]
    days = [on for _, on in states.values()]
    for id in await payments.answered(tx, list(states), said, days):
        run, _ = await store.lock(tx, id)
        left = {*await payments.by_state(tx, id)} - {"settled"}
        if run.state == ("paid" if left else "approved"):
            moved = run.act("return" if left else "settle", run.state_on, rt.today())
            await store.save(tx, moved)
            await store.add_step(tx, moved, "return" if left else "settle", "bank")


async def _take_back_withdrawn(tx: Tx, run_id: UUID) -> None:
    """A file that never left: what it was to pay waits again."""
    batch_ids = await payments.open_batches(tx, run_id)
    await payments.due_again(tx, run_id, await batches.withdrawn(tx, batch_ids))


# --- inside


async def _release(rt: Runtime, tx: Tx, actor: Actor, run: Run, on: date) -> None:
    """All that is not paid goes back, and nothing is paid from it any more: what the bank sends back
    after this is for the next run."""
    if run.reservation_id is not None:
        await reservations.end(rt, tx, actor, run.reservation_id, on)


async def _stepping(tx: Tx, actor: Actor, id: UUID, version: int) -> Run:
    """The run that an act is about to change, locked. Raises 404 and 412."""
    before = await store.get(tx, id, actor.area_prefix, lock=True)
    if before is None:
        raise NotFound
    if before.version != version:
        raise StaleWrite
    return before


async def _save(tx: Tx, actor: Actor, act: str, run: Run) -> Shown:
    await store.save(tx, run)
    await store.add_step(tx, run, act, actor.subject)
    return await _shown(tx, run)


async def _shown(tx: Tx, run: Run) -> Shown:
    return Shown(run, await payments.by_state(tx, run.id), tuple(await store.steps(tx, run.id)))


# --- reading


async def _in(tx: Tx, actor: Actor, id: UUID) -> Run:
    run = await store.get(tx, id, actor.area_prefix)
    if run is None:
        raise NotFound
    return run


async def run_of(rt: Runtime, actor: Actor, id: UUID) -> Shown:
    """One run of the caller's area and how it came so far."""
    async with rt.db.reading() as tx:
        return await _shown(tx, await _in(tx, actor, id))


async def list_runs(
    rt: Runtime,
    actor: Actor,
    *,
    programme: str | None,
    month: date | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Shown]:
    """Runs of the caller's area; each without payments and history."""
    async with rt.db.looking() as tx:
        runs = await store.page(
            tx, actor.area_prefix, programme=programme, month=month, state=state, after=after,
            limit=limit,
        )  # fmt: skip
    return [Shown(run, {}) for run in runs]


async def lines_of(
    rt: Runtime,
    actor: Actor,
    id: UUID,
    *,
    verdict: str | None,
    worker_id: UUID | None,
    after: tuple[UUID, UUID, date],
    limit: int,
) -> list[Any]:
    """The lines of a run, in the order of its content hash."""
    async with rt.db.reading() as tx:
        await _in(tx, actor, id)
        return await reading.lines(
            tx, id, verdict=verdict, worker_id=worker_id, after=after, limit=limit
        )


async def decision_of(rt: Runtime, actor: Actor, id: UUID, line_id: UUID) -> dict[str, Any]:
    """The decision record of a line. Raises 404 also for a line that waits for its facts."""
    async with rt.db.reading() as tx:
        await _in(tx, actor, id)
        if await reading.line(tx, id, line_id) is None:
            raise NotFound
        record = await decisions.load(tx, line_id)
    if record is None:
        raise NotFound
    return record
