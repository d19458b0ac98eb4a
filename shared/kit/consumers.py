"""What other services said, applied once each, in the order of each entity.

A durable's messages come in batches; a batch is one transaction with its inbox rows in it, and is
acknowledged after the commit. Handlers are set-based: they get runs of events of one type.

* Seen before: dropped (the inbox knows entity and sequence).
* Too early (its predecessor is on its way, as after a crash): waits in ``dead_letter`` as ``gap``.
* Not applicable: the batch is halved until the event stands alone, which is then parked as
  ``poison`` with its error; later events of the same entity wait ``behind`` it, all others flow on.
* Database or broker away: the same batch is tried again; that never counts as an attempt.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import nats.errors
import nats.js.errors
import structlog

from kit import context, failpoints, observability
from kit.bus import Backlog, Bus, Delivery, Pull
from kit.db import UNAVAILABLE, Database, Tx
from kit.events import Event, MalformedEvent, parse
from kit.ids import new_id

if TYPE_CHECKING:
    from kit.service import Runtime

log = structlog.get_logger("consumer")

BATCH = 1000
FETCH_TIMEOUT_S = 1.0
PROGRESS_S = 4.0  # well under ack_wait
RETRY_EVERY_S = 1.0
ATTEMPTS_MAX = 5
#: Seconds before an automatic retry of a parked event, by how often it was tried.
BACKOFF_S = (0, 1, 5, 30, 120)

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


KNOWN = """
select u.n, i.event_id is not null as seen, p.event_id is not null as preceded
  from unnest($2::uuid[], $3::int[]) with ordinality as u(entity_id, sequence, n)
  left join inbox i on i.durable = $1 and i.entity_id = u.entity_id and i.sequence = u.sequence
  left join inbox p on p.durable = $1 and p.entity_id = u.entity_id and p.sequence = u.sequence - 1
 order by u.n
"""

TAKE = """
insert into inbox (durable, entity_id, sequence, event_id)
select $1, * from unnest($2::uuid[], $3::int[], $4::uuid[])
"""

PARK = """
insert into dead_letter as d (durable, event_id, entity_id, sequence, state, error, message)
select $1, * from unnest($2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::bytea[])
on conflict (durable, event_id) do update
   set state = excluded.state, error = excluded.error, attempts = d.attempts + 1, last_at = clock_timestamp()
"""


@dataclass(slots=True)
class Parked:
    event: Event
    body: bytes
    state: str
    error: str


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
    _parked: bool = True  # whether dead_letter may hold rows of ours; true until looked
    _next_retry: float = 0.0
    _pull: Pull | None = None

    @property
    def durable(self) -> str:
        return self.subscription.durable(self.service)

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
                    await self.apply([delivery.body for delivery in deliveries])
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
            await self._park_malformed(broken)
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
                await self._park(tx, [Parked(event, body, "poison", _say(error))])

    async def _apply(self, tx: Tx, events: list[tuple[Event, bytes]]) -> None:
        ready, parked, freed = await self._sort_out(tx, events)
        if ready:
            await self._handle(tx, ready)
            await tx.execute(
                TAKE,
                self.durable,
                [event.entity_id for event in ready],
                [event.sequence for event in ready],
                [event.id for event in ready],
            )
        if freed:
            await tx.execute(
                "delete from dead_letter where durable = $1 and event_id = any($2::uuid[])",
                self.durable,
                freed,
            )
        if parked:
            await self._park(tx, parked)
        now = datetime.now(UTC)
        for event in ready[:: max(1, len(ready) // 20)]:  # a sample: twenty of a batch tell the age
            self.metrics.event_age(self.durable, (now - event.time).total_seconds())

    async def _sort_out(
        self, tx: Tx, events: list[tuple[Event, bytes]]
    ) -> tuple[list[Event], list[Parked], list[UUID]]:
        """Split a batch into what may be applied now (in order), what waits, and what was freed."""
        known = await tx.fetch(
            KNOWN,
            self.durable,
            [event.entity_id for event, _ in events],
            [event.sequence for event, _ in events],
        )
        waiting = await self._waiting(tx, {event.entity_id for event, _ in events})
        ready: list[Event] = []
        freed: list[UUID] = []
        done: set[tuple[UUID, int]] = set()
        late: dict[tuple[UUID, int], tuple[Event, bytes]] = {}

        def take(event: Event) -> None:
            """Apply this one, and then whatever waited for just this one."""
            while True:
                ready.append(event)
                done.add((event.entity_id, event.sequence))
                following = (event.entity_id, event.sequence + 1)
                if following in late:
                    event = late.pop(following)[0]
                elif waiting.get(following, ("", None))[0] in ("gap", "behind"):
                    parked_event = waiting.pop(following)[1]
                    assert parked_event is not None
                    event = parked_event
                    freed.append(event.id)
                else:
                    return

        poisoned = {entity for (entity, _), (state, _) in waiting.items() if state == "poison"}
        for (event, body), row in zip(events, known, strict=True):
            key = (event.entity_id, event.sequence)
            if row["seen"] or key in done or key in waiting:
                continue
            if (
                event.sequence == 1
                or row["preceded"]
                or (event.entity_id, event.sequence - 1) in done
            ):
                take(event)
            else:
                late[key] = (event, body)
        parked = [
            Parked(event, body, *_why_waiting(event, poisoned)) for event, body in late.values()
        ]
        return ready, parked, freed

    async def _waiting(
        self, tx: Tx, entities: Iterable[UUID]
    ) -> dict[tuple[UUID, int], tuple[str, Event | None]]:
        if not self._parked:
            return {}
        rows = await tx.fetch(
            "select entity_id, sequence, state, message from dead_letter "
            "where durable = $1 and entity_id = any($2::uuid[])",
            self.durable,
            list(entities),
        )
        return {(r["entity_id"], r["sequence"]): (r["state"], parse(r["message"])) for r in rows}

    async def _handle(self, tx: Tx, events: list[Event]) -> None:
        handlers = self.subscription.handlers
        for name, run in groupby(events, key=lambda event: event.type):
            batch = list(run)
            handler = handlers.get(name)
            if handler is None:
                self.metrics.unhandled(self.durable, name, len(batch))
                continue
            first = batch[0]
            with (
                context.bind(correlation_id=first.correlation_id, causation_id=first.id),
                observability.consuming(self.durable, name, first.traceparent),
            ):
                await handler(self.runtime, tx, batch)

    # --- parking and retrying -------------------------------------------------------------------

    async def _park(self, tx: Tx, parked: list[Parked]) -> None:
        self._parked = True
        await tx.execute(
            PARK,
            self.durable,
            [p.event.id for p in parked],
            [p.event.entity_id for p in parked],
            [p.event.sequence for p in parked],
            [p.state for p in parked],
            [p.error for p in parked],
            [p.body for p in parked],
        )

    async def _park_malformed(self, bodies: list[bytes]) -> None:
        async with self.db.transaction() as tx:
            for body in bodies:  # rare by nature: somebody published without our kit
                await tx.execute(
                    "insert into dead_letter (durable, event_id, state, error, attempts, message) "
                    "values ($1, $2, 'malformed', 'not an envelope', $3, $4)",
                    self.durable,
                    new_id(),
                    ATTEMPTS_MAX,
                    body[:65536],
                )

    async def _retry_due(self) -> None:
        if not self._parked or time.monotonic() < self._next_retry:
            return
        self._next_retry = time.monotonic() + RETRY_EVERY_S
        async with self.db.looking() as tx:
            rows = await tx.fetch(
                "select event_id, attempts, state, extract(epoch from clock_timestamp() - last_at)::float8 as age "
                "from dead_letter where durable = $1 order by first_at limit 1000",
                self.durable,
            )
        self._parked = bool(rows)
        for row in rows:
            if row["state"] == "poison" and row["attempts"] < ATTEMPTS_MAX:
                if row["age"] >= BACKOFF_S[row["attempts"]]:
                    await self.retry(row["event_id"])

    async def parked(self, event_id: UUID | None = None) -> list[UUID]:
        """The poison events of this durable, oldest first (or just the one asked for)."""
        async with self.db.looking() as tx:
            rows = await tx.fetch(
                "select event_id from dead_letter where durable = $1 and state = 'poison' "
                "and ($2::uuid is null or event_id = $2) order by first_at limit 10000",
                self.durable,
                event_id,
            )
        return [row["event_id"] for row in rows]

    async def retry(self, event_id: UUID) -> bool:
        """Try one parked event again, and after it those that wait behind it. True when it went."""
        async with self.db.looking() as look:
            message = await look.fetchval(
                "select message from dead_letter where durable = $1 and event_id = $2 and state = 'poison'",
                self.durable,
                event_id,
            )
        if message is None:
            return False
        event = parse(message)
        try:
            async with self.db.transaction() as tx:
                await tx.execute(
                    "delete from dead_letter where durable = $1 and event_id = $2",
                    self.durable,
                    event_id,
                )
                self._parked = True
                await self._apply(tx, [(event, message)])
            return True
        except UNAVAILABLE:
            raise
        except Exception as error:
            log.warning(
                "consumer.still-parked",
                durable=self.durable,
                event_id=str(event_id),
                error=_say(error),
            )
            async with self.db.transaction() as tx:
                await tx.execute(
                    "update dead_letter set attempts = attempts + 1, error = $3, last_at = clock_timestamp() "
                    "where durable = $1 and event_id = $2",
                    self.durable,
                    event_id,
                    _say(error),
                )
            return False


async def _hold(deliveries: Sequence[Delivery]) -> None:
    """Tell the broker that we are still at it, well within ``ack_wait``, until cancelled."""
    while True:
        await asyncio.sleep(PROGRESS_S)
        for delivery in deliveries:
            await delivery.in_progress()


def _why_waiting(event: Event, poisoned: set[UUID]) -> tuple[str, str]:
    if event.entity_id in poisoned:
        return "behind", "an earlier event of the same entity is parked"
    return "gap", f"event {event.sequence - 1} of this entity has not arrived"


def _say(error: BaseException) -> str:
    """What may be kept of an error: its type and our own words, never values of the database's."""
    if isinstance(error, asyncpg.PostgresError):
        return f"{type(error).__name__} {error.sqlstate} {getattr(error, 'constraint_name', None) or ''}".strip()
    return f"{type(error).__name__}: {error}"[:300]


async def counts(tx: Tx) -> dict[str, Any]:
    """How much waits: outbox rows, parked events that are retried, dead ones that a person must see."""
    row = await tx.fetchrow(
        "select (select count(*) from outbox) as outbox,"
        " (select coalesce(extract(epoch from clock_timestamp() - min(e.recorded_at)), 0)::float8"
        "    from (select event_id from outbox order by position limit 1) o join event_log e on e.id = o.event_id)"
        "   as outbox_age_s,"
        " count(*) filter (where state in ('gap', 'behind') or attempts < $1) as parked,"
        " count(*) filter (where state in ('poison', 'malformed') and attempts >= $1) as dead"
        " from dead_letter",
        ATTEMPTS_MAX,
    )
    assert row is not None
    return dict(row)
