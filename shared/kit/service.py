"""One service put together: its parts by name, its process by role, its command line.

``python -m <package>.app serve`` runs the role that ``ROLE`` names: ``api`` answers HTTP, ``worker``
runs relay, consumers and scheduled work, ``all`` does both (the embedded run).
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import structlog
from fastapi import APIRouter, FastAPI

from kit import health, idempotency, inbox, indexes, migrations, rotation, sealing
from kit.audit import Recorder
from kit.auth import Actor, Authenticator
from kit.bus import Bus, NatsBus
from kit.consumers import Consumer, Subscription
from kit.crypto import Keyring
from kit.db import UNAVAILABLE, Database
from kit.events import Catalogue
from kit.http import create_http, include
from kit.indexes import Hashed
from kit.intake import Intake, IntakeConsumer
from kit.observability import Metrics
from kit.policy import Policies
from kit.problems import Problem
from kit.relay import Relay
from kit.rotation import Sealed
from kit.settings import Settings
from kit.signing import SigningKeys

log = structlog.get_logger("service")


@dataclass(frozen=True)
class Job:
    """Work that comes round by itself: ``run`` is one use case, safe to run twice."""

    name: str
    every_s: float
    run: Callable[[Runtime], Awaitable[None]]


@dataclass(frozen=True)
class Command:
    """A look that an operator takes from the command line. ``run`` answers what it found, in one snapshot;
    ``holds`` in it says whether all is well. ``about``: what may be named by its id, where it may."""

    name: str
    help: str
    run: Callable[..., Awaitable[Mapping[str, object]]]
    about: str | None = None


@dataclass(frozen=True)
class Service:
    """What a service is made of. ``app.py`` of each service holds one as ``SERVICE``."""

    name: str
    package: str
    title_zh: str
    title_en: str
    description: str
    catalogue: Catalogue
    routers: Sequence[APIRouter]
    problems: Mapping[type[Exception], Problem]
    subscriptions: Sequence[Subscription] = ()
    intake: Intake | None = None
    jobs: Sequence[Job] = ()
    commands: Sequence[Command] = ()
    sealed: Sequence[Sealed] = ()
    #: Reads what only the service can judge of its policies; a ``PolicyError`` stops the start.
    check: Callable[[Policies], None] | None = None
    #: Columns of keyed hashes; the first table is the one that the others are about.
    hashed: Sequence[Hashed] = ()
    #: What the service itself knows of a caller whose token is good: more areas, or a refusal.
    callers: Callable[[Runtime, Actor], Awaitable[Actor]] | None = None

    @property
    def root(self) -> Path:
        """The service's folder: policies/, contract/ and migrations/ stand there."""
        return migrations.folder(self.package).parent


@dataclass
class Runtime:
    """What use cases may reach: the database, the day, the law in force, the keys."""

    service: Service
    settings: Settings
    db: Database
    policies: Policies
    keyring: Keyring
    metrics: Metrics
    audit: Recorder
    signing: SigningKeys = field(default_factory=lambda: SigningKeys(None))
    bus: Bus | None = None
    relay: Relay | None = None
    consumers: list[Consumer] = field(default_factory=list)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def today(self) -> date:
        """The business day: a setting, or today in the city's time zone."""
        return self.settings.today()

    async def close(self) -> None:
        """Write what waits, then let the connections go."""
        await self.audit.close()
        await self.db.close()

    def wake(self) -> None:
        """Tell the relay in this process that something was committed (a hint; polling is the net)."""
        if self.relay is not None:
            self.relay.wake.set()


async def assemble(
    service: Service, settings: Settings, *, metrics: Metrics | None = None
) -> Runtime:
    """Load policies and keys, open the pool, remember the parameter set. No broker yet."""
    policies = Policies.load(service.root / "policies", overlay=settings.policy_overlay)
    if service.check is not None:
        service.check(policies)
    keyring = Keyring.load(settings.keys_file)
    url = settings.database_url.get_secret_value()
    runtime = Runtime(
        service=service,
        settings=settings,
        db=await Database.connect(url),
        policies=policies,
        keyring=keyring,
        metrics=metrics or Metrics(service.name),
        audit=Recorder(service.name, url),
        signing=SigningKeys(settings.signing_keys_file),
    )
    async with runtime.db.transaction() as tx:
        await policies.remember(tx)
    return runtime


def attach(runtime: Runtime, bus: Bus) -> None:
    """Give the runtime its relay and consumers on ``bus``; :func:`working` runs them."""
    runtime.bus = bus
    runtime.relay = Relay(runtime.db, bus, runtime.settings.city, runtime.metrics)
    runtime.consumers = [
        Consumer(runtime.service.name, subscription, runtime.db, bus, runtime, runtime.metrics)
        for subscription in runtime.service.subscriptions
    ]
    if runtime.service.intake is not None:
        runtime.consumers.append(
            IntakeConsumer(
                runtime.service.name, runtime.service.intake, runtime.db, bus, runtime,
                runtime.metrics,
            )
        )  # fmt: skip


@asynccontextmanager
async def working(runtime: Runtime) -> AsyncIterator[None]:
    """Relay, consumers and jobs run while the block is open, and stop with it."""
    assert runtime.relay is not None
    ending = [asyncio.create_task(runtime.relay.run(), name="relay")]
    ending += [asyncio.create_task(c.run(), name=c.durable) for c in runtime.consumers]
    endless = [
        asyncio.create_task(_repeat(runtime, job), name=job.name)
        for job in (*_platform_jobs(runtime.settings), *runtime.service.jobs)
    ]
    watch = asyncio.create_task(_fail_loudly([*ending, *endless]))
    try:
        yield
    finally:
        runtime.relay.stop()
        for consumer in runtime.consumers:
            consumer.stop()
        for task in (watch, *endless):
            task.cancel()
        _, running = await asyncio.wait(ending, timeout=3)
        for task in running:
            task.cancel()
        await asyncio.gather(watch, *ending, *endless, return_exceptions=True)


async def _observe(runtime: Runtime) -> None:
    """Keep the gauges of what waits true, for whoever scrapes ``/metrics``."""
    async with runtime.db.looking() as tx:
        waiting = await inbox.counts(tx)
    runtime.metrics.outbox(waiting["outbox"], waiting["outbox_age_s"])
    runtime.metrics.parked(waiting["parked"], waiting["dead"])


async def _forget_old_answers(runtime: Runtime) -> None:
    """Answers kept under idempotency keys go after their time, ten thousand at a time."""
    async with runtime.db.transaction() as tx:
        await idempotency.purge(tx)


_SEALING = Job("seal-access-log", sealing.EVERY_S, sealing.seal_waiting)
_PLATFORM_JOBS = (
    Job("observe", 5, _observe),
    Job("forget-old-answers", 3600, _forget_old_answers),
    Job("rotate-keys", 5, rotation.go_on),
    Job("rotate-index-key", 5, indexes.go_on),
)


def _platform_jobs(settings: Settings) -> tuple[Job, ...]:
    """What every worker does beside its own; sealing unless another process does."""
    return (*_PLATFORM_JOBS, _SEALING) if settings.seals else _PLATFORM_JOBS


async def _fail_loudly(tasks: list[asyncio.Task[None]]) -> None:
    """A loop that ended by an error ends the process: the supervisor starts a whole one again."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("worker.died", task=task.get_name(), exc_info=error)
            sys.stdout.flush()
            os._exit(70)


async def _repeat(runtime: Runtime, job: Job) -> None:
    while True:
        try:
            await job.run(runtime)
        except UNAVAILABLE as error:
            log.warning("job.waits", job=job.name, error=type(error).__name__)
        await asyncio.sleep(job.every_s)


async def connect_bus(settings: Settings, service: str) -> NatsBus:
    """A connection as the service's own NATS user; keeps trying, because writes go on without it."""
    while True:
        try:
            return await NatsBus.connect(
                settings.nats_url,
                user=settings.nats_user or service,
                password=settings.nats_password.get_secret_value()
                if settings.nats_password
                else "",
                name=service,
            )
        except Exception as error:  # nats-py raises a dozen kinds here; each means "not yet"
            log.warning("bus.unreachable", error=type(error).__name__)
            await asyncio.sleep(1)


@asynccontextmanager
async def broker(runtime: Runtime) -> AsyncIterator[None]:
    """Connect in the background and work from then on: the API does not wait for the broker."""
    opened: list[NatsBus] = []

    async def connect_and_work() -> None:
        bus = await connect_bus(runtime.settings, runtime.service.name)
        opened.append(bus)
        attach(runtime, bus)
        async with working(runtime):
            await asyncio.Event().wait()

    task = asyncio.create_task(connect_and_work(), name="broker")
    watch = asyncio.create_task(_fail_loudly([task]))
    try:
        yield
    finally:
        watch.cancel()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        for bus in opened:
            await bus.close()


def create_app(
    service: Service, settings: Settings, *, authenticator: Authenticator | None = None
) -> FastAPI:
    """The ASGI application of one process. Nothing is opened before its lifespan starts."""
    metrics = Metrics(service.name)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        runtime = await assemble(service, settings, metrics=metrics)
        app.state.runtime = runtime
        try:
            if settings.role == "api":
                yield
            else:
                async with broker(runtime):
                    yield
        finally:
            await runtime.close()

    routers = [*service.routers, *health.routers(service)] if settings.role != "worker" else []
    app = create_http(
        service,
        settings,
        routers=routers,
        auth=authenticator or Authenticator.from_settings(settings),
        lifespan=lifespan,
        metrics=metrics,
    )
    app.state.callers = service.callers
    include(app, health.unversioned)
    return app
