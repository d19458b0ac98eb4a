"""Inspections: append-only."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.inspections.domain import Inspection

_COLUMNS = ("id", "certificate_id", "year", "inspected_on", "late", "office", "actor")


def _inspection(row: Record) -> Inspection:
    return Inspection(*(row[column] for column in _COLUMNS))


async def add(tx: Tx, inspections: Sequence[Inspection]) -> None:
    rows = [tuple(getattr(one, column) for column in _COLUMNS) for one in inspections]
    await tx.copy("certificate_inspection", _COLUMNS, rows)


async def made(tx: Tx, certificates: Sequence[UUID]) -> set[tuple[UUID, int]]:
    """Which of these certificates were inspected in which year."""
    rows = await tx.fetch(
        "select certificate_id, year from certificate_inspection"
        " where certificate_id = any($1::uuid[])",
        certificates,
    )
    return {(row["certificate_id"], row["year"]) for row in rows}


async def of(tx: Tx, certificate_id: UUID) -> list[Inspection]:
    """All inspections of one certificate, by year."""
    rows = await tx.fetch(
        "select * from certificate_inspection where certificate_id = $1 order by year limit 100",
        certificate_id,
    )
    return [_inspection(row) for row in rows]
