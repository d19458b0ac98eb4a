"""Merges and their reversals."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import orjson
from asyncpg import Record

from kit.db import Tx
from registry.merges.domain import Merge, State

_COLUMNS = (
    "id", "survivor_id", "merged_id", "adjudication_id", "merged_on", "due_on", "due_provisional",
    "reason", "plan", "state", "area_code", "office", "actor", "told_event", "version",
)  # fmt: skip
_GET = (
    "select m.*, r.reversed_on, r.reason as reversal_reason from merge m"
    " left join merge_reversal r on r.merge_id = m.id"
)

_INSERT = (
    f"insert into merge ({', '.join(_COLUMNS)})"  # noqa: S608
    f" values ({', '.join(f'${n}' for n in range(1, len(_COLUMNS) + 1))})"
)


def _merge(row: Record) -> Merge:
    values = {column: row[column] for column in _COLUMNS}
    values["plan"] = orjson.loads(row["plan"])
    return Merge(**values, reversed_on=row["reversed_on"], reversal_reason=row["reversal_reason"])


async def add(tx: Tx, m: Merge) -> None:
    values = [getattr(m, column) for column in _COLUMNS]
    values[_COLUMNS.index("plan")] = orjson.dumps(m.plan).decode()
    await tx.execute(_INSERT, *values)


async def reverse(tx: Tx, m: Merge, actor: str, told_event: UUID) -> bool:
    """Write a reversal; False when somebody was faster."""
    touched = await tx.execute(
        "update merge set state = $2, version = $3 where id = $1 and version = $3 - 1",
        m.id,
        m.state,
        m.version,
    )
    await tx.execute(
        "insert into merge_reversal (merge_id, reversed_on, reason, actor, told_event)"
        " values ($1, $2, $3, $4, $5)",
        m.id,
        m.reversed_on,
        m.reversal_reason,
        actor,
        told_event,
    )
    return touched == 1


async def get(tx: Tx, id: UUID, *, lock: bool = False) -> Merge | None:
    suffix = " for no key update of m" if lock else ""
    row = await tx.fetchrow(f"{_GET} where m.id = $1{suffix}", id)
    return _merge(row) if row else None


async def page(
    tx: Tx,
    pattern: str,
    workers: Sequence[UUID] | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Merge]:
    rows = await tx.fetch(
        f"{_GET} where m.area_code ~ $1"
        " and ($2::uuid[] is null or m.survivor_id = any($2) or m.merged_id = any($2))"
        " and ($3::text is null or m.state = $3)"
        " and ($4::uuid is null or m.id > $4) order by m.id limit $5",
        pattern,
        workers,
        state,
        after,
        limit,
    )
    return [_merge(row) for row in rows]
