"""Entries of the blacklist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from kit.db import Tx
from subsidy.blacklist.domain import Blacklisting, State

_NAMES = tuple(field.name for field in fields(Blacklisting))
_SELECT = f"select {', '.join(_NAMES)} from blacklisting"  # noqa: S608


async def exists(tx: Tx, id: UUID) -> bool:
    return bool(await tx.fetchval("select exists (select from blacklisting where id = $1)", id))


async def add(tx: Tx, one: Blacklisting) -> bool:
    """Whether no other entry of the claimant waits for its decision."""
    values = ", ".join(f"${n}" for n in range(1, len(_NAMES) + 1))
    added = await tx.fetchval(
        f"insert into blacklisting ({', '.join(_NAMES)}) values ({values})"  # noqa: S608
        " on conflict (claimant_id) where state = 'proposed' do nothing returning id",
        *(getattr(one, name) for name in _NAMES),
    )
    return added is not None


async def recovered_from(tx: Tx, claimant_id: UUID, recovery_id: UUID) -> bool:
    """Whether the recovery is one of this claimant."""
    return bool(
        await tx.fetchval(
            "select exists (select from recovery where id = $1 and claimant_id = $2)",
            recovery_id, claimant_id,
        )
    )  # fmt: skip


async def save(tx: Tx, one: Blacklisting) -> None:
    """As its act left it; whoever calls has locked it."""
    await tx.execute(
        "update blacklisting set state = $2, state_on = $3, decided_by = $4, lifted_by = $5,"
        " lifting = $6, version = $7 where id = $1",
        one.id, one.state, one.state_on, one.decided_by, one.lifted_by, one.lifting, one.version,
    )  # fmt: skip


async def get(tx: Tx, id: UUID, area_prefix: str, *, lock: bool = False) -> Blacklisting | None:
    row = await tx.fetchrow(
        f"{_SELECT} where id = $1 and area_code like $2 || '%'" + (" for update" if lock else ""),
        id, area_prefix,
    )  # fmt: skip
    return None if row is None else Blacklisting(**dict(row))


async def of_claimants(tx: Tx, ids: Sequence[UUID]) -> list[Blacklisting]:
    """What was decided of these claimants, whichever area did."""
    rows = await tx.fetch(
        f"{_SELECT} where claimant_id = any($1::uuid[]) and state in ('standing', 'lifted')"
        " order by until desc",
        ids,
    )
    return [Blacklisting(**dict(row)) for row in rows]


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    claimant_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Blacklisting]:
    """Entries in the order of their ids."""
    rows = await tx.fetch(
        f"{_SELECT} where area_code like $1 || '%' and id > $2"
        " and ($3::uuid is null or claimant_id = $3) and ($4::text is null or state = $4)"
        " order by id limit $5",
        area_prefix, after or UUID(int=0), claimant_id, state, limit,
    )  # fmt: skip
    return [Blacklisting(**dict(row)) for row in rows]
