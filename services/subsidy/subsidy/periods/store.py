"""Closings of books and their reopenings: appended only; the book's own day follows by trigger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from subsidy.funds.domain import Fund
from subsidy.periods.domain import Closing

_COLUMNS = (
    "id", "fund", "area_code", "office", "closed_through", "closed_on", "note", "closed_by",
)  # fmt: skip
_REOPENED = ("reopened_on", "reason", "approval", "reopened_by")
_SELECT = """
select c.*, r.reopened_on, r.reason, r.approval, r.reopened_by, b.closed_until
  from period_closing c join book b using (fund, area_code)
  left join period_reopening r on r.closing_id = c.id
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A closing, the day until which its book is closed now, and the event that told of it."""

    closing: Closing
    closed_until: date | None
    event_id: UUID


def _standing(row: Record) -> Standing:
    closing = Closing(**{column: row[column] for column in (*_COLUMNS, *_REOPENED)})
    return Standing(closing, row["closed_until"], row["event_id"])


async def exists(tx: Tx, id: UUID) -> bool:
    return bool(await tx.fetchval("select exists (select from period_closing where id = $1)", id))


async def add(tx: Tx, closing: Closing, event_id: UUID) -> None:
    row = [(*(getattr(closing, column) for column in _COLUMNS), event_id)]
    await tx.copy("period_closing", (*_COLUMNS, "event_id"), row)


async def add_reopening(tx: Tx, closing: Closing, event_id: UUID) -> None:
    row = [(closing.id, *(getattr(closing, column) for column in _REOPENED), event_id)]
    await tx.copy("period_reopening", ("closing_id", *_REOPENED, "event_id"), row)


async def get(tx: Tx, id: UUID, prefix: str) -> Standing | None:
    row = await tx.fetchrow(f"{_SELECT} where c.id = $1 and c.area_code like $2 || '%'", id, prefix)
    return None if row is None else _standing(row)


async def page(
    tx: Tx, prefix: str, *, fund: Fund | None, after: UUID | None, limit: int
) -> list[Standing]:
    """Closings in the order of their ids; ``limit`` rows at most."""
    rows = await tx.fetch(
        f"{_SELECT} where c.area_code like $1 || '%' and ($2::uuid is null or c.id > $2)"
        " and ($3::text is null or c.fund = $3) order by c.id limit $4",
        prefix, after, fund, limit,
    )  # fmt: skip
    return [_standing(row) for row in rows]
