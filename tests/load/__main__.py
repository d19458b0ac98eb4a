"""``make load``: what the house does as a share of what this machine can do, in one run.

Each product run stands between two runs of its limit; medians of three rounds are compared. Figures
are printed, floors are asserted: the command fails below a floor, never because of absolute times.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from kit.ids import new_id
from tests.load import copying, emitting, registry, rows, subsidy, wrk
from tests.load.ratio import Ratio, requests
from tests.load.stage import Bare, Stage, bare, stage

CERTIFICATES = 5_000
IMPORTED = 40_000
SIZES = [10_000, 100_000]


def main() -> int:
    if shutil.which("wrk") is None:
        subprocess.run(["apt-get", "install", "-y", "-qq", "wrk"], check=True)
    console = Console(width=150)
    sizes = [int(word) for word in sys.argv[2:]]
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        if sys.argv[1:2] == ["registry"]:
            found = asyncio.run(at_scale(Path(folder), sizes or SIZES))
        elif sys.argv[1:2] == ["subsidy"]:
            found = asyncio.run(a_month(Path(folder), sizes or SIZES))
        else:
            found = asyncio.run(measure(Path(folder), console))
    table = Table("", "product", "limit", "ratio", "floor", "")
    for one in found:
        mark = "" if one.holds else "[red]below[/red]"
        table.add_row(
            one.name,
            f"{one.product:,.0f} {one.unit}",
            f"{one.limit:,.0f} {one.unit}",
            f"{one.value:.2f}",
            f"{one.floor:.2f} {mark}",
            one.more,
        )
    console.print(table)
    return 0 if all(one.holds for one in found) else 1


async def at_scale(folder: Path, sizes: list[int]) -> list[Ratio]:
    """``make load ARGS="registry 10000 100000 1000000"``."""
    async with stage(folder, "2003-10-31", apart="registry") as on, bare(on) as limit:
        return await registry.measure(on, limit, sizes)


async def a_month(folder: Path, sizes: list[int]) -> list[Ratio]:
    """``make load ARGS="subsidy 10000 100000 1000000"``."""
    async with stage(folder, "2003-10-31", apart="subsidy") as on:
        return await subsidy.measure(on, sizes)


async def measure(folder: Path, console: Console) -> list[Ratio]:
    started = time.monotonic()
    found = []
    async with stage(folder) as on, bare(on) as limit:
        for part in (certificates, vacancies, events, imports):
            found += await part(on, limit)
            console.print(f"[{time.monotonic() - started:5.0f} s] {part.__name__} measured")
    return found


async def certificates(on: Stage, limit: Bare) -> list[Ratio]:
    """(a) Authenticated GET of a certificate against bare FastAPI and an asyncpg select."""
    await on.load("registry", "/v1/areas/imports", rows.areas())
    await on.load("registry", "/v1/offices/imports", rows.offices())
    people = rows.workers(CERTIFICATES)
    await on.load("registry", "/v1/workers/imports", people)
    applied = [
        {"id": str(new_id()), "worker_id": person["id"], "applied_on": "2003-02-01", **rows.PAST}
        for person in people
    ]
    await on.load("registry", "/v1/certificates/imports", applied)
    await on.quiet(("registry",))
    ids = on.folder / "ids"
    ids.write_text("\n".join(one["id"] for one in applied))
    await _copy_certificates(on)
    token = on.token()

    def product() -> wrk.Measured:
        variables = {"LOAD_IDS": str(ids), "LOAD_TOKEN": token, "LOAD_PREFIX": "/v1/certificates/"}
        return wrk.drive(on.port("registry"), "get.lua", on.pid("registry"), variables)

    def bare_server() -> wrk.Measured:
        variables = {"LOAD_IDS": str(ids), "LOAD_TOKEN": "none", "LOAD_PREFIX": "/certificates/"}
        return wrk.drive(limit.port, "get.lua", limit.pid, variables)

    return requests("(a) GET certificate", product, bare_server, 0.25)


async def _copy_certificates(on: Stage) -> None:
    """The rows of the bare server: the same values, so that its answer is as long."""
    import asyncpg

    source = await asyncpg.connect(on.dsn("registry"))
    target = await asyncpg.connect(on.dsn("bare"))
    try:
        found = await source.fetch(
            "select id, worker_id, state, category, number, applied_on, issued_on, valid_until, "
            "area_code, office from certificate"
        )
        await target.execute(
            "create table bare_certificate (id uuid primary key, worker_id uuid, state text, category text,"
            " number text, applied_on date, issued_on date, valid_until date, area_code text, office text)"
        )
        await target.copy_records_to_table(
            "bare_certificate", records=[tuple(row) for row in found]
        )
        await target.execute("vacuum analyze bare_certificate")
    finally:
        await source.close()
        await target.close()


async def vacancies(on: Stage, limit: Bare) -> list[Ratio]:
    """(b) Idempotent POST with its event against a bare insert of the same rows."""
    import json

    employer = new_id()
    await on.load("jobs-market", "/v1/employers/imports", [rows.employer(employer)])
    body = json.dumps(rows.vacancy(employer))
    token = on.token()

    def variables(path: str) -> dict[str, str]:
        return {
            "LOAD_TOKEN": token,
            "LOAD_PREFIX": path,
            "LOAD_BODY": body,
            "LOAD_RUN": new_id().hex[-12:],
        }

    def product() -> wrk.Measured:
        return wrk.drive(
            on.port("jobs-market"), "post.lua", on.pid("jobs-market"), variables("/v1/vacancies")
        )

    def bare_server() -> wrk.Measured:
        return wrk.drive(limit.port, "post.lua", limit.pid, variables("/vacancies"))

    found = requests("(b) POST vacancy", product, bare_server, 0.20)
    await on.quiet(("jobs-market", "assessment"))
    return found


async def events(on: Stage, limit: Bare) -> list[Ratio]:
    """(c) One event per transaction, outbox to committed effect, against a bare two-row commit."""
    await emitting.prepare(on)
    two, one = emitting.scripts(on.folder)
    ours, producers, bares = [], [], []
    for _ in range(2):
        bares.append(await asyncio.to_thread(emitting.pgbench, on.dsn("bare"), two, 4))
        rate, producer = await emitting.sustained(on, one)
        ours.append(rate)
        producers.append(producer)
    more = f"committed by the producer at {statistics.median(producers):,.0f} /s meanwhile"
    return [
        Ratio(
            "(c) events end to end",
            statistics.median(ours),
            statistics.median(bares),
            "event/s",
            0.30,
            more,
        )
    ]


async def imports(on: Stage, limit: Bare) -> list[Ratio]:
    """(d) Bulk import against COPY of exactly the rows that it leaves in all tables."""
    dsn = on.dsn("registry")
    before = await copying.counts(dsn)
    took = await on.load(
        "registry", "/v1/workers/imports", rows.workers(IMPORTED, start=CERTIFICATES)
    )
    await on.quiet(("registry",))
    copied, left = await copying.seconds_to_copy(dsn, before)
    more = f"{IMPORTED:,} workers leave {left:,} rows; {took:.1f} s against {copied:.1f} s"
    return [Ratio("(d) import of workers", left / took, left / copied, "row/s", 0.15, more)]


if __name__ == "__main__":
    sys.exit(main())
