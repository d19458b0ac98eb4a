"""Grants that were heard of, and annotations."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.benefits.domain import Benefit, Grant

_GRANT = (
    "id", "kind", "worker_id", "valid_from", "valid_to", "amount", "granted_by", "source_event",
    "withdrawn",
)  # fmt: skip
_BENEFIT = (
    "id", "worker_id", "certificate_id", "kind", "valid_from", "valid_to", "amount", "granted_by",
    "source_event", "area_code", "office", "annotated_event", "reversed",
)  # fmt: skip


def _grant(row: Record) -> Grant:
    return Grant(*(row[column] for column in _GRANT))


def _benefit(row: Record) -> Benefit:
    return Benefit(*(row[column] for column in _BENEFIT))


async def record_grants(tx: Tx, grants: Sequence[Grant]) -> None:
    """Keep grants; the same one again changes nothing, and a withdrawal stays."""
    columns = zip(
        *(
            (g.id, g.kind, g.worker_id, g.valid_from, g.valid_to, g.amount_fen, g.granted_by,
             g.source_event, g.withdrawn)
            for g in grants
        ),
        strict=True,
    )  # fmt: skip
    await tx.execute(
        "insert into benefit_grant (id, kind, worker_id, valid_from, valid_to, amount, granted_by,"
        " source_event, withdrawn) select * from unnest($1::uuid[], $2::text[], $3::uuid[],"
        " $4::date[], $5::date[], $6::bigint[], $7::text[], $8::uuid[], $9::bool[])"
        " on conflict (id) do nothing",
        *(list(column) for column in columns),
    )


async def withdraw(tx: Tx, ids: Sequence[UUID]) -> None:
    await tx.execute(
        "update benefit_grant set withdrawn = true where id = any($1::uuid[]) and not withdrawn",
        ids,
    )


async def grants_of(tx: Tx, workers: Sequence[UUID]) -> list[Grant]:
    rows = await tx.fetch(
        "select * from benefit_grant where worker_id = any($1::uuid[]) order by id", workers
    )
    return [_grant(row) for row in rows]


async def standing(tx: Tx, workers: Sequence[UUID]) -> list[Benefit]:
    """Annotations of these workers that are not reversed."""
    rows = await tx.fetch(
        "select * from benefit where worker_id = any($1::uuid[]) and not reversed order by id",
        workers,
    )
    return [_benefit(row) for row in rows]


async def add(tx: Tx, benefits: Sequence[Benefit]) -> None:
    await tx.copy(
        "benefit",
        _BENEFIT,
        [
            (b.id, b.worker_id, b.certificate_id, b.kind, b.valid_from, b.valid_to, b.amount_fen,
             b.granted_by, b.source_event, b.area_code, b.office, b.annotated_event, b.reversed)
            for b in benefits
        ],
    )  # fmt: skip


async def reverse(tx: Tx, ids: Sequence[UUID]) -> None:
    await tx.execute("update benefit set reversed = true where id = any($1::uuid[])", ids)


async def page(
    tx: Tx,
    prefix: str,
    worker_id: UUID | None,
    certificate_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Benefit]:
    rows = await tx.fetch(
        "select * from benefit where area_code like $1 || '%'"
        " and ($2::uuid is null or worker_id = $2) and ($3::uuid is null or certificate_id = $3)"
        " and ($4::uuid is null or id > $4) order by id limit $5",
        prefix,
        worker_id,
        certificate_id,
        after,
        limit,
    )
    return [_benefit(row) for row in rows]


async def get(tx: Tx, id: UUID) -> Benefit | None:
    row = await tx.fetchrow("select * from benefit where id = $1", id)
    return _benefit(row) if row else None
