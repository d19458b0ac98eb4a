"""Benefit months. That none is granted twice is a unique index; who comes second is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from kit import identity_links
from kit.db import Tx
from subsidy.months.domain import Ask, BenefitMonth, State

_NAMES = tuple(field.name for field in fields(BenefitMonth))
_SELECT = f"select {', '.join(_NAMES)} from benefit_month"  # noqa: S608
# All holders take months in one order, so that two of them never wait for each other.
_HOLD = f"""
with recursive {identity_links.same()},
asked as materialized (
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::text[],
        $7::uuid[], $8::text[], $9::uuid[], $10::bigint[], $11::text[], $12::text[], $13::bool[],
        $14::bool[], $15::text[]) with ordinality as a ({", ".join(_NAMES)}, n))
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
_ASKED = """
with asked as materialized (
    select * from unnest($1::int[], $2::date[], $3::bool[], $4::uuid[])
        as a (n, month, once, reference)),
person as materialized (select * from unnest($5::int[], $6::uuid[]) as p (n, worker_id)),
had as (
    select a.*, m.kind, m.counter, m.month as had_month, m.reference as had_reference
      from asked a join person p using (n)
      join benefit_month m on m.person_id = p.worker_id and m.state <> 'recovered')
"""
_USED = f"""{_ASKED}
select n, counter, count(distinct case when once then had_reference::text else had_month::text end)
  from had
 where counter is not null
   and case when once then had_month = month and had_reference is distinct from reference
            else had_month <> month end
 group by n, counter
"""  # noqa: S608
_TAKEN = f"{_ASKED} select distinct n, kind from had where not once and had_month = month"  # noqa: S608


async def hold(tx: Tx, months: Sequence[BenefitMonth]) -> set[UUID]:
    """Take these months; answers the ids of those that were free. Of two for the same place of a person's
    month the first one has it."""
    if not months:
        return set()
    columns = [[getattr(one, name) for one in months] for name in _NAMES]
    return {row["id"] for row in await tx.fetch(_HOLD, *columns)}


async def to(tx: Tx, ids: Sequence[UUID], state: State) -> None:
    """What has come back whole stays so."""
    await tx.execute(
        "update benefit_month set state = $2 where id = any($1::uuid[]) and state <> 'recovered'",
        ids, state,
    )  # fmt: skip


async def give_up(tx: Tx, ids: Sequence[UUID]) -> None:
    await tx.execute("delete from benefit_month where id = any($1::uuid[]) and state = 'held'", ids)


async def give_up_all(tx: Tx, holder_id: UUID) -> None:
    await tx.execute("delete from benefit_month where holder_id = $1 and state = 'held'", holder_id)


async def standing(
    tx: Tx, asks: Sequence[Ask], records: Sequence[Sequence[UUID]]
) -> tuple[list[dict[str, int]], list[list[str]]]:
    """Counters and kinds for each question, in their order; ``records``: all of each one's person."""
    used: list[dict[str, int]] = [{} for _ in asks]
    taken: list[list[str]] = [[] for _ in asks]
    people = [(n, record) for n, ids in enumerate(records) for record in ids]
    arguments = (
        list(range(len(asks))), [one.month for one in asks], [one.once for one in asks],
        [one.reference for one in asks], [n for n, _ in people], [record for _, record in people],
    )  # fmt: skip
    for row in await tx.fetch(_USED, *arguments):
        used[row["n"]][row["counter"]] = row["count"]
    for row in await tx.fetch(_TAKEN, *arguments):
        taken[row["n"]].append(row["kind"])
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
