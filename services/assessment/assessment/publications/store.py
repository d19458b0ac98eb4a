"""The table ``publication``: append-only; what was printed stays as it was printed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assessment.publications.domain import Publication
from kit.db import Tx

_TYPES = {
    "id": "text", "indicator": "text", "form": "text", "area_code": "text", "office": "text",
    "issuer": "text", "target_indicator": "text", "as_of": "date", "semantics": "text",
    "unit": "text", "value": "numeric", "decimals": "int", "qualifier": "text",
    "tolerance": "numeric", "scale": "numeric", "expect": "text", "title": "text",
    "printed": "bool", "source": "text",
}  # fmt: skip
_COLUMNS = ", ".join(_TYPES)
_ARRAYS = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_TYPES.values(), 1))

ADD = f"insert into publication ({_COLUMNS}) select * from unnest({_ARRAYS})"  # noqa: S608


async def add(tx: Tx, rows: Sequence[Publication]) -> None:
    await tx.execute(ADD, *[[getattr(row, name) for row in rows] for name in _TYPES])


async def known(tx: Tx, ids: Sequence[str]) -> set[str]:
    rows = await tx.fetch("select id from publication where id = any($1::text[])", list(ids))
    return {row["id"] for row in rows}


async def listing(
    tx: Tx, area_prefix: str, as_of: date | None, after: str | None, limit: int
) -> list[Publication]:
    """In the order in which they were imported (within one as-of date)."""
    rows = await tx.fetch(
        f"select {_COLUMNS} from publication where area_code like $1 || '%'"  # noqa: S608
        " and ($2::date is null or as_of = $2)"
        " and ($3::text is null or position > (select position from publication where id = $3))"
        " order by position limit $4",
        area_prefix, as_of, after, limit,
    )  # fmt: skip
    return [Publication(*row) for row in rows]
