"""Offsets; a row is never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from kit.db import Tx
from subsidy.offsets.domain import Offset

_NAMES = tuple(field.name for field in fields(Offset))
_SELECT = f"select {', '.join(_NAMES)} from recovery_offset"  # noqa: S608


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
        f"{_SELECT} where area_code like $1 || '%' and id > $2"
        " and ($3::uuid is null or claim_id = $3) and ($4::uuid is null or recovery_id = $4)"
        " order by id limit $5",
        area_prefix, after or UUID(int=0), claim_id, recovery_id, limit,
    )  # fmt: skip
    return [Offset(**dict(row)) for row in rows]
