"""Pairings in the database."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.pairings.domain import Pairing

_COLUMNS = (
    "id", "worker_id", "helper_office", "formed_on", "area_code", "office", "placement_id",
    "told_event",
)  # fmt: skip


def _pairing(row: Record) -> Pairing:
    return Pairing(*(row[column] for column in _COLUMNS))


async def add(tx: Tx, pairings: Sequence[Pairing]) -> None:
    await tx.copy(
        "pairing",
        _COLUMNS[:6],
        [
            (p.id, p.worker_id, p.helper_office, p.formed_on, p.area_code, p.office)
            for p in pairings
        ],
    )


async def of(tx: Tx, workers: Sequence[UUID]) -> list[Pairing]:
    rows = await tx.fetch("select * from pairing where worker_id = any($1::uuid[])", workers)
    return [_pairing(row) for row in rows]


async def ids_in_use(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from pairing where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def save(tx: Tx, pairings: Sequence[Pairing]) -> None:
    """New outcomes; the workers' records are locked."""
    await tx.execute(
        "update pairing p set placement_id = u.placement_id, told_event = u.told_event"
        " from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u (id, placement_id, told_event)"
        " where p.id = u.id",
        [p.id for p in pairings],
        [p.placement_id for p in pairings],
        [p.told_event for p in pairings],
    )


async def get(tx: Tx, id: UUID) -> Pairing | None:
    row = await tx.fetchrow("select * from pairing where id = $1", id)
    return _pairing(row) if row else None


async def page(
    tx: Tx, pattern: str, worker_id: UUID | None, after: UUID | None, limit: int
) -> list[Pairing]:
    rows = await tx.fetch(
        "select * from pairing where area_code ~ $1"
        " and ($2::uuid is null or worker_id = $2) and ($3::uuid is null or id > $3)"
        " order by id limit $4",
        pattern,
        worker_id,
        after,
        limit,
    )
    return [_pairing(row) for row in rows]
