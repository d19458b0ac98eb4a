"""The front door passes on what it gets, both ways, as it comes; its pages load nothing foreign."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.frontdoor import FrontDoorSettings, create_front_door
from local.pages import HERE
from local.personas import PERSONAS
from tests.local.upstream import Upstream, serving


class Door:
    def __init__(self, upstream: Upstream, client: httpx.AsyncClient) -> None:
        self.upstream = upstream
        self.client = client


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    upstream = Upstream()
    async with serving(upstream.app) as service:
        names = ("registry", "jobs-market", "subsidy", "loans", "assessment")
        settings = FrontDoorSettings(
            environment="embedded",
            issuer_key=tmp_path / "issuer.json",
            service_urls={**dict.fromkeys(names, service), "loans": "http://127.0.0.1:9"},
            city_name="黑河市",
            business_day="2003-10-31",
        )
        async with (
            serving(create_front_door(settings)) as address,
            httpx.AsyncClient(base_url=address, trust_env=False) as client,
        ):
            yield Door(upstream, client)


async def test_passes_everything_on(door: Door) -> None:
    answer = await door.client.patch(
        "/api/registry/v1/echo/a%2Fb?x=1&y=%20",
        headers={"Authorization": "Bearer t", "If-Match": '"6"', "TE": "trailers"},
        content="名",
    )
    assert answer.status_code == 418
    assert answer.headers["etag"] == '"7"'
    assert answer.headers["x-request-id"] == "abc"
    seen = answer.json()
    assert seen["path"] == "/v1/echo/a%2Fb"
    assert seen["query"] == "x=1&y=%20"
    assert (seen["method"], seen["body"]) == ("PATCH", "名")
    assert seen["headers"]["authorization"] == "Bearer t"
    assert seen["headers"]["if-match"] == '"6"'
    assert "te" not in seen["headers"]


async def test_streams_answers(door: Door) -> None:
    async with asyncio.timeout(5):
        async with door.client.stream("GET", "/api/registry/v1/slow") as answer:
            pieces = answer.aiter_raw()
            assert await anext(pieces) == b"first\n"
            door.upstream.go_on.set()
            assert await anext(pieces) == b"second\n"


async def test_streams_imports(door: Door) -> None:
    async def rows() -> AsyncIterator[bytes]:
        yield b"row 1\n"
        # Goes on only when the service has the first row: nothing waits for the whole file.
        await door.upstream.go_on.wait()
        yield b"row 2\n"

    async with asyncio.timeout(5):
        answer = await door.client.post("/api/registry/v1/import", content=rows())
    assert answer.text == "12"
    assert len(door.upstream.received) == 2


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/nobody/v1/x", 404, "unknown-service"),
        ("/api/registry/metrics", 404, "not-found"),
        ("/api/registry/v1/../metrics", 404, "not-found"),
        ("/api/loans/v1/loans", 503, "service-unavailable"),
        ("/health/registry/secrets", 404, "not-found"),
        ("/health/loans", 503, "service-unavailable"),
    ],
)
async def test_problems(door: Door, path: str, status: int, code: str) -> None:
    answer = await door.client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:problem:front-door:{code}"


async def test_health_names_the_one_that_is_away(door: Door) -> None:
    answer = await door.client.get("/health")
    assert answer.status_code == 503
    assert [name for name, ready in answer.json().items() if not ready] == ["loans"]
    assert (await door.client.get("/health/registry")).json() == {"ok": True}


async def test_other_host_names_are_refused(door: Door) -> None:
    answer = await door.client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400


class Parts(HTMLParser):
    """Every address of a page, and whatever is inline."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        given = dict(attrs)
        self.addresses += [given[name] for name in ("src", "href", "action") if name in given]
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self._script = tag == "script" and "src" not in given
        if tag == "style":
            self.inline.append(tag)

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.inline.append(data)


@pytest.mark.parametrize("path", ["/", "/docs/registry", "/report", "/open/registry/v1/echo/x"])
async def test_pages_load_nothing_foreign(door: Door, path: str) -> None:
    answer = await door.client.get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    parts = Parts()
    parts.feed(answer.text)
    assert parts.addresses
    assert all(re.match(r"/(?!/)", address) for address in parts.addresses)
    assert parts.inline == []
    for address in parts.addresses:
        if address.startswith("/static/"):
            assert (await door.client.get(address)).status_code == 200


async def test_start_page_gives_tokens_and_links(door: Door) -> None:
    page = (await door.client.get("/")).text
    assert "黑河市再就业工作平台" in page
    assert page.count('readonly value="ey') == len(PERSONAS)
    for service in ("registry", "jobs-market", "subsidy", "loans", "assessment"):
        assert f'href="/docs/{service}"' in page
        assert f'href="/api/{service}/openapi.json"' in page


async def test_a_city_without_a_closed_quarter_leads_nowhere(door: Door) -> None:
    assert "/quarter" not in (await door.client.get("/")).text
    answer = await door.client.get("/quarter")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_report_page_escapes_and_opens(door: Door) -> None:
    page = (await door.client.get("/report")).text
    assert "新增就业岗位" in page
    assert "≈ 11207" in page
    assert page.count("非预期") == 2, "beside the row and in the summary"
    assert "一致" in page
    assert "&lt;b&gt;none" in page
    assert 'href="/open/assessment/v1/figures/new-posts"' in page


# sha256 of the files as published in swagger-ui-dist 5.35.0, without the sourceMappingURL line.
VENDORED = {
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui.css": "a6a4cf68f069eb89984d5d43644e6a812e749df08d2b1320c6e06e6973847d10",
}


@pytest.mark.parametrize("name", VENDORED)
def test_vendored_files_are_the_published_ones(name: str) -> None:
    content = (HERE / "static/swagger-ui" / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == VENDORED[name]
