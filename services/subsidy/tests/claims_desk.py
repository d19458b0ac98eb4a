"""What the tests of claims share: four people at their desks, an employer with workers, money and payees."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx

from kit.testing import UnderTest
from local import bank

from .conftest import CITY, Desk
from .test_heard_facts import CODE, World
from .treasury import Treasury

PAPERS = {
    code: f"黑劳申[2003]15号-{n}"
    for n, code in enumerate(
        ("roster", "certificate-copies", "contract-copies", "contribution-detail", "basic-account")
    )
}
START = date(2003, 8, 25)


@dataclass
class Bureau:
    """``clerk`` files, ``reviewer`` decides, ``approver`` promises, ``officer`` pays."""

    world: World
    clerk: Desk
    reviewer: httpx.AsyncClient
    approver: httpx.AsyncClient
    treasury: Treasury
    place: dict[str, str] = field(
        default_factory=lambda: {"area_code": CITY, "office": "231100-employment-bureau"}
    )

    @classmethod
    async def opened(cls, service: UnderTest, yuan: str = "10000.00") -> Bureau:
        """Money for the social-insurance subsidy on one line, and the fund's account."""
        officer = Desk(service, service.client("finance_officer", subject="officer"))
        treasury = Treasury(
            service, officer, Desk(service, service.client("finance_approver", subject="approver"))
        )
        await officer.receive(yuan)
        arranged = await officer.arrange(yuan, use_code="social-insurance-subsidy")
        treasury.line = arranged.json()["id"]
        treasury.payer = await treasury.payee("fund", name="市财政局再就业资金专户")
        made = cls(
            World(service), Desk(service, service.client("subsidy_clerk", subject="clerk")),
            service.client("subsidy_reviewer", subject="reviewer"), treasury.approver.client,
            treasury,
        )  # fmt: skip
        made.world.employer(organisation_code=CODE)
        return made

    @property
    def service(self) -> UnderTest:
        return self.world.service

    @property
    def employer(self) -> str:
        return str(self.world["employer"])

    def hire(self, name: str, *insured: str, start: date = START, **placement: Any) -> None:
        """Somebody with a certificate starts to work, and is insured in these months."""
        world, who = self.world, {"worker_id": str(self.world[name])}
        world.registered(name)
        world.say(
            "registry.certificate.issued", f"{name}'s certificate", date(2003, 3, 10),
            valid_until="2006-03-09", **who,
        )  # fmt: skip
        world.placed(f"{name}'s work", start, **who, **placement)
        for month in insured:
            world.paid(f"{name} in {month}", month, **who)

    def line(self, name: str, month: str) -> dict[str, str]:
        return {
            "worker_id": str(self.world[name]), "month": month,
            "reference": str(self.world[f"{name}'s work"]),
        }  # fmt: skip

    async def file(self, *lines: dict[str, Any], **fields: Any) -> httpx.Response:
        body = {
            "programme": "si-enterprise", "claimant_id": self.employer, "quarter": "2003Q3",
            "filed_on": "2003-10-09", "papers": PAPERS, "lines": list(lines), **self.place, **fields,
        }  # fmt: skip
        return await self.clerk.post("/v1/claims", body)

    async def filed(self, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
        await self.world.tell()
        return made(await self.file(*lines, **fields))

    async def act(
        self, client: httpx.AsyncClient, claim: dict[str, Any], what: str, **body: Any
    ) -> httpx.Response:
        headers = {
            "Idempotency-Key": str(uuid4()), "If-Match": f'"v{claim["version"]}"',
            "Accept-Language": "en",
        }  # fmt: skip
        return await client.post(f"/v1/claims/{claim['id']}/{what}", json=body, headers=headers)

    async def review(self, claim: dict[str, Any], on: str = "2003-10-13") -> httpx.Response:
        return await self.act(self.reviewer, claim, "reviews", on=on)

    async def approve(
        self, claim: dict[str, Any], on: str = "2003-10-14", **fields: Any
    ) -> httpx.Response:
        body = {"on": on, "arrangement_id": self.treasury.line, **fields}
        return await self.act(self.approver, claim, "approvals", **body)

    async def turn(
        self, claim: dict[str, Any], what: str = "returns", **fields: Any
    ) -> httpx.Response:
        body = {"on": "2003-10-13", "reason": "roster-wrong", **fields}
        return await self.act(self.reviewer, claim, what, **body)

    async def payee(self, kind: str = "insurance_agency", reference: str | None = None) -> str:
        desk = self.treasury.officer
        body = {
            "kind": kind, "reference_id": reference or str(uuid4()),
            "account": self.treasury.account(), **desk.place,
        }  # fmt: skip
        payee = made(await desk.post("/v1/payees", body))
        await self.treasury.confirm(payee)
        return str(payee["id"])

    async def pay(
        self, claim: dict[str, Any], payee: str, on: str = "2003-10-15"
    ) -> httpx.Response:
        body = {
            "on": on, "payer_id": self.treasury.payer, "payee_id": payee, "execute_on": on,
        }  # fmt: skip
        return await self.act(self.treasury.officer.client, claim, "payments", **body)

    async def hand_over(self, claim: dict[str, Any], on: str = "2003-10-15") -> bytes:
        """The claim's batch goes to the bank; its file."""
        batch = made(
            await self.treasury.officer.client.get(
                f"/v1/payment-batches/{claim['dues'][0]['batch_id']}"
            )
        )
        made(await self.treasury.approve(batch, approved_on=on))
        made(await self.treasury.step(batch, "handovers", on))
        return (await self.treasury.file(batch)).content

    async def bank_says(self, file: bytes, fate: str, on: date = date(2003, 10, 16)) -> None:
        """The bank's report and statement are taken."""
        answers = bank.answer(file, [bank.Fate.of(fate)], on)
        for content in (answers.report, answers.statement):
            if content is not None:
                body = {
                    "content": b64encode(content).decode(), "received_on": on.isoformat(),
                    **self.treasury.officer.place,
                }  # fmt: skip
                made(await self.treasury.officer.post("/v1/bank-messages", body))

    async def paid(self, *lines: dict[str, Any], fate: str = "accepted") -> dict[str, Any]:
        """A claim that went the whole way."""
        claim = made(await self.review(await self.filed(*lines)))
        claim = made(await self.approve(claim))
        claim = made(await self.pay(claim, await self.payee()))
        await self.bank_says(await self.hand_over(claim), fate)
        return await self.seen(claim)

    async def seen(self, claim: dict[str, Any]) -> dict[str, Any]:
        return made(await self.reviewer.get(f"/v1/claims/{claim['id']}"))

    async def lines(self, claim: dict[str, Any]) -> list[dict[str, Any]]:
        """In the order of the roster."""
        found = made(await self.reviewer.get(f"/v1/claims/{claim['id']}/lines?limit=100"))["items"]
        return sorted(found, key=lambda one: int(one["number"]))

    async def months(self, **query: str) -> list[dict[str, Any]]:
        found = made(await self.reviewer.get("/v1/benefit-months", params=query))
        items: list[dict[str, Any]] = found["items"]
        return items

    async def told(self, type: str) -> list[dict[str, Any]]:
        return [event.data for event in await self.service.told(f"subsidy.{type}.v1")]

    def id(self, name: str) -> UUID:
        return self.world[name]


def made(answer: httpx.Response) -> dict[str, Any]:
    """What an act that went through answers."""
    assert answer.status_code in (200, 201), answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
