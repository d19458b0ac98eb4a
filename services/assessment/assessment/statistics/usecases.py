"""Declaring values that others counted, and finding the one that holds on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from assessment.events import STATISTIC_DECLARED
from assessment.statistics import store
from assessment.statistics.domain import Statistic, declare
from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.outbox import emit

if TYPE_CHECKING:
    from kit.service import Runtime


async def declare_statistics(tx: Tx, rows: Sequence[Statistic]) -> None:
    """Keep and tell a set of declared values."""
    kept = [declare(row) for row in rows]
    await store.add(tx, kept)
    await emit(tx, [_told(row) for row in kept])


async def declare_statistic(rt: Runtime, statistic: Statistic) -> Statistic:
    """Keep and tell one declared value. Raises ``SourceMissing``."""
    async with rt.db.transaction() as tx:
        await declare_statistics(tx, [statistic])
    rt.wake()
    return statistic


async def get_statistic(rt: Runtime, actor: Actor, statistic_id: UUID) -> Statistic | None:
    """One value, if it lies in the caller's area."""
    async with rt.db.looking() as tx:
        found = await store.get(tx, statistic_id)
    return found if found is not None and actor.may_see(found.area_code) else None


async def list_statistics(
    rt: Runtime, actor: Actor, series: str | None, after: UUID | None, limit: int
) -> list[Statistic]:
    async with rt.db.looking() as tx:
        return await store.listing(tx, series, actor.area_prefix, after, limit)


async def known(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these ids are taken."""
    return await store.known(tx, ids)


async def value_at(tx: Tx, series: str, area_code: str, office: str, on: date) -> Statistic | None:
    """The newest value of a series on or before a day, for just this area and office."""
    return await store.value_at(tx, series, area_code, office, on)


def _told(row: Statistic) -> NewEvent:
    return NewEvent(
        STATISTIC_DECLARED,
        row.id,
        row.as_of,
        row.area_code,
        row.office,
        {
            "series": row.series,
            "value": f"{row.value:f}",
            "unit": row.unit,
            "as_of": row.as_of.isoformat(),
            "source": row.source,
        },
    )
