"""Payment orders and their steps: what is ordered is written once, its state moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from kit.db import Tx
from kit.ids import new_id
from subsidy.orders.domain import Order, State

_NAMES = tuple(field.name for field in fields(Order))
_SELECT = f"select {', '.join('o.' + name for name in _NAMES)} from payment_order o"  # noqa: S608


def _orders(rows: Sequence[Any]) -> list[Order]:
    return [Order(**dict(row)) for row in rows]


async def add(tx: Tx, orders: Sequence[Order]) -> None:
    """New orders; the database keeps their ids, attempts and open ones apart."""
    await tx.copy(
        "payment_order", _NAMES, [tuple(getattr(o, name) for name in _NAMES) for o in orders]
    )


async def save(tx: Tx, orders: Sequence[Order]) -> None:
    """New states of known orders."""
    await tx.execute(
        "update payment_order o set state = t.state, state_on = t.state_on, due_on = t.due_on,"
        " reason_code = t.reason_code from unnest($1::uuid[], $2::text[], $3::date[], $4::date[],"
        " $5::text[]) as t (id, state, state_on, due_on, reason_code) where o.id = t.id",
        [o.id for o in orders], [o.state for o in orders], [o.state_on for o in orders],
        [o.due_on for o in orders], [o.reason_code for o in orders],
    )  # fmt: skip


async def add_steps(tx: Tx, orders: Sequence[Order], cause: UUID, recorded_by: str) -> None:
    """The state that these orders have now, as their next step."""
    await tx.copy(
        "payment_order_step",
        ("id", "order_id", "state", "on_day", "reason_code", "cause", "recorded_by"),
        [
            (new_id(), o.id, o.state, o.state_on, o.reason_code, cause, recorded_by)
            for o in orders
        ],
    )  # fmt: skip


async def lock(tx: Tx, ids: Sequence[UUID], area_prefix: str) -> list[Order]:
    """These orders of the actor's area, locked."""
    return _orders(
        await tx.fetch(
            _SELECT + " where o.id = any($1::uuid[]) and o.area_code like $2 || '%'"
            " order by o.id for update",
            ids, area_prefix,
        )
    )  # fmt: skip


async def lock_named(tx: Tx, end_to_end_ids: Sequence[str], area_prefix: str) -> list[Order]:
    """The orders of which the bank speaks, as far as they lie in the actor's area, locked."""
    return _orders(
        await tx.fetch(
            _SELECT + " where o.end_to_end_id = any($1::text[]) and o.area_code like $2 || '%'"
            " order by o.id for update",
            end_to_end_ids, area_prefix,
        )
    )  # fmt: skip


async def lock_batch(tx: Tx, batch_id: UUID) -> list[Order]:
    """The orders of a batch in the order of its lines, locked."""
    rows = await tx.fetch(_SELECT + " where o.batch_id = $1 order by o.id for update", batch_id)
    return sorted(_orders(rows), key=lambda order: order.line)


async def some(tx: Tx, ids: Sequence[UUID], area_prefix: str) -> list[Order]:
    """These orders, as far as they lie in the actor's area."""
    return _orders(
        await tx.fetch(
            _SELECT + " where o.id = any($1::uuid[]) and o.area_code like $2 || '%'",
            ids, area_prefix,
        )
    )  # fmt: skip


async def of_batch(tx: Tx, batch_id: UUID) -> list[Order]:
    return _orders(await tx.fetch(_SELECT + " where o.batch_id = $1 order by o.line", batch_id))


async def attempts(tx: Tx, about: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Of what is to be paid: how many orders there were, and how many of them may still be paid."""
    rows = await tx.fetch(
        "select about, count(*) as all, count(*) filter (where state not in ('withdrawn', 'carried'))"
        " as open from payment_order where about = any($1::uuid[]) group by about",
        about,
    )
    return {row["about"]: (row["all"], row["open"]) for row in rows}


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    batch_id: UUID | None,
    about: UUID | None,
    state: State | None,
    overdue_on: date | None,
    after: UUID | None,
    limit: int,
) -> list[Order]:
    """Orders in the order of their ids; ``overdue_on``: those whose answer was due before that day."""
    return _orders(
        await tx.fetch(
            _SELECT + " where o.area_code like $1 || '%' and o.id > $2"
            " and ($3::uuid is null or o.batch_id = $3) and ($4::uuid is null or o.about = $4)"
            " and ($5::text is null or o.state = $5)"
            " and ($6::date is null or (o.due_on < $6 and o.state in ('sent', 'accepted', 'unknown')))"
            " order by o.id limit $7",
            area_prefix, after or UUID(int=0), batch_id, about, state, overdue_on, limit,
        )
    )  # fmt: skip


async def steps(tx: Tx, order_id: UUID) -> list[Any]:
    """What became of an order, oldest first."""
    return await tx.fetch(
        "select state, on_day, reason_code, cause, recorded_by, recorded_at"
        "  from payment_order_step where order_id = $1 order by id limit 200",
        order_id,
    )
