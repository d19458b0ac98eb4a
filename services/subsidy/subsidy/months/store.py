"""Benefit months. That none is granted twice is a unique index; who comes second is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from kit.db import Tx
from subsidy.months.domain import Ask, BenefitMonth, State

_NAMES = tuple(field.name for field in fields(BenefitMonth))
_SELECT = f"select {', '.join(_NAMES)} from benefit_month"  # noqa: S608
_HOLD = f"""
insert into benefit_month ({", ".join(_NAMES)})
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::text[],
    $7::uuid[], $8::text[], $9::uuid[], $10::bigint[], $11::text[], $12::text[], $13::text[])
on conflict (worker_id, kind, month) where state <> 'recovered' do nothing
returning id
"""  # noqa: S608
_ASKED = """
with asked as materialized (
    select * from unnest($1::int[], $2::date[], $3::bool[], $4::uuid[])
        as a (n, month, once, reference)),
person as materialized (select * from unnest($5::int[], $6::uuid[]) as p (n, worker_id)),
had as (
    select a.*, m.kind, m.counter, m.month as had_month, m.reference as had_reference
      from asked a join person p using (n)
      join benefit_month m on m.worker_id = p.worker_id and m.state <> 'recovered')
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
    """Take these months, in their order; answers the ids of those that were free."""
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
    """What these records hold or were paid."""
    rows = await tx.fetch(
        _SELECT + " where worker_id = any($1::uuid[]) and state <> 'recovered'", workers
    )
    return [BenefitMonth(**dict(row)) for row in rows]


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
