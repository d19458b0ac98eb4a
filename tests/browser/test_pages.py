"""The pages as a person sees them, in a real Chromium, with no request to anywhere else."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from local.choice import choose
from local.house import House
from local.installation import SERVICES, Installation
from local.run import load_and_settle

pytestmark = pytest.mark.browser

# The docs page draws a contract of up to a megabyte and a half; other work may share the machine.
expect.set_options(timeout=30_000)

CHROMIUM = "/usr/bin/chromium"
SCALE = "0.005"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Visit:
    """One browser page, and where it asked."""

    address: str
    page: Page
    hosts: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        await self.page.goto(self.address + path, wait_until="networkidle")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A small city, loaded and settled, in its own folder and process group; yields its address."""
    loop = asyncio.new_event_loop()
    home = Installation(tmp_path_factory.mktemp("run"))
    choice = choose(None, SCALE)
    home.prepare()
    house = House(home, choice, lambda _line: None)
    try:
        loop.run_until_complete(house.start())
        loop.run_until_complete(load_and_settle(house, choice))
        yield house.address
    finally:
        loop.run_until_complete(house.stop())
        loop.close()


@pytest.fixture
async def visit(city: str) -> AsyncIterator[Visit]:
    async with async_playwright() as playwright:
        browser: Browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        seen = Visit(city, page)
        page.on("request", lambda request: seen.hosts.add(urlsplit(request.url).netloc))
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        yield seen
        await browser.close()
    assert seen.hosts <= {urlsplit(city).netloc}, "a page asked another host"
    assert seen.errors == []


async def picture(visit: Visit, name: str) -> None:
    """Kept only when somebody wants to look: PICTURES=folder make browser."""
    folder = os.environ.get("PICTURES")
    if folder:
        await visit.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


async def test_the_start_page_leads_to_every_service(visit: Visit) -> None:
    await visit.open("/")
    for service in SERVICES:
        await expect(visit.page.locator(f"a[href='/docs/{service.name}']").first).to_be_visible()
        await expect(visit.page.get_by_text(service.title_zh).first).to_be_visible()
    await expect(visit.page.locator("input[readonly]").first).to_have_value(re.compile(r"^ey"))
    await picture(visit, "start")


@pytest.mark.parametrize("name", [service.name for service in SERVICES])
async def test_api_docs_render_and_a_call_can_be_tried(visit: Visit, name: str) -> None:
    await visit.open(f"/docs/{name}")
    await expect(visit.page.locator(".opblock").first).to_be_visible()
    await visit.page.select_option("#persona", "auditor")
    me = visit.page.locator(".opblock", has_text="/v1/me").first
    await me.locator(".opblock-summary").click()
    await me.get_by_role("button", name="Try it out").click()
    await me.get_by_role("button", name="Execute").click()
    await expect(
        me.locator(".live-responses-table tr.response .response-col_status").first
    ).to_contain_text("200")
    await picture(visit, f"docs-{name}")


async def test_the_report_opens_down_to_an_event(visit: Visit) -> None:
    await visit.open("/report")
    rows = visit.page.locator("table.report tbody tr")
    assert await rows.count() > 15
    await picture(visit, "report")
    await rows.first.locator("a").first.click()
    await expect(visit.page.get_by_text("numerator").first).to_be_visible()
    await picture(visit, "figure")


async def test_the_closed_quarter_leads_into_the_api_docs(visit: Visit) -> None:
    """A claim is found on the page, and tried in the docs under its id."""
    await visit.open("/")
    await visit.page.click("a[href='/quarter']")
    claim = visit.page.locator("tr", has=visit.page.locator("a[href$='/get_claim']")).first
    id = await claim.locator("code").inner_text()
    await picture(visit, "quarter")
    await claim.locator("a[href$='/get_claim']").click()
    shown = visit.page.locator(".opblock.is-open")
    # The page breaks long paths with spaces of no width.
    path = shown.locator(".opblock-summary-path")
    await expect(path).to_have_text(re.compile(r"claims.*\{id\}$"))
    await visit.page.select_option("#persona", "auditor")
    await visit.page.locator("#acting:has-text('✓')").wait_for()
    await shown.get_by_role("button", name="Try it out").click()
    await shown.get_by_placeholder("id").fill(id)
    await shown.get_by_role("button", name="Execute").click()
    answer = shown.locator(".live-responses-table tr.response")
    await expect(answer.locator(".response-col_status").first).to_contain_text("200")
    await expect(answer.locator(".response-col_description").first).to_contain_text("si-enterprise")


async def test_no_page_shows_an_id_number(visit: Visit) -> None:
    for path in ("/", "/report", "/quarter", "/open/registry/v1/workers"):
        await visit.open(path)
        assert (
            re.search(r"(?<![0-9-])[0-9]{17}[0-9X](?![0-9-])", await visit.page.inner_text("body"))
            is None
        )
