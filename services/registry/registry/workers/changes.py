"""Changes of workers in the database: append-only, personal values encrypted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from kit.crypto import Keyring, place
from kit.db import Tx
from registry.workers.record import PERSONAL, Change

VALUE = "worker_change.sealed"
PREVIOUS = "worker_change.sealed_previous"
_INSERT = (
    "insert into worker_change (id, worker_id, attribute, value, previous, sealed, sealed_previous,"
    " valid_from, request_id, actor, told_event, previous_index, recorded_at)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, case when $3 = 'id_number' then"
    " (select id_number_index from worker where id = $2) end, clock_timestamp())"
    " returning recorded_at"
)


async def add(
    tx: Tx,
    keyring: Keyring,
    id: UUID,
    worker_id: UUID,
    attribute: str,
    value: Any,
    previous: Any,
    **more: Any,
) -> None:
    """Keep one change, before the row is changed: a corrected ID number leaves the keyed hash by which
    facts were bound to it. ``more``: valid_from, request_id, actor, told_event."""
    now, before = orjson.dumps(value).decode(), orjson.dumps(previous).decode()
    personal = attribute in PERSONAL
    await tx.fetchval(
        _INSERT, id, worker_id, attribute, None if personal else now, None if personal else before,
        keyring.encrypt(now, place(VALUE, id)) if personal else None,
        keyring.encrypt(before, place(PREVIOUS, id)) if personal else None,
        more["valid_from"], more["request_id"], more["actor"], more["told_event"],
    )  # fmt: skip


async def of(tx: Tx, keyring: Keyring | None, workers: Iterable[UUID]) -> dict[UUID, list[Change]]:
    """The changes of these workers; absent for those who have none. Without a keyring personal
    values are left out."""
    rows = await tx.fetch(
        "select * from worker_change where worker_id = any($1::uuid[])"
        " and ($2 or sealed is null) order by worker_id, recorded_at, id",
        list(workers),
        keyring is not None,
    )
    found: dict[UUID, list[Change]] = {}
    for row in rows:
        found.setdefault(row["worker_id"], []).append(_change(row, keyring))
    return found


def _change(row: Record, keyring: Keyring | None) -> Change:
    id = row["id"]
    if row["sealed"] is not None:
        assert keyring is not None
        now = keyring.decrypt(row["sealed"], place(VALUE, id))
        before = keyring.decrypt(row["sealed_previous"], place(PREVIOUS, id))
    else:
        now, before = row["value"], row["previous"]
    return Change(
        id, row["worker_id"], row["attribute"], orjson.loads(now), orjson.loads(before),
        row["valid_from"], row["request_id"], row["actor"], row["told_event"], row["recorded_at"],
    )  # fmt: skip


async def page(
    tx: Tx, keyring: Keyring, workers: Sequence[UUID], after: UUID | None, limit: int
) -> Sequence[Change]:
    """The changes of these workers in the order of their ids."""
    rows = await tx.fetch(
        "select * from worker_change where worker_id = any($1::uuid[])"
        " and ($2::uuid is null or id > $2) order by id limit $3",
        workers,
        after,
        limit,
    )
    return [_change(row, keyring) for row in rows]
