"""Sums and lists over the derived tables; it only reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from assessment.measures.domain import Choice
from kit.db import Tx

AGGREGATES = {
    "count": "count(*)",
    "distinct_worker": "count(distinct i.worker_id)",
    "distinct_unit": "count(distinct i.unit_id)",
    "sum_fen": "coalesce(sum(i.amount_fen), 0)::bigint",
    "sum_quantity": "coalesce(sum(i.quantity), 0)::bigint",
}


class _Conditions:
    """Conditions of a choice; every value is a parameter and none enters the text."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.values: list[Any] = []

    def given(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, text: str, value: Any) -> None:
        """A condition with ``{}`` for its value, unless there is none."""
        if value is not None:
            self.texts.append(text.format(self.given(value)))


_BASE = (
    "exists (select 1 from person p where p.worker_id = i.worker_id and p.population = {}::text)"
)
_MATURED = "exists (select 1 from item m where m.entity_id = i.entity_id and m.kind = {}::text and m.until <= $1)"


def _where(choice: Choice) -> tuple[str, list[Any]]:
    found = _Conditions()
    day = "i.until" if choice.dated == "until" else "i.on_date"
    found.add(day + " <= {}::date", choice.end)  # always $1
    found.add(day + " >= {}::date", choice.start)
    found.add("i.area_code like {}::text || '%'", choice.area_prefix or None)
    found.add("i.office = {}::text", choice.office)
    if choice.kind is None:
        found.add("i.population = {}::text", choice.population)
        return " and ".join(found.texts), found.values
    found.add("i.kind = {}::text", choice.kind)
    found.texts.append("(i.closed_seq is null or i.closed_seq < i.opened_seq or i.closed_on > $1)")
    found.add("i.tag = any({}::text[])", choice.tags)
    found.add("(i.tag is null or i.tag <> all({}::text[]))", choice.not_tags)
    found.add("i.aspect = any({}::text[])", choice.aspects)
    found.add("i.mark = any({}::text[])", choice.marks)
    found.add(_BASE, choice.population)
    found.add(_MATURED, choice.matured)
    if choice.live:
        found.texts.append("(i.ended_on is null or i.ended_on > $1)")
    return " and ".join(found.texts), found.values


async def measure(tx: Tx, choice: Choice, aggregate: str) -> int:
    """One number: a count, distinct persons or units, fen, or a quantity."""
    where, values = _where(choice)
    table = "person" if choice.kind is None else "item"
    found: int = await tx.fetchval(
        f"select {AGGREGATES[aggregate]} from {table} i where {where}",  # noqa: S608
        *values,
    )
    return found


async def contributing(tx: Tx, choice: Choice, after: UUID | None, limit: int) -> list[Any]:
    """The facts behind a number, in the order of their event ids."""
    where, values = _where(choice)
    table = "person" if choice.kind is None else "item"
    counted = "null::bigint as amount_fen, null::bigint as quantity, null::text as tag"
    if choice.kind is not None:
        counted = "i.amount_fen, i.quantity, i.tag"
    values += [after, limit]
    return await tx.fetch(
        f"select i.opened_by, f.type, f.entity_id, i.on_date, i.area_code, i.office, {counted}"  # noqa: S608
        f" from {table} i join fact f on f.id = i.opened_by where {where}"
        f" and (${len(values) - 1}::uuid is null or i.opened_by > ${len(values) - 1})"
        f" order by i.opened_by limit ${len(values)}",
        *values,
    )


STATED = """
select i.aspect, i.amount_fen, i.opened_by, i.area_code, i.office
  from (select distinct on (aspect) * from item
         where kind = 'relief-stated' and tag = $1 and on_date <= $3
           and ($2::date is null or on_date >= $2) and area_code = $4
           and case when $5::text is null
                    then office not in (select mark from item
                                         where kind = 'office' and tag = 'city_direct' and mark is not null)
                    else office = $5 end
         order by aspect, (office = left($4, 6) || '-employment-bureau') desc, on_date desc,
                  opened_by desc) i
"""


async def stated(
    tx: Tx, tag: str, start: date | None, end: date, area_code: str, office: str | None
) -> int | None:
    """Fen that authorities stated as their total for just this place; None when nobody did.

    The newest statement of each authority in the period counts, for a whole area first the one that
    the area's own bureau took down. What the city's own office (市直) states is about the office's own
    facts, never about the whole area.
    """
    rows = await tx.fetch(STATED, tag, start, end, area_code, office)
    return sum(row["amount_fen"] for row in rows) if rows else None


async def names(tx: Tx, codes: Sequence[str]) -> dict[str, str]:
    """Names of areas and offices, as far as they are known."""
    rows = await tx.fetch("select code, name from place where code = any($1::text[])", list(codes))
    return {row["code"]: row["name"] for row in rows}
