"""Sustained events: pgbench commits one event per transaction in one service's database, and the
effect is counted in another's. The limit is pgbench with the two bare rows of such a transaction."""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from pathlib import Path
from uuid import UUID

import asyncpg

from kit.embedded import postgres_binary
from kit.outbox import EMIT_ONE
from tests.load import rows
from tests.load.stage import Stage

CLIENTS = 16
SECONDS = 8
DRAIN_S = 60

TWO_ROWS_SQL = """
drop table if exists bare_thing, bare_queue;
create table bare_thing (id bigserial primary key, name text, n int, at timestamptz default now());
create table bare_queue (id bigint generated always as identity primary key, ev uuid not null, subject text,
                         body jsonb not null);
"""
TWO_ROWS = """\
begin;
insert into bare_thing (name, n) values ('a', 1);
insert into bare_queue (ev, subject, body) values (gen_random_uuid(), 'jobs-market.employer.registered.v1',
  jsonb_build_object('name', 'a', 'sector', 'commerce', 'ownership', 'private', 'pad', repeat('x', 120)));
commit;
"""

EVENT = "jobs-market.post.opened.v1"  # assessment alone hears it
EMPLOYER = "019a9d2c-8f00-7000-8000-00000000e001"

# The statement that kit.outbox.emit sends for one event; ids are made of pgbench's own random
# numbers, because a round trip for them would be the benchmark's cost and not the product's.
SCRIPT = """\
\\set e random(1, 9000000000000000000)
begin;
insert into post (id, employer_id, sector, new_investment, opened_on, area_code, office)
  values ({entity}, '{employer}', 'commerce', false, '2003-06-01', '231102000000', '231102-employment-bureau');
{emit};
commit;
"""
ENTITY = "lpad(to_hex(:e::bigint), 32, '0')::uuid"


def scripts(folder: Path) -> tuple[Path, Path]:
    values = {
        1: ENTITY,
        2: f"'{EVENT}'",
        3: ENTITY,
        4: "'2003-06-01'",
        5: "'231102000000'",
        6: "'231102-employment-bureau'",
        7: ENTITY,
        8: "null",
        9: "null",
        10: f'\'{{"employer_id": "{EMPLOYER}", "sector": "commerce", "new_investment": false}}\'',
        11: "null",
    }
    emit = EMIT_ONE.strip()
    for number in sorted(values, reverse=True):
        emit = emit.replace(f"${number}::", f"({values[number]})::")
    two, one = folder / "two-rows.sql", folder / "one-event.sql"
    two.write_text(TWO_ROWS)
    one.write_text(SCRIPT.format(emit=emit, entity=ENTITY, employer=EMPLOYER))
    return two, one


def pgbench(dsn: str, script: Path, seconds: int) -> float:
    """Transactions per second."""
    done = subprocess.run(
        [postgres_binary("pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1",
         "-T", str(seconds), "-f", str(script), dsn],
        capture_output=True, text=True, check=False, timeout=seconds + 60,
    )  # fmt: skip
    match = re.search(r"tps = ([\d.]+)", done.stdout)
    if match is None:
        raise RuntimeError(f"pgbench: {done.stderr[-800:]}")
    return float(match[1])


async def _count(dsn: str, table: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        count: int = await connection.fetchval(
            f"select count(*) from {table} where type = '{EVENT}'"
        )
        return count
    finally:
        await connection.close()


async def told(on: Stage) -> int:
    """Events committed by the publisher."""
    return await _count(on.dsn("jobs_market"), "event_log")


async def heard(on: Stage) -> int:
    """Events whose effect is committed in the listener."""
    return await _count(on.dsn("assessment"), "fact")


async def sustained(on: Stage, script: Path) -> tuple[float, float]:
    """Events per second from the first commit to the last effect, and the producer's own rate."""
    before = await heard(on)
    started = time.perf_counter()
    rate = await asyncio.to_thread(pgbench, on.dsn("jobs_market"), script, SECONDS)
    wanted = await told(on)
    end = time.monotonic() + DRAIN_S
    while (done := await heard(on)) < wanted:
        if time.monotonic() > end:
            raise RuntimeError(f"{wanted - done} events have not arrived after {DRAIN_S} s")
        await asyncio.sleep(0.05)
    took = time.perf_counter() - started
    return (done - before) / took, rate


async def prepare(on: Stage) -> None:
    connection = await asyncpg.connect(on.dsn("bare"))
    await connection.execute(TWO_ROWS_SQL)
    await connection.close()
    await on.load("jobs-market", "/v1/employers/imports", [rows.employer(UUID(EMPLOYER))])
