"""The runner as a person uses it: Ctrl-C, a second start, kill -9 of anything, stop, reset."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

# Long, because the whole house starts three times and other work may share the machine.
pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]


class Runner:
    """`make run` without a city, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / ".run"
        self.log = folder / "screen.log"
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "local.run", name],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "CITY": "none", "RUN_DIR": str(self.home), "ONCE": ""}

    def start(self) -> None:
        with self.log.open("wb") as screen:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local.run", "up"],
                cwd=ROOT, env=self.environment, stdout=screen, stderr=screen,
                start_new_session=True,
            )  # fmt: skip
        until(lambda: "Ctrl-C" in self.screen or self.ended, 180)
        assert not self.ended, self.screen

    @property
    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    @property
    def screen(self) -> str:
        return self.log.read_text()

    @property
    def about(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "running.json").read_text())
        return found

    def family(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, sig: signal.Signals) -> int:
        """Signal the whole group, as a terminal does, and wait."""
        assert self.process is not None
        os.killpg(self.process.pid, sig)
        return self.process.wait(60)


def alive(processes: list[psutil.Process]) -> list[str]:
    found = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # it may end between two looks
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.name())
    return found


def until(true: Callable[[], bool], seconds: int = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited long enough"
        time.sleep(0.05)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    runner = Runner(tmp_path)
    yield runner
    if not runner.ended:
        runner.end(signal.SIGKILL)


def ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", trust_env=False, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_starts_once_repairs_itself_and_ctrl_c_leaves_nothing(runner: Runner) -> None:
    runner.start()
    about = runner.about
    assert ready(about["address"])
    second = runner.command("up")
    assert second.returncode == 1
    assert "make stop" in second.stderr
    for pid in about["pids"].values():
        # What cannot go on without those before it may have ended by itself.
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()
    until(lambda: runner.screen.count("starting it again") >= len(about["pids"]))
    until(lambda: ready(about["address"]), 180)
    family = runner.family()
    assert runner.end(signal.SIGINT) == 0
    assert alive(family) == []
    assert runner.command("report").returncode == 1, "nothing runs any more"


def test_survives_its_own_kill(runner: Runner) -> None:
    runner.start()
    secrets = (runner.home / "secrets.json").read_text()
    family = runner.family()
    runner.end(signal.SIGKILL)
    until(lambda: alive(family) == [])
    runner.start()
    assert (runner.home / "secrets.json").read_text() == secrets
    family = runner.family()
    assert "stopped" in runner.command("stop").stdout
    assert alive(family) == []
    assert runner.command("reset").returncode == 0
    assert not runner.home.exists()
