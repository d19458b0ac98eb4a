"""The limit of a bulk import: COPY of exactly the rows that it left, into tables with the same
indexes, checks and references, on the same server, in the same run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping

import asyncpg

TABLES = """
select c.relname as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
   and c.relname not in ('alembic_version', 'outbox')
 order by 1
"""
# What a row refers to is looked up by COPY as by any insert; ``like`` does not take this along.
REFERENCES = """
select pg_get_constraintdef(oid) as definition from pg_constraint
 where conrelid = ('public.' || $1)::regclass and contype = 'f'
"""


async def counts(dsn: str) -> dict[str, int]:
    """Rows of every table of a service's database (the outbox is a queue and ends empty)."""
    connection = await asyncpg.connect(dsn)
    try:
        names = [row["name"] for row in await connection.fetch(TABLES)]
        return {n: await connection.fetchval(f"select count(*) from {n}") for n in names}
    finally:
        await connection.close()


async def seconds_to_copy(dsn: str, before: Mapping[str, int]) -> tuple[float, int]:
    """COPY what came into each table since ``before`` into an equal table; seconds and rows.

    Rows are taken out to a file first: only the way in is measured. Generated positions are copied
    as they are. The outbox rows, which the relay has deleted since, are put back from the log.
    """
    connection = await asyncpg.connect(dsn)
    total, rows = 0.0, 0
    try:
        await connection.execute("drop schema if exists copied cascade; create schema copied")
        after = await counts(dsn)
        for name, count in after.items():
            new = count - before.get(name, 0)
            if new <= 0:
                continue
            await connection.execute(
                f"create table copied.{name} (like public.{name} including all excluding identity)"
            )
            for definition in await connection.fetch(REFERENCES, name):
                await connection.execute(
                    f"alter table copied.{name} add {definition['definition']}"
                )
            query = f"select * from public.{name} order by ctid offset {before.get(name, 0)}"
            if name == "event_log":
                query = (
                    f"select * from public.{name} order by position offset {before.get(name, 0)}"
                )
            total += await _copy(connection, query, name)
            rows += new
        await connection.execute("create table copied.outbox (like public.outbox including all)")
        told = after["event_log"] - before.get("event_log", 0)
        query = f"select position, id from public.event_log order by position desc limit {told}"
        total += await _copy(connection, query, "outbox")
        return total, rows + told
    finally:
        await connection.execute("drop schema if exists copied cascade")
        await connection.close()


async def _copy(connection: asyncpg.Connection, query: str, name: str) -> float:
    with tempfile.TemporaryFile() as file:
        await connection.copy_from_query(query, output=file, format="binary")
        file.seek(0)
        started = time.perf_counter()
        await connection.copy_to_table(name, source=file, schema_name="copied", format="binary")
        return time.perf_counter() - started
