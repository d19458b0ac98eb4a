"""What the benchmarks run on: the embedded house, a bare server beside it, rows to ask for."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil

from kit.processes import free_port
from local.choice import choose
from local.house import House
from local.installation import Installation
from tests.load.bare import BARE_SQL


@dataclass
class Stage:
    """A running house and how to reach its parts."""

    house: House
    folder: Path

    def port(self, service: str) -> int:
        return self.house.ports[service]

    def pid(self, service: str) -> int:
        return self.house.supervisor.pids()[service]

    def token(self) -> str:
        return self.house.tokens.token("loader")

    def dsn(self, package: str) -> str:
        """The database as the superuser: benchmarks look where no service may."""
        return self.house.postgres.dsn(package)

    def client(self, service: str, token: str | None = None) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port(service)}",
            headers={"Authorization": f"Bearer {token or self.token()}"},
            timeout=600,
            trust_env=False,
        )

    async def load(
        self, service: str, path: str, rows: list[dict[str, Any]], token: str | None = None
    ) -> float:
        """Send rows through a bulk import; answers the seconds. Every row must be accepted."""
        body = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        async with self.client(service, token) as client:
            started = time.perf_counter()
            answer = await client.post(
                path, content=body, headers={"Content-Type": "application/x-ndjson"}
            )
            took = time.perf_counter() - started
        if answer.is_error:
            raise RuntimeError(f"{path}: {answer.text[:600]}")
        told = answer.json()
        if told["accepted"] != len(rows):
            raise RuntimeError(f"{path}: {told['errors'][:3]}")
        return took

    async def quiet(self, services: tuple[str, ...], seconds: float = 120) -> None:
        """Until nothing waits in these services."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if all([await self._idle(service) for service in services]):
                return
            await asyncio.sleep(0.2)
        raise RuntimeError(f"{services} do not settle")

    @contextmanager
    def alone(self, service: str) -> Iterator[None]:
        """Only this service runs; the others stand still, as if they had machines of their own."""
        running = self.house.supervisor.pids()
        others = [psutil.Process(running[name]) for name in self.house.ports if name != service]
        try:
            for process in others:
                process.suspend()
            yield
        finally:
            for process in others:
                process.resume()

    async def _idle(self, service: str) -> bool:
        port = self.house.worker_ports.get(service, self.port(service))
        async with httpx.AsyncClient(trust_env=False) as client:
            state = (await client.get(f"http://127.0.0.1:{port}/health/status")).json()
        waiting = [c["pending"] or c["ack_pending"] for c in state["consumers"]]
        return not state["outbox"] and not any(waiting)


@asynccontextmanager
async def stage(
    folder: Path, business_day: str = "", *, apart: str | None = None
) -> AsyncIterator[Stage]:
    """The whole house, empty, on its own folder and ports; durable settings, as it ships. ``apart``:
    whose requests and whose work are processes of their own."""
    home = Installation(folder / "run")
    home.prepare()
    choice = replace(choose("none", None), as_of=business_day)
    parted = frozenset([apart]) if apart else frozenset[str]()
    house = House(home, choice, lambda _line: None, apart=parted)
    await house.start()
    try:
        yield Stage(house, folder)
    finally:
        await house.stop()


@dataclass
class Bare:
    port: int
    pid: int


@asynccontextmanager
async def bare(on: Stage) -> AsyncIterator[Bare]:
    """The bare server on a database of its own in the same cluster."""
    admin = await asyncpg.connect(on.dsn("postgres"))
    await admin.execute("create database bare")
    await admin.close()
    connection = await asyncpg.connect(on.dsn("bare"))
    await connection.execute(BARE_SQL)
    await connection.close()
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.load.bare", on.dsn("bare"), str(port)], cwd=Path.cwd()
    )
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(200):
                try:
                    await client.get(f"http://127.0.0.1:{port}/openapi.json")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        yield Bare(port, process.pid)
    finally:
        psutil.Process(process.pid).terminate()
        process.wait(10)
