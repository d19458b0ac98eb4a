"""Reservations. Where their money is, the journal's accounts say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from subsidy.reservations.domain import HELD, Reservation, State

_COLUMNS = (
    "id", "arrangement_id", "amount", "reserved_on", "purpose", "about", "area_code", "office",
    "made_by", "state", "state_on", "version",
)  # fmt: skip
_NEW = f"insert into reservation ({', '.join(_COLUMNS)}) values ({', '.join(f'${n}' for n in range(1, 13))})"  # noqa: S608
# What it holds now stands in the account of its state; what was paid has left the committed one.
_SELECT = """
select r.*, coalesce(h.balance, 0) as held
  from reservation r
  left join account h on h.detail = r.id::text and h.kind = case r.state
"""
_SELECT += "".join(f" when '{state}' then '{kind}'" for state, kind in HELD.items()) + " end"


@dataclass(frozen=True, slots=True)
class Standing:
    """A reservation and the fen that it still holds."""

    reservation: Reservation
    held: int


def _standing(row: Record) -> Standing:
    return Standing(Reservation(**{column: row[column] for column in _COLUMNS}), row["held"])


async def existing(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from reservation where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def add(tx: Tx, reservation: Reservation) -> None:
    await tx.execute(_NEW, *(getattr(reservation, column) for column in _COLUMNS))


async def save(tx: Tx, after: Reservation) -> bool:
    """Write a step; False when somebody was faster."""
    touched = await tx.execute(
        "update reservation set state = $2, state_on = $3, version = $4"
        " where id = $1 and version = $4 - 1",
        after.id, after.state, after.state_on, after.version,
    )  # fmt: skip
    return touched == 1


async def lock(tx: Tx, ids: Sequence[UUID]) -> None:
    """Nobody else takes a step of these until the transaction ends; in the order of ids."""
    await tx.execute(
        "select 1 from reservation where id = any($1::uuid[]) order by id for no key update", ids
    )


async def some(tx: Tx, ids: Sequence[UUID]) -> list[Standing]:
    rows = await tx.fetch(f"{_SELECT} where r.id = any($1::uuid[])", ids)
    return [_standing(row) for row in rows]


async def held_under(tx: Tx, arrangement_ids: Sequence[UUID]) -> int:
    """What reservations of these arrangements hold, promised and with the bank too (fen)."""
    held: int = await tx.fetchval(
        "select coalesce(sum(a.balance), 0)::bigint"
        "  from reservation r join arrangement t on t.id = r.arrangement_id"
        "  join account a on a.fund = t.fund and a.area_code = t.area_code and a.detail = r.id::text"
        "    and a.kind in ('reserved', 'committed', 'ordered')"
        " where r.arrangement_id = any($1::uuid[])",
        arrangement_ids,
    )
    return held


async def page(
    tx: Tx,
    prefix: str,
    *,
    arrangement_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Standing]:
    """Reservations in the order of their ids; ``limit`` rows at most."""
    rows = await tx.fetch(
        f"{_SELECT} where r.area_code like $1 || '%' and ($2::uuid is null or r.id > $2)"
        " and ($3::uuid is null or r.arrangement_id = $3) and ($4::text is null or r.state = $4)"
        " order by r.id limit $5",
        prefix, after, arrangement_id, state, limit,
    )  # fmt: skip
    return [_standing(row) for row in rows]
