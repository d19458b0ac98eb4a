"""Rows to a service over HTTP: in parts, under keys that make a repeated load harmless."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any
from zlib import crc32

import httpx
import orjson
from rich.progress import Progress, TaskID

#: One request holds so many rows: one chunk and one transaction at the service.
PART_ROWS = 5_000
#: So many requests of one stream are under way at once: one is read while another is written.
LANES = 2
#: A refusal that means "not yet" is asked again for so long.
PATIENCE_S = 180.0
PAUSE_S = 0.5

#: Codes of problems and of rows that go away by themselves.
NOT_YET = frozenset({"not-yet-known", "request-in-progress"})
UNAVAILABLE = frozenset({408, 429, 500, 502, 503, 504})

Client = Callable[[str], httpx.AsyncClient]
Json = dict[str, Any]


class LoadFailed(Exception):
    """A service refused something of the case; the text says which lines and why."""


class Sender:
    """Sends streams and single requests. ``prefix`` begins every idempotency key."""

    def __init__(self, client: Client, prefix: str, progress: Progress) -> None:
        self._client = client
        self._prefix = prefix
        self._progress = progress
        self.sent = 0

    async def rows(
        self, service: str, path: str, rows: Iterator[str], *, total: int | None, lanes: int = LANES
    ) -> None:
        """Send NDJSON lines to ``{path}/imports``. Raises :class:`LoadFailed`.

        ``lanes=1`` where a line needs what earlier lines left.
        """
        if total == 0:
            return
        with self._bar(service, path, total) as task:
            parts = enumerate(_parts(rows))
            await asyncio.gather(*(self._lane(service, path, parts, task) for _ in range(lanes)))

    async def bodies(self, service: str, path: str, bodies: Iterator[dict[str, Any]]) -> None:
        """The same for a few dictionaries, in order."""
        listed = [orjson.dumps(body).decode() + "\n" for body in bodies]
        await self.rows(service, path, iter(listed), total=len(listed), lanes=1)

    async def singles(
        self,
        service: str,
        requests: Iterator[tuple[str, dict[str, Any]]],
        *,
        total: int,
        name: str,
        lanes: int = 16,
    ) -> None:
        """Single POSTs of (path, body), for what has no import."""
        if total == 0:
            return
        with self._bar(service, name, total) as task:

            async def lane() -> None:
                for path, body in requests:
                    content = orjson.dumps(body)
                    key = f"{self._prefix}-{name}-{crc32(content + path.encode()):08x}"
                    await self._ask(service, "POST", path, content, _json(key))
                    self._done(task, 1)

            await asyncio.gather(*(lane() for _ in range(lanes)))

    async def act(
        self, service: str, path: str, body: dict[str, Any], *, version: int | None = None
    ) -> Json:
        """One POST that changes something, and its answer; ``version``: of what it changes. The same
        act again has the same key, so it is answered as the first time."""
        content = orjson.dumps(body)
        headers = _json(f"{self._prefix}-act-{crc32(content + path.encode()):08x}")
        if version is not None:
            headers["If-Match"] = f'"v{version}"'
        self.sent += 1
        found: Json = (await self._ask(service, "POST", path, content, headers)).json()
        return found

    async def see(self, service: str, path: str) -> Json:
        """What a GET answers."""
        found: Json = (await self._ask(service, "GET", path)).json()
        return found

    async def fetch(self, service: str, path: str) -> bytes:
        """A file."""
        return (await self._ask(service, "GET", path)).content

    async def _lane(
        self, service: str, path: str, parts: Iterator[tuple[int, list[str]]], task: TaskID
    ) -> None:
        name = path.removeprefix("/v1/").replace("/", "-")
        for number, part in parts:
            key = f"{self._prefix}-{name}-{number:05d}"
            await self._ask(
                service, "POST", f"{path}/imports?mode=all", "".join(part).encode(),
                {"Content-Type": "application/x-ndjson", "Idempotency-Key": key},
            )  # fmt: skip
            self._done(task, len(part))

    def _done(self, task: TaskID, rows: int) -> None:
        self.sent += rows
        self._progress.advance(task, rows)

    def _bar(self, service: str, name: str, total: int | None) -> _Bar:
        return _Bar(self._progress, f"{service} {name.removeprefix('/v1/')}", total)

    async def _ask(
        self,
        service: str,
        method: str,
        path: str,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_S
        while True:
            answer: httpx.Response | None = None
            try:
                answer = await self._client(service).request(
                    method, path, content=content, headers=headers, timeout=300
                )
                if answer.is_success:
                    return answer
                why = None if _not_yet(answer) else _told(answer)
            except httpx.TransportError as error:
                why = None
                last = type(error).__name__
            if why is not None:
                raise LoadFailed(f"{service} {path}: {why}")
            if loop.time() > until:
                last = _told(answer) if answer is not None else last
                raise LoadFailed(
                    f"{service} {path}: 等不到 / still not after {PATIENCE_S:.0f} s: {last}"
                )
            await asyncio.sleep(PAUSE_S)


class _Bar:
    """A progress bar that goes away when its stream is through."""

    def __init__(self, progress: Progress, label: str, total: int | None) -> None:
        self._progress, self._label, self._total = progress, label, total

    def __enter__(self) -> TaskID:
        self._task = self._progress.add_task(self._label, total=self._total)
        return self._task

    def __exit__(self, *_: object) -> None:
        self._progress.remove_task(self._task)


def _json(key: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "Idempotency-Key": key}


def _parts(rows: Iterator[str]) -> Iterator[list[str]]:
    while part := list(islice(rows, PART_ROWS)):
        yield part


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _not_yet(answer: httpx.Response) -> bool:
    if answer.status_code in UNAVAILABLE:
        return True
    problem = _problem(answer)
    code = str(problem.get("type", "")).rsplit(":", 1)[-1]
    if code in NOT_YET:
        return True
    errors = problem.get("errors") or []
    return bool(errors) and all(error.get("code") in NOT_YET for error in errors)


def _told(answer: httpx.Response) -> str:
    problem = _problem(answer)
    title = f"{answer.status_code} {problem.get('title', '')} {problem.get('detail') or ''}".strip()
    lines = [
        f"line {error.get('line')}: {error.get('pointer')} {error.get('code')} "
        f"{error.get('message') or error.get('detail') or ''}"
        for error in (problem.get("errors") or [])[:3]
    ]
    return "; ".join([title, *lines])


@asynccontextmanager
async def front_door(base_url: str, headers: Callable[[], dict[str, str]]) -> AsyncIterator[Client]:
    """Clients of each service behind one address; ``headers`` gives a fresh token when asked."""
    opened: dict[str, httpx.AsyncClient] = {}

    async def authorise(request: httpx.Request) -> None:
        request.headers.update(headers())

    def client(service: str) -> httpx.AsyncClient:
        if service not in opened:
            opened[service] = httpx.AsyncClient(
                base_url=f"{base_url}/api/{service}",
                event_hooks={"request": [authorise]},
                trust_env=False,
            )
        return opened[service]

    try:
        yield client
    finally:
        await asyncio.gather(*(one.aclose() for one in opened.values()))


Settle = Callable[[str, str], Awaitable[None]]
