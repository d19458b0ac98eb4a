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


async def some(tx: Tx, ids: Sequence[UUID], area_prefix: str) -> list[Any]:
    """These payments, as far as they lie in the actor's area."""
    return await tx.fetch(
        _SELECT + " where p.id = any($1::uuid[]) and p.area_code like $2 || '%'", ids, area_prefix
    )


async def lock(tx: Tx, ids: Sequence[UUID]) -> None:
    """One reversal of a payment at a time; rows of an append-only table cannot be locked."""
    await tx.fetch(
        "select pg_advisory_xact_lock(hashtextextended(id::text, 0))"
        "  from (select id from unnest($1::uuid[]) as id order by id) as ids",
        ids,
    )


def payment_of(row: Any) -> Payment:
    return Payment(
        row["id"], row["arrangement_id"], row["amount"], row["paid_on"], row["payee_kind"],
        row["purpose"], row["area_code"], row["office"], row["reservation_id"], row["reversed_on"],
    )  # fmt: skip


async def add_reversals(
    tx: Tx, items: Sequence[tuple[UUID, date, str, UUID, UUID]], *, recorded_by: str
) -> None:
    """Append reversals: payment, day, reason, journal entry, event."""
    await tx.copy(
        "payment_reversal",
        ("payment_id", "reversed_on", "reason", "entry_id", "event_id", "recorded_by"),
        [(*item, recorded_by) for item in items],
    )


async def page(
    tx: Tx, area_prefix: str, *, arrangement_id: UUID | None, after: UUID | None, limit: int
) -> list[Any]:
    """Payments in the order of their making; ``limit`` rows at most."""
    return await tx.fetch(
        _SELECT + " where p.area_code like $1 || '%' and p.id > $2"
        " and ($3::uuid is null or p.arrangement_id = $3) order by p.id limit $4",
        area_prefix, after or UUID(int=0), arrangement_id, limit,
    )  # fmt: skip
