"""A frozen dataclass and its table, column for field: how stores read and write sets of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from kit.db import Tx
from kit.facts import StaleWrite

T = TypeVar("T")

#: Unlocked; locked against every other writer of the row.
LOCKS = {False: "", True: " for no key update"}


class Rows(Generic[T]):
    """The fields of ``kind`` are the columns of ``table``, in any order; ``key`` is a uuid column.

    Statements are put together once, from names in our own code; values are always parameters.
    """

    def __init__(self, table: str, kind: type[T], *, key: str = "id") -> None:
        assert is_dataclass(kind)
        self.table, self.kind, self.key = table, kind, key
        self.columns = tuple(field.name for field in fields(kind))
        self._values = attrgetter(*self.columns)
        listed = ", ".join(self.columns)
        self._select = f"select {listed} from {table}"  # noqa: S608
        rest = [name for name in self.columns if name not in (key, "version")]
        changed = ", ".join(f"{name} = ${n}" for n, name in enumerate(rest, 3))
        self._update = (
            f"update {table} set {changed}, version = $2 where {key} = $1 and version = $2 - 1"  # noqa: S608
        )
        self._changed = attrgetter(key, "version", *rest) if "version" in self.columns else None

    def read(self, records: Sequence[Any]) -> list[T]:
        return [self.kind(*record) for record in records]

    async def add(self, tx: Tx, things: Sequence[T]) -> None:
        """COPY new rows in."""
        if things:
            await tx.copy(self.table, self.columns, [self._values(thing) for thing in things])

    async def taken(self, tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
        """Which of these ids exist."""
        found = await tx.fetch(
            f"select {self.key} from {self.table} where {self.key} = any($1::uuid[])",  # noqa: S608
            ids,
        )
        return {record[0] for record in found}

    async def find(
        self, tx: Tx, ids: Sequence[UUID], *, lock: bool = False, by: str | None = None
    ) -> list[T]:
        """Rows whose key (or the column ``by``) is among ``ids``, locked in the order of the key."""
        found = await tx.fetch(
            f"{self._select} where {by or self.key} = any($1::uuid[])"
            f" order by {self.key}{LOCKS[lock]}",
            ids,
        )
        return self.read(found)

    async def get(self, tx: Tx, key: UUID, *, lock: bool = False) -> T | None:
        return next(iter(await self.find(tx, [key], lock=lock)), None)

    async def save(self, tx: Tx, thing: T) -> None:
        """Write a changed value whose version is one above the stored one, else StaleWrite."""
        assert self._changed is not None
        if not await tx.execute(self._update, *self._changed(thing)):
            raise StaleWrite

    async def place(self, tx: Tx, places: Mapping[UUID, tuple[str, str]]) -> None:
        """Put rows, which are locked, into another area and office."""
        await tx.execute(
            f"update {self.table} t set area_code = u.area_code, office = u.office,"  # noqa: S608
            " version = t.version + 1 from unnest($1::uuid[], $2::text[], $3::text[])"
            f" as u (id, area_code, office) where t.{self.key} = u.id",
            list(places),
            [area for area, _ in places.values()],
            [office for _, office in places.values()],
        )

    async def page(
        self, tx: Tx, area_prefix: str, after: UUID | None, limit: int, **equal: Any
    ) -> list[T]:
        """One row more than ``limit``, by key, of the areas with this prefix; None filters nothing."""
        conditions, values = ["area_code like $1 || '%'"], [area_prefix]
        for column, value in {**equal, "": after}.items():
            if value is not None:
                values.append(value)
                compared = f"{column} =" if column else f"{self.key} >"
                conditions.append(f"{compared} ${len(values)}")
        found = await tx.fetch(
            f"{self._select} where {' and '.join(conditions)} order by {self.key} limit {limit + 1:d}",
            *values,
        )
        return self.read(found)
