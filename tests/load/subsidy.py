"""A month's run at scale: everybody enrolled is decided with a full record, and the money is reserved.

``python -m tests.load subsidy 10000 100000 1000000`` puts these many people on the roll, each size in an
area of its own, and freezes a run for them. The limit is one SQL statement, written by hand, that makes
the same rows out of the same roll, into tables with the same indexes, checks and references, on the same
server (:mod:`tests.by_hand`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg

from kit import decisions
from kit.ids import new_id
from subsidy.programmes.record import RULES
from tests import by_hand, roll
from tests.load import claims
from tests.load.ratio import Ratio
from tests.load.registry import watched
from tests.load.stage import Stage

MEMORY_MB = 500
REDERIVED = 100_000
OFFICE = "231100-finance-bureau"
CITY = "231100000000"
#: Who is on the roll of the run beside which claims are measured: as many as it takes the time of.
BESIDE = 200_000
#: A run waits up to a second for its worker: of fewer lines that would be most of what is measured.
MANY = 100_000


@dataclass(frozen=True)
class Size:
    """What one size cost: until its run was frozen, without waiting for a worker, and by hand."""

    people: int
    seconds: float
    working_s: float
    written: by_hand.Written
    memory_mb: float

    @property
    def per_line_us(self) -> float:
        return self.working_s / self.people * 1e6


# Whether a worker has begun with a run: it has its lock.
_BEGUN = """
select exists (
    select from pg_locks, hashtextextended($1, 7) as key
     where locktype = 'advisory' and granted
       and (classid::bigint << 32 | objid::bigint) = key)
"""


async def measure(on: Stage, sizes: list[int]) -> list[Ratio]:
    """All of it; the sizes in rising order."""
    with on.alone("subsidy"):
        return await _measure(on, sizes)


async def _measure(on: Stage, sizes: list[int]) -> list[Ratio]:
    line, payee = await _treasury(on)
    found, done, start = [], [], 0
    for number, people in enumerate(sizes, 1):
        size = await _size(on, f"2311{number:02d}000000", line, payee, (start + 1, start + people))
        done.append(size)
        start += people
        written = size.written
        found.append(
            Ratio(
                f"a month's run frozen, {people:,} lines", people / size.seconds,
                people / written.seconds, "line/s", 1 / 3 if people >= MANY else 0,
                f"{size.seconds:.1f} s against {written.seconds:.1f} s of one statement, by which the"
                f" same rows were made ({written.copied_s:.1f} s: copying them);"
                f" {size.per_line_us:.0f} µs a line",
            )
        )  # fmt: skip
    if len(done) > 1:
        found.append(
            Ratio(
                f"cost per line, {done[-1].people:,} : {done[0].people:,}",
                done[0].per_line_us, done[-1].per_line_us, "µs", 1 / 1.2,
                "the ratio is smallest : largest; at most 1.2 times as much is 0.83",
            )
        )  # fmt: skip
    most = max(size.memory_mb for size in done)
    found.append(Ratio("memory of the worker", MEMORY_MB, most, "MB", 1.0, "allowed : used"))
    return [*found, await _rederived(on), await _claims(on, line, payee, start + 1)]


async def _treasury(on: Stage) -> tuple[str, str]:
    """An arrangement that is large enough, and the agency that is paid."""
    place = {"area_code": CITY, "office": OFFICE}
    async with on.client("subsidy") as client:

        async def post(path: str, **body: Any) -> str:
            answer = await client.post(
                path, json={**body, **place}, headers={"Idempotency-Key": str(uuid4())}
            )
            answer.raise_for_status()
            return str(answer.json()["id"])

        money = {"fund": "reemployment", "amount": "900000000.00"}
        await post(
            "/v1/appropriations", **money, source="province", received_on="2003-06-30", year=2003
        )
        line = await post(
            "/v1/arrangements", **money, use_code="social-insurance-subsidy",
            arranged_on="2003-07-01", purpose="社会保险补贴",
        )  # fmt: skip
        account = {
            "name": "市社会保险局", "number": "23110010000099", "clearing_code": "102261000018",
            "proposed_on": "2003-07-01", "reason": "开户许可证",
        }  # fmt: skip
        payee = await post(
            "/v1/payees", kind="insurance_agency", reference_id=str(uuid4()), account=account
        )
    return line, payee


async def _size(on: Stage, area: str, line: str, payee: str, span: tuple[int, int]) -> Size:
    connection = await asyncpg.connect(on.dsn("subsidy"))
    try:
        await roll.enrol(connection, *span, payee_id=payee, area_code=area)
        people = span[1] - span[0] + 1
        await connection.execute("checkpoint")
        async with watched(_worker(on)) as memory:
            id = str(new_id())
            async with asyncio.TaskGroup() as both:
                begun = both.create_task(_begun(connection, id))
                frozen = await _frozen(on, area, line, id)
            waited = max(0.0, begun.result() - frozen.asked_at)
        run = frozen.run
        if run["totals"]["granted"] != people or run["state"] != "frozen":
            raise RuntimeError(f"not everybody was granted the month: {run['totals']}")
        written = await by_hand.written(connection, run["id"])
        return Size(people, frozen.seconds, frozen.seconds - waited, written, memory.peak_mb)
    finally:
        await connection.close()


def _worker(on: Stage) -> int:
    pids = on.house.supervisor.pids()
    return pids.get("subsidy-worker", pids["subsidy"])


async def _claims(on: Stage, line: str, payee: str, first: int) -> Ratio:
    """How long claims wait while a run is frozen for others."""
    claimed = first + BESIDE
    connection = await asyncpg.connect(on.dsn("subsidy"))
    try:
        for start, people, area in (
            (first, BESIDE, "231198000000"), (claimed, claims.CLAIMED, "231199000000"),
        ):  # fmt: skip
            last = start + people - 1
            await roll.enrol(connection, start, last, payee_id=payee, area_code=area)
        # A server that has been up for longer than this run writes over log files that it has. Making
        # them anew, which everybody waits for, would be measured else.
        await connection.execute("checkpoint")
        run: list[asyncio.Task[Any]] = []

        async def freezing() -> bool:
            return not run[0].done()

        async def begin() -> Callable[[], Awaitable[bool]]:
            run.append(asyncio.create_task(_frozen(on, "231198000000", line, str(new_id()))))
            return freezing

        found = await claims.beside_a_run(on, claimed, begin)
        await run[0]
        return found
    finally:
        await connection.close()


@dataclass(frozen=True)
class Frozen:
    """A run, the seconds until it was frozen, and when its freezing had been asked for."""

    run: dict[str, Any]
    seconds: float
    asked_at: float


async def _frozen(on: Stage, area: str, line: str, id: str) -> Frozen:
    """Draft a run, have it frozen, wait until its money is reserved."""
    async with on.client("subsidy") as client:
        draft = {
            "id": id, "programme": "si-public-welfare", "month": roll.MONTH,
            "arrangement_id": line, "shortage": "refuse-all", "drafted_on": "2003-10-20",
            "area_code": area, "office": OFFICE,
        }  # fmt: skip
        made = await client.post("/v1/runs", json=draft, headers={"Idempotency-Key": str(uuid4())})
        made.raise_for_status()
        headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"v1"'}
        started = time.perf_counter()
        answer = await client.post(f"/v1/runs/{id}/freezes", json={}, headers=headers)
        answer.raise_for_status()
        asked = time.perf_counter()
        while True:
            run: dict[str, Any] = (await client.get(f"/v1/runs/{id}")).json()
            if run["state"] != "freezing":
                return Frozen(run, time.perf_counter() - started, asked)
            await asyncio.sleep(0.1)


async def _begun(connection: asyncpg.Connection, run_id: str) -> float:
    """When a worker began with the run."""
    async with asyncio.timeout(300):
        while not await connection.fetchval(_BEGUN, run_id):
            await asyncio.sleep(0.02)
    return time.perf_counter()


async def _rederived(on: Stage) -> Ratio:
    """Stored decisions derived again from nothing but their records: all equal."""
    connection = await asyncpg.connect(on.dsn("subsidy"))
    try:
        asked = await connection.fetch(
            "select d.id, d.noun, d.entity_id, d.record, b.content from decision d"
            " join decision_basis b on b.hash = d.basis where d.noun = 'run-line'"
            f" order by d.id limit {REDERIVED}"
        )
    finally:
        await connection.close()
    started = time.perf_counter()
    same = sum(decisions.rederive(decisions.merge(row), RULES).same for row in asked)
    took = time.perf_counter() - started
    return Ratio(
        f"decisions derived again, {len(asked):,}", same, len(asked), "equal", 1.0, f"{took:.1f} s"
    )
