"""All five services in one process: five databases, one bus double, nothing polls by itself.

``settle`` runs relays and consumers by hand until nothing moves, so a journey is deterministic, and
with ``chaos`` the bus repeats and shuffles what it delivers.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from kit.bus import MemoryBus
from kit.db import Tx
from kit.testing import Signer, UnderTest, under_test

PACKAGES = ("registry", "jobs_market", "subsidy", "loans", "assessment")

#: Persona → (role, area, office). Tests and loader name people, not claims.
PERSONAS = {
    "loader": ("loader", "231100000000", "231100-employment-bureau"),
    "issuer": ("loader", "231100000000", "231100-employment-bureau"),
    "approver": ("certificate_approver", "231100000000", "231100-employment-bureau"),
    "administrator": ("city_administrator", "231100000000", "231100-employment-bureau"),
    "supervisor": ("registry_supervisor", "231100000000", "231100-employment-bureau"),
    "clerk": ("registry_clerk", "231102000000", "231102-employment-bureau"),
    "foreign-clerk": ("registry_clerk", "231121000000", "231121-employment-bureau"),
    "jobs-clerk": ("jobs_clerk", "231100000000", "231100-employment-bureau"),
    "auditor": ("auditor", "231100000000", "231100-employment-bureau"),
}


@dataclass
class World:
    """Five services and what a test does to them."""

    services: dict[str, UnderTest]
    bus: MemoryBus
    signer: Signer
    _clients: dict[tuple[str, str], httpx.AsyncClient] = field(default_factory=dict)

    def __getitem__(self, service: str) -> UnderTest:
        return self.services[service]

    def client(self, service: str, persona: str = "loader") -> httpx.AsyncClient:
        """A client of one service as one persona (paths begin with /v1)."""
        key = (service, persona)
        if key not in self._clients:
            role, area, office = PERSONAS[persona]
            self._clients[key] = self.services[service].client(
                role, area=area, office=office, subject=persona
            )
        return self._clients[key]

    async def settle(self, rounds: int = 200) -> int:
        """Relay and consume until all is quiet; answers how many rounds it took."""
        for done in range(rounds):
            moved = 0
            for thing in self.services.values():
                moved += await self._relay(thing)
                moved += await self._consume(thing)
            if not moved:
                return done
        raise AssertionError(f"not settled after {rounds} rounds: {await self.waiting()}")

    async def _relay(self, thing: UnderTest) -> int:
        assert thing.runtime.relay is not None
        if self.bus.away:
            return 0
        moved = 0
        async with thing.db.pool.acquire() as connection:
            while sent := await thing.runtime.relay.publish_once(Tx(connection)):
                moved += sent
        return moved

    async def _consume(self, thing: UnderTest) -> int:
        moved = 0
        for consumer in thing.runtime.consumers:
            pull = await self.bus.pull(consumer.subscription.stream, consumer.durable)
            while deliveries := await pull.fetch(consumer.batch, 0):
                await consumer.apply([delivery.body for delivery in deliveries])
                for delivery in deliveries:
                    await delivery.ack()
                moved += len(deliveries)
        return moved

    async def waiting(self) -> dict[str, Any]:
        """Parked events by service; empty when all is well."""
        found = {}
        for name, thing in self.services.items():
            rows = await thing.dead()
            if rows:
                found[name] = [dict(row) for row in rows]
        return found


@asynccontextmanager
async def world_of(
    make_database: Callable[[str], tuple[str, str]],
    signer: Signer,
    keys_file: Path,
    *,
    chaos: random.Random | None = None,
    **settings: Any,
) -> AsyncIterator[World]:
    """Five services on fresh databases until the block ends."""
    bus = MemoryBus(chaos=chaos)
    async with AsyncExitStack() as stack:
        services = {}
        for package in PACKAGES:
            service = importlib.import_module(f"{package}.app").SERVICE
            _, url = make_database(package)
            services[service.name] = await stack.enter_async_context(
                under_test(service, url, signer=signer, keys_file=keys_file, bus=bus, **settings)
            )
        yield World(services, bus, signer)
