"""Batches and their files. A file is compressed and encrypted: it holds names and accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from kit.db import Tx
from subsidy.batches.domain import Batch, State

_NAMES = tuple(field.name for field in fields(Batch))
_SELECT = f"select {', '.join(_NAMES)} from payment_batch"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it is kept: sealed, with the hash and the size of what is inside."""

    content: bytes
    sha256: str
    bytes: int


async def exists(tx: Tx, batch_id: UUID) -> bool:
    return bool(
        await tx.fetchval("select exists (select from payment_batch where id = $1)", batch_id)
    )


async def add(tx: Tx, batch: Batch) -> None:
    await tx.copy("payment_batch", _NAMES, [tuple(getattr(batch, name) for name in _NAMES)])


async def save(tx: Tx, batch: Batch) -> None:
    await tx.execute(
        "update payment_batch set state = $2, state_on = $3, approved_by = $4 where id = $1",
        batch.id, batch.state, batch.state_on, batch.approved_by,
    )  # fmt: skip


async def get(tx: Tx, batch_id: UUID, area_prefix: str, *, lock: bool = False) -> Batch | None:
    row = await tx.fetchrow(
        _SELECT + " where id = $1 and area_code like $2 || '%'" + (" for update" if lock else ""),
        batch_id, area_prefix,
    )  # fmt: skip
    return None if row is None else Batch(**dict(row))


async def by_message(tx: Tx, message_id: str, area_prefix: str) -> Batch | None:
    """The batch whose file has this message id."""
    row = await tx.fetchrow(
        _SELECT + " where message_id = $1 and area_code like $2 || '%'", message_id, area_prefix
    )
    return None if row is None else Batch(**dict(row))


async def withdrawn(tx: Tx, batch_ids: Sequence[UUID]) -> list[UUID]:
    rows = await tx.fetch(
        "select id from payment_batch where id = any($1::uuid[]) and state = 'withdrawn'", batch_ids
    )
    return [row["id"] for row in rows]


async def add_file(tx: Tx, batch_id: UUID, kept: Kept) -> None:
    await tx.execute(
        "insert into payment_file (batch_id, content, sha256, bytes) values ($1, $2, $3, $4)",
        batch_id, kept.content, kept.sha256, kept.bytes,
    )  # fmt: skip


async def file(tx: Tx, batch_id: UUID) -> Kept | None:
    row = await tx.fetchrow(
        "select content, sha256, bytes from payment_file where batch_id = $1", batch_id
    )
    return None if row is None else Kept(**dict(row))


async def hashes(tx: Tx, batch_ids: list[UUID]) -> dict[UUID, str]:
    """The hashes of the files of batches that have one."""
    rows = await tx.fetch(
        "select batch_id, sha256 from payment_file where batch_id = any($1::uuid[])", batch_ids
    )
    return {row["batch_id"]: row["sha256"] for row in rows}


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    reservation_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Batch]:
    """Batches in the order of their ids; ``limit`` rows at most."""
    rows = await tx.fetch(
        _SELECT + " where area_code like $1 || '%' and id > $2"
        " and ($3::uuid is null or reservation_id = $3) and ($4::text is null or state = $4)"
        " order by id limit $5",
        area_prefix, after or UUID(int=0), reservation_id, state, limit,
    )  # fmt: skip
    return [Batch(**dict(row)) for row in rows]
