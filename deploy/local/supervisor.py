"""Keeps processes running: in order up, again when one dies, in reverse order down."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.processes import Server, ServerFailed, die_with_parent, tail

RESTART_AFTER_S = 1.0
LOG_LIMIT = 20_000_000


@dataclass(frozen=True)
class Child:
    """One process: its output goes to `log`, never to the screen. `env` adds to ours."""

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str]


class Supervisor:
    """`say` gets one line for a person whenever something dies, starts again or must be killed."""

    def __init__(
        self, say: Callable[[str], None], restart_after_s: float = RESTART_AFTER_S
    ) -> None:
        self._say = say
        self._restart_after_s = restart_after_s
        self._stopping = False
        self._servers: list[Server] = []
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._watchers: list[asyncio.Task[None]] = []

    def pids(self) -> dict[str, int]:
        """Process ids by name, of everything that runs now."""
        servers = {server.name: server.pid for server in self._servers if server.pid is not None}
        return {**servers, **{name: process.pid for name, process in self._running.items()}}

    async def run_once(self, child: Child) -> None:
        """Run a step to its end (a migration). Raises ServerFailed with the end of its log."""
        process = await self._spawn(child)
        try:
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code:
            raise ServerFailed(f"{child.name} failed (code {code}):\n{tail(child.log)}")

    async def start(self, child: Child) -> None:
        """Start it and keep it running from now on."""
        self._running[child.name] = await self._spawn(child)
        self._watchers.append(asyncio.create_task(self._keep(child), name=child.name))

    async def serve(self, server: Server) -> None:
        """Start a database or broker and keep it running; servers stop after all children."""
        self._servers.append(server)  # before it runs: whatever happens, stop() knows of it
        await server.astart()
        self._watchers.append(asyncio.create_task(self._keep_server(server), name=server.name))

    async def stop(self, patience_s: float = 15) -> None:
        """Children first (SIGTERM, all at once), then the servers in reverse order."""
        self._stopping = True
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        processes = list(self._running.items())
        for _, process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        await asyncio.gather(*(self._end(*item, patience_s) for item in processes))
        for server in reversed(self._servers):
            await server.astop()

    async def _end(self, name: str, process: asyncio.subprocess.Process, patience_s: float) -> None:
        try:
            await asyncio.wait_for(process.wait(), patience_s)
        except TimeoutError:
            self._say(f"{name} does not stop: killed")
            process.kill()
            await process.wait()

    async def _keep(self, child: Child) -> None:
        while True:
            code = await self._running[child.name].wait()
            self._say(f"{child.name} died ({_cause(code)}); starting it again, see {child.log}")
            await asyncio.sleep(self._restart_after_s)
            # Not to be torn apart by stop(): a process that nobody knows would stay.
            self._running[child.name] = await asyncio.shield(self._spawn(child))

    async def _keep_server(self, server: Server) -> None:
        while True:
            await asyncio.sleep(0.2)
            if server.pid is not None:
                continue
            self._say(f"{server.name} died; starting it again, see {server.log}")
            await asyncio.sleep(self._restart_after_s)
            try:
                await server.astart()
            except ServerFailed as failure:
                self._say(str(failure))

    async def _spawn(self, child: Child) -> asyncio.subprocess.Process:
        child.log.parent.mkdir(parents=True, exist_ok=True)
        if child.log.exists() and child.log.stat().st_size > LOG_LIMIT:
            child.log.replace(child.log.with_name(f"{child.log.name}.1"))
        with child.log.open("ab") as out:
            process = await asyncio.create_subprocess_exec(
                *die_with_parent(child.command),
                stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out,
                env={**os.environ, **child.env},
                # Ctrl-C of the terminal reaches the runner alone; it stops the rest in order.
                start_new_session=True,
            )  # fmt: skip
        if self._stopping:
            process.kill()
        return process


def _cause(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
