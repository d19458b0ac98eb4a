"""The page for authorities, executed: its program against a real broker and registry's consumer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.bus import NatsBus
from kit.intake import IntakeConsumer
from kit.streams import Durable, Topology
from kit.testing_servers import NatsForTests, nats_running
from registry.intake import INTAKE

PAGE = Path(__file__).parents[3] / "docs" / "intake.md"
PLAN = Topology(
    services=("registry",),
    durables={"registry": (Durable("INTAKE", INTAKE.durable("registry"), INTAKE.subjects),)},
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsForTests]:
    with nats_running(PLAN, tmp_path_factory.mktemp("nats"), ("civil-affairs",)) as one:
        yield one


async def test_the_program_of_the_page(registry: Any, server: NatsForTests) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(program, str(PAGE), "exec"), names)
    form = registry.form()
    await registry.post("/v1/workers", form)
    bus = await NatsBus.connect(
        server.url, user="registry", password=server.passwords["registry"], name="registry"
    )
    runtime = registry.thing.runtime
    consumer = IntakeConsumer("registry", INTAKE, runtime.db, bus, runtime, runtime.metrics)
    running = asyncio.create_task(consumer.run())
    stranger = httpx.AsyncClient(
        transport=httpx.ASGITransport(registry.thing.app), base_url="http://service"
    )
    try:
        async with stranger:
            fact = await names["tell_a_death"](
                stranger, server.url, server.authorities["civil-affairs"], form["id_number"],
                "2003-05-20",
            )  # fmt: skip
        told: list[Any] = []
        for _ in range(200):
            if told := await registry.told("life-fact.recorded"):
                break
            await asyncio.sleep(0.05)
        assert [str(event.entity_id) for event in told] == [fact]
        assert told[0].data["worker_id"] == form["id"]
    finally:
        consumer.stop()
        await running
        await bus.close()
