"""The broker behind one small interface: NATS JetStream in earnest, a double for journeys.

Both pass the same contract suite (``shared/tests/test_bus.py``). The double can duplicate and
shuffle by seed, which a healthy broker rarely does when one waits for it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

import nats
import nats.errors
import nats.js.errors
import orjson
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

log = structlog.get_logger("bus")

#: Above this many messages an atomic batch costs fewer fsyncs than single publishes (limits.md A3).
SINGLES_MAX = 8
BATCH_MAX = 500
PUBLISH_TIMEOUT_S = 10.0
DUPLICATE_IN_BATCH = 10201


class PublishFailed(Exception):
    """The broker did not acknowledge: whether it stored the messages is unknown; send them again."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    subject: str
    id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message in our hands until it is acknowledged."""

    subject: str
    body: bytes
    ack: Callable[[], Awaitable[None]]
    nak: Callable[[float], Awaitable[None]]
    in_progress: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a durable has yet to deliver, and what is delivered but not acknowledged."""

    pending: int
    ack_pending: int


class Pull(Protocol):
    async def fetch(self, batch: int, timeout_s: float) -> list[Delivery]: ...
    async def backlog(self) -> Backlog: ...


class Bus(Protocol):
    @property
    def connected(self) -> bool: ...
    async def publish(self, messages: Sequence[Outgoing]) -> None: ...
    async def pull(self, stream: str, durable: str) -> Pull: ...
    async def close(self) -> None: ...


# --- NATS ---------------------------------------------------------------------------------------


class NatsPull:
    def __init__(self, subscription: Any) -> None:
        self._subscription = subscription

    async def fetch(self, batch: int, timeout_s: float) -> list[Delivery]:
        """Up to ``batch`` messages, fewer when the time is up; an empty list is normal."""
        try:
            messages = await self._subscription.fetch(batch, timeout=timeout_s)
        except TimeoutError:  # nats.errors.TimeoutError is one, the builtin comes too
            return []
        return [_delivery(message) for message in messages]

    async def backlog(self) -> Backlog:
        info = await self._subscription.consumer_info()
        return Backlog(pending=info.num_pending or 0, ack_pending=info.num_ack_pending or 0)


def _delivery(message: Msg) -> Delivery:
    async def nak(delay_s: float) -> None:
        await message.nak(delay=delay_s)

    return Delivery(
        subject=message.subject,
        body=message.data,
        ack=message.ack,
        nak=nak,
        in_progress=message.in_progress,
    )


@dataclass
class NatsBus:
    """One connection of one service's own NATS user."""

    client: Client
    errors: list[str] = field(default_factory=list)

    @classmethod
    async def connect(cls, url: str, *, user: str, password: str, name: str) -> NatsBus:
        """Connect now or keep trying in the background: a service starts without its broker."""
        client = Client()
        bus = cls(client)

        async def on_error(error: Exception) -> None:
            bus.errors = [*bus.errors[-9:], type(error).__name__]
            log.warning("bus.error", error=str(error)[:200])

        async def on_change() -> None:
            log.info("bus.connection", connected=client.is_connected)

        await client.connect(
            url,
            user=user,
            password=password,
            name=name,
            inbox_prefix=f"_INBOX_{name}".encode(),
            error_cb=on_error,
            disconnected_cb=on_change,
            reconnected_cb=on_change,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=2,
            pending_size=64 * 1024 * 1024,
        )
        return bus

    @property
    def connected(self) -> bool:
        return bool(self.client.is_connected)

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Store all of them, in order. Raises :class:`PublishFailed` when that is not certain."""
        try:
            if len(messages) > SINGLES_MAX:
                await self._batch(messages)
            else:
                await self._singles(messages)
        except (nats.errors.Error, TimeoutError, OSError) as error:
            raise PublishFailed(type(error).__name__) from error

    async def _batch(self, messages: Sequence[Outgoing]) -> None:
        batch = uuid4().hex
        last = len(messages)
        for number, message in enumerate(messages, start=1):
            headers = {
                "Nats-Msg-Id": message.id,
                "Nats-Batch-Id": batch,
                "Nats-Batch-Sequence": str(number),
            }
            if number < last:
                await self.client.publish(message.subject, message.body, headers=headers)
                continue
            headers["Nats-Batch-Commit"] = "1"
            reply = await self.client.request(
                message.subject, message.body, headers=headers, timeout=PUBLISH_TIMEOUT_S
            )
            error = (
                orjson.loads(reply.data or b"{}").get("error") if reply.data else {"err_code": 0}
            )
            if error and error.get("err_code") == DUPLICATE_IN_BATCH:
                # A relay died after the broker stored a part of this: one by one, each id is
                # answered as stored or as a duplicate.
                await self._singles(messages)
            elif error:
                raise PublishFailed(f"broker refused the batch: {error.get('err_code')}")

    async def _singles(self, messages: Sequence[Outgoing]) -> None:
        jetstream = self.client.jetstream(timeout=PUBLISH_TIMEOUT_S)
        for start in range(0, len(messages), 256):
            await asyncio.gather(
                *(
                    jetstream.publish(
                        message.subject,
                        message.body,
                        headers={
                            "Nats-Msg-Id": message.id,
                        },
                    )
                    for message in messages[start : start + 256]
                )
            )

    async def pull(self, stream: str, durable: str) -> NatsPull:
        """Bind to a durable that provisioning made; a missing one raises and is tried again later."""
        jetstream = self.client.jetstream(timeout=5)
        return NatsPull(await jetstream.pull_subscribe_bind(durable, stream))

    async def close(self) -> None:
        if not self.client.is_closed:
            await self.client.close()


# --- the double ---------------------------------------------------------------------------------


@dataclass
class MemoryDurable:
    filters: tuple[str, ...]
    next: int = 0
    redeliver: list[int] = field(default_factory=list)
    unacked: dict[int, int] = field(default_factory=dict)


@dataclass
class MemoryBus:
    """Streams in this process. ``chaos`` (a seeded Random) repeats and shuffles deliveries."""

    chaos: random.Random | None = None
    away: bool = False
    streams: dict[str, list[Outgoing]] = field(default_factory=dict)
    ids: dict[str, set[str]] = field(default_factory=dict)
    durables: dict[tuple[str, str], MemoryDurable] = field(default_factory=dict)

    @property
    def connected(self) -> bool:
        return not self.away

    def add_stream(self, name: str) -> None:
        self.streams.setdefault(name, [])
        self.ids.setdefault(name, set())

    def add_durable(self, stream: str, durable: str, subjects: Sequence[str]) -> None:
        self.durables.setdefault(
            (stream, durable), MemoryDurable(tuple(s.removesuffix(">") for s in subjects))
        )

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        if self.away:
            raise PublishFailed("away")
        for message in messages:
            stream = message.subject.split(".", 1)[0].upper()
            if stream not in self.streams:
                raise PublishFailed("no stream")
            if message.id not in self.ids[stream]:
                self.ids[stream].add(message.id)
                self.streams[stream].append(message)

    async def pull(self, stream: str, durable: str) -> MemoryPull:
        if (stream, durable) not in self.durables:
            raise nats.js.errors.NotFoundError(code=404, description="consumer not found")
        return MemoryPull(self, stream, self.durables[stream, durable])

    async def close(self) -> None:
        """Nothing to close."""


@dataclass
class MemoryPull:
    bus: MemoryBus
    stream: str
    durable: MemoryDurable

    def _matching(self) -> list[int]:
        return [
            n
            for n, message in enumerate(self.bus.streams[self.stream])
            if n >= self.durable.next and message.subject.startswith(self.durable.filters)
        ]

    async def fetch(self, batch: int, timeout_s: float) -> list[Delivery]:
        if self.bus.away:
            await asyncio.sleep(min(timeout_s, 0.01))
            return []
        durable = self.durable
        again, durable.redeliver = durable.redeliver[:batch], durable.redeliver[batch:]
        fresh = self._matching()[: batch - len(again)]
        if fresh:
            durable.next = fresh[-1] + 1
        numbers = again + fresh
        if self.bus.chaos is not None:
            numbers += [n for n in numbers if self.bus.chaos.random() < 0.2]
            self.bus.chaos.shuffle(numbers)
        if not numbers:
            await asyncio.sleep(0 if timeout_s == 0 else min(timeout_s, 0.01))
        for n in numbers:
            durable.unacked[n] = durable.unacked.get(n, 0) + 1
        return [self._deliver(n) for n in numbers]

    def _deliver(self, n: int) -> Delivery:
        message, durable = self.bus.streams[self.stream][n], self.durable

        async def ack() -> None:
            durable.unacked.pop(n, None)

        async def nak(delay_s: float) -> None:
            if n in durable.unacked:
                durable.redeliver.append(n)

        async def in_progress() -> None:
            """A double has no clock to reset."""

        return Delivery(message.subject, message.body, ack, nak, in_progress)

    async def backlog(self) -> Backlog:
        return Backlog(
            len(self._matching()) + len(self.durable.redeliver), len(self.durable.unacked)
        )
