"""Areas in the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from asyncpg import Record

from kit.db import Tx
from registry.areas.domain import Area

_COLUMNS = ("id", "code", "name", "level", "parent_code", "established_on")


def _area(row: Record) -> Area:
    return Area(row["id"], row["code"], row["name"], row["established_on"])


async def add(tx: Tx, areas: Sequence[Area]) -> None:
    rows = [(a.id, a.code, a.name, a.level, a.parent_code, a.established_on) for a in areas]
    await tx.copy("area", _COLUMNS, rows)


async def known(tx: Tx, codes: Iterable[str]) -> set[str]:
    """Those of ``codes`` that exist."""
    rows = await tx.fetch("select code from area where code = any($1::text[])", list(codes))
    return {row["code"] for row in rows}


async def by_code(tx: Tx, code: str) -> Area | None:
    row = await tx.fetchrow("select * from area where code = $1", code)
    return _area(row) if row else None


async def page(tx: Tx, prefix: str, after: str | None, limit: int) -> list[Area]:
    """Areas whose codes begin with ``prefix``, by code."""
    rows = await tx.fetch(
        "select * from area where code like $1 || '%' and ($2::text is null or code > $2)"
        " order by code limit $3",
        prefix,
        after,
        limit,
    )
    return [_area(row) for row in rows]
