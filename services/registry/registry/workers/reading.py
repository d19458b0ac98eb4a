"""Workers as they are compared with each other: by keyed hashes first, in plain for a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from kit.crypto import Keyring, Sex, place
from kit.db import Tx
from registry.workers.names import name_key
from registry.workers.store import ID_NUMBER, NAME, name_indexes

#: What a way of looking is served by: the column, how it is compared with the key, the key's type.
_COLUMNS = {
    "id_number": ("id_number_index", "{}", "bytea"),
    "name_sound": ("sound_index", "{}", "bytea"),
    "birth_date": ("birth_date", "{}", "date"),
    "birth_date_near": ("birth_date", "any({}::date[])", "text"),
    "sex": ("sex", "{}", "text"),
    "household_number": ("household_index", "{}", "bytea"),
    "former_employer": ("employer_key", "{}", "text"),
}
_COMPARED = (
    "w.id, w.name, w.id_number, w.sound_index, w.household_index, w.employer_key, w.sex,"
    " w.birth_date, w.area_code, w.office"
)


@dataclass(slots=True)
class Comparable:
    """One record as it is compared. Name (normalised) and number are opened when somebody asks, and
    live as long as the comparison."""

    keyring: Keyring
    id: UUID
    sealed_name: bytes
    sealed_number: bytes
    sound: bytes | None
    household: bytes | None
    employer: str | None
    sex: Sex
    birth_date: date
    area_code: str
    office: str
    _name: str | None = None
    _number: str | None = None

    @property
    def name(self) -> str:
        if self._name is None:
            self._name = name_key(self.keyring.decrypt(self.sealed_name, place(NAME, self.id)))
        return self._name

    @property
    def id_number(self) -> str:
        if self._number is None:
            self._number = self.keyring.decrypt(self.sealed_number, place(ID_NUMBER, self.id))
        return self._number


async def comparables(tx: Tx, keyring: Keyring, ids: Sequence[UUID]) -> dict[UUID, Comparable]:
    """These records, to be compared."""
    rows = await tx.fetch(f"select {_COMPARED} from worker w where w.id = any($1::uuid[])", ids)  # noqa: S608
    return {row["id"]: Comparable(keyring, *row) for row in rows}


@dataclass(frozen=True, slots=True)
class Way:
    """A way of looking: records agree in the attributes ``on`` with a key. Each key comes with the
    number of whose it is; of a ``birth_date_near`` it names the days (:func:`days`)."""

    on: tuple[str, ...]
    keys: Sequence[tuple[int, tuple[Any, ...]]]


@lru_cache(maxsize=20_000)
def days(near: tuple[date, ...]) -> str:
    """Several days as one key."""
    return "{" + ",".join(map(date.isoformat, near)) + "}"


async def alike(
    tx: Tx, keyring: Keyring, ways: Sequence[Way], limit: int
) -> tuple[list[tuple[int, UUID]], dict[UUID, Comparable]]:
    """Records that agree with a key, at most ``limit`` for each: the number that came with the key and
    the record's id; and the records. One statement, whose round trip costs as much as it reads."""
    given: list[list[Any]] = []
    for way in ways:
        given.append([n for n, _ in way.keys])
        given += [[key[at] for _, key in way.keys] for at in range(len(way.on))]
    rows = await tx.fetch(_looking(tuple(way.on for way in ways)), limit, *given)
    records: dict[UUID, Comparable] = {}
    found = []
    for row in rows:
        n, id = row[0], row[1]
        found.append((n, id))
        if id not in records:
            records[id] = Comparable(keyring, *row[1:])
    return found, records


@lru_cache(maxsize=32)
def _looking(ways: tuple[tuple[str, ...], ...]) -> str:
    """The statement of some ways. Its parameters: the limit, then of each way the numbers and, by
    attribute, the keys. Each stands in a select of its own, where the planner does not see how long
    it is: else it would plan anew for every search, which costs twice what the looking does."""
    looks, given = [], 1
    for on in ways:
        arrays, equal = [f"(select ${given + 1}::int[])"], []
        for at, (column, how, type) in enumerate(_COLUMNS[name] for name in on):
            arrays.append(f"(select ${given + 2 + at}::{type}[])")
            equal.append(f"w.{column} = {how.format(f'v.k{at}')}")
        given += len(arrays)
        keys = ", ".join(f"k{at}" for at in range(len(on)))
        looks.append(
            f"select v.n, w.* from unnest({', '.join(arrays)}) as v (n, {keys}) cross join lateral"  # noqa: S608
            f" (select {_COMPARED} from worker w where {' and '.join(equal)} limit $1) w"
        )
    return " union all ".join(looks)


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
