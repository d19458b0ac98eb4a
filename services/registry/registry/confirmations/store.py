"""Batches of benefits that were confirmed: append-only."""

from __future__ import annotations

from uuid import UUID

from kit.db import Tx
from registry.confirmations.domain import Batch
from registry.control_totals import Totals


async def add(tx: Tx, one: Batch) -> None:
    await tx.execute(
        "insert into benefit_confirmation"
        " (id, confirmed_on, count, digest, amount, area_code, office, actor)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        one.id, one.confirmed_on, one.totals.count, one.totals.digest, one.amount_fen,
        one.area_code, one.office, one.actor,
    )  # fmt: skip


async def page(tx: Tx, pattern: str, after: UUID | None, limit: int) -> list[Batch]:
    rows = await tx.fetch(
        "select * from benefit_confirmation where area_code ~ $1"
        " and ($2::uuid is null or id > $2) order by id limit $3",
        pattern,
        after,
        limit,
    )
    return [
        Batch(
            row["id"], row["confirmed_on"], Totals(row["count"], row["digest"]), row["amount"],
            row["area_code"], row["office"], row["actor"],
        )
        for row in rows
    ]  # fmt: skip
