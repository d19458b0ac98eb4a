"""Void numbers: append-only."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.losses.domain import Loss

#: ``worker_id`` and ``replaced_by`` are the certificate's; ``reversed`` is another row's.
_COLUMNS = (
    "id", "certificate_id", "number", "lost_on", "notice_until", "area_code", "office", "actor",
    "told_event",
)  # fmt: skip


def _loss(row: Record) -> Loss:
    return Loss(
        **{column: row[column] for column in (*_COLUMNS, "worker_id", "replaced_by", "reversed")}
    )


async def add(tx: Tx, loss: Loss) -> None:
    await tx.execute(
        "insert into certificate_loss (id, certificate_id, number, lost_on, notice_until,"
        " area_code, office, actor, told_event) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *(getattr(loss, column) for column in _COLUMNS),
    )


_OF = (
    "select l.*, c.worker_id, nullif(c.number, l.number) as replaced_by,"
    " exists (select from certificate_loss_reversal r where r.loss_id = l.id) as reversed"
    " from certificate_loss l"
    " join certificate c on c.id = l.certificate_id"
)


async def get(tx: Tx, id: UUID) -> Loss | None:
    row = await tx.fetchrow(f"{_OF} where l.id = $1", id)
    return _loss(row) if row else None


async def take_back(tx: Tx, id: UUID, reason: str, actor: str, told_event: UUID) -> None:
    await tx.execute(
        "insert into certificate_loss_reversal (loss_id, reason, actor, told_event)"
        " values ($1, $2, $3, $4)",
        id,
        reason,
        actor,
        told_event,
    )


async def page(
    tx: Tx,
    pattern: str,
    number: str | None,
    certificate_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Loss]:
    rows = await tx.fetch(
        f"{_OF} where l.area_code ~ $1 and ($2::text is null or l.number = $2)"
        " and ($3::uuid is null or l.certificate_id = $3)"
        " and ($4::uuid is null or l.id > $4) order by l.id limit $5",
        pattern,
        number,
        certificate_id,
        after,
        limit,
    )
    return [_loss(row) for row in rows]


async def of(tx: Tx, certificates: Sequence[UUID], limit: int) -> dict[UUID, list[Loss]]:
    """The losses of each certificate, oldest first, at most ``limit`` of each."""
    found: dict[UUID, list[Loss]] = {id: [] for id in certificates}
    for row in await tx.fetch(
        f"select x.* from unnest($1::uuid[]) as k (id) cross join lateral ({_OF}"  # noqa: S608 (a constant)
        " where l.certificate_id = k.id order by l.id limit $2) x order by x.id",
        list(found),
        limit,
    ):
        found[row["certificate_id"]].append(_loss(row))
    return found
