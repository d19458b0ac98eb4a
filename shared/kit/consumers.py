"""What other services said, applied once each, in the order of each entity.

A durable's messages come in batches; a batch is one transaction with its inbox rows in it, and is
acknowledged after the commit. Handlers are set-based: they get runs of consecutive events that have
the same handler (of one type, unless a handler is registered for several).

* Seen before: dropped (the inbox knows entity and sequence).
* Too early (its predecessor is on its way, as after a crash): waits in ``dead_letter`` as ``gap``.
* Not applicable: the batch is halved until the event stands alone, which is then parked as
  ``poison`` with its error; later events of the same entity wait ``behind`` it, all others flow on.
* Database or broker away: the same batch is tried again; that never counts as an attempt.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import nats.errors
import nats.js.errors
import structlog

from kit import context, failpoints, observability
from kit.bus import Backlog, Bus, Delivery, Pull
from kit.db import UNAVAILABLE, Database, Tx
from kit.events import Event, MalformedEvent, parse
from kit.inbox import Inbox, Parked

if TYPE_CHECKING:
    from kit.service import Runtime

log = structlog.get_logger("consumer")

BATCH = 1000
FETCH_TIMEOUT_S = 1.0
PROGRESS_S = 4.0  # well under ack_wait
RETRY_EVERY_S = 1.0
#: What the loop waits out: broker and database, in any of their moods.
WAITED_OUT: tuple[type[BaseException], ...] = (
    nats.errors.Error,
    nats.js.errors.APIError,
    asyncpg.PostgresError,
    *UNAVAILABLE,
)

Handler = Callable[["Runtime", Tx, list[Event]], Awaitable[None]]


@dataclass(frozen=True)
class Subscription:
    """Whole nouns of one publisher and what we do when they speak.

    A type without a handler is acknowledged and counted, so that sequences stay gapless.
    """

    publisher: str
    nouns: tuple[str, ...]
    handlers: dict[str, Handler]

    def durable(self, consumer: str) -> str:
        return f"{consumer}-{self.publisher}"

    @property
    def stream(self) -> str:
        return self.publisher.upper()

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(f"{self.publisher}.{noun}.>" for noun in self.nouns)


@dataclass
class Consumer:
    """One durable of one service. ``run`` is its loop; ``apply`` is one batch, for tests too."""

    service: str
    subscription: Subscription
    db: Database
    bus: Bus
    runtime: Runtime
    metrics: observability.Metrics
    batch: int = BATCH
    stopping: bool = False
    backlog: Backlog | None = None
    last_fetch: float = 0.0
    _next_retry: float = 0.0
    _pull: Pull | None = None

    def __post_init__(self) -> None:
        self.durable = self.subscription.durable(self.service)
        self.inbox = Inbox(self.durable, self.db)

    def stop(self) -> None:
        self.stopping = True

    async def fresh_backlog(self) -> Backlog | None:
        """Ask the broker how much waits for us; None when it cannot be asked."""
        try:
            pull = self._pull or await self.bus.pull(self.subscription.stream, self.durable)
            self.backlog = await pull.backlog()
        except WAITED_OUT:
            return None
        return self.backlog

    # --- the loop -------------------------------------------------------------------------------

    async def run(self) -> None:
        delay = 0.1
        while not self.stopping:
            try:
                if self._pull is None:
                    self._pull = await self.bus.pull(self.subscription.stream, self.durable)
                await self._retry_due()
                deliveries = await self._pull.fetch(self.batch, FETCH_TIMEOUT_S)
                self.last_fetch = time.monotonic()
                if deliveries:
                    await self._until_applied(deliveries)
                else:
                    self.backlog = await self._pull.backlog()
                    self.metrics.consumer_lag(self.durable, self.backlog.pending)
                delay = 0.1
            except WAITED_OUT as error:
                log.warning(
                    "consumer.waits",
                    durable=self.durable,
                    error=type(error).__name__,
                    seconds=delay,
                )
                self._pull = None
                await asyncio.sleep(delay)
                delay = min(delay * 2, 2.0)

    async def _until_applied(self, deliveries: Sequence[Delivery]) -> None:
        """Apply and acknowledge; wait out an absent database with the same messages in hand."""
        delay = 0.1
        holding = asyncio.create_task(_hold(deliveries))
        try:
            while True:
                try:
                    await self.receive(deliveries)
                    failpoints.hit("consumer-after-commit")
                    break
                except UNAVAILABLE as error:
                    if self.stopping:
                        for delivery in deliveries:
                            await delivery.nak(0)
                        return
                    log.warning(
                        "consumer.retries", durable=self.durable, error=type(error).__name__
                    )
                    await asyncio.sleep(delay)
                    delay = min(delay * 2, 2.0)
        finally:
            holding.cancel()
        for delivery in deliveries:
            await delivery.ack()

    # --- one batch ------------------------------------------------------------------------------

    async def receive(self, deliveries: Sequence[Delivery]) -> None:
        """Everything delivered is committed or parked when this returns."""
        await self.apply([delivery.body for delivery in deliveries])

    async def apply(self, bodies: Sequence[bytes]) -> None:
        """Everything in ``bodies`` is committed or parked when this returns."""
        events: list[tuple[Event, bytes]] = []
        broken: list[bytes] = []
        for body in bodies:
            try:
                events.append((parse(body), body))
            except MalformedEvent:
                broken.append(body)
        if broken:
            await self.inbox.park_malformed(broken)
        if events:
            await self._apply_or_bisect(events)

    async def _apply_or_bisect(self, events: list[tuple[Event, bytes]]) -> None:
        try:
            async with self.db.transaction() as tx:
                await self._apply(tx, events)
        except UNAVAILABLE:
            raise
        except Exception as error:  # whatever a handler raises, the event is kept with its error
            if len(events) > 1:
                middle = len(events) // 2
                await self._apply_or_bisect(events[:middle])
                await self._apply_or_bisect(events[middle:])
                return
            event, body = events[0]
            log.error(
                "consumer.parked",
                durable=self.durable,
                event_id=str(event.id),
                error=_say(error),
                exc_info=True,
            )
            async with self.db.transaction() as tx:
                await self.inbox.park(tx, [Parked(event, body, "poison", _say(error))])

    async def _apply(self, tx: Tx, events: list[tuple[Event, bytes]]) -> None:
        ready, parked, freed = await self.inbox.sort_out(tx, events)
        if ready:
            await self._handle(tx, ready)
            await self.inbox.take(tx, ready, freed)
        if parked:
            await self.inbox.park(tx, parked)
        now = datetime.now(UTC)
        for event in ready[:: max(1, len(ready) // 20)]:  # a sample: twenty of a batch tell the age
            self.metrics.event_age(self.durable, (now - event.time).total_seconds())

    async def _handle(self, tx: Tx, events: list[Event]) -> None:
        handlers = self.subscription.handlers
        for handler, run in groupby(events, key=lambda event: handlers.get(event.type)):
            batch = list(run)
            if handler is None:
                for name, count in Counter(event.type for event in batch).items():
                    self.metrics.unhandled(self.durable, name, count)
                continue
            first = batch[0]
            with (
                context.bind(correlation_id=first.correlation_id, causation_id=first.id),
                observability.consuming(self.durable, first.type, first.traceparent),
            ):
                await handler(self.runtime, tx, batch)

    async def _retry_due(self) -> None:
        if time.monotonic() >= self._next_retry:
            self._next_retry = time.monotonic() + RETRY_EVERY_S
            for event_id in await self.inbox.due():
                await self.retry(event_id)

    async def retry(self, event_id: UUID) -> bool:
        """Try one parked event again, and after it those that wait behind it. True when it went."""
        message = await self.inbox.message(event_id)
        if message is None:
            return False
        try:
            async with self.db.transaction() as tx:
                await self.inbox.release(tx, event_id)
                await self._apply(tx, [(parse(message), message)])
            return True
        except UNAVAILABLE:
            raise
        except Exception as error:
            said = _say(error)
            log.warning(
                "consumer.still-parked", durable=self.durable, event_id=str(event_id), error=said
            )
            await self.inbox.failed_again(event_id, said)
            return False


async def _hold(deliveries: Sequence[Delivery]) -> None:
    """Tell the broker that we are still at it, well within ``ack_wait``, until cancelled."""
    while True:
        await asyncio.sleep(PROGRESS_S)
        for delivery in deliveries:
            await delivery.in_progress()


def _say(error: BaseException) -> str:
    """What may be kept of an error: its type and our own words, never values of the database's."""
    if isinstance(error, asyncpg.PostgresError):
        return f"{type(error).__name__} {error.sqlstate} {getattr(error, 'constraint_name', None) or ''}".strip()
    return f"{type(error).__name__}: {error}"[:300]
