"""The list of closed enterprises and what was taken back of it: append-only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.closures.domain import Closure, Keys

_COLUMNS = (
    "id", "name", "name_key", "code", "code_key", "document", "closed_on", "area_code", "actor",
)  # fmt: skip
_LINE = (
    "select c.*, r.reversed_on, r.reason as reversal_reason from enterprise_closure c"
    " left join enterprise_closure_reversal r on r.closure_id = c.id"
)
_STANDS = "not exists (select from enterprise_closure_reversal r where r.closure_id = c.id)"


def _closure(row: Record) -> Closure:
    return Closure(
        row["id"], row["name"], row["code"], row["document"], row["closed_on"], row["area_code"],
        row["reversed_on"], row["reversal_reason"],
    )  # fmt: skip


async def add(tx: Tx, lines: Sequence[tuple[Closure, Keys]], actor: str) -> None:
    rows = [
        (c.id, c.name, keys.name, c.code, keys.code, c.document, c.closed_on, c.area_code, actor)
        for c, keys in lines
    ]
    await tx.copy("enterprise_closure", _COLUMNS, rows)


async def hold(tx: Tx) -> None:
    """Let nobody else change the list until this transaction ends."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('registry.closures'))")


async def ids_in_use(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from enterprise_closure where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def standing(tx: Tx, asked: Sequence[Keys]) -> list[tuple[Keys, date]]:
    """The lines that share a name or a code with one of these, and from when each is closed."""
    rows = await tx.fetch(
        "select name_key, code_key, closed_on from enterprise_closure c"  # noqa: S608
        f" where (name_key = any($1::text[]) or code_key = any($2::text[])) and {_STANDS}",
        [keys.name for keys in asked if keys.name is not None],
        [keys.code for keys in asked if keys.code is not None],
    )
    return [(Keys(row["name_key"], row["code_key"]), row["closed_on"]) for row in rows]


async def any_stands(tx: Tx) -> bool:
    """Whether there is a list."""
    found: bool = await tx.fetchval(
        f"select exists (select from enterprise_closure c where {_STANDS})"  # noqa: S608
    )
    return found


async def get(tx: Tx, id: UUID) -> Closure | None:
    row = await tx.fetchrow(f"{_LINE} where c.id = $1", id)
    return _closure(row) if row else None


async def reverse(tx: Tx, id: UUID, on: date, reason: str, actor: str) -> None:
    await tx.execute(
        "insert into enterprise_closure_reversal (closure_id, reversed_on, reason, actor)"
        " values ($1, $2, $3, $4)",
        id,
        on,
        reason,
        actor,
    )


async def page(
    tx: Tx, pattern: str, keys: Keys, standing: bool, after: UUID | None, limit: int
) -> list[Closure]:
    rows = await tx.fetch(
        f"{_LINE} where c.area_code ~ $1 and ($2::text is null or c.name_key = $2)"
        " and ($3::text is null or c.code_key = $3) and (not $4 or r.closure_id is null)"
        " and ($5::uuid is null or c.id > $5) order by c.id limit $6",
        pattern,
        keys.name,
        keys.code,
        standing,
        after,
        limit,
    )
    return [_closure(row) for row in rows]
