"""The derived tables: written only here, by one statement per set, live or in the shadow.

The SQL of a merge says what :func:`assessment.items.domain.merge` says: each part of an item keeps
the fact with the higher sequence. A property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from assessment.items.domain import CLOSED, ENDED, OPENED, UNTIL, Folded, Item, Move, Person, Place
from kit.db import Tx
from kit.identities import Link

Side = Literal["live", "shadow"]

_TYPES = {
    "entity_id": "uuid", "kind": "text", "n": "int", "opened_seq": "int", "opened_by": "uuid",
    "on_date": "date", "area_code": "text", "office": "text", "worker_id": "uuid",
    "unit_id": "uuid", "tag": "text", "aspect": "text", "mark": "text", "amount_fen": "bigint",
    "quantity": "bigint", "until_seq": "int", "until": "date", "closed_seq": "int", "closed_by": "uuid",
    "closed_on": "date", "ended_seq": "int", "ended_by": "uuid", "ended_on": "date",
    "sequence": "int", "population": "text", "sex": "text", "birth_date": "date",
    "category": "text", "code": "text", "name": "text", "level": "text",
    "merged_id": "uuid", "told_by": "uuid", "survivor_id": "uuid", "since": "date",
}  # fmt: skip
_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "item": ("entity_id, kind, n", Item._fields),
    "person": ("worker_id", Person._fields),
    "person_move": ("worker_id, sequence", Move._fields),
    "place": ("code", Place._fields),
    "identity_link": ("merged_id", Link._fields),
}


def _part(columns: tuple[str, ...]) -> str:
    first = columns[0]
    later = f"coalesce(excluded.{first}, 0) > coalesce(t.{first}, 0)"
    return ", ".join(f"{c} = case when {later} then excluded.{c} else t.{c} end" for c in columns)


def _upsert(table: str, side: Side) -> str:
    key, columns = _TABLES[table]
    name = table if side == "live" else f"{table}_shadow"
    arrays = ", ".join(f"${n}::{_TYPES[c]}[]" for n, c in enumerate(columns, 1))
    if table == "item":
        update = ", ".join(_part(part) for part in (OPENED, UNTIL, CLOSED, ENDED))
        changed = " or ".join(
            f"excluded.{part[0]} > coalesce(t.{part[0]}, 0)"
            for part in (OPENED, UNTIL, CLOSED, ENDED)
        )
    else:
        update = ", ".join(f"{c} = excluded.{c}" for c in columns if c not in key)
        changed = "excluded.sequence > t.sequence"
    return (
        f"insert into {name} as t ({', '.join(columns)}) select * from unnest({arrays}) "  # noqa: S608
        f"on conflict ({key}) do update set {update} where {changed}"
    )


_UPSERTS = {(t, side): _upsert(t, side) for t in _TABLES for side in ("live", "shadow")}


async def merge(tx: Tx, folded: Folded, side: Side) -> None:
    """Merge what a set of facts came to into the tables of one side."""
    for table, rows in (
        ("item", folded.items),
        ("person", folded.persons),
        ("person_move", folded.moves),
        ("place", folded.places),
        ("identity_link", folded.links),
    ):
        if rows:
            await _write(tx, table, rows, side)


async def _write(tx: Tx, table: str, rows: Sequence[tuple[object, ...]], side: Side) -> None:
    await tx.execute(_UPSERTS[table, side], *zip(*rows, strict=True))


async def clear_shadow(tx: Tx) -> None:
    for table in _TABLES:
        await tx.execute(f"delete from {table}_shadow")  # noqa: S608


async def differences(tx: Tx) -> int:
    """Rows that stand on one side only, or differ."""
    found = 0
    for table, (key, _) in _TABLES.items():
        found += await tx.fetchval(
            f"select count(*) from {table} l full join {table}_shadow s using ({key}) "  # noqa: S608
            "where l is distinct from s"
        )
    return found


async def swap(tx: Tx) -> None:
    """The shadow becomes what is live."""
    for table, (_, columns) in _TABLES.items():
        names = ", ".join(columns)
        await tx.execute(f"delete from {table}")  # noqa: S608
        await tx.execute(
            f"insert into {table} ({names}) select {names} from {table}_shadow"  # noqa: S608
        )


async def size(tx: Tx) -> tuple[int, int]:
    """How many items have been opened, and how many persons are known."""
    row = await tx.fetchrow(
        "select (select count(*) from item where opened_by is not null) as items,"
        " (select count(*) from person) as persons"
    )
    assert row is not None
    return row["items"], row["persons"]
