"""From the outbox to the stream: one relay per service, no transaction open across the network.

Rows are read in order, published as one batch, and deleted only after the acknowledgement. A crash
in between publishes them again: the broker drops ids that it knows, and consumers drop the rest.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import structlog

from kit import failpoints
from kit.bus import BATCH_MAX, Bus, Outgoing, PublishFailed
from kit.db import UNAVAILABLE, Database, Tx
from kit.events import envelope
from kit.observability import Metrics

log = structlog.get_logger("relay")

BATCH_BYTES_MAX = 900_000
POLL_S = 0.02
POLL_IDLE_S = 0.25
RETRY_MAX_S = 5.0

#: What a relay waits out: the broker, or the database in any of its moods.
WAITED_OUT: tuple[type[BaseException], ...] = (PublishFailed, asyncpg.PostgresError, *UNAVAILABLE)

PEEK = """
select o.position, e.id, e.type, e.entity_id, e.sequence, e.valid_from, e.area_code, e.office,
       e.correlation_id, e.causation_id, e.reverses, e.traceparent, e.data, e.recorded_at
  from (select position, event_id from outbox order by position limit $1) o
  join event_log e on e.id = o.event_id
 order by o.position
"""


@dataclass
class Relay:
    """Publishes one service's outbox for as long as it holds the advisory lock."""

    db: Database
    bus: Bus
    city: str
    metrics: Metrics
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False

    async def run(self) -> None:
        """Until :meth:`stop`: wait for the lock, then publish; every failure is waited out."""
        delay = 0.1
        while not self.stopping:
            try:
                async with self.db.pool.acquire(timeout=5) as connection:
                    if not await connection.fetchval(
                        "select pg_try_advisory_lock(hashtext('kit.relay'))"
                    ):
                        await asyncio.sleep(
                            1
                        )  # another instance leads; it dies with its connection
                        continue
                    try:
                        await self._lead(Tx(connection))
                    finally:
                        with suppress(*UNAVAILABLE):
                            await connection.execute("select pg_advisory_unlock_all()")
                delay = 0.1
            except WAITED_OUT as error:
                log.warning("relay.waits", error=type(error).__name__, seconds=delay)
                await asyncio.sleep(delay)
                delay = min(delay * 2, RETRY_MAX_S)

    async def _lead(self, tx: Tx) -> None:
        idle = POLL_S
        while not self.stopping:
            self.wake.clear()
            sent = await self.publish_once(tx)
            if sent >= BATCH_MAX // 2:
                continue  # a backlog: no pause
            idle = POLL_S if sent else min(idle * 2, POLL_IDLE_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), idle)

    async def publish_once(self, tx: Tx) -> int:
        """Publish and forget the oldest rows; answers how many."""
        rows = await tx.fetch(PEEK, BATCH_MAX)
        if not rows:
            return 0
        started = time.perf_counter()
        messages: list[Outgoing] = []
        size = 0
        for row in rows:
            body = envelope(row, city=self.city)
            size += len(body)
            if messages and size > BATCH_BYTES_MAX:
                break
            messages.append(Outgoing(row["type"], str(row["id"]), body))
        await self.bus.publish(messages)
        failpoints.hit("relay-after-publish")
        await tx.execute(
            "delete from outbox where position = any($1::bigint[])",
            [row["position"] for row in rows[: len(messages)]],
        )
        self.metrics.relay_batch(len(messages), time.perf_counter() - started)
        return len(messages)

    def stop(self) -> None:
        self.stopping = True
        self.wake.set()


async def republish(tx: Tx, *, since: UUID | None = None) -> int:
    """Put the events of the log (from event id ``since``, or all) back into the outbox.

    For a stream that was lost: the ids are the same, so consumers that already know them do
    nothing. Order is that of the first telling. Answers how many.
    """
    return await tx.execute(
        "insert into outbox (position, event_id) "
        "select position, id from event_log where $1::uuid is null or id >= $1::uuid "
        "on conflict (position) do nothing",
        since,
    )
