"""Callers whom no staff list bears out: append-only, one line per account, office, reason and day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.staffing.domain import Finding


def _finding(row: Record) -> Finding:
    return Finding(
        row["id"], row["on_day"], row["account"], row["office"], row["area_code"],
        tuple(row["roles"]), tuple(row["listed"]), row["reason"], row["refused"],
        row["recorded_at"],
    )  # fmt: skip


async def add(tx: Tx, one: Finding) -> None:
    """Keep a finding; the day's first one of its kind stays."""
    await tx.execute(
        "insert into staff_finding (id, on_day, account, office, area_code, roles, listed, reason,"
        " refused) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
        one.id, one.on, one.account, one.office, one.area_code, list(one.roles), list(one.listed),
        one.reason, one.refused,
    )  # fmt: skip


async def page(
    tx: Tx, pattern: str, on: date | None, office: str | None, after: UUID | None, limit: int
) -> list[Finding]:
    rows = await tx.fetch(
        "select * from staff_finding where area_code ~ $1 and ($2::date is null or on_day = $2)"
        " and ($3::text is null or office = $3) and ($4::uuid is null or id > $4)"
        " order by id limit $5",
        pattern,
        on,
        office,
        after,
        limit,
    )
    return [_finding(row) for row in rows]
