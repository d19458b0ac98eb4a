"""Reading what was written elsewhere: a write names its event, a read may wait for it.

A write answers ``Event-Id: <uuid>`` (the last event that it told). A read at any service that sends
``Wait-For: <uuid>`` is answered once that service has applied the event, after two seconds at most;
then it is 409 ``not-yet-known`` with ``Retry-After``.
"""

from __future__ import annotations

import asyncio
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit import problems

if TYPE_CHECKING:
    from kit.service import Runtime

WAIT_MAX_S = 2.0
POLL_S = 0.02

_told: ContextVar[list[UUID] | None] = ContextVar("told", default=None)

APPLIED = """
select exists (select 1 from inbox where event_id = $1) or exists (select 1 from event_log where id = $1)
"""


def note(event_id: UUID) -> None:
    """Remember the last event of this request (called by ``kit.outbox.emit``)."""
    told = _told.get()
    if told is not None:
        told[:] = [event_id]


def silence() -> None:
    """Answer this request without ``Event-Id``: its caller must not learn whether anything was told
    (another authority, who would learn from it who is known here)."""
    _told.set(None)


class Causality:
    """ASGI middleware for both headers."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = problems.header(scope, b"wait-for")
        if wanted is not None:
            problem = await self._wait(scope["app"].state.runtime, wanted)
            if problem is not None:
                await problems.respond(scope, self.service, problem)(scope, receive, send)
                return
        if scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        told: list[UUID] = []
        token = _told.set(told)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and told:
                message["headers"] = [*message["headers"], (b"event-id", str(told[0]).encode())]
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            _told.reset(token)

    async def _wait(self, runtime: Runtime, wanted: str) -> problems.Problem | None:
        try:
            event_id = UUID(wanted)
        except ValueError:
            return problems.BAD_REQUEST
        until = time.monotonic() + WAIT_MAX_S
        while True:
            async with runtime.db.looking() as tx:
                if await tx.fetchval(APPLIED, event_id):
                    return None
            if time.monotonic() >= until:
                return problems.NOT_YET_KNOWN
            await asyncio.sleep(POLL_S)
