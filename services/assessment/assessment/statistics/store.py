"""The table ``statistic``: only ever added to; the newest row of a day is the one that holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from assessment.statistics.domain import Statistic
from kit.db import Tx

_COLUMNS = "id, series, area_code, office, as_of, value, unit, source, recorded_at"

ADD = """
insert into statistic (id, series, area_code, office, as_of, value, unit, source)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[], $6::numeric[],
                     $7::text[], $8::text[])
"""


async def add(tx: Tx, rows: Sequence[Statistic]) -> None:
    await tx.execute(
        ADD,
        [r.id for r in rows],
        [r.series for r in rows],
        [r.area_code for r in rows],
        [r.office for r in rows],
        [r.as_of for r in rows],
        [r.value for r in rows],
        [r.unit for r in rows],
        [r.source for r in rows],
    )


async def known(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from statistic where id = any($1::uuid[])", list(ids))
    return {row["id"] for row in rows}


async def get(tx: Tx, statistic_id: UUID) -> Statistic | None:
    row = await tx.fetchrow(f"select {_COLUMNS} from statistic where id = $1", statistic_id)  # noqa: S608
    return None if row is None else Statistic(*row)


async def value_at(tx: Tx, series: str, area_code: str, office: str, on: date) -> Statistic | None:
    row = await tx.fetchrow(
        f"select {_COLUMNS} from statistic"  # noqa: S608
        " where series = $1 and area_code = $2 and office = $3 and as_of <= $4"
        " order by as_of desc, recorded_at desc, id desc limit 1",
        series, area_code, office, on,
    )  # fmt: skip
    return None if row is None else Statistic(*row)


async def listing(
    tx: Tx, series: str | None, area_prefix: str, after: UUID | None, limit: int
) -> list[Statistic]:
    rows = await tx.fetch(
        f"select {_COLUMNS} from statistic where ($1::text is null or series = $1)"  # noqa: S608
        " and area_code like $2 || '%' and ($3::uuid is null or id > $3) order by id limit $4",
        series, area_prefix, after, limit,
    )  # fmt: skip
    return [Statistic(*row) for row in rows]
