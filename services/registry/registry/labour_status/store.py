"""Labour status, what was declared, and what was heard of placements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.labour_status.domain import Declared, Hearing, Placement, Spell


@dataclass(frozen=True, slots=True)
class Row:
    """The stored record: current spell, place, and the event that told of it last."""

    id: UUID
    worker_id: UUID
    spell: Spell
    area_code: str
    office: str
    told_event: UUID | None
    version: int


def _row(row: Record) -> Row:
    return Row(
        row["id"], row["worker_id"], Spell(row["status"], row["since"], row["placement_id"]),
        row["area_code"], row["office"], row["told_event"], row["version"],
    )  # fmt: skip


async def add(tx: Tx, rows: Sequence[Row]) -> None:
    """New records with their first declared status."""
    await tx.copy(
        "labour_status",
        ("id", "worker_id", "status", "since", "area_code", "office"),
        [
            (row.id, row.worker_id, row.spell.status, row.spell.since, row.area_code, row.office)
            for row in rows
        ],
    )
    await tx.copy(
        "labour_status_declared",
        ("worker_id", "since", "status"),
        [(row.worker_id, row.spell.since, row.spell.status) for row in rows],
    )


async def declare(tx: Tx, worker_id: UUID, fact: Declared) -> None:
    await tx.execute(
        "insert into labour_status_declared (worker_id, since, status) values ($1, $2, $3)"
        " on conflict do nothing",
        worker_id,
        fact.since,
        fact.status,
    )


async def hold(tx: Tx, workers: Sequence[UUID]) -> None:
    """Lock the records of these workers, in one order, until the transaction ends."""
    await tx.execute(
        "select 1 from labour_status where worker_id = any($1::uuid[])"
        " order by worker_id for no key update",
        workers,
    )


async def of(tx: Tx, workers: Sequence[UUID]) -> list[Row]:
    rows = await tx.fetch("select * from labour_status where worker_id = any($1::uuid[])", workers)
    return [_row(row) for row in rows]


async def declared_of(tx: Tx, workers: Sequence[UUID]) -> dict[UUID, list[Declared]]:
    found: dict[UUID, list[Declared]] = {}
    for row in await tx.fetch(
        "select worker_id, since, status from labour_status_declared"
        " where worker_id = any($1::uuid[]) order by worker_id, since, recorded_at",
        workers,
    ):
        found.setdefault(row["worker_id"], []).append(Declared(row["status"], row["since"]))
    return found


async def placements_of(tx: Tx, workers: Sequence[UUID]) -> dict[UUID, list[Placement]]:
    found: dict[UUID, list[Placement]] = {}
    for row in await tx.fetch(
        "select id, worker_id, started_on, ended_on, voided from heard_placement"
        " where worker_id = any($1::uuid[]) and started_on is not null",
        workers,
    ):
        found.setdefault(row["worker_id"], []).append(
            Placement(row["id"], row["started_on"], row["ended_on"], row["voided"])
        )
    return found


async def hear(tx: Tx, hearings: Sequence[Hearing]) -> None:
    """Fold what was heard into what is known: in any order, any number of times."""
    await tx.execute(
        "insert into heard_placement as h (id, worker_id, started_on, ended_on, voided)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::date[], $5::bool[])"
        " on conflict (id) do update set"
        " started_on = coalesce(excluded.started_on, h.started_on),"
        " ended_on = coalesce(excluded.ended_on, h.ended_on),"
        " voided = h.voided or excluded.voided",
        [h.id for h in hearings],
        [h.worker_id for h in hearings],
        [h.started_on for h in hearings],
        [h.ended_on for h in hearings],
        [h.voided for h in hearings],
    )


async def save(tx: Tx, rows: Sequence[Row]) -> None:
    """The new current spells; their records are locked (see :func:`hold`)."""
    await tx.execute(
        "update labour_status s set status = u.status, since = u.since,"
        " placement_id = u.placement_id, told_event = u.told_event, version = s.version + 1"
        " from unnest($1::uuid[], $2::text[], $3::date[], $4::uuid[], $5::uuid[])"
        " as u (id, status, since, placement_id, told_event) where s.id = u.id",
        [row.id for row in rows],
        [row.spell.status for row in rows],
        [row.spell.since for row in rows],
        [row.spell.placement_id for row in rows],
        [row.told_event for row in rows],
    )
