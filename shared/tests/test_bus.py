"""One contract, two brokers: the double must do what JetStream does, or journeys prove nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from kit.bus import Bus, Delivery, MemoryBus, NatsBus, Outgoing, Pull
from kit.ids import new_id
from kit.streams import Durable, Topology
from kit.testing_servers import NatsForTests, nats_running

PLAN = Topology(
    services=("alpha", "beta"),
    durables={
        "alpha": (),
        "beta": (Durable("ALPHA", "beta-alpha", ("alpha.thing.>", "alpha.other.>")),),
    },
)


@dataclass
class Broker:
    """A publisher's and a listener's end of one broker."""

    alpha: Bus
    beta: Bus

    async def pull(self) -> Pull:
        return await self.beta.pull("ALPHA", "beta-alpha")


@pytest.fixture(scope="module")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsForTests]:
    with nats_running(PLAN, tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest.fixture(params=["memory", "nats"])
async def broker(request: pytest.FixtureRequest) -> AsyncIterator[Broker]:
    if request.param == "memory":
        memory = MemoryBus()
        memory.add_stream("ALPHA")
        memory.add_durable("ALPHA", "beta-alpha", ["alpha.thing.>", "alpha.other.>"])
        yield Broker(memory, memory)
        return
    server: NatsForTests = request.getfixturevalue("nats_server")
    ends = [
        await NatsBus.connect(server.url, user=name, password=server.passwords[name], name=name)
        for name in ("alpha", "beta")
    ]
    both = Broker(*ends)
    pull = await both.pull()
    while old := await pull.fetch(1000, 0.05):  # what an earlier test left in the stream
        for delivery in old:
            await delivery.ack()
    yield both
    for end in ends:
        await end.close()


def things(count: int, subject: str = "alpha.thing.happened.v1") -> list[Outgoing]:
    return [Outgoing(subject, str(new_id()), f'{{"n":{n}}}'.encode()) for n in range(count)]


async def read(pull: Pull, count: int) -> list[bytes]:
    bodies: list[bytes] = []
    for _ in range(50):
        for delivery in await pull.fetch(count, 0.2):
            bodies.append(delivery.body)
            await delivery.ack()
        if len(bodies) >= count:
            break
    return bodies


@pytest.mark.parametrize("count", [1, 8, 9, 500])
async def test_what_is_published_arrives_in_order(broker: Broker, count: int) -> None:
    sent = things(count)
    await broker.alpha.publish(sent)
    assert await read(await broker.pull(), count) == [message.body for message in sent]


@pytest.mark.parametrize("count", [3, 20])
async def test_the_same_id_is_stored_once(broker: Broker, count: int) -> None:
    sent = things(count)
    await broker.alpha.publish(sent[: count // 2])
    await broker.alpha.publish(sent)  # as after a relay that died before it noted its success
    pull = await broker.pull()
    assert sorted(await read(pull, count)) == sorted(message.body for message in sent)
    assert await pull.fetch(10, 0.05) == []


async def test_a_durable_hears_its_nouns_only(broker: Broker) -> None:
    await broker.alpha.publish(things(2, "alpha.silent.happened.v1"))
    sent = things(2, "alpha.other.happened.v1")
    await broker.alpha.publish(sent)
    assert await read(await broker.pull(), 2) == [message.body for message in sent]


async def test_a_nak_brings_it_back_and_an_ack_does_not(broker: Broker) -> None:
    sent = things(2)
    await broker.alpha.publish(sent)
    pull = await broker.pull()
    first, second = await _two(pull)
    await first.ack()
    await second.nak(0)
    again = await _some(pull)
    assert [delivery.body for delivery in again] == [sent[1].body]
    await again[0].ack()


async def test_the_backlog_counts_what_waits(broker: Broker) -> None:
    pull = await broker.pull()
    await broker.alpha.publish(things(3))
    one = await pull.fetch(1, 1)
    backlog = await pull.backlog()
    assert (backlog.pending, backlog.ack_pending) == (2, 1)
    await one[0].ack()
    await read(pull, 2)
    for _ in range(50):  # an acknowledgement is not waited for
        backlog = await pull.backlog()
        if backlog.ack_pending == 0:
            break
        await asyncio.sleep(0.02)
    assert (backlog.pending, backlog.ack_pending) == (0, 0)


async def _some(pull: Pull) -> list[Delivery]:
    for _ in range(50):
        if deliveries := await pull.fetch(10, 0.2):
            return deliveries
    raise AssertionError("nothing came")


async def _two(pull: Pull) -> list[Delivery]:
    deliveries = await _some(pull)
    while len(deliveries) < 2:
        deliveries += await _some(pull)
    return deliveries
