"""Reallocations with what they move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from subsidy.budgets.domain import BudgetSource, Move
from subsidy.reallocations.domain import Reallocation

_COLUMNS = (
    "id", "budget_id", "reason", "proposed_by", "proposed_on", "state", "decided_by", "decided_on",
    "approval", "note",
)  # fmt: skip


async def exists(tx: Tx, id: UUID) -> bool:
    return bool(await tx.fetchval("select exists (select from reallocation where id = $1)", id))


async def add(tx: Tx, one: Reallocation) -> None:
    await tx.copy("reallocation", _COLUMNS, [tuple(getattr(one, column) for column in _COLUMNS)])
    await tx.copy(
        "reallocation_line",
        ("reallocation_id", "use_code", "line_id", "change", "province_approval"),
        [(one.id, m.use_code, m.line_id, m.change, m.province_approval) for m in one.moves],
    )
    await tx.copy(
        "reallocation_source",
        ("reallocation_id", "source", "amount"),
        [(one.id, source, amount) for source, amount in one.sources.items()],
    )


async def save(tx: Tx, one: Reallocation) -> None:
    """Write the decision."""
    await tx.execute(
        "update reallocation set state = $2, decided_by = $3, decided_on = $4, approval = $5, note = $6"
        " where id = $1",
        one.id, one.state, one.decided_by, one.decided_on, one.approval, one.note,
    )  # fmt: skip


async def get(tx: Tx, id: UUID, prefix: str) -> Reallocation | None:
    rows = await tx.fetch(
        "select r.* from reallocation r join budget b on b.id = r.budget_id"
        " where r.id = $1 and b.area_code like $2 || '%'",
        id, prefix,
    )  # fmt: skip
    found = await _whole(tx, rows)
    return found[0] if found else None


async def page(
    tx: Tx, prefix: str, *, budget_id: UUID | None, after: UUID | None, limit: int
) -> list[Reallocation]:
    """Reallocations in the order of their ids; ``limit`` at most."""
    rows = await tx.fetch(
        "select r.* from reallocation r join budget b on b.id = r.budget_id"
        " where b.area_code like $1 || '%' and ($2::uuid is null or r.id > $2)"
        " and ($3::uuid is null or r.budget_id = $3) order by r.id limit $4",
        prefix, after, budget_id, limit,
    )  # fmt: skip
    return await _whole(tx, rows)


async def _whole(tx: Tx, rows: Sequence[Record]) -> list[Reallocation]:
    ids = [row["id"] for row in rows]
    moves: dict[UUID, list[Move]] = defaultdict(list)
    for row in await tx.fetch(
        "select * from reallocation_line where reallocation_id = any($1::uuid[]) order by use_code",
        ids,
    ):
        moves[row["reallocation_id"]].append(
            Move(row["line_id"], row["use_code"], row["change"], row["province_approval"])
        )
    sources: dict[UUID, dict[BudgetSource, int]] = defaultdict(dict)
    for row in await tx.fetch(
        "select * from reallocation_source where reallocation_id = any($1::uuid[]) order by source",
        ids,
    ):
        sources[row["reallocation_id"]][row["source"]] = row["amount"]
    return [
        Reallocation(
            **{column: row[column] for column in _COLUMNS},
            moves=tuple(moves[row["id"]]), sources=sources[row["id"]],
        )
        for row in rows
    ]  # fmt: skip
