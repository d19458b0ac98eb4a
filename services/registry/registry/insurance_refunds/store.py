"""Orders as they stand, their verdicts and what came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.insurance_refunds.domain import Order, Payment, State

_COLUMNS = (
    "id", "account_id", "found_on", "ground", "document", "refund", "fine", "state", "state_on",
    "state_by", "proposed_by", "version",
)  # fmt: skip
#: The person and the place are the account's; what came in is summed.
_ORDER = """
select r.*, a.worker_id, a.area_code, a.office, p.refund_paid, p.fine_paid
  from insurance_refund r join insurance_account a on a.id = r.account_id
  cross join lateral (
    select coalesce(sum(amount) filter (where part = 'refund'), 0)::bigint as refund_paid,
           coalesce(sum(amount) filter (where part = 'fine'), 0)::bigint as fine_paid
      from insurance_refund_payment where order_id = r.id) p
"""


def _order(row: Record) -> Order:
    more = ("worker_id", "area_code", "office", "refund_paid", "fine_paid")
    return Order(*(row[column] for column in (*_COLUMNS, *more)))


async def add(tx: Tx, order: Order) -> None:
    await tx.execute(
        "insert into insurance_refund (id, account_id, found_on, ground, document, refund, fine,"
        " state, state_on, state_by, proposed_by, version)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        order.id, order.account_id, order.on, order.ground, order.document, order.refund_fen,
        order.fine_fen, order.state, order.state_on, order.state_by, order.proposed_by,
        order.version,
    )  # fmt: skip


async def save(tx: Tx, order: Order, note: str | None) -> None:
    """How the order stands now, with the verdict that led there; its row is locked."""
    await tx.execute(
        "update insurance_refund set state = $2, state_on = $3, state_by = $4, version = $5"
        " where id = $1",
        order.id, order.state, order.state_on, order.state_by, order.version,
    )  # fmt: skip
    await tx.execute(
        "insert into insurance_refund_step (order_id, version, state, day, actor, note)"
        " values ($1, $2, $3, $4, $5, $6)",
        order.id, order.version, order.state, order.state_on, order.state_by, note,
    )  # fmt: skip


async def pay(tx: Tx, payment: Payment, order: Order) -> None:
    """What came in, and how the order stands after it; its row is locked."""
    await tx.execute(
        "insert into insurance_refund_payment (id, order_id, part, amount, paid_on, document, actor)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        payment.id, payment.order_id, payment.part, payment.amount_fen, payment.on,
        payment.document, payment.actor,
    )  # fmt: skip
    await tx.execute(
        "update insurance_refund set state = $2, version = $3 where id = $1",
        order.id, order.state, order.version,
    )  # fmt: skip


async def get(tx: Tx, id: UUID, *, lock: bool = False) -> Order | None:
    suffix = " for no key update of r" if lock else ""
    row = await tx.fetchrow(f"{_ORDER} where r.id = $1{suffix}", id)
    return _order(row) if row else None


async def told_event(tx: Tx, id: UUID) -> UUID | None:
    """The event that told of the order: it has the id that was kept with it."""
    found: UUID | None = await tx.fetchval(
        "select told_event from insurance_refund where id = $1", id
    )
    return found


async def tell(tx: Tx, id: UUID, event: UUID) -> None:
    await tx.execute("update insurance_refund set told_event = $2 where id = $1", id, event)


async def page(
    tx: Tx,
    pattern: str,
    account_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Order]:
    rows = await tx.fetch(
        f"{_ORDER} where a.area_code ~ $1 and ($2::uuid is null or r.account_id = $2)"
        " and ($3::text is null or r.state = $3) and ($4::uuid is null or r.id > $4)"
        " order by r.id limit $5",
        pattern,
        account_id,
        state,
        after,
        limit,
    )
    return [_order(row) for row in rows]


async def of(tx: Tx, accounts: Sequence[UUID]) -> dict[UUID, list[Order]]:
    """The orders about each of these accounts, oldest first."""
    found: dict[UUID, list[Order]] = {id: [] for id in accounts}
    rows = await tx.fetch(
        f"{_ORDER} where r.account_id = any($1::uuid[]) order by r.id", list(found)
    )
    for row in rows:
        found[row["account_id"]].append(_order(row))
    return found


async def payments_of(tx: Tx, id: UUID) -> list[Payment]:
    rows = await tx.fetch(
        "select id, order_id, part, amount, paid_on, document, actor"
        " from insurance_refund_payment where order_id = $1 order by id limit 1000",
        id,
    )
    return [Payment(*row.values()) for row in rows]


async def awaiting(
    tx: Tx, pattern: str, barred: str, after: tuple[date, UUID], limit: int
) -> list[Order]:
    """Proposals of others than ``barred``, by day and id."""
    rows = await tx.fetch(
        f"{_ORDER} where r.state = 'proposed' and a.area_code ~ $1 and r.proposed_by <> $2"
        " and (r.state_on, r.id) > ($3, $4) order by r.state_on, r.id limit $5",
        pattern, barred, *after, limit,
    )  # fmt: skip
    return [_order(row) for row in rows]
