"""Payments and the reversals that take them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from kit.db import Tx
from subsidy.payments.domain import Payment

_COLUMNS = (
    "id", "arrangement_id", "amount", "paid_on", "payee_kind", "purpose", "area_code", "office",
    "reservation_id", "entry_id", "event_id", "recorded_by",
)  # fmt: skip
_SELECT = """
select p.id, p.arrangement_id, p.amount, p.paid_on, p.payee_kind, p.purpose, p.area_code, p.office,
       p.reservation_id, p.entry_id, p.event_id, p.recorded_at, v.reversed_on, v.reason as reversal_reason
  from payment p left join payment_reversal v on v.payment_id = p.id
"""


async def existing(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from payment where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def add(tx: Tx, items: Sequence[tuple[Payment, UUID, UUID]], *, recorded_by: str) -> None:
    """Append payments, each with its journal entry and its event."""
    await tx.copy(
        "payment",
        _COLUMNS,
        [
            (
                p.id, p.arrangement_id, p.amount, p.paid_on, p.payee_kind, p.purpose, p.area_code,
                p.office, p.reservation_id, entry_id, event_id, recorded_by,
            )
            for p, entry_id, event_id in items
        ],
    )  # fmt: skip


async def get(tx: Tx, payment_id: UUID, area_prefix: str) -> Any | None:
    return await tx.fetchrow(
        _SELECT + " where p.id = $1 and p.area_code like $2 || '%'", payment_id, area_prefix
    )


async def lock(tx: Tx, payment_id: UUID) -> None:
    """One reversal of a payment at a time; a row of an append-only table cannot be locked."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", str(payment_id))


def payment_of(row: Any) -> Payment:
    return Payment(
        row["id"], row["arrangement_id"], row["amount"], row["paid_on"], row["payee_kind"],
        row["purpose"], row["area_code"], row["office"], row["reservation_id"], row["reversed_on"],
    )  # fmt: skip


async def add_reversal(
    tx: Tx,
    payment_id: UUID,
    reversed_on: date,
    reason: str,
    *,
    entry_id: UUID,
    event_id: UUID,
    recorded_by: str,
) -> None:
    await tx.execute(
        "insert into payment_reversal"
        " (payment_id, reversed_on, reason, entry_id, event_id, recorded_by)"
        " values ($1, $2, $3, $4, $5, $6)",
        payment_id, reversed_on, reason, entry_id, event_id, recorded_by,
    )  # fmt: skip


async def page(
    tx: Tx, area_prefix: str, *, arrangement_id: UUID | None, after: UUID | None, limit: int
) -> list[Any]:
    """Payments in the order of their making; ``limit`` rows at most."""
    return await tx.fetch(
        _SELECT + " where p.area_code like $1 || '%' and p.id > $2"
        " and ($3::uuid is null or p.arrangement_id = $3) order by p.id limit $4",
        area_prefix, after or UUID(int=0), arrangement_id, limit,
    )  # fmt: skip
