"""The HTTP edge of a service: one middleware around FastAPI, and the factory of applications."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated, Protocol
from unicodedata import normalize
from urllib.parse import unquote_plus
from uuid import UUID

import asyncpg
import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit import arguments, audit, context, facts, observability, openapi, policy, problems
from kit.auth import Actor, Authenticator, authenticated
from kit.causality import Causality
from kit.crypto import may_hold_id_number
from kit.db import UNAVAILABLE
from kit.idempotency import Replayed
from kit.ids import new_id
from kit.observability import Metrics
from kit.problems import Problem
from kit.routes import RouteIndex
from kit.settings import Settings

if TYPE_CHECKING:
    from kit.service import Runtime

log = structlog.get_logger("http")

BODY_MAX = 1024 * 1024
_IMPORTS = "/imports"

_REQUEST_ID = re.compile(
    r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII
)

# Fewer digits in a row are no ID number: the cheap question first.
_RUN = re.compile(r"\d{15}")
_RUN_BYTES = re.compile(rb"[0-9]{15}")

_SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
_NO_STORE = (b"cache-control", b"no-store")


class Described(Protocol):
    """What the factory needs to know of a service (see ``kit.service.Service``)."""

    @property
    def name(self) -> str: ...
    @property
    def title_zh(self) -> str: ...
    @property
    def title_en(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def problems(self) -> Mapping[type[Exception], Problem]: ...


class Edge:
    """Around every request: its id, its limits, its count, and a word for what went wrong inside.

    One plain ASGI middleware in place of six: each layer of them costs as much as a small query.
    """

    def __init__(self, app: ASGIApp, service: str, metrics: Metrics, import_max: int) -> None:
        self.app, self.service, self.metrics = app, service, metrics
        self.import_max = import_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        given, length = _announced(scope)
        request_id, correlation = _identify(given)
        scope["kit.request_id"] = request_id
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = list(message.get("headers", ()))
                there = {key for key, _ in headers}
                if b"cache-control" not in there:
                    headers.append(_NO_STORE)
                headers.extend(pair for pair in _SECURITY_HEADERS if pair[0] not in there)
                headers.append((b"x-request-id", request_id.encode()))
            await send(message)

        token = context.enter(context.RequestContext(correlation))
        try:
            await self._inside(scope, receive, answer, length)
        except Exception as error:
            log.error("request.failed", route=_route(scope), exc_info=error)
            if status:
                raise
            failed = problems.respond(scope, self.service, problems.INTERNAL)
            await failed(scope, receive, answer)
        finally:
            context.leave(token)
            seconds = time.perf_counter() - started
            self.metrics.served(scope["method"], _route(scope), status or 499, seconds)

    async def _inside(
        self, scope: Scope, receive: Receive, send: Send, length: bytes | None
    ) -> None:
        if _names_a_person(scope):
            await problems.respond(scope, self.service, problems.ID_NUMBER_IN_ADDRESS)(
                scope, receive, send
            )
            return
        limit = self.import_max if scope["path"].endswith(_IMPORTS) else BODY_MAX
        if length is None:
            receive = _Limited(receive, limit)
        elif not length.isdigit() or int(length[:20]) > limit:
            # Otherwise nothing to count: the server itself stops at the announced length.
            await problems.respond(scope, self.service, problems.CONTENT_TOO_LARGE)(
                scope, receive, send
            )
            return
        if observability.tracing():
            await self._traced(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _traced(self, scope: Scope, receive: Receive, send: Send) -> None:
        carrier = {
            key.decode("latin-1"): value.decode("latin-1")
            for key, value in scope["headers"]
            if key in (b"traceparent", b"tracestate")
        }
        with observability.serving(scope["method"], "", carrier) as span:
            here = (observability.traceparent() or "").encode()

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message.get("headers", ()), (b"traceparent", here)]
                    if span is not None:
                        span.update_name(f"{scope['method']} {_route(scope)}")
                        span.set_attribute("http.route", _route(scope))
                        span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self.app(scope, receive, answer)


class _Limited:
    """A body without an announced length, counted while it comes in."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.receive, self.left = receive, limit

    async def __call__(self) -> Message:
        message = await self.receive()
        if message["type"] == "http.request":
            self.left -= len(message.get("body", b""))
            if self.left < 0:
                raise HTTPException(413)
        return message


def _announced(scope: Scope) -> tuple[bytes | None, bytes | None]:
    """``X-Request-ID`` and ``Content-Length``, in one walk over the headers."""
    given = length = None
    for key, value in scope["headers"]:
        if key == b"x-request-id":
            given = value
        elif key == b"content-length":
            length = value
    return given, length


def _names_a_person(scope: Scope) -> bool:
    """Whether an ID number stands in the address, where proxies and histories would keep it."""
    query: bytes = scope["query_string"]
    if _RUN.search(scope["path"]) is None and b"%" not in query and not _RUN_BYTES.search(query):
        return False
    text = unquote_plus(query.decode("latin-1"))
    return may_hold_id_number(normalize("NFKC", scope["path"])) or may_hold_id_number(
        normalize("NFKC", text)
    )


def _identify(given: bytes | None) -> tuple[str, UUID]:
    """The caller's request id when it is a UUID (or its 32 digits), else one of ours."""
    if given is not None:
        text = given.decode("latin-1")
        if _REQUEST_ID.fullmatch(text):
            return text, UUID(text)
    made = new_id()
    return str(made), made


def _route(scope: Scope) -> str:
    """The template of the route that answered; one word for everything that matched none."""
    route = scope.get("route")
    path: str = getattr(route, "path_format", None) or "unmatched"
    return path


class Me(BaseModel):
    """Who the token says is calling, and what that person may do here."""

    subject: str = Field(description="令牌主体", examples=["clerk-7"])
    roles: list[str] = Field(description="角色", examples=[["registry_clerk"]])
    scopes: list[str] = Field(description="权限", examples=[["registry:worker:read"]])
    office: str = Field(description="所在机构代码", examples=["231102-01"])
    area_code: str = Field(description="可见区域（含下级）", examples=["231102000000"])


me = APIRouter(tags=["me 本人"])


@me.get("/v1/me", summary="当前用户的角色、权限与机构", operation_id="get_me")
async def get_me(actor: Annotated[Actor, authenticated()]) -> Me:
    """Roles, scopes, office and area of the caller."""
    return Me(
        subject=actor.subject,
        roles=sorted(actor.roles),
        scopes=sorted(actor.scopes),
        office=actor.office,
        area_code=actor.area_code,
    )


def runtime_of(request: Request) -> Runtime:
    """The runtime that the application's lifespan put together."""
    runtime: Runtime = request.app.state.runtime
    return runtime


def create_http(
    service: Described,
    settings: Settings,
    *,
    routers: Sequence[APIRouter],
    auth: Authenticator,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
    metrics: Metrics | None = None,
    version: str = "1",
) -> FastAPI:
    """The application of one service: its routers behind the edge, its failures as problems.

    ``app.state`` holds ``authenticator``, ``metrics``, ``service`` and ``problems``; the lifespan adds
    ``runtime``.
    Interactive documentation is the front door's affair: here is only ``/openapi.json``.
    """
    metrics = metrics or Metrics(service.name)
    app = FastAPI(
        title=f"{service.title_zh} {service.title_en}",
        version=version,
        description=service.description,
        servers=[{"url": settings.public_path or "/"}],
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        generate_unique_id_function=openapi.operation_name,
        lifespan=lifespan,
        # Traces and counts are kit.observability's; FastAPI's own would tell addresses and messages.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.authenticator = auth
    app.state.metrics = metrics
    app.state.service = service.name
    app.state.callers = None
    app.add_middleware(Causality, service=service.name)
    app.add_middleware(
        Edge, service=service.name, metrics=metrics, import_max=settings.import_body_max
    )
    app.state.problems = {**_platform_problems(), **service.problems}
    problems.install(app, service.name, app.state.problems)
    app.add_exception_handler(Replayed, _replayed)
    app.add_exception_handler(audit.Denied, _denied)
    app.state.route_index = RouteIndex()
    app.router.routes.insert(0, app.state.route_index)
    for router in (me, *routers):
        include(app, router)
    app.add_route("/metrics", _metrics, include_in_schema=False)
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]
    return app


def include(app: FastAPI, router: APIRouter) -> None:
    """Put a router's routes into the application itself.

    ``include_router`` keeps routers nested and matches every request twice on the way down; our
    routers carry their full paths, so nothing is lost by laying them flat.
    """
    for route in router.routes:
        if not isinstance(route, APIRoute):
            app.include_router(router)
            return
    for route in router.routes:
        assert isinstance(route, APIRoute)
        route.operation_id = route.operation_id or route.name
        route.app = arguments.application(route) or route.app
        app.router.routes.append(route)
        app.state.route_index.add(route)


def _platform_problems() -> dict[type[Exception], Problem]:
    """What may be said by anyone: PostgreSQL is away, the fact is another office's or too old for any
    rule, the id is used."""
    away = {kind: problems.UNAVAILABLE for kind in UNAVAILABLE if issubclass(kind, Exception)}
    return {
        **away,
        facts.OutsideYourArea: problems.OUTSIDE_YOUR_AREA,
        facts.InTheFuture: problems.IN_THE_FUTURE,
        facts.IdTaken: problems.ID_TAKEN,
        policy.BeforeFirstValue: problems.BEFORE_THE_LAW,
        facts.MakerIsChecker: problems.MAKER_IS_CHECKER,
        facts.StaleWrite: problems.PRECONDITION_FAILED,
        # Two callers at once, or an id given twice: what the look before did not see, the index refuses.
        asyncpg.UniqueViolationError: problems.CONFLICT,
        asyncpg.CharacterNotInRepertoireError: problems.TEXT_NOT_STORABLE,
        asyncpg.UntranslatableCharacterError: problems.TEXT_NOT_STORABLE,
        asyncpg.NumericValueOutOfRangeError: problems.OUT_OF_RANGE,
        asyncpg.DatetimeFieldOverflowError: problems.OUT_OF_RANGE,
    }


async def _replayed(_request: Request, served: Exception) -> Response:
    assert isinstance(served, Replayed)
    return served.response()


async def _denied(request: Request, refused: Exception) -> Response:
    """404 for what lies outside of the caller's areas, once its line is kept."""
    assert isinstance(refused, audit.Denied)
    actor: Actor = request.scope["kit.actor"]
    operation = getattr(request.scope.get("route"), "operation_id", None) or "unmatched"
    problem = problems.NOT_FOUND
    try:
        await audit.note(
            runtime_of(request), actor, operation, [refused.subject], (), outcome="denied"
        )
    except problems.ProblemError as error:
        problem = error.problem
    return problems.respond(request.scope, request.app.state.service, problem)


async def _metrics(request: Request) -> Response:
    """Requests of this application, and the events of the runtime when it keeps its own count."""
    mine: Metrics = request.app.state.metrics
    runtime = getattr(request.app.state, "runtime", None)
    work: Metrics = getattr(runtime, "metrics", mine)
    text = mine.requests_exposition() + work.events_exposition()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
