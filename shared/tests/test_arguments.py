"""Arguments that are settled once are FastAPI's own: both are asked the same and must answer the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Body, Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.exceptions import ResponseValidationError
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.background import BackgroundTasks
from starlette.responses import Response

from kit import arguments

ONE = "019a9d2c-8f00-7000-8000-0000000000b1"
Version = Annotated[str | None, Header(alias="If-Match", pattern="^v")]


class Filed(BaseModel):
    on: date
    amount: Decimal = Field(default=Decimal(1), max_digits=4)
    words: list[str] = []


class Shown(BaseModel):
    count: int
    on: date | None = None


async def caller(request: Request, key: Annotated[str, Header(alias="X-Key")] = "none") -> str:
    if key == "forbidden":
        raise HTTPException(403)
    request.scope["calls"] = request.scope.get("calls", 0) + 1
    return key


async def version(who: Annotated[str, Depends(caller)], if_match: Version = None) -> str:
    return f"{who} {if_match}"


async def paged(limit: Annotated[int, Query(ge=1, le=9)] = 3, after: UUID | None = None) -> str:
    return f"{limit} {after}"


settled = APIRouter()
left = APIRouter()


@settled.get("/listed/{kind}")
async def listed(
    request: Request,
    kind: Literal["a", "b"],
    page: Annotated[str, Depends(paged)],
    who: Annotated[str, Depends(caller)],
    seen: Annotated[str, Depends(version)],
    day: date,
    of: Annotated[str | None, Query(max_length=4, alias="of-whom")] = None,
    flag: bool = False,
    share: Decimal | None = None,
) -> dict[str, Any]:
    calls = request.scope["calls"]
    return {
        "all": [kind, page, who, seen, day, of, flag, share, calls], "same": request.method
    }  # fmt: skip


@settled.post("/filed/{id}", status_code=201)
async def filed(
    id: UUID, body: Filed, response: Response, seen: Annotated[str, Depends(version)]
) -> Filed:
    response.headers["ETag"] = seen
    if body.words:
        response.status_code = 202
    return body


@settled.post("/asked")
async def asked(body: Filed | None = None) -> bool:
    return body is None


@settled.get("/shown")
async def shown(count: str, raw: bool = False) -> Shown:
    if raw:
        return PlainTextResponse("raw", 418)  # type: ignore[return-value]
    return {"count": count, "more": 1}  # type: ignore[return-value]


@settled.get("/headed")
async def headed(x_key: Annotated[str, Header()], etag: Annotated[int, Header()] = 0) -> str:
    return f"{x_key} {etag}"


@settled.get("/open")
async def opened():  # type: ignore[no-untyped-def]
    return {"text": "证", "on": date(2003, 3, 1)}


@left.get("/left/many")
async def many(of: Annotated[list[int], Query()]) -> list[int]:
    return of


@left.get("/left/plain")
def plain(of: int = 1) -> int:
    return of


@left.get("/left/model")
async def model(of: Annotated[Filed, Query()]) -> Filed:
    return of


@left.get("/left/later")
async def later(tasks: BackgroundTasks) -> int:
    return len(tasks.tasks)


@left.post("/left/two")
async def two(one: Filed, other: Filed) -> int:
    return 2


@left.post("/left/embedded")
async def embedded(one: Annotated[Filed, Body(embed=True)]) -> int:
    return 1


async def lent() -> AsyncIterator[int]:
    yield 1


@left.get("/left/lent")
async def lending(one: Annotated[int, Depends(lent)]) -> int:
    return one


@left.get("/left/partly", response_model_exclude_none=True)
async def partly() -> Shown:
    return Shown(count=1)


def made(settle: bool) -> FastAPI:
    """The same routes, served by us where they can be, or by FastAPI."""
    app = FastAPI()
    for route in settled.routes:
        assert isinstance(route, APIRoute)
        twin = APIRoute(
            route.path, route.endpoint, methods=sorted(route.methods or ()),
            status_code=route.status_code,
        )  # fmt: skip
        if settle:
            ours = arguments.application(twin)
            assert ours is not None, route.path
            twin.app = ours
        app.router.routes.append(twin)

    @app.exception_handler(ResponseValidationError)
    async def wrong_answer(_request: Request, error: Exception) -> Response:
        assert isinstance(error, ResponseValidationError)
        return PlainTextResponse(str([one["loc"] for one in error.errors()]), 500)

    return app


GOOD = "/listed/a?day=2003-03-01"
JSON = {"content-type": "application/json"}
FILED = f"/filed/{ONE}"
BODY = b'{"on": "2003-03-01", "amount": 7}'

CASES: list[tuple[str, str, dict[str, str], bytes | None]] = [
    ("GET", GOOD, {}, None),
    ("GET", f"{GOOD}&limit=9&after={ONE}&of-whom=abcd&flag=yes&share=0.5", {}, None),
    ("GET", f"{GOOD}&limit=4&limit=5&flag=", {}, None),
    ("GET", f"{GOOD}&of-whom=&of=never&share=", {}, None),
    ("GET", f"{GOOD}&of-whom=%E8%AF%81%20+a&unknown=1", {}, None),
    ("GET", f"{GOOD}&of-whom=abcde&limit=0&after=x&flag=2", {}, None),
    ("GET", "/listed/a", {}, None),
    ("GET", "/listed/c?day=&limit=ten", {}, None),
    ("GET", GOOD, {"x-key": "k", "if-match": "v1"}, None),
    ("GET", GOOD, {"x-key": "k", "if-match": "w1"}, None),
    ("GET", "/listed/c", {"x-key": "forbidden", "if-match": "w"}, None),
    ("POST", FILED, JSON, BODY),
    ("POST", FILED, {**JSON, "if-match": "v2"}, b'{"on": "2003-03-01", "words": ["a"]}'),
    ("POST", FILED, {**JSON, "if-match": "w2"}, b'{"amount": 12345, "words": [1]}'),
    ("POST", "/filed/x", JSON, b"{}"),
    ("POST", FILED, JSON, None),
    ("POST", FILED, JSON, b""),
    ("POST", FILED, JSON, b"[]"),
    ("POST", FILED, JSON, b"null"),
    ("POST", FILED, JSON, b'{"on": '),
    ("POST", FILED, JSON, b'{"on": "\xff"}'),
    ("POST", FILED, JSON, b"[" * 100_000),
    ("POST", FILED, {}, BODY),
    ("POST", FILED, {"content-type": "text/plain"}, BODY),
    ("POST", FILED, {"content-type": "application/merge+json; charset=utf-8"}, BODY),
    ("POST", FILED, {"content-type": "Application/JSON ;x"}, BODY),
    ("POST", FILED, {"content-type": "application/json/json"}, BODY),
    ("POST", "/asked", {}, None),
    ("POST", "/asked", JSON, b"null"),
    ("POST", "/asked", JSON, BODY),
    ("GET", "/shown?count=3", {}, None),
    ("GET", "/shown?count=x", {}, None),
    ("GET", "/shown?count=3&raw=1", {}, None),
    ("GET", "/headed", {"X-Key": "a", "ETag": "7"}, None),
    ("GET", "/headed", {"x_key": "a"}, None),
    ("GET", "/open", {}, None),
]


@pytest.mark.parametrize(("method", "path", "headers", "content"), CASES)
async def test_both_answer_the_same(
    method: str, path: str, headers: dict[str, str], content: bytes | None
) -> None:
    answers = []
    for settle in (True, False):
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(made(settle)), base_url="http://service"
        ) as client:
            got = await client.request(method, path, headers=headers, content=content)
        answers.append((got.status_code, sorted(got.headers.multi_items()), got.content))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("route", left.routes, ids=lambda route: route.name)
def test_what_is_not_settled_is_left_to_fastapi(route: APIRoute) -> None:
    assert arguments.application(route) is None
