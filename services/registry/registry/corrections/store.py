"""Corrections in the database: append-only."""

from __future__ import annotations

from uuid import UUID

from kit.db import Tx
from registry.corrections.domain import CategoryCorrection

_COLUMNS = ("id", "worker_id", "previous", "category", "corrected_on", "reason", "actor")


async def add(tx: Tx, correction: CategoryCorrection) -> None:
    await tx.execute(
        "insert into category_correction (id, worker_id, previous, category, corrected_on, reason,"
        " actor) values ($1, $2, $3, $4, $5, $6, $7)",
        *(getattr(correction, column) for column in _COLUMNS),
    )


async def page(tx: Tx, worker_id: UUID, after: UUID | None, limit: int) -> list[CategoryCorrection]:
    rows = await tx.fetch(
        "select * from category_correction where worker_id = $1"
        " and ($2::uuid is null or id > $2) order by id limit $3",
        worker_id,
        after,
        limit,
    )
    return [CategoryCorrection(*(row[column] for column in _COLUMNS)) for row in rows]
