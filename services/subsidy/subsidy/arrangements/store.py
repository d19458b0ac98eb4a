"""Arrangements and what is left on their lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from subsidy.arrangements.domain import Arrangement, Finding

_COLUMNS = (
    "id", "fund", "use_code", "amount", "arranged_on", "purpose", "approval", "finding",
    "area_code", "office", "budget_line_id", "account_id", "entry_id", "event_id", "recorded_by",
)  # fmt: skip
_SELECT = """
select r.id, r.fund, r.use_code, r.amount, r.arranged_on, r.purpose, r.approval, r.finding,
       r.area_code, r.office, r.budget_line_id, r.account_id, r.entry_id, r.event_id, r.recorded_by,
       r.recorded_at, v.reversed_on, a.balance as remaining
  from arrangement r join account a on a.id = r.account_id
  left join arrangement_reversal v on v.arrangement_id = r.id
"""


async def existing(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from arrangement where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def add(
    tx: Tx, items: Sequence[tuple[Arrangement, UUID, UUID, UUID]], *, recorded_by: str
) -> None:
    """Append arrangements, each with its line's account, its journal entry and its event."""
    await tx.copy(
        "arrangement",
        _COLUMNS,
        [
            (
                a.id, a.fund, a.use_code, a.amount, a.arranged_on, a.purpose, a.approval, a.finding,
                a.area_code, a.office, a.budget_line_id, account_id, entry_id, event_id, recorded_by,
            )
            for a, account_id, entry_id, event_id in items
        ],
    )  # fmt: skip


def arrangement_of(row: Any) -> Arrangement:
    return Arrangement(
        row["id"], row["fund"], row["use_code"], row["amount"], row["arranged_on"], row["purpose"],
        row["approval"], row["finding"], row["area_code"], row["office"], row["budget_line_id"],
        row["reversed_on"],
    )  # fmt: skip


async def lock(tx: Tx, id: UUID) -> None:
    """One reversal of an arrangement at a time; rows of an append-only table cannot be locked."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1::text, 0))", str(id))


async def add_reversal(
    tx: Tx, id: UUID, on: date, reason: str, entry_id: UUID, event_id: UUID, *, recorded_by: str
) -> None:
    await tx.copy(
        "arrangement_reversal",
        ("arrangement_id", "reversed_on", "reason", "entry_id", "event_id", "recorded_by"),
        [(id, on, reason, entry_id, event_id, recorded_by)],
    )


async def of_lines(tx: Tx, line_ids: Sequence[UUID]) -> list[tuple[Arrangement, Record]]:
    """The arrangements of budget lines, in the order of their making."""
    rows = await tx.fetch(
        _SELECT + " where r.budget_line_id = any($1::uuid[]) order by r.id", line_ids
    )
    return [(arrangement_of(row), row) for row in rows]


async def find(tx: Tx, ids: Sequence[UUID], area_prefix: str) -> dict[UUID, Arrangement]:
    """Those of these arrangements that lie in the actor's area."""
    rows = await tx.fetch(
        _SELECT + " where r.id = any($1::uuid[]) and r.area_code like $2 || '%'", ids, area_prefix
    )
    return {row["id"]: arrangement_of(row) for row in rows}


async def get(tx: Tx, arrangement_id: UUID, area_prefix: str) -> tuple[Arrangement, Record] | None:
    """An arrangement, and the row with what is left of it."""
    row = await tx.fetchrow(
        _SELECT + " where r.id = $1 and r.area_code like $2 || '%'", arrangement_id, area_prefix
    )
    return None if row is None else (arrangement_of(row), row)


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    fund: str | None,
    finding: Finding | None,
    budget_line_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[tuple[Arrangement, Record]]:
    """Arrangements in the order of their making; ``limit`` rows at most."""
    rows = await tx.fetch(
        _SELECT + " where r.area_code like $1 || '%' and r.id > $2"
        " and ($3::text is null or r.fund = $3) and ($4::text is null or r.finding = $4"
        "      or ($4 = 'outside-budget' and r.budget_line_id is null))"
        " and ($5::uuid is null or r.budget_line_id = $5)"
        " order by r.id limit $6",
        area_prefix, after or UUID(int=0), fund, finding, budget_line_id, limit,
    )  # fmt: skip
    return [(arrangement_of(row), row) for row in rows]
