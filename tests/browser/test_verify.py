"""The page behind the QR code on a phone: it verifies there, in two languages, and asks nobody else."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from kit.rates import Rates
from kit.testing import Signer, UnderTest, under_test
from local.frontdoor import FrontDoorSettings, create_front_door
from registry.app import SERVICE
from registry.credentials.printing import Printer
from registry.credentials.verifying import StatusLists
from tests.journeys.city import DISTRICT, OFFICE, PAST, worker_form
from tests.local.upstream import serving

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
PHONE = {"width": 375, "height": 812}
WITHOUT_ED25519 = """
if (crypto.subtle) {
const own = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (format, key, algorithm, ...rest) =>
  algorithm.name === "Ed25519" ? Promise.reject(new DOMException("no", "NotSupportedError"))
                               : own(format, key, algorithm, ...rest);
}
"""


@dataclass
class Phone:
    """A page on a phone, what it asked for, and what the browser complained about."""

    page: Page
    address: str
    thing: UnderTest
    requests: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def scan(self, told: dict[str, Any]) -> None:
        token = told["verification_url"].partition("#")[2]
        await self.page.goto("about:blank")
        await self.page.goto(f"{self.address}/verify#{token}", wait_until="networkidle")

    async def verdict(self) -> str:
        return (await self.page.locator("#verdict").inner_text()).strip()


@pytest.fixture
async def phone(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path, tmp_path: Path
) -> AsyncIterator[Phone]:
    _, url = make_database("registry")
    async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as thing:
        thing.app.state.public_rates = Rates("1000/minute")
        thing.app.state.status_lists = StatusLists(thing.runtime, 0)
        async with serving(thing.app) as service:
            settings = FrontDoorSettings(
                environment="embedded", issuer_key=tmp_path / "issuer.json",
                service_urls={"registry": service}, city_name="黑河市", business_day="2003-10-31",
            )  # fmt: skip
            async with serving(create_front_door(settings)) as address, async_playwright() as tool:
                browser: Browser = await tool.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                context = await browser.new_context(
                    viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True,
                    locale="zh-CN",
                )  # fmt: skip
                page = await context.new_page()
                seen = Phone(page, address, thing)
                page.on("request", lambda r: seen.requests.append(r.url))
                page.on("request", lambda r: seen.bodies.append(r.post_data or ""))
                page.on("pageerror", lambda error: seen.errors.append(str(error)))
                page.on(
                    "console",
                    lambda m: (
                        seen.errors.append(m.text) if m.type in ("error", "warning") else None
                    ),
                )
                yield seen
                await browser.close()
    own = urlsplit(address).netloc
    assert {urlsplit(r).netloc for r in seen.requests if not r.startswith("about:")} == {own}
    assert seen.errors == []


async def a_certificate(phone: Phone, name: str = "王小明") -> dict[str, Any]:
    """Somebody who does not exist holds a certificate, signed."""
    client = phone.thing.client()

    async def post(path: str, body: Any, status: int = 201) -> Any:
        answer = await client.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    for code, what in (("231100000000", "黑河市"), (DISTRICT, "爱辉区")):
        await post("/v1/areas", {"code": code, "name": what, "established_on": "2000-01-01"})
    await post(
        "/v1/offices",
        {"code": OFFICE, "name": "爱辉区就业局", "kind": "bureau", "staff": 9, "area_code": DISTRICT,
         "opened_on": "2000-01-01"},
    )  # fmt: skip
    number = len(phone.thing.clients)
    form = worker_form(number) | {"name": name}
    worker = (await post("/v1/workers", form))["id"]
    for path, row in (
        ("/v1/certificates", {"worker_id": worker, "applied_on": "2003-03-03", **PAST}),
        ("/v1/certificates/issues", {"worker_id": worker, "issued_on": "2003-04-10"}),
    ):
        done = await phone.thing.client(subject=path).post(
            f"{path}/imports", json=row, headers={"Content-Type": "application/x-ndjson"}
        )
        assert done.status_code == 200, done.text
        assert done.json()["rejected"] == 0, done.text
    (one,) = (await client.get(f"/v1/certificates?worker_id={worker}")).json()["items"]
    told: dict[str, Any] = await post(f"/v1/certificates/{one['id']}/credentials", {})
    return {**told, "worker": worker}


async def revoke(phone: Phone, told: dict[str, Any]) -> None:
    async with phone.thing.db.transaction() as tx:
        await tx.execute(
            "update certificate set state = 'revoked', revoked_on = '2003-09-01', reason = 'lent'"
            " where number = $1",
            told["number"],
        )


async def picture(phone: Phone, name: str) -> None:
    """Kept only when somebody wants to look: PICTURES=folder make browser."""
    folder = os.environ.get("PICTURES")
    if folder:
        await phone.page.screenshot(path=str(Path(folder) / f"{name}.png"))


async def test_a_scanned_certificate_is_verified_on_the_phone(phone: Phone) -> None:
    told = await a_certificate(phone)
    await phone.scan(told)
    await expect(phone.page.locator("#verdict")).to_have_class("valid")
    assert await phone.verdict() == "✓\n\n有效\n\n有效期至 2006-04-10"
    await picture(phone, "verify-valid-zh")
    await phone.page.click("#language")
    assert await phone.verdict() == "✓\n\nValid\n\nUntil 2006-04-10"
    assert await phone.page.evaluate("document.documentElement.lang") == "en"
    await picture(phone, "verify-valid-en")
    token = told["credential"]
    assert not any(token in url.partition("#")[0] for url in phone.requests)
    assert not any(phone.bodies), "nothing was sent: keys and lists were fetched"
    asked = {urlsplit(url).path.removeprefix("/api/registry") for url in phone.requests}
    assert {"/v1/credentials/keys", "/v1/status-lists/r1", "/v1/status-lists/s1"} <= asked
    text = await phone.page.inner_text("body")
    assert told["number"] not in text
    assert "王" not in text


async def test_a_revoked_certificate_is_not_valid_and_says_nothing_more(phone: Phone) -> None:
    told = await a_certificate(phone)
    await revoke(phone, told)
    await phone.scan(told)
    await expect(phone.page.locator("#verdict")).to_have_class("invalid")
    assert await phone.verdict() == "✗\n\n无效"
    await expect(phone.page.locator("#compare")).to_be_hidden()
    await picture(phone, "verify-invalid-zh")
    await phone.page.click("#language")
    assert await phone.verdict() == "✗\n\nNot valid"
    await picture(phone, "verify-invalid-en")


@pytest.mark.parametrize("part", [0, 1, 2])
async def test_a_changed_code_is_not_valid(phone: Phone, part: int) -> None:
    told = await a_certificate(phone)
    head, _, token = told["verification_url"].partition("#")
    parts = token.split(".")
    middle = len(parts[part]) // 2
    other = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + other + parts[part][middle + 1 :]
    await phone.scan({"verification_url": f"{head}#{'.'.join(parts)}"})
    await expect(phone.page.locator("#verdict")).to_have_class("invalid")


@pytest.mark.parametrize("token", ["x", "a.b.c", "%E8%AF%81", "....", "null"])
async def test_rubbish_is_not_valid(phone: Phone, token: str) -> None:
    await phone.scan({"verification_url": f"#{token}"})
    await expect(phone.page.locator("#verdict")).to_have_class("invalid")


async def test_a_phone_without_ed25519_asks_the_service(phone: Phone) -> None:
    told = await a_certificate(phone)
    await phone.page.add_init_script(WITHOUT_ED25519)
    await phone.scan(told)
    await expect(phone.page.locator("#verdict")).to_have_class("valid")
    assert any(told["credential"] in body for body in phone.bodies)
    await revoke(phone, told)
    await phone.scan(told)
    await expect(phone.page.locator("#verdict")).to_have_class("invalid")


async def test_what_stands_on_the_card_is_compared_and_not_shown(phone: Phone) -> None:
    told = await a_certificate(phone)
    await phone.scan(told)
    shown, match = phone.page.locator("#shown"), phone.page.locator("#match")
    for typed, kind in (
        ("王小明", "valid"), ("王大明", "valid"), ("李小明", "invalid"), ("王明", "invalid"),
        (told["number"], "valid"), ("23110020030009999", "invalid"),
    ):  # fmt: skip
        await shown.fill(typed)
        await expect(match).to_have_class(kind)
    assert not any(phone.bodies), "compared on the phone"


async def test_without_a_camera_number_and_check_code_are_enough(phone: Phone) -> None:
    told = await a_certificate(phone)
    await phone.page.goto(f"{phone.address}/verify", wait_until="networkidle")
    await expect(phone.page.locator("#verdict")).to_have_class("unknown")
    await phone.page.fill("#number", told["number"])
    await phone.page.fill("#code", told["check_code"].lower())
    await phone.page.click("form button")
    await expect(phone.page.locator("#verdict")).to_have_class("valid")
    await phone.page.fill("#code", "0000-0000")
    await phone.page.click("form button")
    await expect(phone.page.locator("#verdict")).to_have_class("invalid")
    await phone.page.fill("#number", "1" * 40)
    await phone.page.click("form button")
    await expect(phone.page.locator("#verdict")).to_have_class("invalid")


async def test_too_many_questions_are_said_so(phone: Phone) -> None:
    phone.thing.app.state.public_rates = Rates("1/hour")
    await phone.page.goto(f"{phone.address}/verify", wait_until="networkidle")
    for kind in ("invalid", "unknown"):
        await phone.page.fill("#number", "1")
        await phone.page.fill("#code", "0000-0000")
        await phone.page.click("form button")
        await expect(phone.page.locator("#verdict")).to_have_class(kind)
    assert "稍后再试" in await phone.verdict()
    # The browser reports every 429 as a failed load: expected here only.
    phone.errors[:] = [text for text in phone.errors if "429" not in text]


class Photographer(Printer):
    """Draws as the service does, and keeps every page as a picture too."""

    def _compiled(self, paper: Any, items: Any, made: Any, format: Any) -> Any:
        pages = super()._compiled(paper, items, made, "png")
        for number, page in enumerate(pages if isinstance(pages, list) else [pages], start=1):
            folder = os.environ.get("PICTURES")
            if folder:
                (Path(folder) / f"{paper}-{number}.png").write_bytes(page)
        return super()._compiled(paper, items, made, format)


async def test_the_papers_that_lead_to_the_page(phone: Phone) -> None:
    """What is printed and what it opens are one: the address of the card is the page's."""
    assets = phone.thing.service.root / "assets" / "fonts"
    phone.thing.app.state.printer = Photographer([assets])
    told = await a_certificate(phone, "王小龘")
    clerk = phone.thing.client("registry_clerk", area=DISTRICT, office=OFFICE)
    for paper in ("card", "booklet"):
        path = f"/v1/certificates/{told['certificate_id']}/{paper}.pdf?purpose=issue"
        answer = await clerk.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(b"%PDF-")
    assert told["verification_url"].startswith("http://127.0.0.1:8000/verify#ey")
    await phone.scan(told)
    await expect(phone.page.locator("#verdict")).to_have_class("valid")


@pytest.mark.parametrize("width", [360, 390])
async def test_it_fits_a_phone(phone: Phone, width: int) -> None:
    told = await a_certificate(phone)
    await phone.page.set_viewport_size({"width": width, "height": 740})
    await phone.scan(told)
    wide = await phone.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    for button in await phone.page.locator("button:visible").all():
        box = await button.bounding_box()
        assert box is not None
        assert box["height"] >= 40
