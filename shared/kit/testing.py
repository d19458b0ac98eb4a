"""The pytest plugin: real servers, migrated databases, signed tokens, and a service under test.

``TEST_BACKEND`` chooses where PostgreSQL and NATS come from: ``embedded`` (default; the wheels),
``testcontainers`` (an engine must be up), or ``external`` (``TEST_POSTGRES_URL`` of a superuser;
NATS comes in a container). The same suite runs on all three; nothing is skipped.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import hypothesis
import pytest
import structlog
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from kit import signing
from kit.auth import Authenticator
from kit.bus import MemoryBus, Outgoing
from kit.crypto import Keyring
from kit.db import Database
from kit.events import Event, envelope, parse
from kit.ids import new_id
from kit.service import Runtime, Service, attach, create_app
from kit.settings import Settings
from kit.testing_servers import PostgresServer, backend, cluster_folder

ISSUER = "https://issuer.test"
CITY = "231100"
CITY_AREA = "231100000000"


def pytest_configure() -> None:
    """What a test provokes is asserted, not read: nothing below ``critical`` is logged by default."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # How long an example takes is the machine's affair: a busy one fails no test.
    hypothesis.settings.register_profile(
        "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("house")


# --- servers ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def xdist_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, xdist_name: str) -> Iterator[PostgresServer]:
    """A PostgreSQL of this test process (embedded: fsync off, for it dies with the tests)."""
    with _server(tmp_path_factory) as url:
        server = PostgresServer(url, xdist_name)
        try:
            yield server
        finally:
            server.close()


@contextmanager
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The superuser's URL of a server of the chosen backend, which is up while the block is open."""
    match backend():
        case "embedded":
            from kit.embedded import EmbeddedPostgres

            # Every test makes, opens and drops a database: each time all buffers are looked through,
            # and each connection derives its key from the password.
            settings = {
                "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
                "max_wal_size": "256MB", "wal_level": "minimal", "max_wal_senders": "0",
                "shared_buffers": "64MB", "scram_iterations": "1",
            }  # fmt: skip
            with cluster_folder(lambda: tmp_path_factory.mktemp("postgres")) as folder:
                server = EmbeddedPostgres(folder / "data", settings=settings)
                server.start()
                try:
                    yield server.dsn()
                finally:
                    server.stop("immediate")
        case "testcontainers":
            from kit.containers import postgres_container

            with postgres_container() as url:
                yield url
        case _:
            yield os.environ["TEST_POSTGRES_URL"]


@pytest.fixture
def make_database(postgres: PostgresServer) -> Iterator[Callable[[str], tuple[str, str]]]:
    """Call with a package: a fresh migrated database, as (owner URL, application URL)."""
    made: list[str] = []

    def make(package: str) -> tuple[str, str]:
        name = postgres.clone(package)
        made.append(name)
        return postgres.url(name, f"{package}_owner"), postgres.url(name, f"{package}_app")

    yield make
    for name in made:
        postgres.drop(name)


@pytest.fixture
async def kit_db(make_database: Callable[[str], tuple[str, str]]) -> AsyncIterator[Database]:
    """A database with the platform's tables only, as an application role."""
    db = await Database.connect(
        (await asyncio.to_thread(make_database, "kit"))[1], min_size=1, max_size=5
    )
    yield db
    await db.close()


# --- tokens -------------------------------------------------------------------------------------


@dataclass
class Signer:
    """An issuer in the test: signs what it is asked to."""

    key: ECKey = field(
        default_factory=lambda: ECKey.generate_key("P-256", {"kid": "test", "alg": "ES256"})
    )

    def authenticator(self) -> Authenticator:
        jwks = KeySet([self.key]).as_dict(private=False)
        return Authenticator.from_jwks(jwks, issuer=ISSUER)

    def token(
        self,
        *roles: str,
        area: str = CITY_AREA,
        office: str = "231100-employment-bureau",
        subject: str | None = None,
        **claims: Any,
    ) -> str:
        now = int(time.time())
        body = {
            "iss": ISSUER,
            "aud": "reemployment",
            "sub": subject or f"test-{'-'.join(roles) or 'nobody'}",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "roles": list(roles),
            "office": office,
            "area_code": area,
            **claims,
        }
        return jwt.encode({"alg": "ES256", "kid": "test"}, body, self.key)


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer()


@pytest.fixture(scope="session")
def keys_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keyring with fresh keys."""
    path = tmp_path_factory.mktemp("keys") / "keyring.json"
    Keyring.generate(path)
    return path


# --- a service under test -----------------------------------------------------------------------


@dataclass
class UnderTest:
    """One service in this process: its app without a network, its database, a bus double."""

    service: Service
    app: Any
    runtime: Runtime
    bus: MemoryBus
    signer: Signer
    sequences: dict[UUID, int] = field(default_factory=dict)
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def db(self) -> Database:
        return self.runtime.db

    def client(self, *roles: str, **token: Any) -> httpx.AsyncClient:
        """An HTTP client with a token of these roles (default: loader, city-wide)."""
        bearer = self.signer.token(*(roles or ("loader",)), **token)
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url="http://service",
            headers={"Authorization": f"Bearer {bearer}"},
            timeout=30,
        )
        self.clients.append(client)
        return client

    def heard(
        self,
        type: str,
        entity_id: UUID,
        data: dict[str, Any],
        *,
        valid_from: date = date(2003, 6, 1),
        area_code: str = CITY_AREA,
        office: str = "231100-employment-bureau",
        reverses: UUID | None = None,
        sequence: int | None = None,
        id: UUID | None = None,
    ) -> Event:
        """An event of another service, next in its entity's sequence (or the one given)."""
        if sequence is None:
            sequence = self.sequences.get(entity_id, 0) + 1
        self.sequences[entity_id] = max(sequence, self.sequences.get(entity_id, 0))
        return Event(
            id=id or new_id(),
            type=type,
            entity_id=entity_id,
            sequence=sequence,
            time=datetime.now(UTC),
            valid_from=valid_from,
            area_code=area_code,
            office=office,
            correlation_id=new_id(),
            causation_id=None,
            reverses=reverses,
            data=data,
        )

    async def deliver(self, *events: Event) -> None:
        """Give events to the consumers of their publishers, as one batch each, in this order."""
        for consumer in self.runtime.consumers:
            nouns = consumer.subscription.nouns
            mine = [
                e
                for e in events
                if e.service == consumer.subscription.publisher and e.noun in nouns
            ]
            if mine:
                await consumer.apply([wire(event) for event in mine])

    async def told(self, type: str | None = None) -> list[Event]:
        """Every event this service has told, in order (of one type, when given)."""
        async with self.db.looking() as tx:
            rows = await tx.fetch("select * from event_log order by position")
        events = [parse(envelope(row, city=CITY)) for row in rows]
        return [event for event in events if type is None or event.type == type]

    async def dead(self) -> list[Any]:
        async with self.db.looking() as tx:
            return await tx.fetch("select durable, state, error from dead_letter")


def wire(event: Event) -> bytes:
    """The bytes of an event made by hand."""
    row = {
        "id": event.id,
        "type": event.type,
        "entity_id": event.entity_id,
        "sequence": event.sequence,
        "valid_from": event.valid_from,
        "area_code": event.area_code,
        "office": event.office,
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "reverses": event.reverses,
        "traceparent": event.traceparent,
        "data": event.data,
        "recorded_at": event.time,
    }
    return envelope(row, city=CITY)


def _signing_keys(keys_file: Path) -> Path:
    """Keys for signing, beside the keyring and as long-lived."""
    path = keys_file.with_name("signing.json")
    if not path.exists():
        signing.generate(path)
    return path


@asynccontextmanager
async def under_test(
    service: Service,
    database_url: str,
    *,
    signer: Signer,
    keys_file: Path,
    bus: MemoryBus | None = None,
    business_day: date = date(2003, 10, 31),
    **settings: Any,
) -> AsyncIterator[UnderTest]:
    """Run one service's app in this process on ``database_url``; nothing polls by itself."""
    settings.setdefault("signing_keys_file", _signing_keys(keys_file))
    values = Settings(
        service=service.name,
        database_url=database_url,
        role="api",
        city=CITY,
        business_day=business_day,
        issuer=ISSUER,
        keys_file=keys_file,
        environment="embedded",
        public_path=f"/api/{service.name}",
        **settings,
    )
    app = create_app(service, values, authenticator=signer.authenticator())
    async with app.router.lifespan_context(app):
        runtime: Runtime = app.state.runtime
        memory = bus or MemoryBus()
        memory.add_stream(service.name.upper())
        for subscription in (*service.subscriptions, *filter(None, [service.intake])):
            memory.add_stream(subscription.stream)
            memory.add_durable(
                subscription.stream, subscription.durable(service.name), subscription.subjects
            )
        attach(runtime, memory)
        thing = UnderTest(service, app, runtime, memory, signer)
        try:
            yield thing
        finally:
            for client in thing.clients:
                await client.aclose()


@pytest.fixture
async def running(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> AsyncIterator[Callable[..., Any]]:
    """``await running("registry")``: that service on a fresh database, until the test ends."""
    async with AsyncExitStack() as stack:

        async def start(package: str, **settings: Any) -> UnderTest:
            service: Service = importlib.import_module(f"{package}.app").SERVICE
            _, url = make_database(package)
            return await stack.enter_async_context(
                under_test(service, url, signer=signer, keys_file=keys_file, **settings)
            )

        yield start


def outgoing(event: Event) -> Outgoing:
    """An event as the relay would hand it to the bus."""
    return Outgoing(event.type, str(event.id), wire(event))
