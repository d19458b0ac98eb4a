"""Registry at scale: bulk registration and application, look-ups and the search for duplicates.

``python -m tests.load registry 10000 100000 1000000`` loads these many people one size after the
other into one city, so that the last size is also the largest table. Ratios are against COPY of
exactly the rows that each size left, and against a bare server's select by an index.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from kit.ids import new_id
from tests.load import copying, rows, wrk
from tests.load.ratio import Ratio, Round, requests
from tests.load.stage import Bare, Stage

#: Lines of one request: a body stays under the limit of 256 MiB.
LINES = 250_000
ASKED = 5_000
MEMORY_MB = 300


@dataclass(frozen=True)
class Size:
    """What one size cost."""

    people: int
    seconds: float
    copied_s: float
    left: int
    memory_mb: float

    @property
    def per_person_us(self) -> float:
        return self.seconds / self.people * 1e6


async def measure(on: Stage, limit: Bare, sizes: list[int]) -> list[Ratio]:
    """All of it; the sizes in rising order. What other services make of the events is their work."""
    with on.alone("registry"):
        return await _measure(on, limit, sizes)


async def _measure(on: Stage, limit: Bare, sizes: list[int]) -> list[Ratio]:
    await on.load("registry", "/v1/areas/imports", rows.areas())
    await on.load("registry", "/v1/offices/imports", rows.offices())
    found, done, start = [], [], 0
    for people in sizes:
        size = await load(on, people, start)
        done.append(size)
        start += people
        found.append(
            Ratio(
                f"bulk registration and application, {people:,}",
                people / size.seconds, people / size.copied_s, "people/s", 0.30,
                f"{size.left:,} rows left; {size.seconds:.1f} s against {size.copied_s:.1f} s; "
                f"memory at most {size.memory_mb:.0f} MB",
            )
        )  # fmt: skip
    largest, smallest = done[-1], done[0]
    if len(done) > 1:
        found.append(
            Ratio(
                f"cost per person, {largest.people:,} : {smallest.people:,}",
                smallest.per_person_us, largest.per_person_us, "µs", 1 / 1.2,
                "the ratio is smallest : largest; at most 1.2 times as much is 0.83",
            )
        )  # fmt: skip
    found.append(
        Ratio("memory of the service", MEMORY_MB, largest.memory_mb, "MB", 1.0, "allowed : used")
    )
    return found + await lookups(on, limit, start)


async def load(on: Stage, people: int, start: int) -> Size:
    """Register and let apply; then COPY what that left."""
    before = await copying.counts(on.dsn("registry"))
    async with watched(on.pid("registry")) as memory:
        seconds = 0.0
        for first in range(start, start + people, LINES):
            count = min(LINES, start + people - first)
            ids = [str(new_id()) for _ in range(count)]
            seconds += await send(
                on, "/v1/workers/imports", (rows.worker(n, id) for n, id in enumerate(ids, first))
            )
            seconds += await send(
                on,
                "/v1/certificates/imports",
                ({"worker_id": id, "applied_on": "2003-02-01", **rows.PAST} for id in ids),
            )
    await on.quiet(("registry",), seconds=900)
    copied, left = await copying.seconds_to_copy(on.dsn("registry"), before)
    return Size(people, seconds, copied, left, memory.peak_mb)


async def send(
    on: Stage, path: str, lines: Iterator[dict[str, Any]], token: str | None = None
) -> float:
    """Stream lines into an import; answers the seconds. Every line must be accepted."""
    body = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
    async with on.client("registry", token) as client:
        started = time.perf_counter()
        answer = await client.post(
            path, content=_pieces(body), headers={"Content-Type": "application/x-ndjson"}
        )
        took = time.perf_counter() - started
    told = answer.json()
    if answer.is_error or told["rejected"]:
        raise RuntimeError(f"{path}: {answer.text[:600]}")
    return took


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), 1 << 20):
        yield body[at : at + (1 << 20)]


@dataclass
class Memory:
    peak_mb: float = 0


@asynccontextmanager
async def watched(pid: int) -> AsyncIterator[Memory]:
    """The highest resident memory of a process while the block runs, looked at ten times a second."""
    memory = Memory()

    async def look() -> None:
        process = psutil.Process(pid)
        while True:
            memory.peak_mb = max(memory.peak_mb, process.memory_info().rss / 1e6)
            await asyncio.sleep(0.1)

    task = asyncio.create_task(look())
    try:
        yield memory
    finally:
        task.cancel()


async def lookups(on: Stage, limit: Bare, people: int) -> list[Ratio]:
    """Certificate by number, person by keyed hash, duplicates of one new person."""
    asked = range(0, people, max(1, people // ASKED))
    await _issue(on, asked)
    await _copy_for_the_bare_server(on, people)
    numbers = await _numbers(on)
    folder = on.folder
    _lines(folder / "numbers", numbers)
    _lines(folder / "id_numbers", [json.dumps({"id_number": rows.id_number(n)}) for n in asked])
    _lines(folder / "new", [json.dumps(rows.newcomer(n)) for n in asked])
    token = on.token()

    def get(server: int, pid: int, prefix: str, ids: Path) -> Round:
        return lambda: wrk.drive(
            server, "get.lua", pid,
            {"LOAD_IDS": str(ids), "LOAD_TOKEN": token, "LOAD_PREFIX": prefix},
        )  # fmt: skip

    def search(server: int, pid: int, path: str, bodies: Path) -> Round:
        return lambda: wrk.drive(
            server, "search.lua", pid,
            {"LOAD_BODIES": str(bodies), "LOAD_TOKEN": token, "LOAD_PATH": path},
        )  # fmt: skip

    port, pid = on.port("registry"), on.pid("registry")
    found = requests(
        f"certificate by number among {people:,}",
        get(port, pid, "/v1/certificates?number=", folder / "numbers"),
        get(limit.port, limit.pid, "/certificates-by-number/", folder / "numbers"),
        0.50,
        cpu_floor=0.50,
    )
    exact = search(port, pid, "/v1/workers/searches", folder / "id_numbers")
    found += requests(
        f"person by keyed hash among {people:,}",
        exact,
        search(limit.port, limit.pid, "/workers/searches", folder / "id_numbers"),
        0.50,
        cpu_floor=0.50,
    )
    found += requests(
        f"duplicates of a new person among {people:,} : exact look-up",
        search(port, pid, "/v1/duplicates/searches", folder / "new"),
        exact,
        0.20,
    )
    return found


def _lines(file: Path, lines: list[str]) -> None:
    file.write_text("\n".join(lines))


async def _issue(on: Stage, asked: range) -> None:
    """Certificates in hand for those who are asked for, so that there are numbers."""
    connection = await asyncpg.connect(on.dsn("registry"))
    try:
        found = await connection.fetch(
            "select id from certificate where state = 'publicised' order by id limit $1", len(asked)
        )
    finally:
        await connection.close()
    lines = ({"certificate_id": str(row["id"]), "issued_on": "2003-03-01"} for row in found)
    # Whoever took the applications may not issue: another account does.
    await send(
        on, "/v1/certificates/issues/imports", lines, on.house.tokens.token("issuing-loader")
    )


async def _numbers(on: Stage) -> list[str]:
    connection = await asyncpg.connect(on.dsn("registry"))
    try:
        found = await connection.fetch(
            "select number from certificate where number is not null limit $1", ASKED
        )
    finally:
        await connection.close()
    return [row["number"] for row in found]


async def _copy_for_the_bare_server(on: Stage, people: int) -> None:
    """The same certificates and as many people, with the one index that each look-up needs."""
    source = await asyncpg.connect(on.dsn("registry"))
    target = await asyncpg.connect(on.dsn("bare"))
    try:
        found = await source.fetch(
            "select id, worker_id, state, category, number, applied_on, issued_on, valid_until, "
            "area_code, office from certificate where number is not null"
        )
        await target.execute(
            "drop table if exists bare_numbered, bare_worker;"
            "create table bare_numbered (id uuid, worker_id uuid, state text, category text,"
            " number text primary key, applied_on date, issued_on date, valid_until date,"
            " area_code text, office text);"
            "create table bare_worker (id uuid, id_number_index bytea primary key, name text,"
            " sex text, birth_date date, category text, area_code text, office text,"
            " registered_on date)"
        )
        await target.copy_records_to_table("bare_numbered", records=[tuple(r) for r in found])
        await target.copy_records_to_table(
            "bare_worker", records=(bare_person(n) for n in range(people))
        )
        await target.execute("vacuum analyze bare_numbered")
        await target.execute("vacuum analyze bare_worker")
    finally:
        await source.close()
        await target.close()


def bare_person(n: int) -> tuple[Any, ...]:
    """A row of the bare table for the nth person."""
    number = rows.id_number(n)
    digest = sha256(number.encode()).digest()
    return (
        new_id(), digest, rows.name(n), "female", rows.BORN, "soe_laid_off", rows.AREA, rows.OFFICE,
        rows.BORN,
    )  # fmt: skip
