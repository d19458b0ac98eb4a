"""Waiting until everything that was said has been heard: the five services' own status, twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from local.installation import SERVICES

NAMES = tuple(service.name for service in SERVICES)


class NotSettled(Exception):
    """Nothing moves any more, but something is still waiting; the text says what."""


@dataclass(frozen=True)
class Look:
    """The sum over all services at one moment. `unknown` counts services that did not answer."""

    outbox: int = 0
    pending: int = 0
    unacknowledged: int = 0
    parked: int = 0
    dead: int = 0
    unknown: int = 0

    @property
    def settled(self) -> bool:
        return self == Look()

    def __add__(self, other: Look) -> Look:
        return Look(
            self.outbox + other.outbox,
            self.pending + other.pending,
            self.unacknowledged + other.unacknowledged,
            self.parked + other.parked,
            self.dead + other.dead,
            self.unknown + other.unknown,
        )

    def __str__(self) -> str:
        return (
            f"outbox {self.outbox}, pending {self.pending}, unacknowledged "
            f"{self.unacknowledged}, parked {self.parked}, dead {self.dead}, "
            f"services without an answer {self.unknown}"
        )


def read(status: dict[str, Any]) -> Look:
    """One service's `/health/status`. Away from the broker, its zeros mean nothing: unknown."""
    consumers = status["consumers"]
    return Look(
        outbox=status["outbox"],
        pending=sum(consumer["pending"] for consumer in consumers),
        unacknowledged=sum(consumer["ack_pending"] for consumer in consumers),
        parked=status["parked"],
        dead=status["dead"],
        unknown=0 if status["connected"] else 1,
    )


async def look(client: httpx.AsyncClient, base_url: str, services: Sequence[str]) -> Look:
    """Ask every service once, through the front door."""

    async def one(service: str) -> Look:
        try:
            answer = await client.get(f"{base_url}/health/{service}/status", timeout=10)
            return read(answer.json()) if answer.status_code == 200 else Look(unknown=1)
        except (httpx.TransportError, ValueError, KeyError, TypeError):
            # TypeError: a consumer's numbers are null while its broker does not answer.
            return Look(unknown=1)

    looks = await asyncio.gather(*(one(service) for service in services))
    return sum(looks, start=Look())


async def wait_settled(
    base_url: str,
    *,
    services: Sequence[str] = NAMES,
    patience_s: float = 120,
    pause_s: float = 0.5,
    tell: Callable[[Look], None] = lambda _: None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> None:
    """Return after two looks in a row, `pause_s` apart, at which nothing is anywhere under way.

    Raises NotSettled when the numbers have not changed for `patience_s` seconds, so that a large
    city may take its time and a stuck one is noticed. `tell` gets every look.
    """
    quiet = 0
    before, since = Look(), time.monotonic()
    async with httpx.AsyncClient(trust_env=False, transport=transport) as client:
        while True:
            now = await look(client, base_url, services)
            tell(now)
            quiet = quiet + 1 if now.settled else 0
            if quiet == 2:
                return
            if now != before:
                before, since = now, time.monotonic()
            elif time.monotonic() - since > patience_s:
                raise NotSettled(f"nothing has moved for {patience_s:.0f} s: {now}")
            await asyncio.sleep(pause_s)
