"""Budgets with their sources and lines. What their arrangements hold, the journal's accounts say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from subsidy.budgets.domain import Budget, BudgetSource, Line, State
from subsidy.funds.domain import Fund

#: Fund, year and area: what names a budget that was not withdrawn.
Key = tuple[Fund, int, str]

_COLUMNS = (
    "id", "fund", "year", "area_code", "office", "drafted_by", "drafted_on", "state", "state_on",
    "approval", "version",
)  # fmt: skip
_SAVE = f"""
insert into budget ({", ".join(_COLUMNS)}) values ({", ".join(f"${n}" for n in range(1, 12))})
on conflict (id) do update set state = excluded.state, state_on = excluded.state_on,
    approval = excluded.approval, version = excluded.version
"""  # noqa: S608
_SAVE_LINES = """
insert into budget_line
    (id, budget_id, use_code, amount, released, province_approval, finding, carried)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
                     $8::bigint[])
on conflict (id) do update set amount = excluded.amount, released = excluded.released,
    carried = excluded.carried,
    province_approval = excluded.province_approval, finding = excluded.finding
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One act on a budget: when, by whom, under which reference."""

    budget_id: UUID
    version: int
    act: str
    on_day: date
    approval: str | None
    note: str | None
    done_by: str


async def drafting(tx: Tx) -> None:
    """One draft of a city is written at a time: two people cannot begin the same budget."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('subsidy.budget.draft'))")


async def exists(tx: Tx, id: UUID) -> bool:
    return bool(await tx.fetchval("select exists (select from budget where id = $1)", id))


async def save(tx: Tx, budgets: Sequence[Budget]) -> None:
    """Write budgets as they are now, with the sources and lines that they have now."""
    ids = [one.id for one in budgets]
    for one in budgets:
        await tx.execute(_SAVE, *(getattr(one, column) for column in _COLUMNS))
    await tx.execute(
        "delete from budget_line where budget_id = any($1::uuid[]) and not id = any($2::uuid[])",
        ids, [line.id for one in budgets for line in one.lines],
    )  # fmt: skip
    await tx.execute("delete from budget_source where budget_id = any($1::uuid[])", ids)
    sources = [
        (one.id, source, amount) for one in budgets for source, amount in one.sources.items()
    ]
    await tx.copy("budget_source", ("budget_id", "source", "amount"), sources)
    lines = [
        (
            line.id, one.id, line.use_code, line.amount, line.released, line.province_approval,
            line.finding, line.carried,
        )
        for one in budgets
        for line in one.lines
    ]  # fmt: skip
    if lines:
        await tx.execute(_SAVE_LINES, *[list(column) for column in zip(*lines, strict=True)])


async def add_steps(tx: Tx, steps: Sequence[Step]) -> None:
    columns = ("budget_id", "version", "act", "on_day", "approval", "note", "done_by")
    rows = [tuple(getattr(step, column) for column in columns) for step in steps]
    await tx.copy("budget_step", columns, rows)


async def steps(tx: Tx, budget_id: UUID) -> list[Step]:
    """What was done with a budget, in order."""
    rows = await tx.fetch(
        "select budget_id, version, act, on_day, approval, note, done_by from budget_step"
        " where budget_id = $1 order by version",
        budget_id,
    )
    return [Step(**dict(row)) for row in rows]


async def lock(tx: Tx, ids: Sequence[UUID]) -> None:
    """Nobody else takes a step of these until the transaction ends; in the order of ids."""
    await tx.execute(
        "select 1 from budget where id = any($1::uuid[]) order by id for no key update", ids
    )


async def named(tx: Tx, keys: Iterable[Key]) -> dict[Key, Budget]:
    """The budgets of these funds, years and areas that were not withdrawn, locked."""
    wanted = sorted(set(keys))
    rows = await tx.fetch(
        "select b.id from budget b join unnest($1::text[], $2::int[], $3::text[])"
        "    as k(fund, year, area_code) using (fund, year, area_code)"
        " where b.state <> 'withdrawn' order by b.id for no key update of b",
        *[list(column) for column in zip(*wanted, strict=True)],
    )
    return {
        (one.fund, one.year, one.area_code): one for one in await some(tx, [r["id"] for r in rows])
    }


async def some(tx: Tx, ids: Sequence[UUID]) -> list[Budget]:
    rows = await tx.fetch("select * from budget where id = any($1::uuid[]) order by id", ids)
    return await _whole(tx, rows)


async def _whole(tx: Tx, rows: Sequence[Record]) -> list[Budget]:
    """Budgets with sources and lines, in the order of their rows."""
    ids = [row["id"] for row in rows]
    sources: dict[UUID, dict[BudgetSource, int]] = defaultdict(dict)
    for row in await tx.fetch(
        "select * from budget_source where budget_id = any($1::uuid[]) order by source", ids
    ):
        sources[row["budget_id"]][row["source"]] = row["amount"]
    lines: dict[UUID, list[Line]] = defaultdict(list)
    for row in await tx.fetch(
        "select * from budget_line where budget_id = any($1::uuid[]) order by use_code", ids
    ):
        lines[row["budget_id"]].append(
            Line(
                row["id"],
                row["use_code"],
                row["amount"],
                row["released"],
                row["province_approval"],
                row["finding"],
                row["carried"],
            )
        )
    return [
        Budget(
            **{column: row[column] for column in _COLUMNS},
            sources=sources[row["id"]], lines=tuple(lines[row["id"]]),
        )
        for row in rows
    ]  # fmt: skip


async def held(tx: Tx, line_ids: Sequence[UUID]) -> dict[UUID, int]:
    """What the arrangements of budget lines still hold: not reserved, not paid (fen)."""
    rows = await tx.fetch(
        "select r.budget_line_id, sum(a.balance)::bigint as balance"
        "  from arrangement r join account a on a.id = r.account_id"
        " where r.budget_line_id = any($1::uuid[]) group by 1",
        line_ids,
    )
    return {row["budget_line_id"]: row["balance"] for row in rows}


# A line has money: some to release yet, or some that its arrangements hold.
_WITH_MONEY = """(l.released < l.amount or exists (
    select from arrangement r join account a on a.id = r.account_id
     where r.budget_line_id = l.id and a.balance > 0))"""
_HAS_SOME_AGAIN = f"""
update budget_line l set exhausted_on = null where exhausted_on is not null and {_WITH_MONEY}
"""  # noqa: S608
_HAS_NONE = f"""
update budget_line l set exhausted_on = $1
  from budget b
 where b.id = l.budget_id and b.state = 'released' and l.amount > 0
   and l.exhausted_on is null and not {_WITH_MONEY}
returning l.budget_id, l.id
"""  # noqa: S608


async def newly_exhausted(tx: Tx, today: date) -> list[tuple[UUID, UUID]]:
    """Budget and line of what has no money since the last look, noted as told; a line that has money
    again can be told again."""
    await tx.execute(
        "select 1 from budget where state in ('released', 'closed') order by id for no key update"
    )
    await tx.execute(_HAS_SOME_AGAIN)
    rows = await tx.fetch(_HAS_NONE, today)
    return [(row["budget_id"], row["id"]) for row in rows]


async def differing(tx: Tx) -> list[UUID]:
    """Lines that say something else of what was released and carried over than the journal does."""
    rows = await tx.fetch(
        "select l.id from budget_line l"
        "  left join arrangement r on r.budget_line_id = l.id"
        "  left join journal_line j on j.account_id = r.account_id"
        "  left join journal_entry e on e.id = j.entry_id"
        "  left join journal_entry o on o.id = e.reverses"
        " group by l.id having l.released - l.carried <> coalesce(sum(j.amount) filter ("
        "     where coalesce(o.kind, e.kind) in ('arrangement', 'withdrawal')), 0)"
        " order by l.id limit 100"
    )
    return [row["id"] for row in rows]


async def page(
    tx: Tx,
    prefix: str,
    *,
    fund: Fund | None,
    year: int | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Budget]:
    """Budgets in the order of their ids; ``limit`` at most."""
    rows = await tx.fetch(
        "select * from budget where area_code like $1 || '%' and ($2::uuid is null or id > $2)"
        " and ($3::text is null or fund = $3) and ($4::int is null or year = $4)"
        " and ($5::text is null or state = $5) order by id limit $6",
        prefix, after, fund, year, state, limit,
    )  # fmt: skip
    return await _whole(tx, rows)
