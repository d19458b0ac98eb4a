"""One address for everything: the services' APIs, their docs, the start page, the issuer.

/api/<service>/v1/…            the service, streamed both ways
/api/<service>/openapi.json    its contract
/health   /health/<service>[/live|/ready|/status]
/   /docs/<service>   /report   /quarter   /open/<service>/v1/…   pages for people
/verify   /verify/<part>       the page behind the QR code of a certificate (registry shows it)
/issuer/…                      the development issuer
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import uvicorn
from pydantic import Field
from pydantic_settings import BaseSettings
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.issuer import create_issuer
from local.pages import HERE, Pages
from local.personas import Places
from local.proxy import Proxy, new_client, problem
from local.tokens import TokenSource, signing_key

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
STATES = ("live", "ready", "status")


class FrontDoorSettings(BaseSettings):
    """Read from the environment, like the services' own settings."""

    environment: str = "production"
    host: str = "127.0.0.1"
    port: int = 8000
    issuer: str = "http://127.0.0.1:8000/issuer"
    issuer_key: Path = Field(description="the issuer's private key; made when it is not there")
    service_urls: dict[str, str] = Field(description="JSON: service name to its base address")
    places: dict[str, str] = Field(default_factory=dict, description="JSON: see personas.Places")
    city_name: str = ""
    business_day: str = ""
    quarter: str = Field(default="", description="the quarter of subsidies that the city shows")
    # Other names in the Host header are refused: a page elsewhere could otherwise read the tokens.
    allowed_hosts: list[str] = ["127.0.0.1", "localhost"]


class ResponseHeaders:
    """What a browser should know about every answer of ours."""

    HEADERS = (
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"x-frame-options", b"DENY"),
    )

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                added = [pair for pair in self.HEADERS if pair[0] not in there]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(scope, receive, with_headers)


def create_front_door(
    settings: FrontDoorSettings, client: httpx.AsyncClient | None = None
) -> Starlette:
    """The application. Raises issuer.NotEmbedded outside the embedded run: its start page gives
    tokens to everybody who can open it.
    """
    key = signing_key(settings.issuer_key)
    places = Places(**settings.places)
    issuer = create_issuer(settings.environment, key, settings.issuer, places)
    http = client or new_client()
    proxy = Proxy(settings.service_urls, http)
    pages = Pages(
        settings.service_urls, http, TokenSource(key, settings.issuer, places),
        settings.city_name, settings.business_day, settings.quarter,
    )  # fmt: skip

    async def api(request: Request) -> Response:
        # The path as it was sent: decoding it would change ids that contain %2F.
        service = request.path_params["service"]
        path = request.scope["raw_path"].decode("latin-1").removeprefix(f"/api/{service}")
        if path.startswith("/v1/") or path in ("/openapi.json", "/asyncapi.json"):
            return await proxy.forward(request, service, path)
        return problem(404, "not-found", "没有这个地址", "There is nothing at this address")

    async def verification(request: Request) -> Response:
        part = request.path_params.get("part")
        path = f"/v1/verify/{part}" if part else "/v1/verify"
        return await proxy.forward(request, "registry", path)

    async def health_of(request: Request) -> Response:
        state = request.path_params.get("state", "status")
        if state not in STATES:
            return problem(404, "not-found", "没有这个地址", "There is nothing at this address")
        return await proxy.forward(request, request.path_params["service"], f"/health/{state}")

    async def health(_: Request) -> Response:
        names = list(settings.service_urls)
        ready = await asyncio.gather(*(_ready(http, settings.service_urls, n) for n in names))
        return JSONResponse(
            dict(zip(names, ready, strict=True)), status_code=200 if all(ready) else 503
        )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with http:
            yield

    return Starlette(
        routes=[
            Route("/", pages.start),
            Route("/docs/{service}", pages.docs),
            Route("/report", pages.report),
            Route("/quarter", pages.quarter),
            Route("/open/{service}/v1/{path:path}", pages.open),
            Route("/verify", verification),
            Route("/verify/{part:str}", verification),
            Route("/health", health),
            Route("/health/{service}", health_of),
            Route("/health/{service}/{state}", health_of),
            Route("/api/{service}/{path:path}", api, methods=METHODS),
            Mount("/issuer", issuer),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=settings.allowed_hosts),
            Middleware(ResponseHeaders),
        ],
        lifespan=lifespan,
    )


async def _ready(client: httpx.AsyncClient, services: Mapping[str, str], name: str) -> bool:
    try:
        answer = await client.get(f"{services[name]}/health/ready", timeout=5)
    except httpx.TransportError:
        return False
    return answer.status_code == 200


def main() -> None:
    settings = FrontDoorSettings()
    uvicorn.run(
        create_front_door(settings), host=settings.host, port=settings.port,
        log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5,
        proxy_headers=False,  # nobody stands before this door: whose request it is, the socket says
    )  # fmt: skip


if __name__ == "__main__":
    main()
