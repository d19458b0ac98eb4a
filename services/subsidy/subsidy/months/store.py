"""Benefit months. That none is granted twice is a unique index; who comes second is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

import asyncpg

from kit import identity_links
from kit.db import Tx
from subsidy.months.domain import Ask, BenefitMonth, State

_NAMES = BenefitMonth._fields
_SELECT = f"select {', '.join(_NAMES)} from benefit_month"  # noqa: S608
#: What differs from month to month of a set; the rest is sent once for all that have it in common.
_OWN = ("id", "worker_id", "reference", "amount")
_SHARED = tuple(name for name in _NAMES if name not in _OWN)
_own, _shared = (itemgetter(*(_NAMES.index(name) for name in names)) for names in (_OWN, _SHARED))
# All holders take months in one order, so that two of them never wait for each other.
_HOLD = f"""
with recursive {identity_links.same()},
shared as materialized (
    select * from unnest($6::text[], $7::text[], $8::date[], $9::text[], $10::text[], $11::uuid[],
        $12::text[], $13::text[], $14::bool[], $15::bool[], $16::text[])
        with ordinality as s ({", ".join(_SHARED)}, g)),
asked as materialized (
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::int[])
        with ordinality as a ({", ".join(_OWN)}, g, n) join shared using (g))
insert into benefit_month ({", ".join(_NAMES)}, person_id)
select {", ".join("a." + name for name in _NAMES)}, coalesce(p.person, a.worker_id) as person
  from asked a left join same_person p on p.record = a.worker_id
 order by person, a.month, a.kind, a.n
on conflict do nothing
returning id
"""  # noqa: S608
_PARTED = f"""
with recursive {identity_links.same()},
mine as materialized (
    select w.id as worker_id, coalesce(p.person, w.id) as person
      from unnest($1::uuid[]) as w (id) left join same_person p on p.record = w.id),
one as materialized (
    select w.worker_id, w.person, o.record from mine w join record_of o on o.person = w.person)
update benefit_month m set person_id = w.person
  from mine w
 where m.worker_id = w.worker_id and m.person_id = any($1::uuid[]) and m.person_id <> w.person
   and not exists (select from one o where o.worker_id = m.worker_id and o.record = m.person_id)
"""  # noqa: S608
# Of each question one row a counter: how many months besides the one asked about, and the kinds of it.
_STANDING = """
select a.n, m.counter,
       count(distinct case when a.once then m.reference::text else m.month::text end) filter (
           where case when a.once
                      then m.month = a.month and m.reference is distinct from a.reference
                      else m.month <> a.month end) as used,
       array_agg(distinct m.kind) filter (where not a.once and m.month = a.month) as taken
  from unnest($1::int[], $2::uuid[], $3::date[], $4::bool[], $5::uuid[])
           as a (n, record, month, once, reference)
  join benefit_month m on m.person_id = a.record and m.state <> 'recovered'
 group by a.n, m.counter
 order by a.n, m.counter
"""
# What is paid of a held month after all; without a fen it is nobody's.
_CUT = """
with left_of_it as materialized ({source}),
     free as (
    delete from benefit_month m using left_of_it l
     where m.id = l.id and l.amount = 0 and m.state = 'held')
update benefit_month m set amount = l.amount
  from left_of_it l
 where m.id = l.id and l.amount > 0 and m.state = 'held'
"""


async def hold(tx: Tx, months: Sequence[BenefitMonth]) -> set[UUID]:
    """Take these months; answers the ids of those that were free. Of two for the same place of a person's
    month the first one has it."""
    if not months:
        return set()
    groups: dict[tuple[Any, ...], int] = {}
    own = [(*_own(one), groups.setdefault(_shared(one), len(groups) + 1)) for one in months]
    rows = await tx.fetch(_HOLD, *zip(*own, strict=True), *zip(*groups, strict=True))
    return {row["id"] for row in rows}


async def to(tx: Tx, ids: Sequence[UUID], state: State) -> None:
    """What has come back whole stays so."""
    await tx.execute(
        "update benefit_month set state = $2 where id = any($1::uuid[]) and state <> 'recovered'",
        ids, state,
    )  # fmt: skip


async def take_again(tx: Tx, ids: Sequence[UUID]) -> bool:
    try:
        async with tx.savepoint():
            await tx.execute(
                "update benefit_month set state = 'paid' where id = any($1::uuid[])", ids
            )
    except asyncpg.UniqueViolationError:
        return False
    return True


async def give_up(tx: Tx, ids: Sequence[UUID]) -> None:
    await tx.execute("delete from benefit_month where id = any($1::uuid[]) and state = 'held'", ids)


async def give_up_all(tx: Tx, holder_id: UUID) -> None:
    await tx.execute("delete from benefit_month where holder_id = $1 and state = 'held'", holder_id)


async def cut(tx: Tx, source: str, *args: Any) -> None:
    await tx.execute(_CUT.format(source=source), *args)


async def standing(
    tx: Tx, asks: Sequence[Ask], records: Mapping[UUID, Sequence[UUID]]
) -> tuple[list[dict[str, int]], list[set[str]]]:
    """Counters and kinds for each question, in their order; ``records``: all of each one's person."""
    used: list[dict[str, int]] = [{} for _ in asks]
    taken: list[set[str]] = [set() for _ in asks]
    asked = [
        (n, record, one.month, one.once, one.reference)
        for n, one in enumerate(asks)
        for record in records[one.worker_id]
    ]
    for row in await tx.fetch(_STANDING, *zip(*asked, strict=True)):
        n, counter = row["n"], row["counter"]
        if counter is not None and row["used"]:
            used[n][counter] = row["used"]
        taken[n].update(row["taken"] or ())
    return used, taken


async def paid_for(tx: Tx, kind: str, references: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch(
        "select distinct reference from benefit_month"
        " where reference = any($2::uuid[]) and kind = $1 and state = 'paid'",
        kind, references,
    )  # fmt: skip
    return {row["reference"] for row in rows}


async def of_workers(tx: Tx, workers: Sequence[UUID]) -> list[BenefitMonth]:
    """What the persons of these records hold or were paid, given all records of each."""
    rows = await tx.fetch(
        _SELECT + " where person_id = any($1::uuid[]) and state <> 'recovered'", workers
    )
    return [BenefitMonth(**dict(row)) for row in rows]


async def part(tx: Tx, workers: Sequence[UUID]) -> None:
    """Months that were taken for a person who is not that of their record any more are that of their
    record's. ``workers``: every record that was of the person."""
    await tx.execute(_PARTED, workers)


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    worker_id: UUID | None,
    holder_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[BenefitMonth]:
    """Months in the order of their ids; ``limit`` at most."""
    rows = await tx.fetch(
        _SELECT + " where area_code like $1 || '%' and id > $2 and ($3::uuid is null or worker_id = $3)"
        " and ($4::uuid is null or holder_id = $4) and ($5::text is null or state = $5)"
        " order by id limit $6",
        area_prefix, after or UUID(int=0), worker_id, holder_id, state, limit,
    )  # fmt: skip
    return [BenefitMonth(**dict(row)) for row in rows]
