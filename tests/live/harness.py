"""A whole house of its own that may be hurt: five processes, PostgreSQL, NATS, the runner's supervisor.

The supervisor starts again whatever dies, as in ``make run``; nothing here repairs anything. A
failpoint is armed through the environment of one service's next start.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from kit.embedded import EmbeddedNats, EmbeddedPostgres
from kit.processes import free_port
from local.choice import SAMPLE, choose
from local.city.sender import NOT_YET, UNAVAILABLE
from local.house import House
from local.installation import SERVICES, Installation, ServiceName
from local.settle import wait_settled
from local.supervisor import RESTART_AFTER_S, Supervisor

NAMES = tuple(service.name for service in SERVICES)
PACKAGE = {service.name: service.package for service in SERVICES}
RESTARTED_WITHIN_S = 30
ANSWERED_WITHIN_S = 60


@dataclass(frozen=True)
class Sent:
    """One request of the loader, as the person who makes it; ``version`` that it names, when it must."""

    service: str
    path: str
    body: bytes
    kind: str
    key: str
    persona: str = "loader"
    version: int | None = None


async def until(
    look: Callable[[], Awaitable[bool]], within_s: float, what: str, pause_s: float = 0.02
) -> None:
    """Wait until it looks true. Raises AssertionError with ``what`` when the time is up."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if await look():
            return
        await asyncio.sleep(pause_s)
    raise AssertionError(f"not within {within_s:.0f} s: {what}")


class PatientSupervisor(Supervisor):
    """The runner's, which on demand leaves the dead alone for a while."""

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        self._restart_after_s = seconds
        try:
            yield
        finally:
            self._restart_after_s = RESTART_AFTER_S


class LiveHouse(House):
    """The runner's house on a folder of its own, with handles to hurt it."""

    supervisor: PatientSupervisor

    def __init__(self, folder: Path) -> None:
        home = Installation(folder)
        home.prepare()
        self.said: list[str] = []
        self._environments: dict[str, dict[str, str]] = {}
        super().__init__(home, choose(SAMPLE, None), self.said.append)
        self.supervisor = PatientSupervisor(self.said.append)
        # Ports of its own: the usual ones may be a person's `make run` on this machine.
        self.postgres = EmbeddedPostgres(home.postgres, password=home.secrets()["postgres"])
        self.nats = EmbeddedNats(home.nats, self._nats_config)
        self.http = httpx.AsyncClient(trust_env=False, timeout=30)

    # The supervisor reads a child's environment again at each start: one dictionary per service,
    # so that a failpoint can be armed for the next start and disarmed for the one after.
    def environment(self, service: ServiceName) -> dict[str, str]:
        if service.name not in self._environments:
            self._environments[service.name] = super().environment(service)
        return self._environments[service.name]

    def _choose_ports(self) -> None:
        self.ports = {name: free_port() for name in self.ports}
        self.port = free_port()

    async def close(self) -> None:
        await self.http.aclose()
        await self.stop()

    # --- asking ---------------------------------------------------------------------------------

    async def send(self, sent: Sent, *, patience_s: float = ANSWERED_WITHIN_S) -> httpx.Response:
        """POST as the loader until the service has answered: the same key, whatever happens.

        Broken connections, 5xx and what the loader takes for "not yet" are tried again; any other
        refusal is an error of the test, and so is every trouble after ``patience_s``.
        """
        headers = {
            **self.tokens.headers(sent.persona),
            "Content-Type": sent.kind,
            "Idempotency-Key": sent.key,
        }
        if sent.version is not None:
            headers["If-Match"] = f'"v{sent.version}"'
        url = f"{self.address}/api/{sent.service}{sent.path}"
        end = time.monotonic() + patience_s
        while True:
            answer = None
            try:
                answer = await self.http.post(url, headers=headers, content=sent.body)
            except httpx.TransportError as error:
                trouble = type(error).__name__
            if answer is not None:
                if answer.is_success:
                    return answer
                trouble = f"{answer.status_code} {answer.text[:1000]}"
                assert _not_yet(answer), f"{sent.service} {sent.path}: {trouble}"
            assert time.monotonic() < end, f"{sent.service} {sent.path}: {trouble}"
            await asyncio.sleep(0.2)

    async def get(self, path: str, **parameters: Any) -> httpx.Response:
        """GET at the front door as the loader."""
        return await self.http.get(
            f"{self.address}{path}", headers=self.tokens.headers(), params=parameters
        )

    async def read(self, service: str, path: str, **parameters: Any) -> Any:
        """GET as the loader; the answer's JSON."""
        answer = await self.get(f"/api/{service}/v1/{path}", **parameters)
        assert answer.is_success, f"{service} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    async def events(self, service: str) -> list[dict[str, Any]]:
        """Everything that a service has told, by its feed."""
        found: list[dict[str, Any]] = []
        while True:
            after = {"after": found[-1]["id"]} if found else {}
            page = (await self.read(service, "events", limit=1000, **after))["items"]
            found += page
            if len(page) < 1000:
                return found

    async def settled(self) -> None:
        """Nothing under way, parked or dead anywhere, on two looks."""
        await wait_settled(self.address, patience_s=30, pause_s=0.2)

    # --- what waits -----------------------------------------------------------------------------

    async def outbox(self, service: str) -> int:
        """Rows that the relay has not handed over, asked of the database itself."""
        connection = await asyncpg.connect(self.postgres.dsn(PACKAGE[service]), timeout=10)
        try:
            return int(await connection.fetchval("select count(*) from outbox"))
        finally:
            await connection.close()

    async def pending(self, service: str) -> int:
        """Messages for this service that the broker has not delivered or not seen acknowledged."""
        answer = await self.http.get(
            f"http://127.0.0.1:{self.nats.monitor_port}/jsz",
            params={"consumers": "true", "accounts": "true"},
        )
        return sum(
            consumer["num_pending"] + consumer["num_ack_pending"]
            for account in answer.json()["account_details"]
            for stream in account.get("stream_detail", [])
            for consumer in stream.get("consumer_detail", [])
            if consumer["name"].startswith(f"{service}-")
        )

    # --- hurting --------------------------------------------------------------------------------

    def pid(self, name: str) -> int:
        return self.supervisor.pids()[name]

    def freeze(self, name: str) -> None:
        os.kill(self.pid(name), signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        os.kill(self.pid(name), signal.SIGCONT)

    def kill(self, name: str) -> None:
        """kill -9, also of a frozen process."""
        os.kill(self.pid(name), signal.SIGKILL)

    def deaths(self, name: str) -> int:
        return sum(line.startswith(f"{name} died") for line in self.said)

    def cause_of_last_death(self, name: str) -> str:
        """The signal's name or the exit code, as the supervisor said it."""
        line = next(line for line in reversed(self.said) if line.startswith(f"{name} died"))
        return line.partition("(")[2].partition(")")[0].removeprefix("signal ")

    async def died(self, name: str, deaths: int) -> None:
        """Wait until it has died more often than ``deaths``; it stays dead for a second."""

        async def more() -> bool:
            return self.deaths(name) > deaths

        await until(more, RESTARTED_WITHIN_S, f"{name} dies")

    async def restarted(self, name: str, deaths: int) -> None:
        """Wait until it has died more often than ``deaths`` and the supervisor started it again."""
        await self.died(name, deaths)

        async def runs() -> bool:
            return name in self.supervisor.pids() and _alive(self.supervisor.pids()[name])

        await until(runs, RESTARTED_WITHIN_S, f"{name} is started again")

    async def ready(self) -> None:
        """Until all five services answer that they are ready."""

        async def all_ready() -> bool:
            try:
                return (await self.http.get(f"{self.address}/health")).status_code == 200
            except httpx.TransportError:
                return False

        await until(all_ready, RESTARTED_WITHIN_S, "all services are ready")

    async def arm(self, service: str, failpoint: str) -> None:
        """Start the service again with a failpoint; the start after that is without it."""
        environment = self._environments[service]
        deaths, before = self.deaths(service), self.pid(service)
        environment["FAIL_AT"] = failpoint
        self.kill(service)
        await self.restarted(service, deaths)

        async def new() -> bool:
            return self.pid(service) != before

        await until(new, RESTARTED_WITHIN_S, f"{service} runs armed")
        del environment["FAIL_AT"]
        await self.ready()


def _not_yet(answer: httpx.Response) -> bool:
    """Whether a refusal goes away by itself, as the loader understands it."""
    if answer.status_code in UNAVAILABLE:
        return True
    problem = answer.json()
    codes = {problem["type"].rpartition(":")[2]}
    codes = {error["code"] for error in problem.get("errors", [])} or codes
    return codes <= NOT_YET


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
