"""What dies is started again and said; stopping leaves nothing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from kit.embedded import EmbeddedPostgres
from kit.processes import ServerFailed
from local.supervisor import Child, Supervisor

WAIT = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def child(folder: Path, code: str = WAIT, name: str = "worker") -> Child:
    return Child(name, [sys.executable, "-c", code], folder / f"{name}.log", {})


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.02)


async def test_dead_child_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append, restart_after_s=0.1)
    await supervisor.start(child(tmp_path))
    first = supervisor.pids()["worker"]
    psutil.Process(first).kill()
    await until(lambda: supervisor.pids()["worker"] != first)
    second = supervisor.pids()["worker"]
    assert psutil.Process(second).is_running()
    assert said == [f"worker died (signal SIGKILL); starting it again, see {tmp_path}/worker.log"]
    await supervisor.stop()
    assert not psutil.pid_exists(second)


async def test_dead_server_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append, restart_after_s=0.1)
    settings = {"fsync": "off", "shared_buffers": "16MB"}
    server = EmbeddedPostgres(tmp_path / "pg", settings=settings)
    await supervisor.serve(server)
    port, first = server.port, server.pid
    assert first is not None
    psutil.Process(first).kill()
    await until(lambda: server.pid not in (None, first))
    assert server.port == port
    assert said[0].startswith("postgres died")
    await supervisor.stop()
    assert server.pid is None


async def test_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    await supervisor.start(child(tmp_path, STUBBORN))
    await until(lambda: (tmp_path / "worker.log").read_text() == "up\n")
    pid = supervisor.pids()["worker"]
    await supervisor.stop(patience_s=0.2)
    assert said == ["worker does not stop: killed"]
    assert not psutil.pid_exists(pid)


async def test_failed_step_shows_its_log(tmp_path: Path) -> None:
    supervisor = Supervisor(print)
    with pytest.raises(ServerFailed, match="no such column"):
        await supervisor.run_once(
            child(tmp_path, "import sys; sys.exit('no such column')", "migrate")
        )
    await supervisor.run_once(child(tmp_path, "pass", "migrate"))
