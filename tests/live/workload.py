"""The sample city as a list of requests: the loader's own, recorded, in an order that holds.

The loader is run once against a transport that answers 200 to everything, so what is sent here is
byte for byte what ``make run`` sends at this scale, under the same idempotency keys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path

import httpx

from local.choice import SAMPLE, find_case
from local.city.case import read
from local.city.load import APPROVER, load_case
from tests.live.harness import LiveHouse, Sent
from tests.live.snapshot import UUID_TEXT, ids_in

SCALE = Decimal("0.01")


@dataclass
class Workload:
    """The city's steps by name (``jobs-market placements``), and what each house has got of them."""

    steps: dict[str, list[Sent]] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    _done: dict[int, list[str]] = field(default_factory=dict)

    def loaded(self, house: LiveHouse) -> list[str]:
        return self._done.setdefault(id(house), [])

    async def load(self, house: LiveHouse, step: str, **how: float) -> None:
        """One step; every request until it is answered."""
        assert step not in self.loaded(house), f"{step} twice: the tests run in their order"
        self.loaded(house).append(step)
        for sent in self.steps[step]:
            await house.send(sent, **how)

    async def before(self, house: LiveHouse, step: str) -> None:
        """Everything that comes before a step, undisturbed."""
        for name in self.steps:
            if name == step:
                return
            if name not in self.loaded(house):
                await self.load(house, name)
        raise KeyError(step)

    async def rest(self, house: LiveHouse) -> None:
        for name in self.steps:
            if name not in self.loaded(house):
                await self.load(house, name)


async def record(case: Path | None = None, scale: Decimal = SCALE) -> Workload:
    """What the loader would send."""
    city = Workload()

    def as_one(persona: str, service: str) -> httpx.AsyncClient:
        def note(request: httpx.Request) -> httpx.Response:
            name = re.sub(r"/imports$", "", request.url.path.removeprefix("/v1/"))
            step = f"{service} {UUID_TEXT.sub('{id}', name)}"
            body = request.content
            city.ids |= ids_in(body.decode()) | ids_in(request.url.path)
            city.steps.setdefault(step, []).append(
                Sent(
                    service,
                    request.url.raw_path.decode(),
                    body,
                    request.headers["content-type"],
                    request.headers["idempotency-key"],
                    persona,
                )
            )
            return httpx.Response(200, json={})

        return httpx.AsyncClient(transport=httpx.MockTransport(note), base_url=f"http://{service}")

    async def settle(publisher: str, consumer: str) -> None:
        """Nobody has to hear anything while it is only written down."""

    await load_case(
        read(case or find_case(SAMPLE)), partial(as_one, "loader"), settle,
        approver=partial(as_one, APPROVER), scale=scale,
    )  # fmt: skip
    return city
