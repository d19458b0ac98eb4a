"""Appropriations, and the sums of the journal by fund."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kit.db import Tx
from subsidy.funds.domain import Appropriation, Fund

_COLUMNS = (
    "id", "fund", "source", "amount", "received_on", "year", "approval", "document", "area_code",
    "office", "entry_id", "event_id", "recorded_by",
)  # fmt: skip


async def existing(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these appropriations are recorded already."""
    rows = await tx.fetch("select id from appropriation where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def add(
    tx: Tx, items: Sequence[tuple[Appropriation, UUID, UUID]], *, recorded_by: str
) -> None:
    """Append appropriations, each with its journal entry and its event."""
    await tx.copy(
        "appropriation",
        _COLUMNS,
        [
            (
                a.id, a.fund, a.source, a.amount, a.received_on, a.year, a.approval, a.document,
                a.area_code, a.office, entry_id, event_id, recorded_by,
            )
            for a, entry_id, event_id in items
        ],
    )  # fmt: skip


_SELECT = """
select a.*, v.reversed_on
  from appropriation a left join appropriation_reversal v on v.appropriation_id = a.id
"""


async def lock(tx: Tx, id: UUID) -> None:
    """One reversal of a receipt at a time; rows of an append-only table cannot be locked."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1::text, 0))", str(id))


def appropriation_of(row: Any) -> Appropriation:
    return Appropriation(
        row["id"], row["fund"], row["source"], row["amount"], row["received_on"], row["year"],
        row["approval"], row["document"], row["area_code"], row["office"], row["reversed_on"],
    )  # fmt: skip


async def add_reversal(
    tx: Tx, id: UUID, on: date, reason: str, entry_id: UUID, event_id: UUID, *, recorded_by: str
) -> None:
    await tx.copy(
        "appropriation_reversal",
        ("appropriation_id", "reversed_on", "reason", "entry_id", "event_id", "recorded_by"),
        [(id, on, reason, entry_id, event_id, recorded_by)],
    )


async def page(
    tx: Tx, area_prefix: str, *, fund: str | None, after: UUID | None, limit: int
) -> list[Any]:
    """Appropriations in the order of their making; ``limit`` rows at most."""
    return await tx.fetch(
        f"{_SELECT} where a.area_code like $1 || '%' and a.id > $2"
        " and ($3::text is null or a.fund = $3) order by a.id limit $4",
        area_prefix, after or UUID(int=0), fund, limit,
    )  # fmt: skip


async def get(tx: Tx, appropriation_id: UUID, area_prefix: str) -> Any | None:
    return await tx.fetchrow(
        f"{_SELECT} where a.id = $1 and a.area_code like $2 || '%'",
        appropriation_id, area_prefix,
    )  # fmt: skip


async def some(tx: Tx, ids: Sequence[UUID], area_prefix: str) -> list[Any]:
    return await tx.fetch(
        f"{_SELECT} where a.id = any($1::uuid[]) and a.area_code like $2 || '%'", ids, area_prefix
    )


@dataclass(frozen=True, slots=True)
class Book:
    """One fund in one area: what is unallocated there (fen), its receipts by day, and who got the last."""

    id: UUID
    fund: Fund
    area_code: str
    office: str
    unallocated: int
    receipts: tuple[tuple[date, int], ...]


async def idle_books(tx: Tx) -> list[Book]:
    """Books with unallocated money, of all areas, with the receipts that stand."""
    rows = await tx.fetch(
        "with receipt as ("
        " select a.fund, a.area_code, a.received_on, sum(a.amount)::bigint as amount, max(a.office) as office"
        "   from appropriation a left join appropriation_reversal v on v.appropriation_id = a.id"
        "  where v.appropriation_id is null group by 1, 2, 3)"
        " select b.id, b.fund, b.area_code, u.balance,"
        "        (array_agg(r.office order by r.received_on desc))[1] as office,"
        "        array_agg(r.received_on order by r.received_on) as days,"
        "        array_agg(r.amount order by r.received_on) as amounts"
        "   from book b"
        "   join account u on u.fund = b.fund and u.area_code = b.area_code"
        "                 and u.kind = 'unallocated' and u.balance > 0"
        "   join receipt r on r.fund = b.fund and r.area_code = b.area_code"
        "  group by b.id, b.fund, b.area_code, u.balance order by b.id"
    )
    return [
        Book(
            row["id"], row["fund"], row["area_code"], row["office"], row["balance"],
            tuple(zip(row["days"], row["amounts"], strict=True)),
        )
        for row in rows
    ]  # fmt: skip


async def add_notices(tx: Tx, notices: Sequence[tuple[UUID, date, int, int, UUID]]) -> set[UUID]:
    """Note what is about to be told: book, day of receipt, threshold, fen, event. Answers the events of
    those that were not told before."""
    columns = [list(column) for column in zip(*notices, strict=True)] or [[]] * 5
    rows = await tx.fetch(
        "insert into idle_notice (book_id, received_on, threshold_days, amount, event_id)"
        " select * from unnest($1::uuid[], $2::date[], $3::int[], $4::bigint[], $5::uuid[])"
        " on conflict do nothing returning event_id",
        *columns,
    )
    return {row["event_id"] for row in rows}


# One walk over the journal. What came into an account is what was booked there for the first time, less
# what of that was taken back or withdrawn; a payment that came back did not come in. The use of an
# arrangement's line stands in the arrangement; the use of a payment is the detail of its account.
_SUMS = """
select a.area_code, a.kind,
       case a.kind when 'arranged' then r.use_code else a.detail end as detail,
       coalesce(sum(l.amount * a.side) filter (
           where coalesce(o.kind, e.kind) in ('appropriation', 'arrangement', 'withdrawal')), 0)::bigint
           as came,
       sum(l.amount * a.side)::bigint as rest
  from account a
  join journal_line l on l.account_id = a.id
  join journal_entry e on e.id = l.entry_id
  left join journal_entry o on o.id = e.reverses
  left join arrangement r on r.account_id = a.id
 where a.fund = $1 and a.area_code like $2 || '%' and e.effective_on <= $3
 group by 1, 2, 3
 order by 1, 2, 3
"""


async def sums(tx: Tx, fund: str, area_prefix: str, as_of: date) -> list[Any]:
    """Per area and account: what came in and what is left (fen), of facts up to ``as_of``."""
    return await tx.fetch(_SUMS, fund, area_prefix, as_of)


async def receipts(tx: Tx, fund: str, area_prefix: str, as_of: date) -> list[tuple[str, date, int]]:
    """Money received by area and day (fen)."""
    rows = await tx.fetch(
        "select a.area_code, a.received_on, sum(a.amount)::bigint as amount from appropriation a"
        "  left join appropriation_reversal v on v.appropriation_id = a.id and v.reversed_on <= $3"
        " where a.fund = $1 and a.area_code like $2 || '%' and a.received_on <= $3"
        "   and v.appropriation_id is null group by 1, 2 order by 1, 2",
        fund, area_prefix, as_of,
    )  # fmt: skip
    return [(row["area_code"], row["received_on"], row["amount"]) for row in rows]
