"""Load by wrk, and what it cost the server: requests per second and CPU seconds per request."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

CONNECTIONS = 32
SECONDS = 4
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Measured:
    """One run against one server process."""

    rps: float
    cpu_us: float  # of the server process, per request
    busy: float  # share of one core that the server process used
    errors: int


def cpu_of(pid: int) -> float:
    """User and system seconds of a process."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def drive(
    port: int, script: str, pid: int, variables: Mapping[str, str], *, seconds: int = SECONDS
) -> Measured:
    """Run wrk against a service port for a bounded time; the script makes the requests."""
    before = cpu_of(pid)
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(HERE / script),
         f"http://127.0.0.1:{port}"],
        capture_output=True, text=True, check=True, timeout=seconds + 30,
        env={**os.environ, **variables},
    )  # fmt: skip
    spent = cpu_of(pid) - before
    count = int(_number(r"(\d+) requests in", done.stdout))
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    sockets = re.search(
        r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", done.stdout
    )
    errors = int(failed[1]) if failed else 0
    errors += sum(int(n) for n in sockets.groups()) if sockets else 0
    return Measured(
        rps=_number(r"Requests/sec:\s+([\d.]+)", done.stdout),
        cpu_us=spent / max(count, 1) * 1e6,
        busy=spent / seconds,
        errors=errors,
    )


def _number(pattern: str, text: str) -> float:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"wrk did not say {pattern}:\n{text}")
    return float(match[1])
