"""A stand-in service behind the front door, on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from kit.processes import free_port

ROW = {
    "id": "x.new-posts", "figure": "new-posts", "title": "新增就业岗位", "area": "231100000000",
    "area_name": "黑河市", "office": None, "office_name": None, "period": "2003-01-01/2003-10-31",
    "semantics": "YTD", "issuer": "province", "unit": "个", "qualifier": "about",
    "published": "11207", "computed": "11207", "unrounded": "11207", "verdict": "agrees",
    "expect": "agrees", "reason": "<b>none</b>", "reason_en": None, "printed": True,
    "url": "/api/assessment/v1/figures/new-posts",
}  # fmt: skip
ROWS = [ROW, {**ROW, "id": "x.relief", "verdict": "does-not-reconcile", "expect": "agrees"}]


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", ws="none"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


class Upstream:
    """A service that remembers what it was sent and answers in pieces when it is told to."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.received: list[bytes] = []
        self.app = Starlette(
            routes=[
                Route("/v1/echo/{rest:path}", self.echo, methods=["GET", "POST", "PATCH"]),
                Route("/v1/slow", self.slow),
                Route("/v1/import", self.take, methods=["POST"]),
                Route("/v1/reports", self.report),
                Route("/health/ready", self.healthy),
                Route("/health/status", self.healthy),
                Route("/metrics", self.healthy),
                Route("/openapi.json", self.contract),
            ]
        )

    async def echo(self, request: Request) -> Response:
        body = {
            "path": request.scope["raw_path"].decode(),
            "query": request.url.query,
            "method": request.method,
            "headers": dict(request.headers),
            "body": (await request.body()).decode(),
        }
        return JSONResponse(body, 418, {"ETag": '"7"', "X-Request-ID": "abc"})

    async def slow(self, _: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"first\n"
            await self.go_on.wait()
            yield b"second\n"

        return StreamingResponse(pieces(), media_type="text/csv")

    async def take(self, request: Request) -> Response:
        async for chunk in request.stream():
            if chunk:
                self.received.append(chunk)
                self.go_on.set()
        return PlainTextResponse(str(sum(map(len, self.received))))

    async def report(self, request: Request) -> Response:
        assert request.headers["authorization"].startswith("Bearer ")
        return JSONResponse(ROWS)

    async def contract(self, _: Request) -> Response:
        operation = {"summary": "查询劳动者", "responses": {"200": {"description": "ok"}}}
        return JSONResponse(
            {
                "openapi": "3.1.0",
                "info": {"title": "人员登记 Registry", "version": "1"},
                "servers": [{"url": "/api/registry"}],
                "paths": {"/v1/echo/x": {"get": operation}},
            }
        )

    async def healthy(self, _: Request) -> Response:
        return JSONResponse({"ok": True})
