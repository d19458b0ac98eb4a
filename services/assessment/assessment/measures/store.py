"""Sums and lists over the derived tables; it only reads.

Two records that are one person on the last day of a period count as one (E1, 5.3 no. 6). The person
stands where the surviving record stands on that day, moves counted: that is the office in charge. It
is of the base population if any of its records is, since the earliest of those: the base is whoever
was registered as laid off or unemployed (N6), and a second record, or which of the two a clerk keeps,
does not unmake that. Links between records are few, so they are followed anew for each sum; without
any, they cost an empty join.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from assessment.folds.domain import LIFE_FACT
from assessment.measures.domain import Choice
from kit import identity_links
from kit.db import Tx

#: Who a row is counted as, behind the join with ``same_person``.
_WHO = "coalesce(s.person, i.worker_id)"
_JOIN = " left join same_person s on s.record = i.worker_id"
AGGREGATES = {
    "count": "count(*)",
    "distinct_worker": f"count(distinct {_WHO})",
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


# Not taken back, or opened again since; and over, unless it was opened again since. By the last day.
_STANDS = "({0}.closed_on is null or {0}.closed_seq < {0}.opened_seq or {0}.closed_on > $1)"
_OVER = "coalesce(case when {0}.ended_seq > {0}.opened_seq then {0}.ended_on else {0}.until end <= $1, false)"
# Who is whom on the last day ($1), and what a person of several records is.
_SAME = f"""
with recursive {identity_links.same("and since <= $1")},
standing as (
    select distinct on (r.person) r.person, p.population, p.on_date
      from record_of r join person p on p.worker_id = r.record
     order by r.person, p.population <> 'base', p.on_date),
of_base as (
    select r.record from record_of r join standing t on t.person = r.person
     where t.population = 'base'),
moved as (
    select distinct on (worker_id) worker_id, area_code, office from person_move
     where since <= $1 order by worker_id, since desc, sequence desc)
"""  # noqa: S608
# Every person once. Who has only one record and never moved, nearly everybody, is read as it stands.
_PERSONS = """
(select worker_id, opened_by, area_code, office, on_date, population
   from person where worker_id not in (select record from record_of)
                 and worker_id not in (select worker_id from moved)
  union all
 select p.worker_id, p.opened_by, m.area_code, m.office, p.on_date, p.population
   from moved m join person p using (worker_id)
  where p.worker_id not in (select record from record_of)
  union all
 select p.worker_id, p.opened_by, coalesce(m.area_code, p.area_code), coalesce(m.office, p.office),
        t.on_date, t.population
   from standing t join person p on p.worker_id = t.person left join moved m using (worker_id))"""
_POPULATION = """exists (
    select 1 from person p
     where p.worker_id = i.worker_id
       and case when p.worker_id in (select record from of_base) then 'base' else p.population end
           = {}::text)"""
# Persons of whom a life fact of these kinds holds on the last day, of whichever record it was told.
_WITHOUT = f"""not exists (
    select 1 from item f left join same_person s on s.record = f.worker_id
     where coalesce(s.person, f.worker_id) = i.worker_id and f.kind = '{LIFE_FACT}'
       and f.tag = any({{}}::text[]) and f.on_date <= $1 and {_STANDS.format("f")}
       and not {_OVER.format("f")})"""  # noqa: S608
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
        found.add(_WITHOUT, choice.without)
        return " and ".join(found.texts), found.values
    found.add("i.kind = {}::text", choice.kind)
    found.texts.append(_STANDS.format("i"))
    found.add("i.tag = any({}::text[])", choice.tags)
    found.add("(i.tag is null or i.tag <> all({}::text[]))", choice.not_tags)
    found.add("i.aspect = any({}::text[])", choice.aspects)
    found.add("i.mark = any({}::text[])", choice.marks)
    found.add(_POPULATION, choice.population)
    found.add(_MATURED, choice.matured)
    if choice.live:
        found.texts.append("(i.ended_on is null or i.ended_on > $1)")
    return " and ".join(found.texts), found.values


def _from(choice: Choice) -> str:
    return f"{_PERSONS if choice.kind is None else 'item'} i"


async def measure(tx: Tx, choice: Choice, aggregate: str) -> int:
    """One number: a count, distinct persons or units, fen, or a quantity."""
    where, values = _where(choice)
    join = _JOIN if aggregate == "distinct_worker" else ""
    found: int = await tx.fetchval(
        f"{_SAME} select {AGGREGATES[aggregate]} from {_from(choice)}{join} where {where}",  # noqa: S608
        *values,
    )
    return found


async def contributing(tx: Tx, choice: Choice, after: UUID | None, limit: int) -> list[Any]:
    """The facts behind a number, in the order of their event ids, each with whom it counts for."""
    where, values = _where(choice)
    counted = "null::bigint as amount_fen, null::bigint as quantity, null::text as tag"
    if choice.kind is not None:
        counted = "i.amount_fen, i.quantity, i.tag"
    values += [after, limit]
    return await tx.fetch(
        f"{_SAME} select i.opened_by, f.type, f.entity_id, i.on_date, i.area_code, i.office, {counted},"  # noqa: S608
        f" {_WHO} as person_id"
        f" from {_from(choice)}{_JOIN} join fact f on f.id = i.opened_by where {where}"
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
