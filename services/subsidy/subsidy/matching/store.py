"""Matching duties, and how far receipts of their level pay them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from subsidy.funds.domain import Fund
from subsidy.matching.domain import Duty, Owing, Standing

_COLUMNS = (
    "id", "fund", "owed_by", "year", "amount", "due_on", "grant_id", "ratio_percent", "document",
    "stated_on", "area_code", "office",
)  # fmt: skip
# Of one level, fund, area and year together: receipts pay the duty that is due first. $1: the day.
_STANDING = """
with owed as (
    select d.*, v.reversed_on,
           case when v.reversed_on <= $1 then 0 else d.amount end as live
      from matching_duty d left join matching_duty_reversal v on v.duty_id = d.id
     where d.area_code like $2 || '%'
), ranked as (
    select *, sum(live) over (partition by fund, area_code, year, owed_by order by due_on, id) - live
                  as before
      from owed
), received as (
    select a.fund, a.area_code, a.year, a.source, sum(a.amount) as amount
      from appropriation a left join appropriation_reversal v on v.appropriation_id = a.id
     where a.received_on <= $1 and (v.reversed_on is null or v.reversed_on > $1)
       and a.source in ('city', 'county') and a.area_code like $2 || '%'
     group by 1, 2, 3, 4
), paid as (
    select d.*, greatest(0, least(d.live, coalesce(r.amount, 0) - d.before))::bigint as paid
      from ranked d
      left join received r on r.fund = d.fund and r.area_code = d.area_code and r.year = d.year
                          and r.source = d.owed_by
), standing as (
    select p.*, case when reversed_on <= $1 then 'reversed' when paid = amount then 'met'
                     when due_on < $1 then 'missed' else 'pending' end as state
      from paid p
)
select * from standing
"""
_UNTOLD = " where state in ('missed', 'met') and told is distinct from state"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A duty as it stands, who recorded it, its event, and what was last told of it."""

    standing: Standing
    recorded_by: str
    event_id: UUID
    told: str | None


def _recorded(row: Record, as_of: date) -> Recorded:
    duty = Duty(**{column: row[column] for column in _COLUMNS}, reversed_on=row["reversed_on"])
    standing = Standing(duty, row["paid"], as_of)
    return Recorded(standing, row["recorded_by"], row["event_id"], row["told"])


async def existing(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from matching_duty where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def add(tx: Tx, duties: Sequence[tuple[Duty, UUID]], *, recorded_by: str) -> None:
    """Append duties, each with its event."""
    await tx.copy(
        "matching_duty", (*_COLUMNS, "event_id", "recorded_by"),
        [
            (*(getattr(duty, column) for column in _COLUMNS), event_id, recorded_by)
            for duty, event_id in duties
        ],
    )  # fmt: skip


async def lock(tx: Tx, id: UUID) -> None:
    """One reversal of a duty at a time."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1::text, 0))", str(id))


async def add_reversal(
    tx: Tx, id: UUID, on: date, reason: str, event_id: UUID, *, recorded_by: str
) -> None:
    await tx.copy(
        "matching_duty_reversal",
        ("duty_id", "reversed_on", "reason", "event_id", "recorded_by"),
        [(id, on, reason, event_id, recorded_by)],
    )


async def get(tx: Tx, id: UUID, prefix: str, as_of: date) -> Recorded | None:
    row = await tx.fetchrow(_STANDING + " where id = $3", as_of, prefix, id)
    return None if row is None else _recorded(row, as_of)


async def page(
    tx: Tx,
    prefix: str,
    as_of: date,
    *,
    fund: Fund | None,
    year: int | None,
    owed_by: Owing | None,
    state: str | None,
    after: UUID | None,
    limit: int,
) -> list[Recorded]:
    """Duties in the order of their ids, as they stood on a day; ``limit`` at most."""
    rows = await tx.fetch(
        _STANDING + " where ($3::uuid is null or id > $3)"
        " and ($4::text is null or fund = $4) and ($5::int is null or year = $5)"
        " and ($6::text is null or owed_by = $6) and ($7::text is null or state = $7)"
        " order by id limit $8",
        as_of, prefix, after, fund, year, owed_by, state, limit,
    )  # fmt: skip
    return [_recorded(row, as_of) for row in rows]


async def untold(tx: Tx, as_of: date, limit: int) -> list[Recorded]:
    """Duties of which something else holds on a day than was last told; others look past them."""
    ids = await tx.fetch(
        _STANDING + _UNTOLD + " order by id limit $3",
        as_of, "", limit,
    )  # fmt: skip
    held = await tx.fetch(
        "select id from matching_duty where id = any($1::uuid[]) order by id for update skip locked",
        [row["id"] for row in ids],
    )
    rows = await tx.fetch(
        _STANDING + _UNTOLD + " and id = any($3::uuid[]) order by id",
        as_of, "", [row["id"] for row in held],
    )  # fmt: skip
    return [_recorded(row, as_of) for row in rows]


async def mark_told(tx: Tx, told: Sequence[Standing]) -> None:
    await tx.execute(
        "update matching_duty d set told = t.told from unnest($1::uuid[], $2::text[]) as t(id, told)"
        " where d.id = t.id",
        [one.duty.id for one in told], [one.state for one in told],
    )  # fmt: skip
