"""How a run is frozen: chunk by chunk by a worker, then the whole amount under one lock.

Each chunk is one transaction with how far it came, so that whoever dies loses at most one chunk, and two
who work at the same run do every line once. The order of the lines, and that a line sees what those
before it took, make the outcome the same however they are cut into chunks.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import cast
from uuid import UUID

import structlog

from kit import decisions, failpoints, identity_links
from kit.auth import Actor
from kit.db import UNAVAILABLE, Tx
from kit.ids import new_id
from kit.refusal import Refusal
from kit.service import Runtime
from subsidy.enrolments.domain import NotByMonth
from subsidy.heard import usecases as heard
from subsidy.heard.facts import Answer, Of
from subsidy.months import usecases as months
from subsidy.programmes.domain import Programme
from subsidy.programmes.terms import Law, law_of
from subsidy.reservations import usecases as reservations
from subsidy.reservations.domain import Reservation, ReservedTooMuch
from subsidy.runs import domain, store
from subsidy.runs.domain import Run, Totals
from subsidy.runs.lines import Decided, Decider, Member, waves

log = structlog.get_logger("runs")

#: Lines of one transaction: it takes about a second, and a cancellation waits for one.
CHUNK = 5_000


def monthly(law: Law, code: str) -> Programme:
    """The newest version of a programme that pays by the month. Raises :class:`NotByMonth`."""
    try:
        entries = law.policy(code).entries
    except KeyError:
        raise NotByMonth from None
    for entry in reversed(entries):
        found = law.version(code, entry.since)
        if found is not None and found[0].period == "month":
            return found[0]
    raise NotByMonth


async def go_on(rt: Runtime) -> None:
    """The worker's job: every run that is being frozen, until it is."""
    async with rt.db.looking() as tx:
        waiting = await store.freezing(tx)
    for run_id in waiting:
        await freeze(rt, run_id)


async def freeze(rt: Runtime, run_id: UUID, chunk: int = CHUNK) -> None:
    """Decide all lines of a run that are left and reserve its money. One process does it at a time:
    another one comes back at once."""
    async with rt.db.pool.acquire(timeout=5) as connection:
        lock = ("select pg_try_advisory_lock(hashtextextended($1, 7))", str(run_id))
        if not await connection.fetchval(*lock):
            return
        try:
            law = law_of(rt.policies)
            rules: set[str] = set()
            while await _next(rt, run_id, law, rules, chunk):
                pass
        except Refusal as refusal:
            await _could_not(rt, run_id, refusal)
        finally:
            with suppress(*UNAVAILABLE):
                await connection.execute(
                    "select pg_advisory_unlock(hashtextextended($1, 7))", str(run_id)
                )
    rt.wake()


async def _next(rt: Runtime, run_id: UUID, law: Law, rules: set[str], chunk: int) -> bool:
    """One chunk, or the end; answers whether there is more to do."""
    async with rt.db.transaction() as tx:
        run, after = await store.lock(tx, run_id)
        if run.state != "freezing":
            return False
        if run.parameter_set != rt.policies.parameter_set_hash:
            log.warning("run.waits", run=str(run_id), why="frozen by another set of parameters")
            return False
        members = await store.members(tx, run_id, after, chunk)
        if members:
            decider = Decider(run, law, rules | {*run.rules})
            await _decide(tx, decider, members)
            failpoints.hit("run-chunk-before-commit")
        else:
            done = await reserve(rt, tx, _who(run), run)
            await store.save(tx, done)
            await store.add_step(tx, done, "reserve", "worker")
            failpoints.hit("run-reserved-before-commit")
    failpoints.hit("run-chunk-after-commit" if members else "run-reserved-after-commit")
    return bool(members)


async def _decide(tx: Tx, decider: Decider, members: Sequence[Member]) -> None:
    """Decide these lines, keep them with their records, and take the months of what is granted."""
    records = await identity_links.records_of(tx, {one.worker_id for one in members})
    lines: list[Decided] = []
    for wave in waves(members, records):
        lines += await _decide_wave(tx, decider, wave)
    run = decider.run
    await store.add_lines(tx, run.id, lines)
    totals = _counted(run.totals, lines)
    last = members[-1]
    await store.went_on(
        tx, replace(run, rules=tuple(sorted(decider.rules)), totals=totals),
        (last.enrolment_id, last.month),
    )  # fmt: skip


async def _decide_wave(tx: Tx, decider: Decider, wave: Sequence[Member]) -> list[Decided]:
    """A line for each person. Whose month somebody else takes at the same moment is decided again; who
    then comes second once more, although nothing refuses, waits for the next run."""
    of = cast("Of", monthly(decider.law, decider.run.programme).facts)
    done: dict[UUID, Decided] = {}
    waiting = list(wave)
    for again in (False, True):
        standing = await months.standing(tx, [one.ask for one in waiting])
        asked = [one.line(of, had) for one, had in zip(waiting, standing, strict=True)]
        answers = await heard.facts_of(tx, asked)
        decided = [decider.decide(one, told) for one, told in zip(waiting, answers, strict=True)]
        second = await months.hold(tx, [one.held for one in decided if one.held is not None])
        if again:
            decided = [
                decider.decide(one.member, Answer(None, {}, ("month",)))
                if one.id in second
                else one
                for one in decided
            ]
            second = set()
        done |= {one.id: one for one in decided if one.id not in second}
        waiting = [one.member for one in decided if one.id in second]
        if not waiting:
            break
    await decisions.store(tx, [one.decision for one in done.values() if one.decision is not None])
    return list(done.values())


def _counted(before: Totals, lines: Sequence[Decided]) -> Totals:
    def of(verdict: str) -> int:
        return sum(one.verdict == verdict for one in lines)

    return replace(
        before, granted=before.granted + of("granted"), refused=before.refused + of("refused"),
        waiting=before.waiting + of("waiting"),
        amount=before.amount + sum(one.amount for one in lines if one.verdict == "granted"),
    )  # fmt: skip


# --- the money


async def reserve(rt: Runtime, tx: Tx, actor: Actor, run: Run) -> Run:
    """All lines are decided: reserve the whole amount, or what the shortage policy makes of it, under
    the lock of the line's account. Raises :class:`ReservedTooMuch` and what else forbids it."""
    id, totals = new_id(), run.totals
    funded = 0
    if totals.amount:
        funded = await _reserve(rt, tx, actor, run, id)
        await store.add_payments(tx, run.id)
    totals = replace(totals, funded=funded)
    digest = domain.content_hash(run, totals, await store.lines_hash(tx, run.id))
    return run.reserved(id if funded else None, totals, digest)


async def _reserve(rt: Runtime, tx: Tx, actor: Actor, run: Run, id: UUID) -> int:
    """Answers the fen that are reserved."""
    whole = Reservation(
        id, run.arrangement_id, run.totals.amount, run.state_on,
        f"{run.programme} {run.month:%Y-%m}", run.id, run.area_code, run.office, made_by="",
    )  # fmt: skip
    try:
        await reservations.reserve(rt, tx, actor, whole)
    except ReservedTooMuch as short:
        # The account stays locked: what it holds now is what can be shared.
        available = whole.amount - int(str(short.params["missing"]))
        if run.shortage == "refuse-all" or available <= 0:
            raise
        funded = await store.share(tx, run, available)
        if not funded:
            raise
        await reservations.reserve(rt, tx, actor, replace(whole, amount=funded))
        return funded
    return whole.amount


async def _could_not(rt: Runtime, run_id: UUID, refusal: Refusal) -> None:
    """All is decided and the money is not there: the office sees why, and tries again or cancels."""
    async with rt.db.transaction() as tx:
        run, _ = await store.lock(tx, run_id)
        if run.state == "freezing":
            missing = refusal.params.get("missing")
            stopped = run.refused(refusal.code, None if missing is None else int(str(missing)))
            await store.save(tx, stopped)
            await store.add_step(tx, stopped, "refuse", "worker")


def _who(run: Run) -> Actor:
    """Whoever froze the run, for what a worker does by that order."""
    assert run.frozen_by is not None
    assert run.frozen_area is not None
    return Actor(subject=run.frozen_by, office=run.office, area_code=run.frozen_area)
