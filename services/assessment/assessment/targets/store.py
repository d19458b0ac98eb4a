"""The tables ``target`` and ``target_adjustment``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from assessment.targets.domain import Adjustment, Target
from kit.db import Tx

_COLUMNS = "id, issuer, level, indicator, year, value, area_code, office, parent_id, document, signed_on, version"

ADD = f"""
insert into target ({_COLUMNS})
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::numeric[],
                     $7::text[], $8::text[], $9::uuid[], $10::text[], $11::date[], $12::int[])
"""  # noqa: S608

_ADJUSTMENTS = """
select target_id, n, value_before, value_after, effective_on, document, adjusted_by
  from target_adjustment where target_id = any($1::uuid[]) order by target_id, n
"""


async def _with_adjustments(tx: Tx, rows: Sequence[Any]) -> list[Target]:
    found: dict[UUID, list[Adjustment]] = {}
    if rows:
        for row in await tx.fetch(_ADJUSTMENTS, [row["id"] for row in rows]):
            found.setdefault(row["target_id"], []).append(Adjustment(*tuple(row)[1:]))
    return [replace(Target(*row), adjustments=tuple(found.get(row["id"], ()))) for row in rows]


async def add(tx: Tx, targets: Sequence[Target]) -> None:
    columns = [
        [t.id for t in targets], [t.issuer for t in targets], [t.level for t in targets],
        [t.indicator for t in targets], [t.year for t in targets], [t.value for t in targets],
        [t.area_code for t in targets], [t.office for t in targets],
        [t.parent_id for t in targets], [t.document for t in targets],
        [t.signed_on for t in targets], [t.version for t in targets],
    ]  # fmt: skip
    await tx.execute(ADD, *columns)


async def get(tx: Tx, target_id: UUID, *, lock: bool = False) -> Target | None:
    found = await many(tx, [target_id], lock=lock)
    return found[0] if found else None


async def many(tx: Tx, ids: Sequence[UUID], *, lock: bool = False) -> list[Target]:
    rows = await tx.fetch(
        f"select {_COLUMNS} from target where id = any($1::uuid[]) order by id"  # noqa: S608
        + (" for update" if lock else ""),
        list(ids),
    )
    return await _with_adjustments(tx, rows)


async def taken(tx: Tx, targets: Sequence[Target]) -> set[tuple[str, str, int, str, str]]:
    """Which issuer, indicator, year, area and office have a target already."""
    rows = await tx.fetch(
        "select issuer, indicator, year, area_code, office from target"
        " where indicator = any($1::text[]) and year = any($2::int[])",
        [t.indicator for t in targets],
        [t.year for t in targets],
    )
    return {tuple(row) for row in rows}


async def save(tx: Tx, before: Target, after: Target) -> None:
    """Keep a signature or an adjustment; the row is locked by its reader."""
    await tx.execute(
        "update target set signed_on = $2, document = $3, version = $4 where id = $1",
        after.id, after.signed_on, after.document, after.version,
    )  # fmt: skip
    for made in after.adjustments[len(before.adjustments) :]:
        await tx.execute(
            "insert into target_adjustment (target_id, n, value_before, value_after, effective_on,"
            " document, adjusted_by) values ($1, $2, $3, $4, $5, $6, $7)",
            after.id, made.n, made.value_before, made.value_after, made.effective_on,
            made.document, made.adjusted_by,
        )  # fmt: skip


async def of_issuer(
    tx: Tx, issuer: str, indicator: str, year: int, area_code: str, office: str
) -> Target | None:
    rows = await tx.fetch(
        f"select {_COLUMNS} from target where issuer = $1 and indicator = $2 and year = $3"  # noqa: S608
        " and area_code = $4 and office = $5",
        issuer, indicator, year, area_code, office,
    )  # fmt: skip
    found = await _with_adjustments(tx, rows)
    return found[0] if found else None


async def children(tx: Tx, target_id: UUID) -> list[Target]:
    rows = await tx.fetch(
        f"select {_COLUMNS} from target where parent_id = $1 order by id limit 1000",  # noqa: S608
        target_id,
    )
    return await _with_adjustments(tx, rows)


async def listing(
    tx: Tx,
    *,
    area_prefix: str,
    issuer: str | None = None,
    indicator: str | None = None,
    year: int | None = None,
    area_code: str | None = None,
    office: str | None = None,
    signed_by: date | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> list[Target]:
    rows = await tx.fetch(
        f"select {_COLUMNS} from target where area_code like $1 || '%'"  # noqa: S608
        " and ($2::text is null or issuer = $2) and ($3::text is null or indicator = $3)"
        " and ($4::int is null or year = $4) and ($5::text is null or area_code = $5)"
        " and ($6::text is null or office = $6) and ($7::date is null or signed_on <= $7)"
        " and ($8::uuid is null or id > $8) order by id limit $9",
        area_prefix, issuer, indicator, year, area_code, office, signed_by, after, limit,
    )  # fmt: skip
    return await _with_adjustments(tx, rows)
