"""Offices in the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.offices.domain import Office

_COLUMNS = ("id", "code", "name", "kind", "staff", "area_code", "opened_on")


def _office(row: Record) -> Office:
    return Office(*(row[column] for column in _COLUMNS))


async def add(tx: Tx, offices: Sequence[Office]) -> None:
    rows = [(o.id, o.code, o.name, o.kind, o.staff, o.area_code, o.opened_on) for o in offices]
    await tx.copy("office", _COLUMNS, rows)


async def known(tx: Tx, codes: Iterable[str]) -> set[str]:
    """Those of ``codes`` that exist."""
    rows = await tx.fetch("select code from office where code = any($1::text[])", list(codes))
    return {row["code"] for row in rows}


async def by_code(tx: Tx, code: str) -> Office | None:
    row = await tx.fetchrow("select * from office where code = $1", code)
    return _office(row) if row else None


async def page(tx: Tx, prefix: str, after: UUID | None, limit: int) -> list[Office]:
    rows = await tx.fetch(
        "select * from office where area_code like $1 || '%' and ($2::uuid is null or id > $2)"
        " order by id limit $3",
        prefix,
        after,
        limit,
    )
    return [_office(row) for row in rows]
