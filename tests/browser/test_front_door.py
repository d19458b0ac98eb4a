"""The front door's pages in a real browser: they work under their own content security policy."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from local.frontdoor import FrontDoorSettings, create_front_door
from tests.local.upstream import Upstream, serving

pytestmark = pytest.mark.browser


@dataclass
class Watched:
    """A page, with every request that left our host and every error that the browser reported."""

    page: Page
    address: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.address}{path}", wait_until="networkidle")


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    program = shutil.which("chromium")
    assert program is not None, "make browser installs Chromium"
    async with serving(Upstream().app) as service:
        names = ("registry", "jobs-market", "subsidy", "loans", "assessment")
        settings = FrontDoorSettings(
            environment="embedded",
            issuer_key=tmp_path / "issuer.json",
            service_urls=dict.fromkeys(names, service),
            city_name="黑河市",
            business_day="2003-10-31",
        )
        async with serving(create_front_door(settings)) as address, async_playwright() as tool:
            browser = await tool.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page = await browser.new_page(viewport={"width": 1280, "height": 900})
            seen = Watched(page, address)
            own = (address, "data:", "blob:")
            page.on(
                "request",
                lambda request: (
                    None if request.url.startswith(own) else seen.foreign.append(request.url)
                ),
            )
            page.on(
                "console",
                lambda message: (
                    seen.errors.append(message.text) if message.type == "error" else None
                ),
            )
            page.on("pageerror", lambda error: seen.errors.append(str(error)))
            yield seen
            await browser.close()
    assert seen.foreign == []
    assert seen.errors == []


async def test_start_page_shows_health_and_copies_a_token(watched: Watched) -> None:
    await watched.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await watched.open("/")
    assert await watched.page.locator(".dot.good").count() == 5
    button = watched.page.locator("[data-copy=token-auditor]")
    await button.click()
    copied = await watched.page.evaluate("navigator.clipboard.readText()")
    assert copied == await watched.page.locator("#token-auditor").input_value()
    assert copied.startswith("ey")


async def test_docs_call_the_service_as_the_chosen_persona(watched: Watched) -> None:
    await watched.open("/docs/registry")
    await watched.page.select_option("#persona", "auditor")
    await watched.page.locator("#acting:has-text('✓')").wait_for()
    async with watched.page.expect_request("**/api/registry/v1/echo/x") as sent:
        await watched.page.click(".opblock-summary")
        await watched.page.click("text=Try it out")
        await watched.page.click("text=Execute")
    request = await sent.value
    assert request.headers["authorization"].startswith("Bearer ey")
    await watched.page.locator(".response-col_status:has-text('418')").first.wait_for()
    # The stand-in answers 418, which the browser reports as a failed load: expected here only.
    watched.errors[:] = [text for text in watched.errors if "418" not in text]


async def test_report_opens_what_it_shows(watched: Watched) -> None:
    await watched.open("/report")
    assert await watched.page.locator(".chip.good").count() == 2
    assert await watched.page.locator("td b").count() == 0, "text from a service stays text"
