"""Offsets, of which a row is never changed, and the reversals that two persons make of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from kit.db import Tx
from subsidy.offsets.domain import Offset, Reversal, State

_NAMES = tuple(field.name for field in fields(Offset) if field.name != "reversed_on")
_SELECT = f"""
select {", ".join("o." + name for name in _NAMES)}, v.state_on as reversed_on
  from recovery_offset o
  left join offset_reversal v on v.offset_id = o.id and v.state = 'reversed'
"""  # noqa: S608
_OF_REVERSAL = tuple(field.name for field in fields(Reversal))
_REVERSALS = f"select {', '.join(_OF_REVERSAL)} from offset_reversal"  # noqa: S608


async def add(tx: Tx, offsets: Sequence[Offset]) -> None:
    await tx.copy(
        "recovery_offset", _NAMES, [tuple(getattr(one, n) for n in _NAMES) for one in offsets]
    )


async def is_offset(tx: Tx, payment_id: UUID) -> bool:
    return bool(
        await tx.fetchval(
            "select exists (select from recovery_offset where payment_id = $1)", payment_id
        )
    )


async def get(tx: Tx, id: UUID, area_prefix: str) -> Offset | None:
    row = await tx.fetchrow(
        f"{_SELECT} where o.id = $1 and o.area_code like $2 || '%'", id, area_prefix
    )
    return None if row is None else Offset(**dict(row))


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    claim_id: UUID | None,
    recovery_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Offset]:
    """Offsets in the order of their ids."""
    rows = await tx.fetch(
        f"{_SELECT} where o.area_code like $1 || '%' and o.id > $2"
        " and ($3::uuid is null or o.claim_id = $3) and ($4::uuid is null or o.recovery_id = $4)"
        " order by o.id limit $5",
        area_prefix, after or UUID(int=0), claim_id, recovery_id, limit,
    )  # fmt: skip
    return [Offset(**dict(row)) for row in rows]


# --- reversals


async def exists(tx: Tx, reversal_id: UUID) -> bool:
    return bool(
        await tx.fetchval("select exists (select from offset_reversal where id = $1)", reversal_id)
    )


async def propose(tx: Tx, one: Reversal) -> bool:
    """Whether the offset was neither reversed nor proposed to be."""
    values = ", ".join(f"${n}" for n in range(1, len(_OF_REVERSAL) + 1))
    added = await tx.fetchval(
        f"insert into offset_reversal ({', '.join(_OF_REVERSAL)}) values ({values})"  # noqa: S608
        " on conflict (offset_id) where state <> 'declined' do nothing returning id",
        *(getattr(one, name) for name in _OF_REVERSAL),
    )
    return added is not None


async def save(tx: Tx, one: Reversal) -> None:
    """As it was decided; whoever calls has locked it."""
    await tx.execute(
        "update offset_reversal set state = $2, state_on = $3, decided_by = $4, version = $5"
        " where id = $1",
        one.id, one.state, one.state_on, one.decided_by, one.version,
    )  # fmt: skip


async def reversal(tx: Tx, id: UUID, area_prefix: str, *, lock: bool = False) -> Reversal | None:
    row = await tx.fetchrow(
        f"{_REVERSALS} where id = $1 and area_code like $2 || '%'" + (" for update" if lock else ""),
        id, area_prefix,
    )  # fmt: skip
    return None if row is None else Reversal(**dict(row))


async def page_of_reversals(
    tx: Tx,
    area_prefix: str,
    *,
    offset_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Reversal]:
    """Reversals in the order of their ids."""
    rows = await tx.fetch(
        f"{_REVERSALS} where area_code like $1 || '%' and id > $2"
        " and ($3::uuid is null or offset_id = $3) and ($4::text is null or state = $4)"
        " order by id limit $5",
        area_prefix, after or UUID(int=0), offset_id, state, limit,
    )  # fmt: skip
    return [Reversal(**dict(row)) for row in rows]
