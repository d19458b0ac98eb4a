"""Inspections: append-only."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.inspections.domain import Inspection

_COLUMNS = (
    "id", "certificate_id", "year", "inspected_on", "late", "office", "actor", "attempt",
    "told_event",
)  # fmt: skip
_OF = (
    "select i.*, exists (select from certificate_inspection_reversal r"
    " where r.inspection_id = i.id) as reversed from certificate_inspection i"
)


def _inspection(row: Record) -> Inspection:
    return Inspection(*(row[column] for column in (*_COLUMNS, "reversed")))


async def add(tx: Tx, inspections: Sequence[Inspection]) -> None:
    rows = [tuple(getattr(one, column) for column in _COLUMNS) for one in inspections]
    await tx.copy("certificate_inspection", _COLUMNS, rows)


async def made(tx: Tx, certificates: Sequence[UUID]) -> dict[tuple[UUID, int], tuple[int, bool]]:
    """Of these certificates and their years: how often they were inspected, and whether one of the
    inspections stands."""
    rows = await tx.fetch(
        "select certificate_id, year, max(attempt) as attempt, bool_or(not reversed) as stands"  # noqa: S608
        f" from ({_OF} where i.certificate_id = any($1::uuid[])) i group by certificate_id, year",
        certificates,
    )
    return {(row["certificate_id"], row["year"]): (row["attempt"], row["stands"]) for row in rows}


async def get(tx: Tx, id: UUID) -> Inspection | None:
    row = await tx.fetchrow(f"{_OF} where i.id = $1", id)
    return _inspection(row) if row else None


async def take_back(tx: Tx, id: UUID, reason: str, actor: str, told_event: UUID) -> None:
    await tx.execute(
        "insert into certificate_inspection_reversal (inspection_id, reason, actor, told_event)"
        " values ($1, $2, $3, $4)",
        id,
        reason,
        actor,
        told_event,
    )


async def of(tx: Tx, certificates: Sequence[UUID], limit: int) -> dict[UUID, list[Inspection]]:
    """The inspections of each certificate by year, at most ``limit`` of each."""
    found: dict[UUID, list[Inspection]] = {id: [] for id in certificates}
    for row in await tx.fetch(
        "select i.* from unnest($1::uuid[]) as c (id) cross join lateral ("  # noqa: S608
        f"{_OF} where i.certificate_id = c.id order by i.year, i.attempt limit $2) i"
        " order by i.year, i.attempt",
        list(found),
        limit,
    ):
        found[row["certificate_id"]].append(_inspection(row))
    return found
