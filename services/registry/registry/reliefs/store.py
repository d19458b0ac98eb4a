"""Postings and stated totals in the database."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.reliefs.domain import Posting, StatedTotal

_POSTING = (
    "id", "kind", "item", "authority", "beneficiary_unit", "beneficiary_id", "worker_id", "amount",
    "posted_on", "area_code", "office",
)  # fmt: skip
_TOTAL = (
    "id", "kind", "authority", "amount", "period_from", "period_to", "document", "area_code",
    "office",
)  # fmt: skip


def _posting(row: Record) -> Posting:
    return Posting(*(row[column] for column in _POSTING))


def _total(row: Record) -> StatedTotal:
    return StatedTotal(*(row[column] for column in _TOTAL))


async def add(tx: Tx, postings: Sequence[Posting]) -> None:
    await tx.copy(
        "relief_posting",
        _POSTING,
        [
            (p.id, p.kind, p.item, p.authority, p.beneficiary_unit, p.beneficiary_id, p.worker_id,
             p.amount_fen, p.posted_on, p.area_code, p.office)
            for p in postings
        ],
    )  # fmt: skip


async def ids_in_use(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from relief_posting where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def get(tx: Tx, id: UUID) -> Posting | None:
    row = await tx.fetchrow("select * from relief_posting where id = $1", id)
    return _posting(row) if row else None


async def page(
    tx: Tx,
    pattern: str,
    kind: str | None,
    workers: Sequence[UUID] | None,
    after: UUID | None,
    limit: int,
) -> list[Posting]:
    """Postings of an area; of these workers also what was posted before they came to it."""
    rows = await tx.fetch(
        "select * from relief_posting where (area_code ~ $1 or worker_id = any($3::uuid[])"
        " and exists (select from worker w where w.id = worker_id and w.area_code ~ $1))"
        " and ($2::text is null or kind = $2) and ($3::uuid[] is null or worker_id = any($3))"
        " and ($4::uuid is null or id > $4) order by id limit $5",
        pattern,
        kind,
        workers,
        after,
        limit,
    )
    return [_posting(row) for row in rows]


async def of(tx: Tx, workers: Sequence[UUID], limit: int) -> list[Posting]:
    """What these people were relieved of, oldest first."""
    rows = await tx.fetch(
        "select * from relief_posting where worker_id = any($1::uuid[]) order by id limit $2",
        workers,
        limit,
    )
    return [_posting(row) for row in rows]


async def add_total(tx: Tx, t: StatedTotal) -> None:
    await tx.execute(
        "insert into relief_total (id, kind, authority, amount, period_from, period_to, document,"
        " area_code, office) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        t.id, t.kind, t.authority, t.amount_fen, t.period_from, t.period_to, t.document,
        t.area_code, t.office,
    )  # fmt: skip


async def get_total(tx: Tx, id: UUID) -> StatedTotal | None:
    row = await tx.fetchrow("select * from relief_total where id = $1", id)
    return _total(row) if row else None


async def page_totals(tx: Tx, pattern: str, after: UUID | None, limit: int) -> list[StatedTotal]:
    rows = await tx.fetch(
        "select * from relief_total where area_code ~ $1"
        " and ($2::uuid is null or id > $2) order by id limit $3",
        pattern,
        after,
        limit,
    )
    return [_total(row) for row in rows]
