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


async def of(tx: Tx, certificates: Sequence[UUID], limit: int) -> dict[UUID, list[Inspection]]:
    """The inspections of each certificate by year, at most ``limit`` of each."""
    found: dict[UUID, list[Inspection]] = {id: [] for id in certificates}
    for row in await tx.fetch(
        "select i.* from unnest($1::uuid[]) as c (id) cross join lateral ("
        "select * from certificate_inspection where certificate_id = c.id order by year limit $2) i"
        " order by i.year",
        list(found),
        limit,
    ):
        found[row["certificate_id"]].append(_inspection(row))
    return found
