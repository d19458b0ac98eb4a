"""Offices in the database, what happened to them, and who works there: all append-only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.offices.domain import Change, Office, Staff

_COLUMNS = ("id", "code", "name", "kind", "staff", "area_code", "opened_on")
_CHANGE = ("id", "code", "kind", "on_day", "name", "area_code")
_STAFF = "select s.*, e.on_day as until from office_staff s left join office_staff_end e using (id)"


def _office(row: Record) -> Office:
    return Office(*(row[column] for column in _COLUMNS))


def _staff(row: Record) -> Staff:
    return Staff(row["id"], row["office"], row["account"], row["role"], row["since"], row["until"])


async def _folded(tx: Tx, rows: Sequence[Record], on: date | None) -> list[Office]:
    changes: dict[str, list[Change]] = {}
    for one in await tx.fetch(
        "select * from office_change where code = any($1::text[])", [row["code"] for row in rows]
    ):
        change = Change(*(one[column] for column in _CHANGE))
        changes.setdefault(change.code, []).append(change)
    return [_office(row).after(changes.get(row["code"], ()), on) for row in rows]


async def add(tx: Tx, offices: Sequence[Office]) -> None:
    rows = [(o.id, o.code, o.name, o.kind, o.staff, o.area_code, o.opened_on) for o in offices]
    await tx.copy("office", _COLUMNS, rows)


async def add_change(tx: Tx, change: Change, actor: str) -> None:
    await tx.execute(
        "insert into office_change (id, code, kind, on_day, name, area_code, actor)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        change.id, change.code, change.kind, change.on, change.name, change.area_code, actor,
    )  # fmt: skip


async def hold(tx: Tx) -> None:
    """Let nobody else change offices or their staff until this transaction ends."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('registry.offices'))")


async def known(tx: Tx, codes: Iterable[str]) -> set[str]:
    """Those of ``codes`` that exist, on whatever day."""
    rows = await tx.fetch("select code from office where code = any($1::text[])", list(codes))
    return {row["code"] for row in rows}


async def not_open(tx: Tx, asked: Iterable[tuple[str, date]]) -> set[tuple[str, date]]:
    """Those of these codes and days where the office exists, but is not open on that day."""
    pairs = sorted(set(asked))
    rows = await tx.fetch(
        "select d.code, d.day from unnest($1::text[], $2::date[]) as d (code, day)"
        " join office o using (code) where o.opened_on > d.day or exists (select from office_change c"
        " where c.code = d.code and c.kind = 'closed' and c.on_day <= d.day)",
        [code for code, _ in pairs],
        [day for _, day in pairs],
    )
    return {(row["code"], row["day"]) for row in rows}


async def by_code(tx: Tx, code: str, on: date | None = None) -> Office | None:
    rows = await tx.fetch("select * from office where code = $1", code)
    return (await _folded(tx, rows, on))[0] if rows else None


async def page(tx: Tx, pattern: str, after: UUID | None, limit: int) -> list[Office]:
    """Offices that were opened in an area, whatever became of them since."""
    rows = await tx.fetch(
        "select * from office where area_code ~ $1 and ($2::uuid is null or id > $2)"
        " order by id limit $3",
        pattern,
        after,
        limit,
    )
    return await _folded(tx, rows, None)


async def within(tx: Tx, pattern: str) -> set[str]:
    """The offices that were opened in some areas."""
    rows = await tx.fetch("select code from office where area_code ~ $1", pattern)
    return {row["code"] for row in rows}


async def by_codes(tx: Tx, codes: Iterable[str]) -> dict[str, Office]:
    """Those of these offices that were ever opened, as they are now."""
    rows = await tx.fetch("select * from office where code = any($1::text[])", list(codes))
    return {office.code: office for office in await _folded(tx, rows, None)}


async def add_staff(tx: Tx, entries: Sequence[Staff], actor: str) -> None:
    columns = ("id", "office", "account", "role", "since", "actor")
    rows = [(e.id, e.office, e.account, e.role, e.since, actor) for e in entries]
    await tx.copy("office_staff", columns, rows)


async def staff_ids(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from office_staff where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def end_staff(tx: Tx, id: UUID, on: date, actor: str) -> None:
    await tx.execute(
        "insert into office_staff_end (id, on_day, actor) values ($1, $2, $3)", id, on, actor
    )


async def staff_entry(tx: Tx, office: str, id: UUID) -> Staff | None:
    row = await tx.fetchrow(f"{_STAFF} where s.id = $1 and s.office = $2", id, office)
    return _staff(row) if row else None


async def serving(tx: Tx, accounts: Iterable[str]) -> list[Staff]:
    """Every entry of these accounts, ended ones too."""
    rows = await tx.fetch(f"{_STAFF} where s.account = any($1::text[])", list(accounts))
    return [_staff(row) for row in rows]


async def staff_of(
    tx: Tx, office: str, on: date | None, after: UUID | None, limit: int
) -> list[Staff]:
    """Who works or worked at an office; on a day, who worked there then."""
    rows = await tx.fetch(
        f"{_STAFF} where s.office = $1 and ($2::uuid is null or s.id > $2)"
        " and ($4::date is null or (s.since <= $4 and (e.on_day is null or e.on_day > $4)))"
        " order by s.id limit $3",
        office,
        after,
        limit,
        on,
    )
    return [_staff(row) for row in rows]
