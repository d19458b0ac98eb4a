"""How a run is frozen: chunk by chunk by a worker, then the whole amount under one lock.

Each chunk is one transaction with how far it came, so that whoever dies loses at most one chunk, and two
who work at the same run do every line once. The order of the lines, and that a line sees what those
before it took, make the outcome the same however they are cut into chunks.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import structlog

from kit import decisions, failpoints, identity_links
from kit.auth import Actor
from kit.behind import Behind
from kit.db import UNAVAILABLE, Tx
from kit.ids import new_id
from kit.refusal import Refusal
from kit.service import Runtime
from subsidy.heard import usecases as heard
from subsidy.heard.domain import Known
from subsidy.months import usecases as months
from subsidy.months.domain import Standing
from subsidy.programmes.terms import law_of
from subsidy.reservations import usecases as reservations
from subsidy.reservations.domain import Reservation, ReservedTooMuch
from subsidy.runs import domain, payments, shares, store
from subsidy.runs.domain import Run, Totals, Verdict
from subsidy.runs.lines import Decided, Decider, Member, Part, part_of, waits, waves

log = structlog.get_logger("runs")

#: Lines of one transaction: it takes half a second, and a cancellation waits for one.
CHUNK = 4_000
#: Lines that are decided while as many are written.
PART = 500


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
            await _freeze(rt, run_id, chunk)
        except Refusal as refusal:
            await _could_not(rt, run_id, refusal)
        finally:
            with suppress(*UNAVAILABLE):
                await connection.execute(
                    "select pg_advisory_unlock(hashtextextended($1, 7))", str(run_id)
                )
    rt.wake()


async def _freeze(rt: Runtime, run_id: UUID, chunk: int) -> None:
    async with rt.db.transaction() as tx:
        run, after = await store.lock(tx, run_id)
    if run.state != "freezing":
        return
    if run.parameter_set != rt.policies.parameter_set_hash:
        log.warning("run.waits", run=str(run_id), why="frozen by another set of parameters")
        return
    decider = Decider(run, law_of(rt.policies), {*run.rules})
    async with aclosing(_heard(rt, decider, after, chunk)) as chunks:
        async for heard_of in chunks:
            if not await _next(rt, decider, heard_of):
                return
    await _end(rt, run_id)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """The next lines after ``after``, and what was heard of their persons (of ``records``)."""

    after: tuple[UUID, date]
    members: Sequence[Member]
    records: Mapping[UUID, Sequence[UUID]]
    known: Known

    @property
    def last(self) -> tuple[UUID, date]:
        return self.members[-1].enrolment_id, self.members[-1].month


async def _heard(
    rt: Runtime, decider: Decider, after: tuple[UUID, date], size: int
) -> AsyncGenerator[_Chunk, None]:
    """Chunk by chunk what is left; each is read while the one before it is decided and written."""
    ahead = asyncio.create_task(_read(rt, decider, after, size))
    try:
        while chunk := await ahead:
            ahead = asyncio.create_task(_read(rt, decider, chunk.last, size))
            yield chunk
    finally:
        ahead.cancel()
        await asyncio.wait({ahead})


async def _read(
    rt: Runtime, decider: Decider, after: tuple[UUID, date], size: int
) -> _Chunk | None:
    """None: there is nothing left."""
    async with rt.db.looking() as tx:
        members = await store.members(tx, decider.run.id, after, size)
        if not members:
            return None
        records = await identity_links.records_of(tx, {one.worker_id for one in members})
        asked = [one.line(decider.of, Standing()) for one in members]
        return _Chunk(after, members, records, await heard.known_of(tx, asked, records))


async def _next(rt: Runtime, decider: Decider, chunk: _Chunk) -> bool:
    """Decide one chunk; False: the run is not being frozen any more, or others came further. How far it
    came stands in the same transaction, so what a crash of the server undoes is done anew."""
    async with rt.db.transaction(flushed=False) as tx:
        run, after = await store.lock(tx, decider.run.id)
        if run.state != "freezing" or after != chunk.after:
            return False
        done: list[_Done] = []
        for wave in waves(chunk.members, chunk.records):
            done += await _decide_wave(tx, decider, chunk, wave)
        totals = _counted(run.totals, done)
        rules = tuple(sorted({*run.rules, *decider.rules}))
        await store.went_on(tx, replace(run, rules=rules, totals=totals), chunk.last)
        failpoints.hit("run-chunk-before-commit")
    failpoints.hit("run-chunk-after-commit")
    return True


async def _end(rt: Runtime, run_id: UUID) -> None:
    """All lines are decided: reserve their money."""
    async with rt.db.transaction() as tx:
        run, _ = await store.lock(tx, run_id)
        if run.state != "freezing":
            return
        done = await reserve(rt, tx, _who(run), run)
        await store.save(tx, done)
        await store.add_step(tx, done, "reserve", "worker")
        failpoints.hit("run-reserved-before-commit")
    failpoints.hit("run-reserved-after-commit")


#: All that is still needed of a line when it is written: its record need not wait for its chunk.
_Done = tuple[Verdict, int]


async def _decide_wave(
    tx: Tx, decider: Decider, chunk: _Chunk, wave: Sequence[Member]
) -> list[_Done]:
    """A line for each person. Whose month somebody else takes at the same moment is decided again; who
    then comes second once more, although nothing refuses, waits for the next run."""
    done, second = await _pass(tx, decider, chunk, wave)
    if second:
        again, second = await _pass(tx, decider, chunk, second)
        done += again
    if second:
        rest = part_of([waits(one, "month") for one in second])
        await _write(tx, decider, rest)
        done += [(one.verdict, one.amount) for one in rest.lines]
    return done


async def _pass(
    tx: Tx, decider: Decider, chunk: _Chunk, members: Sequence[Member]
) -> tuple[list[_Done], list[Member]]:
    """What is kept, and whose month somebody else took. A part is decided while the database writes the
    one before it."""
    standing = await months.standing(tx, [one.ask for one in members], chunk.records)
    done: list[_Done] = []
    second: list[Member] = []

    async def write(part: Part) -> None:
        lost = await _write(tx, decider, part)
        done.extend((one.verdict, one.amount) for one in part.lines if one.id not in lost)
        second.extend(one.member for one in part.lines if one.id in lost)

    async with Behind() as behind:
        part: list[Decided] = []
        for member, had in zip(members, standing, strict=True):
            part.append(decider.decide(member, had, chunk.known))
            if len(part) == PART:
                await behind.keep(write(part_of(part)))
                part = []
            await behind.turn()
        if part:
            await behind.keep(write(part_of(part)))
    return done, second


async def _write(tx: Tx, decider: Decider, part: Part) -> set[UUID]:
    """Take the months of these lines and keep them with their decisions; answers those whose month
    somebody else took, of which nothing is kept."""
    second = await months.hold(tx, [one.held for one in part.lines if one.held is not None])
    if second:
        part = part.without(second)
    await decisions.keep(tx, part.decisions, decider.bases_kept)
    await store.add_lines(tx, decider.run.id, part.lines, part.digests())
    return second


def _counted(before: Totals, done: Sequence[_Done]) -> Totals:
    lines = Counter(verdict for verdict, _ in done)
    return replace(
        before, granted=before.granted + lines["granted"], refused=before.refused + lines["refused"],
        waiting=before.waiting + lines["waiting"],
        amount=before.amount + sum(amount for verdict, amount in done if verdict == "granted"),
    )  # fmt: skip


# --- the money


async def reserve(rt: Runtime, tx: Tx, actor: Actor, run: Run) -> Run:
    """All lines are decided: reserve the whole amount, or what the shortage policy makes of it, under
    the lock of the line's account. Raises :class:`ReservedTooMuch` and what else forbids it."""
    id, totals = new_id(), run.totals
    funded = 0
    if totals.amount:
        funded = await _reserve(rt, tx, actor, run, id)
        await payments.add(tx, run.id)
    totals = replace(totals, funded=funded)
    digest = domain.content_hash(run, totals, await shares.lines_hash(tx, run.id))
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
        funded = await shares.share(tx, run, available)
        await months.cut(tx, shares.SHARED, run.id)
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
