"""The whole house as processes on this machine: what starts in which order with which settings."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from kit import migrations, signing, streams
from kit.crypto import complete
from kit.embedded import EmbeddedNats, EmbeddedPostgres
from kit.processes import Reservation, ServerFailed, reserve_port, tail
from local import databases
from local.authorities import authorities
from local.choice import Choice
from local.installation import (
    FRONT_DOOR_PORT,
    NATS_MONITOR_PORT,
    NATS_PORT,
    PACKAGES,
    POSTGRES_PORT,
    ROOT,
    SERVICES,
    Installation,
    ServiceName,
    write_private,
)
from local.supervisor import Child, Supervisor
from local.tokens import AUDIENCE, TokenSource, signing_key

HOST = "127.0.0.1"
PROVISIONER = "provisioner"
#: Whose access log is sealed by a process that answers no request: the one with everybody's records.
SEALED_APART = frozenset({"registry"})
READY_WITHIN_S = 60


class House:
    """Starts and stops everything of one installation. `say` gets lines for a person. Of the services
    named in `apart` one process answers requests (ROLE=api) and another one, `<name>-worker`, relays,
    consumes and works through what waits, as a large city has it."""

    def __init__(
        self,
        home: Installation,
        choice: Choice,
        say: Callable[[str], None],
        *,
        apart: frozenset[str] = frozenset(),
    ) -> None:
        self.home = home
        self.choice = choice
        self.worker_ports = dict.fromkeys(apart, 0)
        self._say = say
        self._authorities = authorities()
        self._secrets = home.secrets(self._authorities)
        self.supervisor = Supervisor(say)
        self.postgres = EmbeddedPostgres(
            home.postgres, POSTGRES_PORT, password=self._secrets["postgres"]
        )
        self.nats = EmbeddedNats(home.nats, self._nats_config, NATS_PORT, NATS_MONITOR_PORT)
        self.postgres.log = home.logs / "postgres.log"
        self.nats.log = home.logs / "nats-server.log"
        self.ports = {service.name: service.port for service in SERVICES}
        self.port = FRONT_DOOR_PORT
        self._reservations: list[Reservation] = []

    @property
    def address(self) -> str:
        """Where people and programs reach everything."""
        return f"http://{HOST}:{self.port}"

    @property
    def issuer(self) -> str:
        return f"{self.address}/issuer"

    @property
    def tokens(self) -> TokenSource:
        return TokenSource(signing_key(self.home.issuer_key), self.issuer, self.choice.places)

    async def start(self) -> None:
        """Everything, in order; returns when every service is ready. Raises ServerFailed."""
        self._choose_ports()
        await asyncio.gather(self.supervisor.serve(self.postgres), self.supervisor.serve(self.nats))
        for server, port in ((self.postgres, POSTGRES_PORT), (self.nats, NATS_PORT)):
            if server.moved:
                self._say(f"port {port} is taken: {server.name} listens on {server.port}")
        self._say(f"PostgreSQL on {self.postgres.port}, NATS on {self.nats.port}")
        await databases.prepare(self.postgres, PACKAGES, self._secrets)
        await asyncio.gather(self._provision(), self._migrate())
        self._say("databases migrated, streams and durables made")
        for service in SERVICES:
            await self.supervisor.start(
                self._child(service.name, service.package, "serve", self.environment(service))
            )
            if service.name in self.worker_ports:
                await self.supervisor.start(self._worker(service))
        for service in SERVICES:
            if service.name in SEALED_APART:
                await self.supervisor.start(
                    self._child(
                        f"{service.name}-seal", service.package, "seal", self.environment(service)
                    )
                )
        signing_key(self.home.issuer_key)
        await self.supervisor.start(
            Child(
                "front-door",
                [sys.executable, "-m", "local.frontdoor"],
                self.home.logs / "front-door.log",
                self._front_door_environment(),
            )
        )
        await self._ready()
        self._remember()

    async def stop(self) -> None:
        """Everything, in reverse order."""
        await self.supervisor.stop()
        while self._reservations:
            self._reservations.pop().release()
        self.home.address_file.unlink(missing_ok=True)

    def environment(self, service: ServiceName) -> dict[str, str]:
        """The process contract: what one service reads from its environment."""
        overlay = self.choice.overlay(service.name)
        package = service.package
        app = databases.app_of(package)
        return {
            "DATABASE_URL": self.postgres.dsn(package, app, self._secrets[app]),
            "NATS_URL": self.nats.url,
            "NATS_USER": service.name,
            "NATS_PASSWORD": self._secrets[f"nats_{service.name}"],
            "ROLE": "api" if service.name in self.worker_ports else "all",
            "SEALS": str(service.name not in SEALED_APART).lower(),
            "HOST": HOST,
            "PORT": str(self.ports[service.name]),
            "CITY": self.choice.code,
            "BUSINESS_DAY": self.choice.as_of,
            "ISSUER": self.issuer,
            "AUDIENCE": AUDIENCE,
            "JWKS_URL": f"{self.issuer}/jwks",
            "KEYS_FILE": str(self._keys_file(service)),
            "SIGNING_KEYS_FILE": str(self._signing_keys_file(service)),
            "PUBLIC_URL": self.address,
            "POLICY_OVERLAY": str(overlay) if overlay else "",
            "ENVIRONMENT": "embedded",
            "PUBLIC_PATH": f"/api/{service.name}",
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO"),
        }

    def _choose_ports(self) -> None:
        for name, port in list(self.ports.items()):
            self.ports[name] = self._reserve(port)
            if self.ports[name] != port:
                self._say(f"port {port} is taken: {name} listens on {self.ports[name]}")
        self.worker_ports = {name: self._reserve(None) for name in self.worker_ports}
        self.port = self._reserve(FRONT_DOOR_PORT)
        if self.port != FRONT_DOOR_PORT:
            self._say(f"port {FRONT_DOOR_PORT} is taken: the front door is {self.address}")

    def _reserve(self, port: int | None) -> int:
        self._reservations.append(reserve_port(port))
        return self._reservations[-1].port

    def _nats_config(self, port: int, monitor_port: int) -> str:
        return streams.nats_config(
            PACKAGES,
            {service.name: self._secrets[f"nats_{service.name}"] for service in SERVICES},
            self.home.nats / "jetstream",
            port,
            monitor_port,
            self._secrets["nats_admin"],
            authorities={name: self._secrets[f"nats_{name}"] for name in self._authorities},
        )

    async def _provision(self) -> None:
        await streams.provision(self.nats.url, PROVISIONER, self._secrets["nats_admin"], PACKAGES)

    async def _migrate(self) -> None:
        """As `python -m <package>.app migrate` does, but here: the runner has read all five
        services already (for the broker's rights), five more processes would only take time.
        """
        for package in PACKAGES:
            owner = databases.owner_of(package)
            url = self.postgres.dsn(package, owner, self._secrets[owner])
            try:
                await migrations.upgrade_async(package, url)
            except (SQLAlchemyError, CommandError, OSError) as problem:
                raise ServerFailed(f"migration of {package} failed: {problem}") from problem

    def _child(self, name: str, package: str, command: str, env: dict[str, str]) -> Child:
        words = [sys.executable, "-m", f"{package}.app", command]
        return Child(name, words, self.home.logs / f"{name}.log", env)

    def _worker(self, service: ServiceName) -> Child:
        port = self.worker_ports[service.name]
        env = self.environment(service) | {"ROLE": "worker", "PORT": str(port)}
        return self._child(f"{service.name}-worker", service.package, "serve", env)

    def _keys_file(self, service: ServiceName) -> Path:
        """The service's keyring, made once; without it what is encrypted cannot be read again. A
        purpose that is newer than the file gets its key."""
        file = self.home.keys / f"{service.name}.json"
        known = json.loads(file.read_text()) if file.exists() else {"keys": []}
        if (whole := complete(known)) != known:
            write_private(file, json.dumps(whole))
        return file

    def _signing_keys_file(self, service: ServiceName) -> Path:
        """The keys under which this service signs, made once; the old ones stay published in it."""
        file = self.home.keys / f"{service.name}-signing.json"
        if not file.exists():
            signing.generate(file)
        return file

    def _front_door_environment(self) -> dict[str, str]:
        places = self.choice.places
        return {
            "ENVIRONMENT": "embedded",
            "HOST": HOST,
            "PORT": str(self.port),
            "ISSUER": self.issuer,
            "ISSUER_KEY": str(self.home.issuer_key),
            "SERVICE_URLS": json.dumps(
                {name: f"http://{HOST}:{port}" for name, port in self.ports.items()}
            ),
            "PLACES": json.dumps(vars(places)),
            "CITY_NAME": self.choice.name,
            "BUSINESS_DAY": self.choice.as_of,
            "QUARTER": self.choice.quarter,
        }

    async def _ready(self) -> None:
        """Until the front door sees all five ready; says which is not, with the end of its log."""
        end = time.monotonic() + READY_WITHIN_S
        states: dict[str, bool] = {}
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while time.monotonic() < end:
                try:
                    states = (await client.get(f"{self.address}/health")).json()
                    keys = (await client.get(f"{self.issuer}/jwks")).json()["keys"]
                except (httpx.TransportError, ValueError, KeyError):
                    states = {}
                if states and all(states.values()):
                    if keys[0]["kid"] != self.tokens.key.kid:
                        raise ServerFailed(f"another program answers at {self.address}")
                    return
                await asyncio.sleep(0.1)
        missing = [name for name in self.ports if not states.get(name)] or ["front-door"]
        logs = "\n".join(f"{name}:\n{tail(self.home.logs / f'{name}.log')}" for name in missing)
        raise ServerFailed(f"not ready after {READY_WITHIN_S} s: {logs}")

    def _remember(self) -> None:
        """For `make report` and whoever looks: address, city, process ids."""
        case = str(self.choice.case) if self.choice.case else ""
        about = {
            "address": self.address,
            "city": case,
            "scale": str(self.choice.scale),
            "services": self.ports,
            "postgres": self.postgres.port,
            "nats": self.nats.port,
            "pids": self.supervisor.pids(),
            "root": str(ROOT),
        }
        write_private(self.home.address_file, json.dumps(about, indent=1))
