"""The fund's row, which is the lock of all its promises, and what moved it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kit.db import Tx
from kit.ids import new_id
from loans.guarantee_funds.domain import Contribution, GuaranteeFund, Movement

_STATE = "select id, area_code, leverage, deposit, exposure, reserved from guarantee_fund"


async def lock(tx: Tx, area_code: str) -> GuaranteeFund | None:
    """A city's fund, locked until the transaction ends."""
    row = await tx.fetchrow(_STATE + " where area_code = $1 for update", area_code)
    return GuaranteeFund(**dict(row)) if row else None


async def lock_by_id(tx: Tx, fund_id: UUID) -> GuaranteeFund:
    row = await tx.fetchrow(_STATE + " where id = $1 for update", fund_id)
    assert row is not None
    return GuaranteeFund(**dict(row))


async def open_fund(tx: Tx, area_code: str, leverage: int) -> None:
    """A fund with nothing in it, unless the city has one."""
    await tx.execute(
        "insert into guarantee_fund (id, area_code, leverage) values ($1, $2, $3)"
        " on conflict (area_code) do nothing",
        new_id(), area_code, leverage,
    )  # fmt: skip


async def save(tx: Tx, fund: GuaranteeFund, movements: Sequence[Movement]) -> None:
    """The fund's new state with what led to it; the database refuses a negative headroom."""
    await tx.execute(
        "update guarantee_fund set leverage = $2, deposit = $3, exposure = $4, reserved = $5,"
        " updated_at = clock_timestamp() where id = $1",
        fund.id, fund.leverage, fund.deposit, fund.exposure, fund.reserved,
    )  # fmt: skip
    await tx.copy(
        "guarantee_movement",
        ("id", "fund_id", "loan_id", "kind", "effective_on", "deposit", "exposure", "reserved"),
        [
            (
                new_id(),
                fund.id,
                m.loan_id,
                m.kind,
                m.effective_on,
                m.deposit,
                m.exposure,
                m.reserved,
            )
            for m in movements
        ],
    )


async def existing(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from contribution where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def add(
    tx: Tx, items: Sequence[tuple[Contribution, UUID, UUID]], *, recorded_by: str
) -> None:
    """Append contributions, each with its fund and its event."""
    await tx.copy(
        "contribution",
        ("id", "fund_id", "level", "amount", "received_on", "contributor", "document",
         "area_code", "office", "event_id", "recorded_by"),
        [
            (c.id, fund_id, c.level, c.amount, c.received_on, c.contributor, c.document,
             c.area_code, c.office, event_id, recorded_by)
            for c, fund_id, event_id in items
        ],
    )  # fmt: skip


async def funds(tx: Tx, area_prefix: str) -> list[Any]:
    """Funds of the visible cities with their contributions by level."""
    return await tx.fetch(
        "select f.id, f.area_code, f.leverage, f.deposit, f.exposure, f.reserved, f.updated_at,"
        " coalesce((select jsonb_object_agg(level, amount) from"
        "   (select level, sum(amount)::text as amount from contribution c where c.fund_id = f.id"
        "     group by level) s), '{}')::text as levels"
        " from guarantee_fund f where f.area_code like $1 || '%' order by f.area_code limit 100",
        area_prefix,
    )


async def page(tx: Tx, area_prefix: str, *, after: UUID | None, limit: int) -> list[Any]:
    """Contributions in the order of their making; ``limit`` rows at most."""
    return await tx.fetch(
        "select * from contribution where area_code like $1 || '%' and id > $2"
        " order by id limit $3",
        area_prefix, after or UUID(int=0), limit,
    )  # fmt: skip


async def get(tx: Tx, contribution_id: UUID, area_prefix: str) -> Any | None:
    return await tx.fetchrow(
        "select * from contribution where id = $1 and area_code like $2 || '%'",
        contribution_id, area_prefix,
    )  # fmt: skip


async def derived(tx: Tx, fund_id: UUID) -> Any:
    """The fund's state as its movements add up."""
    return await tx.fetchrow(
        "select coalesce(sum(deposit), 0)::bigint as deposit,"
        " coalesce(sum(exposure), 0)::bigint as exposure,"
        " coalesce(sum(reserved), 0)::bigint as reserved"
        " from guarantee_movement where fund_id = $1",
        fund_id,
    )
