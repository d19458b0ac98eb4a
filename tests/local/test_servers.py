"""The embedded servers keep their data through stops, kills and stale pid files."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import nats
import psutil
import pytest

from kit.embedded import EmbeddedNats, EmbeddedPostgres
from kit.processes import ServerFailed, free_port, port_is_free, reserve_port

QUICK = {"fsync": "off", "shared_buffers": "16MB"}


async def ask(server: EmbeddedPostgres, sql: str) -> object:
    connection = await asyncpg.connect(server.dsn())
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


class LateListener(EmbeddedNats):
    """Listens to its signal only after a while, as a server does that is only just starting."""

    CODE = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print('deaf', flush=True)
time.sleep(0.6)
signal.signal(signal.SIGINT, signal.SIG_DFL)
time.sleep(100)
"""

    def _launch(self) -> None:
        self._spawn([sys.executable, "-c", self.CODE])

    def _ready(self) -> bool:
        return self.log.read_bytes() == b"deaf\n"


def test_a_server_that_is_only_just_starting_is_stopped_within_seconds(tmp_path: Path) -> None:
    server = LateListener(tmp_path / "late", "")
    with server:
        started = time.monotonic()
    assert time.monotonic() - started < 30
    assert server.pid is None


def test_a_server_that_never_listens_is_killed(tmp_path: Path) -> None:
    server = LateListener(tmp_path / "late", "").start()
    server.stop(seconds=0.1)
    assert server.pid is None


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path_factory.mktemp("pg") / "data", settings=QUICK)
    with server:
        asyncio.run(ask(server, "create table kept as select 1 as a"))
        yield server


def test_is_what_production_is(postgres: EmbeddedPostgres) -> None:
    facts = """select current_setting('server_version_num')::int / 10000 || ' ' ||
        current_setting('data_checksums') || ' ' || current_setting('password_encryption') || ' ' ||
        (select datlocprovider::text || ' ' || datlocale from pg_database where datname = 'template1')"""
    assert asyncio.run(ask(postgres, facts)) == "18 on scram-sha-256 b C.UTF-8"


def test_wrong_password_is_refused(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        asyncio.run(asyncpg.connect(postgres.dsn(password="wrong")))


@pytest.mark.parametrize("how", ["fast", "immediate", "kill"])
def test_data_survives(postgres: EmbeddedPostgres, how: str) -> None:
    port = postgres.port
    if how == "kill":
        postgres.kill()
    else:
        postgres.stop(how)
    assert postgres.pid is None
    postgres.start()
    assert postgres.port == port, "clients find it where it was"
    assert asyncio.run(ask(postgres, "select a from kept")) == 1


def stale_gone() -> tuple[int, object]:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid, None


def stale_zombie() -> tuple[int, object]:
    process = subprocess.Popen(["true"])
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    return process.pid, process


def stale_reused() -> tuple[int, object]:
    return os.getpid(), None


@pytest.mark.parametrize("stale", [stale_gone, stale_zombie, stale_reused])
def test_stale_pid_file_does_not_block(postgres: EmbeddedPostgres, stale: object) -> None:
    file = postgres.directory / "postmaster.pid"
    lines = file.read_text().splitlines()
    postgres.kill()
    pid, zombie = stale()  # type: ignore[operator]
    file.write_text("\n".join([str(pid), *lines[1:]]))
    postgres.start()
    assert asyncio.run(ask(postgres, "select a from kept")) == 1
    if zombie is not None:
        zombie.wait()


def test_a_postgres_that_really_runs_is_stopped_first(postgres: EmbeddedPostgres) -> None:
    orphan = postgres.pid
    assert orphan is not None
    second = EmbeddedPostgres(postgres.directory, password=postgres.password, settings=QUICK)
    with second:
        assert postgres.pid is None
        assert asyncio.run(ask(second, "select a from kept")) == 1
    postgres.start()


def test_taken_port_is_replaced(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "data", postgres.port, settings=QUICK) as other:
        assert other.moved
        assert other.port != postgres.port
        assert asyncio.run(ask(other, "select 1")) == 1
    assert free_port(postgres.port) != postgres.port
    assert port_is_free(free_port())


def test_a_reserved_port_is_nobody_elses_before_anything_listens() -> None:
    mine = reserve_port()
    assert port_is_free(mine.port)
    other = reserve_port(mine.port)
    assert other.port != mine.port
    mine.release()
    assert free_port(mine.port) == mine.port
    other.release()


def test_failure_shows_the_log(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "data", settings={**QUICK, "no_such": "1"})
    with pytest.raises(ServerFailed, match="no_such"):
        server.start()


def config(directory: Path, port: int, monitor: int) -> str:
    return (
        f'listen: "127.0.0.1:{port}"\nhttp: "127.0.0.1:{monitor}"\n'
        f'jetstream {{ store_dir: "{directory}", sync_interval: always }}\n'
    )


async def test_acknowledged_messages_survive_kill(tmp_path: Path) -> None:
    server = EmbeddedNats(tmp_path / "nats", lambda p, m: config(tmp_path / "js", p, m))
    async with server:
        client = await nats.connect(server.url)
        stream = client.jetstream()
        await stream.add_stream(name="S", subjects=["s.>"])
        await stream.publish("s.one", b"1")
        await client.close()
        port = server.port
        server.kill()
        await server.astart()
        assert server.port == port
        client = await nats.connect(server.url)
        assert (await client.jetstream().stream_info("S")).state.messages == 1
        await client.close()


PARENT = """
import sys, time
from pathlib import Path
from kit.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), settings={"fsync": "off", "shared_buffers": "16MB"})
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""


def test_ends_with_a_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "data")], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    psutil.wait_procs([child], timeout=10)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
