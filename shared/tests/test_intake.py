"""The intake at a real broker: an account per authority, which publishes its own subjects and
neither another's nor hears anything; what is read is gone from the stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import nats
import nats.errors
import nats.js.errors
import orjson
import pytest
from nats.aio.client import Client

from kit.bus import NatsBus
from kit.streams import Durable, Topology, intake_settings
from kit.testing_servers import NatsForTests, nats_running

PLAN = Topology(
    services=("alpha",), durables={"alpha": (Durable("INTAKE", "alpha-intake", ("intake.>",)),)}
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsForTests]:
    with nats_running(PLAN, tmp_path_factory.mktemp("nats"), ("police", "civil-affairs")) as one:
        yield one


@asynccontextmanager
async def connected(server: NatsForTests, user: str) -> AsyncIterator[tuple[Client, list[str]]]:
    """An authority's own client, as any NATS library makes it, and what the server said against it."""
    errors: list[str] = []

    async def note(error: Exception) -> None:
        errors.append(str(error).lower())

    client = await nats.connect(
        server.url, user=user, password=server.authorities[user], error_cb=note
    )
    try:
        yield client, errors
    finally:
        await client.close()


async def violated(errors: list[str]) -> bool:
    """Whether the server said so: the client hands its errors on in a task of its own."""
    for _ in range(100):
        if any("permissions violation" in error for error in errors):
            return True
        await asyncio.sleep(0.02)
    return False


async def admin(server: NatsForTests, subject: str) -> dict[str, object]:
    client = await nats.connect(server.url, user="provisioner", password=server.admin_password)
    try:
        answer: dict[str, object] = orjson.loads(
            (await client.request(f"$JS.API.{subject}", b"", timeout=2)).data
        )
        return answer
    finally:
        await client.close()


async def test_what_an_authority_publishes_is_acknowledged_read_and_gone(
    server: NatsForTests,
) -> None:
    async with connected(server, "police") as (police, _):
        for _ in range(2):  # the same id is stored once
            stored = await police.jetstream(timeout=2).publish(
                "intake.police.life-fact.v1", b"{}", headers={"Nats-Msg-Id": "one"}
            )
            assert stored.stream == "INTAKE"
    bus = await NatsBus.connect(
        server.url, user="alpha", password=server.passwords["alpha"], name="alpha"
    )
    pull = await bus.pull("INTAKE", "alpha-intake")
    (delivery,) = await pull.fetch(10, 1)
    assert (delivery.subject, delivery.body) == ("intake.police.life-fact.v1", b"{}")
    await delivery.ack()
    await bus.client.flush()
    await bus.close()
    for _ in range(50):
        state = (await admin(server, "STREAM.INFO.INTAKE"))["state"]
        assert isinstance(state, dict)
        if state["messages"] == 0:
            break
        await asyncio.sleep(0.02)
    assert state["messages"] == 0


@pytest.mark.parametrize(
    "subject",
    [
        "intake.civil-affairs.life-fact.v1",
        "intake.police",
        "registry.life-fact.recorded.v1",
        "alpha.thing.happened.v1",
        "$JS.API.STREAM.INFO.INTAKE",
        "$JS.API.CONSUMER.MSG.NEXT.INTAKE.alpha-intake",
        "$JS.API.STREAM.MSG.GET.INTAKE",
    ],
)
async def test_it_publishes_nothing_else(server: NatsForTests, subject: str) -> None:
    async with connected(server, "police") as (police, errors):
        with pytest.raises((nats.errors.Error, nats.js.errors.Error)):
            await police.request(subject, b"{}", timeout=0.5)
        await police.flush()
        assert await violated(errors), errors


@pytest.mark.parametrize("subject", ["intake.>", "intake.police.>", "registry.>", ">", "$JS.>"])
async def test_it_hears_nothing(server: NatsForTests, subject: str) -> None:
    async with connected(server, "police") as (police, errors):
        await police.subscribe(subject)
        await police.flush()
        assert await violated(errors), errors


async def test_an_inbox_hears_only_its_own_account(server: NatsForTests) -> None:
    """Acknowledgements of another authority never come here, though both may listen to inboxes."""
    heard: list[str] = []

    async def listen(message: nats.aio.msg.Msg) -> None:
        heard.append(message.subject)

    async with (
        connected(server, "police") as (police, _),
        connected(server, "civil-affairs") as (civil, _),
    ):
        await police.subscribe("_INBOX.>", cb=listen)
        await police.flush()
        await civil.jetstream(timeout=2).publish("intake.civil-affairs.life-fact.v1", b"{}")
        await asyncio.sleep(0.1)
        assert heard == []


async def test_every_setting_is_as_written(server: NatsForTests) -> None:
    config = (await admin(server, "STREAM.INFO.INTAKE"))["config"]
    assert isinstance(config, dict)
    wanted = intake_settings()
    # The server leaves out what is false or empty.
    assert {
        key: config.get(key, value if not value else None) for key, value in wanted.items()
    } == wanted
