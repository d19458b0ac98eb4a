"""Child processes that end with their parent, free ports, servers that start, stop and die.

Used by the embedded servers and the runner; needs psutil, which only `requirements.lock` installs.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

HOST = "127.0.0.1"
# Outside the range from which the kernel takes the ports of outgoing connections (32768 and up),
# so that a server that was killed finds its port free when it is started again.
FREE_PORTS = range(20000, 32000)

_LAUNCHER = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, int(sys.argv[2]))
os.getppid() == int(sys.argv[1]) or os._exit(1)
os.execvp(sys.argv[3], sys.argv[3:])
"""


class ServerFailed(Exception):
    """A server did not start or ended by itself; the text carries the end of its log."""


def die_with_parent(command: Sequence[str], sig: signal.Signals = signal.SIGKILL) -> list[str]:
    """The command, changed so that the kernel sends it `sig` when this process dies.

    A small launcher sets this and becomes the command (same pid). It is not a `preexec_fn`,
    because that is unsafe (and a warning since Python 3.12) in a program with threads. Linux
    counts the death of the *thread* that started the child: start servers from the main thread.
    Elsewhere the command is unchanged, and the next start stops what was left.
    """
    if not sys.platform.startswith("linux"):
        return list(command)
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), str(int(sig))]
    return [*launcher, *command]


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


class Reservation:
    """A port that is ours until it is released or this process ends.

    Between choosing a port and listening on it seconds pass; another runner on this machine must
    not choose the same one meanwhile. A lock on a file says so: a bound socket could not, because
    it would be in the way of the server itself.
    """

    def __init__(self, port: int, handle: int) -> None:
        self.port = port
        self._handle = handle

    def release(self) -> None:
        os.close(self._handle)


def reserve_port(preferred: int | None = None) -> Reservation:
    """The preferred port when nobody has it, else one that nobody has."""
    wanted = [] if preferred is None else [preferred]
    for port in (*wanted, *random.sample(FREE_PORTS, 200)):
        reservation = _reserve(port)
        if reservation is not None:
            return reservation
    raise ServerFailed(f"no free port between {FREE_PORTS.start} and {FREE_PORTS.stop}")


def _reserve(port: int) -> Reservation | None:
    folder = Path(tempfile.gettempdir()) / f"house-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder / str(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    if not port_is_free(port):
        os.close(handle)
        return None
    return Reservation(port, handle)


def free_port(preferred: int | None = None) -> int:
    """As reserve_port, for whoever listens on it at once."""
    reservation = reserve_port(preferred)
    reservation.release()
    return reservation.port


def tail(log: Path, size: int = 2000) -> str:
    """The end of a log file, for an error message."""
    if not log.exists():
        return ""
    return log.read_bytes()[-size:].decode(errors="replace")


class Server(ABC):
    """A child process with a log: what PostgreSQL and NATS have in common."""

    name = "server"
    stop_signals: Mapping[str, signal.Signals] = {}
    parent_death_signal = signal.SIGKILL

    def __init__(self, directory: Path, port: int | None, log: Path) -> None:
        self.directory = directory.absolute()
        self.log = log
        self.wanted_port = port
        self.port = port or 0
        self._process: subprocess.Popen[bytes] | None = None
        self._reservations: dict[str, Reservation] = {}

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process else None

    @property
    def moved(self) -> bool:
        """Whether the wanted port was taken and another was chosen."""
        return self.wanted_port is not None and self.port != self.wanted_port

    def start(self, seconds: float = 30) -> Self:
        """Start and wait until the server answers. Raises ServerFailed with the log's end."""
        for _ in self._starting(seconds):
            time.sleep(0.02)
        return self

    async def astart(self, seconds: float = 30) -> Self:
        """As start, for a running event loop."""
        for _ in self._starting(seconds):
            await asyncio.sleep(0.02)
        return self

    def _starting(self, seconds: float) -> Iterator[None]:
        """Yields while it waits. A port that was lost to somebody else is chosen again."""
        if self.pid is not None:
            return
        for attempt in range(3):
            self._prepare(first=attempt == 0)
            self._launch()
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                if self._ready():
                    return
                if self.pid is None:
                    break
                yield
            self.kill()
            if "ddress already in use" not in tail(self.log):
                break
        raise ServerFailed(f"{self.name} did not start:\n{tail(self.log)}")

    def _reserved(self, what: str, preferred: int | None) -> int:
        """A port for `what`, kept over restarts unless somebody else has taken it."""
        known = self._reservations.get(what)
        if known is not None:
            if port_is_free(known.port):
                return known.port
            known.release()
        self._reservations[what] = reserve_port(preferred)
        return self._reservations[what].port

    def _spawn(self, command: Sequence[str], prefix: Sequence[str] = (), **options: Any) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists():  # what it said before it died
            self.log.replace(self.log.with_name(f"{self.log.name}.1"))
        with self.log.open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603  our own binaries
                [*prefix, *die_with_parent(command, self.parent_death_signal)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                # A terminal's Ctrl-C belongs to the runner, which stops its servers last.
                start_new_session=True, **options,
            )  # fmt: skip

    def stop(self, mode: str = "fast", seconds: float = 60) -> None:
        """Stop in this mode and wait; killed when it takes longer than `seconds`. The signal is sent
        again every second: a server that is only just starting does not listen to it yet."""
        process = self._process
        if process is None:
            return
        end = time.monotonic() + seconds
        while process.poll() is None:
            left = end - time.monotonic()
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(self.stop_signals[mode] if left > 0 else signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(min(1.0, left) if left > 0 else None)
        self._process = None
        while self._reservations:
            self._reservations.popitem()[1].release()

    async def astop(self, mode: str = "fast", seconds: float = 60) -> None:
        """As stop, for a running event loop."""
        await asyncio.to_thread(self.stop, mode, seconds)

    def kill(self) -> None:
        """kill -9, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await self.astart()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.astop()

    @abstractmethod
    def _prepare(self, *, first: bool) -> None: ...

    @abstractmethod
    def _launch(self) -> None: ...

    @abstractmethod
    def _ready(self) -> bool: ...


def stop_orphans(name: str, ours: Callable[[psutil.Process], bool], seconds: float = 20) -> None:
    """Stop every live process of this name that `ours` recognises: SIGINT, later SIGKILL."""
    found = []
    for process in psutil.process_iter(["name", "status"]):
        with contextlib.suppress(psutil.Error):
            alive = process.info["status"] != psutil.STATUS_ZOMBIE
            if process.info["name"] == name and alive and ours(process):
                found.append(process)
    # SIGINT: to a postmaster a fast stop, to a backend only the cancelling of its query; backends
    # without a postmaster end by themselves.
    for sig, patience in ((signal.SIGINT, seconds), (signal.SIGKILL, 5.0)):
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.send_signal(sig)
        _, found = psutil.wait_procs(found, timeout=patience)
        if not found:
            return
    raise ServerFailed(f"{name} is still running: {[process.pid for process in found]}")
