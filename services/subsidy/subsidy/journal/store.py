"""Accounts and the journal's tables: insert, look, lock; nothing here changes or deletes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from kit.db import Tx
from kit.ids import new_id
from subsidy.journal.domain import SIDES, Account, Entry, Key, Line

_BEGIN = """
insert into book (id, fund, area_code) select * from unnest($1::uuid[], $2::text[], $3::text[])
on conflict do nothing
"""
# Before any account: a closing waits for who writes, and who writes waits for it, never crosswise.
_HOLD = """
select b.fund, b.area_code from book b join unnest($1::text[], $2::text[]) as k(fund, area_code)
    using (fund, area_code) order by 1, 2 for share of b
"""
_OPEN = """
insert into account (id, fund, area_code, kind, detail, side)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[])
 order by 2, 3, 4, 5
on conflict (fund, area_code, kind, detail) do nothing
"""
# Locked in the order of ids: two transactions that need the same accounts cannot dead-lock.
_LOCK = """
select a.id, a.fund, a.area_code, a.kind, a.detail, a.balance, b.closed_until
  from account a
  join unnest($1::text[], $2::text[], $3::text[], $4::text[]) as k(fund, area_code, kind, detail)
    using (fund, area_code, kind, detail)
  join book b using (fund, area_code)
 order by a.id for update of a
"""
_WRITE = """
with entries as (
    insert into journal_entry (id, kind, effective_on, about, reverses, area_code, office, recorded_by)
    select *, $8::text from unnest($1::uuid[], $2::text[], $3::date[], $4::uuid[], $5::uuid[],
                                   $6::text[], $7::text[])
)
insert into journal_line (entry_id, line, account_id, amount)
select * from unnest($9::uuid[], $10::int[], $11::uuid[], $12::bigint[])
"""


async def lock(tx: Tx, keys: Iterable[Key]) -> dict[Key, Account]:
    """The accounts of these names, opened when new, locked until the transaction ends."""
    wanted = sorted(set(keys))
    await _hold(tx, {(fund, area_code) for fund, area_code, _, _ in wanted})
    columns: list[list[Any]] = [list(column) for column in zip(*wanted, strict=True)] or [[]] * 4
    rows = await tx.fetch(_LOCK, *columns)
    if len(rows) < len(wanted):
        found = {(r["fund"], r["area_code"], r["kind"], r["detail"]) for r in rows}
        new = [key for key in wanted if key not in found]
        sides = [SIDES[key[2]] for key in new]
        await tx.execute(
            _OPEN, [new_id() for _ in new], *[list(c) for c in zip(*new, strict=True)], sides
        )
        rows = await tx.fetch(_LOCK, *columns)
    accounts = [Account(**dict(row)) for row in rows]
    return {account.key: account for account in accounts}


async def _hold(tx: Tx, books: set[tuple[str, str]]) -> None:
    """Nobody closes or reopens these books until the transaction ends; new ones begin."""
    if not books:
        return
    columns = [list(column) for column in zip(*sorted(books), strict=True)]
    if len(await tx.fetch(_HOLD, *columns)) < len(books):
        await tx.execute(_BEGIN, [new_id() for _ in books], *columns)
        await tx.fetch(_HOLD, *columns)


async def write(tx: Tx, entries: Sequence[Entry], *, recorded_by: str) -> None:
    """Append entries with their lines; the database moves the balances and checks at commit."""
    lines = [
        (entry.id, number, line.account_id, line.amount)
        for entry in entries
        for number, line in enumerate(entry.lines, 1)
    ]
    await tx.execute(
        _WRITE,
        [entry.id for entry in entries],
        [entry.kind for entry in entries],
        [entry.effective_on for entry in entries],
        [entry.about for entry in entries],
        [entry.reverses for entry in entries],
        [entry.area_code for entry in entries],
        [entry.office for entry in entries],
        recorded_by,
        *[list(column) for column in zip(*lines, strict=True)],
    )


async def some(tx: Tx, entry_ids: Sequence[UUID]) -> dict[UUID, Entry]:
    """Entries with their lines."""
    rows = await tx.fetch(
        "select e.id, e.kind, e.effective_on, e.about, e.reverses, e.area_code, e.office,"
        " array_agg(l.account_id order by l.line) as accounts,"
        " array_agg(l.amount order by l.line) as amounts"
        "  from journal_entry e join journal_line l on l.entry_id = e.id"
        " where e.id = any($1::uuid[]) group by e.id",
        entry_ids,
    )
    return {
        row["id"]: Entry(
            row["id"], row["kind"], row["effective_on"], row["about"], row["area_code"],
            row["office"],
            tuple(Line(*line) for line in zip(row["accounts"], row["amounts"], strict=True)),
            row["reverses"],
        )
        for row in rows
    }  # fmt: skip


async def held(tx: Tx, keys: Sequence[Key]) -> int:
    """What accounts of these names hold together."""
    columns: list[list[Any]] = [list(column) for column in zip(*keys, strict=True)] or [[]] * 4
    total: int = await tx.fetchval(
        "select coalesce(sum(a.balance * a.side), 0)::bigint from account a"
        "  join unnest($1::text[], $2::text[], $3::text[], $4::text[])"
        "    as k(fund, area_code, kind, detail) using (fund, area_code, kind, detail)",
        *columns,
    )
    return total


async def lock_of(tx: Tx, entries: Sequence[Entry]) -> dict[UUID, Account]:
    """The accounts that entries touch, locked."""
    ids = [line.account_id for entry in entries for line in entry.lines]
    books = await tx.fetch(
        "select distinct fund, area_code from account where id = any($1::uuid[])", ids
    )
    await _hold(tx, {(row["fund"], row["area_code"]) for row in books})
    rows = await tx.fetch(
        "select a.id, a.fund, a.area_code, a.kind, a.detail, a.balance, b.closed_until"
        "  from account a join book b using (fund, area_code)"
        " where a.id = any($1::uuid[]) order by a.id for update of a",
        ids,
    )
    return {row["id"]: Account(**dict(row)) for row in rows}


_LIST = """
select e.id, e.kind, e.effective_on, e.about, e.reverses, e.area_code, e.office, e.recorded_at,
       array_agg(a.kind || case when a.detail = '' then '' else ':' || a.detail end order by l.line)
           as accounts,
       array_agg(a.fund order by l.line) as funds,
       array_agg(l.amount order by l.line) as amounts
  from (select * from journal_entry
         where area_code like $1 || '%' and id > $2 and ($3::uuid is null or about = $3)
         order by id limit $4) e
  join journal_line l on l.entry_id = e.id join account a on a.id = l.account_id
 group by e.id, e.kind, e.effective_on, e.about, e.reverses, e.area_code, e.office, e.recorded_at
 order by e.id
"""


async def hold_alone(tx: Tx, fund: str, area_code: str) -> date | None:
    """Take a book for a closing: who writes into it is waited for, and waits. The day until which it is
    closed."""
    row = await tx.fetchrow(
        "select closed_until from book where fund = $1 and area_code = $2 for no key update",
        fund, area_code,
    )  # fmt: skip
    if row is None:
        await tx.execute(_BEGIN, [new_id()], [fund], [area_code])
        return await hold_alone(tx, fund, area_code)
    closed_until: date | None = row["closed_until"]
    return closed_until


async def page(
    tx: Tx, area_prefix: str, *, about: UUID | None, after: UUID | None, limit: int
) -> list[Any]:
    """Entries in the order of their making, with named accounts; ``limit`` rows at most."""
    return await tx.fetch(_LIST, area_prefix, after or UUID(int=0), about, limit)


_CHECK = """
select a.id, a.fund, a.area_code, a.kind, a.detail, a.balance,
       coalesce(sum(l.amount), 0)::bigint as derived, count(l.entry_id) as lines
  from account a left join journal_line l on l.account_id = a.id
 where a.area_code like $1 || '%'
 group by a.id
"""


async def derived(tx: Tx, area_prefix: str) -> list[Any]:
    """Every visible account with its running balance, the sum of its lines and their number."""
    return await tx.fetch(_CHECK, area_prefix)


async def unbalanced(tx: Tx, area_prefix: str) -> list[UUID]:
    """Entries whose lines do not add to nothing: none, unless somebody went around the database."""
    rows = await tx.fetch(
        "select e.id from journal_entry e left join journal_line l on l.entry_id = e.id"
        " where e.area_code like $1 || '%'"
        " group by e.id having coalesce(sum(l.amount), 0) <> 0 or count(l.entry_id) < 2 limit 100",
        area_prefix,
    )
    return [row["id"] for row in rows]
