"""What follows from a payment of a run, for each line in it: its month is paid and told, or taken back.

A payment may be for a hundred thousand lines (an insurance agency), so a worker does it in chunks, each
with how far it came. What was begun is finished before the opposite is begun.
"""

from __future__ import annotations

from uuid import UUID

from kit import failpoints
from kit.db import Tx
from kit.events import NewEvent
from kit.money import yuan
from kit.outbox import emit
from kit.service import Runtime
from subsidy import events
from subsidy.months import usecases as months
from subsidy.programmes.facts import last_of
from subsidy.runs import payments, store
from subsidy.runs.domain import Run
from subsidy.runs.payments import PaidLine, Telling

#: Lines of one transaction.
CHUNK = 2_000


async def go_on(rt: Runtime, chunk: int = CHUNK) -> None:
    """The worker's job: every payment of which the lines do not say yet what the bank said."""
    async with rt.db.looking() as tx:
        waiting = await payments.to_tell(tx)
    for payment_id in waiting:
        while await _next(rt, payment_id, chunk):
            rt.wake()


async def _next(rt: Runtime, payment_id: UUID, chunk: int) -> bool:
    """One chunk of a payment's lines; answers whether there may be more."""
    async with rt.db.transaction() as tx:
        one = await payments.lock_telling(tx, payment_id)
        if one is None:
            return False
        run, _ = await store.lock(tx, one.run_id)
        lines = await payments.paid_lines(tx, one, chunk)
        if one.back:
            await _take_back(tx, run, one, lines)
        else:
            await _pay(tx, run, one, lines)
        more = len(lines) == chunk
        await payments.told(tx, one, lines[-1] if more else None)
        if one.back and not more and run.state == "closed":
            await carry_forward(tx, run.id)
        failpoints.hit("run-told-before-commit")
    failpoints.hit("run-told-after-commit")
    return more


async def carry_forward(tx: Tx, run_id: UUID) -> None:
    """What a closed run did not pay goes into the next one, and its months are free until then."""
    await months.cut(tx, store.LEFT_OVER, run_id)
    await store.carry_forward(tx, run_id)


async def _pay(tx: Tx, run: Run, one: Telling, lines: list[PaidLine]) -> None:
    await months.pay(tx, [line.id for line in lines])
    told = [
        NewEvent(
            events.BENEFIT_PAID, line.id, one.on, run.area_code, run.office,
            {
                "worker_id": str(line.worker_id), "programme": run.programme,
                "from": line.month.isoformat(), "to": last_of(line.month).isoformat(),
                "amount": yuan(line.funded), "decision_id": str(line.id),
            },
        )
        for line in lines
    ]  # fmt: skip
    await emit(tx, told)


async def _take_back(tx: Tx, run: Run, one: Telling, lines: list[PaidLine]) -> None:
    ids = [line.id for line in lines]
    paid = await payments.paid_events(tx, ids, events.BENEFIT_PAID.name)
    await months.unpay(tx, ids)
    told = [
        NewEvent(
            events.BENEFIT_RECOVERED, line.id, one.on, run.area_code, run.office,
            {"worker_id": str(line.worker_id), "amount": yuan(line.funded), "whole": True},
            reverses=paid[line.id],
        )
        for line in lines
    ]  # fmt: skip
    await emit(tx, told)
