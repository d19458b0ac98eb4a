"""Recognitions, refusals and exits in the database."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.difficulties.domain import Difficulty, State

_COLUMNS = (
    "id", "worker_id", "kind", "state", "recognised_on", "decision_id", "area_code", "office",
    "clause", "exited_on", "exit_reason", "told_event", "version",
)  # fmt: skip
_GET = "select * from difficulty where id = $1"
_GET_LOCKED = "select * from difficulty where id = $1 for no key update"


def _difficulty(row: Record) -> Difficulty:
    return Difficulty(*(row[column] for column in _COLUMNS))


async def add(tx: Tx, difficulties: Sequence[Difficulty]) -> None:
    await tx.copy(
        "difficulty",
        _COLUMNS,
        [
            (d.id, d.worker_id, d.kind, d.state, d.recognised_on, d.decision_id, d.area_code,
             d.office, d.clause, d.exited_on, d.exit_reason, d.told_event, d.version)
            for d in difficulties
        ],
    )  # fmt: skip


async def recognised(tx: Tx, workers: Sequence[UUID], kind: str) -> set[UUID]:
    """Those of these workers who are recognised now."""
    rows = await tx.fetch(
        "select worker_id from difficulty where worker_id = any($1::uuid[]) and kind = $2"
        " and state = 'recognised'",
        workers,
        kind,
    )
    return {row["worker_id"] for row in rows}


async def ids_in_use(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from difficulty where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def get(tx: Tx, id: UUID, *, lock: bool = False) -> Difficulty | None:
    row = await tx.fetchrow(_GET_LOCKED if lock else _GET, id)
    return _difficulty(row) if row else None


async def save_exit(tx: Tx, difficulty: Difficulty) -> bool:
    """Write an exit; False when somebody else was faster."""
    touched = await tx.execute(
        "update difficulty set state = $2, exited_on = $3, exit_reason = $4, told_event = $5,"
        " version = $6 where id = $1 and version = $6 - 1",
        difficulty.id,
        difficulty.state,
        difficulty.exited_on,
        difficulty.exit_reason,
        difficulty.told_event,
        difficulty.version,
    )
    return touched == 1


async def page(
    tx: Tx, prefix: str, worker_id: UUID | None, state: State | None, after: UUID | None, limit: int
) -> list[Difficulty]:
    rows = await tx.fetch(
        "select * from difficulty where area_code like $1 || '%'"
        " and ($2::uuid is null or worker_id = $2) and ($3::text is null or state = $3)"
        " and ($4::uuid is null or id > $4) order by id limit $5",
        prefix,
        worker_id,
        state,
        after,
        limit,
    )
    return [_difficulty(row) for row in rows]
