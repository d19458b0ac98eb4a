"""Workers as they are compared with each other: by keyed hashes first, in plain for a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kit.crypto import Keyring, Sex, place
from kit.db import Tx
from registry.workers.names import name_key
from registry.workers.store import ID_NUMBER, NAME, name_indexes

#: What a way of looking is served by.
_COLUMNS = {
    "name_sound": ("sound_index", "bytea"),
    "birth_date": ("birth_date", "date"),
    "birth_date_near": ("birth_date", "date"),
    "sex": ("sex", "text"),
    "household_number": ("household_index", "bytea"),
    "former_employer": ("employer_key", "text"),
}
_COMPARED = (
    "select id, name, id_number, sound_index, household_index, employer_key, sex, birth_date,"
    " area_code, office from worker where id = any($1::uuid[])"
)


@dataclass(frozen=True, slots=True)
class Comparable:
    """One record as it is compared. Name (normalised) and number live as long as the comparison."""

    id: UUID
    name: str
    id_number: str
    sound: bytes | None
    household: bytes | None
    employer: str | None
    sex: Sex
    birth_date: date
    area_code: str
    office: str


async def comparables(tx: Tx, keyring: Keyring, ids: Sequence[UUID]) -> dict[UUID, Comparable]:
    """These records, opened for comparing."""
    decrypt = keyring.decrypt
    return {
        row["id"]: Comparable(
            row["id"],
            name_key(decrypt(row["name"], place(NAME, row["id"]))),
            decrypt(row["id_number"], place(ID_NUMBER, row["id"])),
            row["sound_index"], row["household_index"], row["employer_key"], row["sex"],
            row["birth_date"], row["area_code"], row["office"],
        )
        for row in await tx.fetch(_COMPARED, ids)
    }  # fmt: skip


async def alike(
    tx: Tx, on: Sequence[str], keys: Sequence[tuple[int, tuple[Any, ...]]], limit: int
) -> list[tuple[int, UUID]]:
    """Records that agree with a key in the columns ``on``, with the number that came with the key;
    at most ``limit`` for each key."""
    if not keys:
        return []
    columns = [_COLUMNS[name] for name in on]
    arrays = ", ".join(f"${n}::{type}[]" for n, (_, type) in enumerate(columns, 3))
    names = ", ".join(f"k{n}" for n in range(len(columns)))
    equal = " and ".join(f"w.{column} = v.k{n}" for n, (column, _) in enumerate(columns))
    rows = await tx.fetch(
        f"select v.n, w.id from unnest($2::int[], {arrays}) as v (n, {names})"  # noqa: S608
        f" cross join lateral (select w.id from worker w where {equal} limit $1) w",
        limit,
        [n for n, _ in keys],
        *(list(values) for values in zip(*(key for _, key in keys), strict=True)),
    )
    return [(row["n"], row["id"]) for row in rows]


async def named(
    tx: Tx,
    names: Sequence[tuple[bytes, bytes]],
    birth_date: date | None,
    pattern: str,
    limit: int,
) -> list[UUID]:
    """Records of an area under one of these keyed hashes of a name and its sound (by which there is
    an index), born on a day when one is given, in the order of ids."""
    rows = await tx.fetch(
        "select id from worker where sound_index = any($1::bytea[]) and name_index = any($2::bytea[])"
        " and ($3::date is null or birth_date = $3) and area_code ~ $4 order by id limit $5",
        [sound for _, sound in names],
        [name for name, _ in names],
        birth_date,
        pattern,
        limit,
    )
    return [row["id"] for row in rows]


async def written_after(tx: Tx, xid: str, id: UUID, limit: int) -> list[tuple[str, UUID]]:
    """Records written (or changed in what they are compared by) after a place in the order of
    transactions; only of transactions before which nothing can still be committed."""
    rows = await tx.fetch(
        "select changed_xid::text as xid, id from worker"
        " where (changed_xid, id) > ($1::text::xid8, $2)"
        " and changed_xid < pg_snapshot_xmin(pg_current_snapshot())"
        " order by changed_xid, id limit $3",
        xid,
        id,
        limit,
    )
    return [(row["xid"], row["id"]) for row in rows]


async def index_names(tx: Tx, keyring: Keyring, limit: int) -> int:
    """Give records from before there were such keys the keys of their names; answers how many."""
    rows = await tx.fetch(
        "select id, name from worker where name_index is null order by id limit $1"
        " for no key update skip locked",
        limit,
    )
    keys = [
        name_indexes(keyring, keyring.decrypt(row["name"], place(NAME, row["id"]))) for row in rows
    ]
    if keys:
        await tx.execute(
            "update worker w set name_index = u.name, sound_index = u.sound,"
            " changed_xid = pg_current_xact_id()"
            " from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as u (id, name, sound)"
            " where w.id = u.id",
            [row["id"] for row in rows],
            [name for name, _ in keys],
            [sound for _, sound in keys],
        )
    return len(rows)
