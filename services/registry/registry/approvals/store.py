"""Batches that were approved: append-only."""

from __future__ import annotations

from uuid import UUID

from kit.db import Tx
from registry.approvals.domain import Approval
from registry.control_totals import Totals


async def add(tx: Tx, one: Approval) -> None:
    await tx.execute(
        "insert into certificate_approval (id, act, approved_on, count, digest, area_code, office, actor)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        one.id, one.act, one.approved_on, one.totals.count, one.totals.digest, one.area_code, one.office,
        one.actor,
    )  # fmt: skip


async def page(tx: Tx, pattern: str, after: UUID | None, limit: int) -> list[Approval]:
    rows = await tx.fetch(
        "select * from certificate_approval where area_code ~ $1"
        " and ($2::uuid is null or id > $2) order by id limit $3",
        pattern,
        after,
        limit,
    )
    return [
        Approval(
            row["id"], row["act"], row["approved_on"], Totals(row["count"], row["digest"]), row["area_code"],
            row["office"], row["actor"],
        )
        for row in rows
    ]  # fmt: skip
