"""A process's work: what waits is seen in the metrics, and old answers go."""

from __future__ import annotations

import asyncio
from datetime import date
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel

from kit import outbox
from kit.bus import MemoryBus
from kit.db import Database
from kit.events import EventType, NewEvent
from kit.ids import new_id
from kit.observability import Metrics
from kit.service import Runtime, attach, working


class Counted(BaseModel):
    n: int


COUNTED = EventType("alpha.thing.counted.v1", Counted, "计数", "Counted", {"n": 1})


def runtime_on(db: Database) -> Runtime:
    service: Any = SimpleNamespace(
        name="alpha", subscriptions=(), jobs=(), sealed=(), hashed=(), intake=None
    )
    settings: Any = SimpleNamespace(city="231100", seals=False)
    nothing: Any = None
    return Runtime(service, settings, db, nothing, nothing, Metrics("alpha"), nothing)


async def seen(runtime: Runtime, line: str) -> bool:
    for _ in range(100):
        if line in runtime.metrics.events_exposition().decode().splitlines():
            return True
        await asyncio.sleep(0.02)
    return False


async def test_a_broker_that_is_away_shows_in_the_metrics(kit_db: Database) -> None:
    async with kit_db.transaction() as tx:
        event = NewEvent(
            COUNTED, new_id(), date(2003, 10, 31), "231102000000", "231102-01", {"n": 1}
        )
        await outbox.emit(tx, [event])
    runtime = runtime_on(kit_db)
    bus = MemoryBus(away=True)
    bus.add_stream("ALPHA")
    attach(runtime, bus)
    async with working(runtime):
        assert await seen(runtime, "outbox_rows 1.0")


async def test_answers_older_than_three_days_are_forgotten(kit_db: Database) -> None:
    async with kit_db.transaction() as tx:
        await tx.execute(
            "insert into idempotency_key (subject, route, key, request_hash, status, body, created_at)"
            " select 'a', 'POST /v1/things', k, '', 200, '', clock_timestamp() - age::interval"
            " from (values ('young', '71 hours'), ('old', '73 hours')) as t(k, age)"
        )
    runtime = runtime_on(kit_db)
    attach(runtime, MemoryBus())
    async with working(runtime):
        for _ in range(100):
            async with kit_db.looking() as tx:
                left = [row["key"] for row in await tx.fetch("select key from idempotency_key")]
            if left == ["young"]:
                break
            await asyncio.sleep(0.02)
    assert left == ["young"]
