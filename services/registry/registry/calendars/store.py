"""Listed days, and the editions in which they came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.calendars.domain import Amendment, CalendarDay, Source

_COLUMNS = ("day", "working", "name", "source", "document", "provisional")


def _day(row: Record) -> CalendarDay:
    return CalendarDay(*(row[column] for column in _COLUMNS))


async def version(tx: Tx) -> int:
    """The edition that stands; it grows with every change of any day."""
    found: int = await tx.fetchval("select coalesce(max(version), 0) from calendar_edition")
    return found


async def hold(tx: Tx) -> None:
    """Let nobody else import or amend until this transaction ends: what is told of a year is all of it."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('registry.calendars'))")


async def everything(tx: Tx) -> list[CalendarDay]:
    return [_day(row) for row in await tx.fetch("select * from calendar_day order by day")]


async def published(tx: Tx, years: Sequence[int] | None = None) -> list[CalendarDay]:
    """The days of imported lists, of these years or of all, in order."""
    rows = await tx.fetch(
        "select * from calendar_day where source = 'imported'"
        " and ($1::int[] is null or extract(year from day) = any($1)) order by day",
        years,
    )
    return [_day(row) for row in rows]


async def imported(tx: Tx, days: Sequence[date]) -> set[date]:
    """Those of these days that an imported list holds already."""
    rows = await tx.fetch(
        "select day from calendar_day where source = 'imported' and day = any($1::date[])", days
    )
    return {row["day"] for row in rows}


async def write(tx: Tx, days: Sequence[CalendarDay]) -> None:
    """Keep days and begin a new edition. A day of the same source is replaced."""
    picked = [[getattr(one, column) for one in days] for column in _COLUMNS]
    await tx.execute(
        "insert into calendar_day (day, working, name, source, document, provisional)"
        " select * from unnest($1::date[], $2::bool[], $3::text[], $4::text[], $5::text[],"
        " $6::bool[]) on conflict (day, source) do update set working = excluded.working,"
        " name = excluded.name, document = excluded.document, provisional = excluded.provisional",
        *picked,
    )
    await tx.execute("insert into calendar_edition default values")


async def page(
    tx: Tx, year: int | None, source: Source | None, after: date | None, limit: int
) -> list[CalendarDay]:
    """Standing days in order: a year with imported days shows no others."""
    rows = await tx.fetch(
        "select * from calendar_day d where ($1::int is null or extract(year from day) = $1)"
        " and ($2::text is null or source = $2) and ($3::date is null or day > $3)"
        " and (source = 'imported' or not exists (select 1 from calendar_day i"
        "  where i.source = 'imported' and extract(year from i.day) = extract(year from d.day)))"
        " order by day limit $4",
        year,
        source,
        after,
        limit,
    )
    return [_day(row) for row in rows]


async def imported_day(tx: Tx, day: date) -> CalendarDay | None:
    """A day of an imported list, locked."""
    row = await tx.fetchrow(
        "select * from calendar_day where source = 'imported' and day = $1 for no key update", day
    )
    return _day(row) if row else None


async def add_amendment(tx: Tx, one: Amendment) -> None:
    await tx.execute(
        "insert into calendar_amendment (id, day, working, name, document, replaced_working,"
        " replaced_name, replaced_document, reason, actor)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        one.id, one.now.day, one.now.working, one.now.name, one.now.document,
        one.replaced.working, one.replaced.name, one.replaced.document, one.reason, one.actor,
    )  # fmt: skip


async def amendments(tx: Tx, year: int | None, after: UUID | None, limit: int) -> list[Amendment]:
    """What was amended, in the order of ids."""
    rows = await tx.fetch(
        "select * from calendar_amendment where ($1::int is null or extract(year from day) = $1)"
        " and ($2::uuid is null or id > $2) order by id limit $3",
        year,
        after,
        limit,
    )
    return [
        Amendment(
            row["id"],
            CalendarDay(row["day"], row["working"], row["name"], "imported", row["document"]),
            CalendarDay(
                row["day"], row["replaced_working"], row["replaced_name"], "imported",
                row["replaced_document"],
            ),
            row["reason"],
            row["actor"],
        )
        for row in rows
    ]  # fmt: skip
