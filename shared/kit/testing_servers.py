"""PostgreSQL and NATS for tests, from the backend that ``TEST_BACKEND`` names (see kit.testing)."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from kit import migrations, schema
from kit.streams import Topology, nats_config, provision

ROLE_PASSWORD = "only-for-tests"  # noqa: S105


def blocking(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end in a loop of its own, also where a loop is running already."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, work).result()


# --- servers ------------------------------------------------------------------------------------

#: Where a file system in memory is found, what a cluster of tests may fill of it, and how its folder
#: there is called: by the process that removes it.
MEMORY = Path("/dev/shm")  # noqa: S108
CLUSTER_ROOM = 2 * 1024**3
_IN_MEMORY = "reemployment-tests-"


@contextmanager
def cluster_folder(
    on_disk: Callable[[], Path], memory: Path = MEMORY, room: int = CLUSTER_ROOM
) -> Iterator[Path]:
    """A folder for a cluster that dies with its tests: in memory where there is room, else on disk.

    Every test makes and drops a database of some seven hundred files. A file system that does not
    give a number away again soon after its file was removed (ext4 without a journal) looks through
    all of those numbers for every new file, and takes a second for what memory does in some
    hundredths. What a killed run left behind is removed.
    """
    if not memory.is_dir():
        yield on_disk()
        return
    for left in memory.glob(f"{_IN_MEMORY}*"):
        if not Path("/proc", left.name.removeprefix(_IN_MEMORY)).exists():
            shutil.rmtree(left, ignore_errors=True)
    if shutil.disk_usage(memory).free < room:
        yield on_disk()
        return
    folder = memory / f"{_IN_MEMORY}{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class PostgresServer:
    """A cluster for tests; ``admin`` is its superuser's URL."""

    admin: str
    worker: str
    _made: set[str] = field(default_factory=set)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    _connection: Any = None

    def url(self, database: str, user: str | None = None) -> str:
        parts = urlsplit(self.admin)
        host = parts.netloc.rsplit("@", 1)[1]
        who = parts.netloc.rsplit("@", 1)[0] if user is None else f"{user}:{ROLE_PASSWORD}"
        return urlunsplit(parts._replace(netloc=f"{who}@{host}", path=f"/{database}"))

    def run(self, *statements: str) -> None:
        """Statements as the superuser, outside of transactions; by one connection and in a thread of
        its own, for there are several for every test."""

        async def go() -> None:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(self.admin, timeout=20)
            for statement in statements:
                await self._connection.execute(statement)

        self._thread.submit(self._runner.run, go()).result()

    def close(self) -> None:
        """Give the connection back; the server may stop."""

        async def go() -> None:
            if self._connection is not None:
                await self._connection.close()

        self._thread.submit(self._runner.run, go()).result()
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    def ensure_role(self, role: str) -> None:
        self.run(
            f"do $$ begin create role {role} login password '{ROLE_PASSWORD}'; "
            "exception when duplicate_object or unique_violation then null; end $$"
        )

    def template(self, package: str) -> str:
        """A migrated database of a service (``kit``: only the platform's tables), made once."""
        name = f"template_{package}_{self.worker}"
        if name in self._made:
            return name
        owner, app = f"{package}_owner", f"{package}_app"
        for role in (owner, app):
            self.ensure_role(role)
        self.run(
            f"drop database if exists {name}",
            f"create database {name} owner {owner}",
            f"revoke all on database {name} from public",
            f"grant connect on database {name} to {app}",
        )
        if package == "kit":
            blocking(self._platform(self.url(name, owner)))
        else:
            blocking(migrations.upgrade_async(package, self.url(name, owner)))
        self._made.add(name)
        return name

    @staticmethod
    async def _platform(url: str) -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in (
                *schema.statements("kit_app"),
                *schema.audit_statements("kit_app"),
                *schema.rotation_statements("kit_app", {}),
            ):
                await connection.execute(statement)
        finally:
            await connection.close()

    def clone(self, package: str) -> str:
        """A fresh copy of the template; answers its name. Dropped by whoever asked."""
        template = self.template(package)
        name = f"t_{package}_{self.worker}_{secrets.token_hex(4)}"
        self.run(
            # Files copied as they are: through the log and the buffers it takes five times as long.
            f"create database {name} template {template} strategy file_copy owner {package}_owner",
            f"revoke all on database {name} from public",
            f"grant connect on database {name} to {package}_app",
        )
        return name

    def drop(self, name: str) -> None:
        self.run(f"drop database if exists {name} with (force)")


def backend() -> str:
    chosen = os.environ.get("TEST_BACKEND", "embedded")
    if chosen not in ("embedded", "testcontainers", "external"):
        raise pytest.UsageError(f"TEST_BACKEND={chosen}: embedded, testcontainers or external")
    return chosen


@dataclass(frozen=True)
class NatsForTests:
    """A nats-server with one user per service of ``plan``; streams and durables are made."""

    url: str
    passwords: dict[str, str]
    admin_password: str
    authorities: dict[str, str] = field(default_factory=dict)


@contextmanager
def nats_running(
    plan: Topology, folder: Path, authorities: Sequence[str] = ()
) -> Iterator[NatsForTests]:
    """A server of the backend that ``TEST_BACKEND`` names, provisioned for ``plan``."""
    passwords = {service: secrets.token_urlsafe(12) for service in plan.services}
    admin = secrets.token_urlsafe(12)
    told = {name: secrets.token_urlsafe(12) for name in authorities}

    def config(port: int, monitor: int, *, store: Path, host: str = "127.0.0.1") -> str:
        return nats_config(
            plan, passwords, store, port, monitor, admin, host=host, authorities=told
        )

    if backend() == "embedded":
        from kit.embedded import EmbeddedNats

        store = folder / "jetstream"
        with EmbeddedNats(
            folder, lambda port, monitor: config(port, monitor, store=store)
        ) as server:
            blocking(provision(server.url, "provisioner", admin, plan))
            yield NatsForTests(server.url, passwords, admin, told)
        return
    # An external backend brings PostgreSQL; the broker of these tests needs users of its own and
    # therefore always comes with its configuration, in a container.
    from kit.containers import nats_container

    file = folder / "nats.conf"
    file.write_text(config(4222, 8222, store=Path("/tmp/jetstream"), host="0.0.0.0"))  # noqa: S104, S108
    with nats_container(file) as (host, port):
        url = f"nats://{host}:{port}"
        blocking(provision(url, "provisioner", admin, plan))
        yield NatsForTests(url, passwords, admin, told)
