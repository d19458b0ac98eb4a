"""Areas in the database: the municipal list and what happened to it, both append-only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.areas.domain import Area, Change, Name

_COLUMNS = ("id", "code", "name", "level", "parent_code", "established_on")
_CHANGE = ("id", "code", "kind", "on_day", "name", "successor_code", "told_event")
_REVERSED = "exists (select from area_change_reversal r where r.change_id = c.id)"
_CHANGES = f"select c.*, {_REVERSED} as reversed from area_change c"  # noqa: S608
# An end takes effect on its day. The placeholders stand for a parameter or a column of ours.
_HOLDS = (
    " area.established_on <= {0} and not exists (select from area_change c where c.code = area.code"
    f" and c.kind <> 'renamed' and c.on_day <= {{0}} and not {_REVERSED})"
)
_NOT_HOLDING = (
    "select area.code, d.day from unnest($1::text[], $2::date[]) as d (code, day)"  # noqa: S608
    f" join area using (code) where not ({_HOLDS.format('d.day')})"
)
_HAS_PARTS = f"select exists (select from area where parent_code = $1 and {_HOLDS.format('$2')})"  # noqa: S608
_PAGE = (
    "select * from area where code ~ $1 and ($2::text is null or code > $2)"  # noqa: S608
    " and ($4::text is null or parent_code = $4)"
    f" and ($5::date is null or ({_HOLDS.format('$5')})) order by code limit $3"
)


def _area(row: Record) -> Area:
    since = row["established_on"]
    return Area(row["id"], row["code"], (Name(row["name"], since),), since)


async def _folded(tx: Tx, rows: Sequence[Record]) -> list[Area]:
    changes: dict[str, list[Change]] = {}
    for change in await changes_of(tx, [row["code"] for row in rows]):
        changes.setdefault(change.code, []).append(change)
    return [_area(row).after(changes.get(row["code"], ())) for row in rows]


async def changes_of(tx: Tx, codes: Sequence[str]) -> list[Change]:
    """What happened to these areas, in the order of record; also what was taken back."""
    return [
        Change(*(row[column] for column in (*_CHANGE, "reversed")))
        for row in await tx.fetch(
            f"{_CHANGES} where c.code = any($1::text[]) order by c.recorded_at, c.id", codes
        )
    ]


async def take_back(tx: Tx, id: UUID, reason: str, actor: str, told_event: UUID) -> None:
    await tx.execute(
        "insert into area_change_reversal (change_id, reason, actor, told_event)"
        " values ($1, $2, $3, $4)",
        id,
        reason,
        actor,
        told_event,
    )


async def add(tx: Tx, areas: Sequence[Area]) -> None:
    rows = [(a.id, a.code, a.name, a.level, a.parent_code, a.established_on) for a in areas]
    await tx.copy("area", _COLUMNS, rows)


async def add_change(tx: Tx, change: Change, actor: str) -> None:
    await tx.execute(
        "insert into area_change (id, code, kind, on_day, name, successor_code, told_event, actor)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        change.id, change.code, change.kind, change.on, change.name, change.successor_code,
        change.told_event, actor,
    )  # fmt: skip


async def hold(tx: Tx) -> None:
    """Let nobody else change the tree until this transaction ends."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('registry.areas'))")


async def known(tx: Tx, codes: Iterable[str]) -> set[str]:
    """Those of ``codes`` that exist, on whatever day."""
    rows = await tx.fetch("select code from area where code = any($1::text[])", list(codes))
    return {row["code"] for row in rows}


async def not_holding(tx: Tx, asked: Iterable[tuple[str, date]]) -> set[tuple[str, date]]:
    """Those of these codes and days where the code exists, but not on that day."""
    pairs = sorted(set(asked))
    rows = await tx.fetch(
        _NOT_HOLDING,
        [code for code, _ in pairs],
        [day for _, day in pairs],
    )
    return {(row["code"], row["day"]) for row in rows}


async def by_code(tx: Tx, code: str) -> Area | None:
    rows = await tx.fetch("select * from area where code = $1", code)
    return (await _folded(tx, rows))[0] if rows else None


async def has_parts(tx: Tx, code: str, day: date) -> bool:
    """Whether areas directly below this one hold on a day."""
    found: bool = await tx.fetchval(_HAS_PARTS, code, day)
    return found


async def mergers(tx: Tx) -> list[tuple[str, str]]:
    """Every area that went into another one, with that one."""
    rows = await tx.fetch(
        "select c.code, c.successor_code from area_change c"  # noqa: S608
        f" where c.kind = 'merged' and not {_REVERSED}"
    )
    return [(row["code"], row["successor_code"]) for row in rows]


async def page(
    tx: Tx, pattern: str, parent: str | None, on: date | None, after: str | None, limit: int
) -> list[Area]:
    """Areas whose codes begin with ``pattern``, by code; below ``parent`` and holding on a day, where
    these are given."""
    return await _folded(tx, await tx.fetch(_PAGE, pattern, after, limit, parent, on))
