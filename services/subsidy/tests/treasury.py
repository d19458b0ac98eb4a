"""What the tests of payment share: a committed reservation, confirmed payees, batches and their steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import httpx

from kit.testing import UnderTest

from .conftest import Desk


@dataclass
class Treasury:
    """Two people at a finance bureau: ``officer`` makes, ``approver`` looks a second time."""

    service: UnderTest
    officer: Desk
    approver: Desk
    reservation: str = ""
    line: str = ""
    payer: str = ""
    numbers: Any = field(default_factory=lambda: count(6222_0000_0000_0001))

    @classmethod
    async def opened(cls, desk: Desk, yuan: str = "10000.00") -> Treasury:
        """Money received, arranged, reserved and committed; the fund has its account."""
        approver = Desk(desk.service, desk.service.client("finance_approver"))
        made = cls(desk.service, desk, approver)
        await desk.receive(yuan)
        made.line = (await desk.arrange(yuan)).json()["id"]
        reserved = await desk.post(
            "/v1/reservations",
            {"arrangement_id": made.line, "amount": yuan, "reserved_on": "2003-07-10",
             "purpose": "三季度补贴", **desk.place},
        )  # fmt: skip
        made.reservation = reserved.json()["id"]
        headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"v1"'}
        path = f"/v1/reservations/{made.reservation}/commitments"
        committed = await approver.client.post(path, json={"on": "2003-07-11"}, headers=headers)
        assert committed.status_code == 201, committed.text
        made.payer = await made.payee("fund", name="市财政局再就业资金专户")
        return made

    def account(self, **fields: Any) -> dict[str, Any]:
        return {
            "name": "黑河市第一百货商店", "number": str(next(self.numbers)),
            "clearing_code": "102261000018", "proposed_on": "2003-07-01", "reason": "开户许可证",
            **fields,
        }  # fmt: skip

    async def payee(self, kind: str = "employer", id: str | None = None, **fields: Any) -> str:
        """A payee whose account another person confirmed."""
        body = {
            "id": id, "kind": kind, "reference_id": str(uuid4()), "account": self.account(**fields),
        }  # fmt: skip
        made = await self.officer.post("/v1/payees", {**body, **self.officer.place})
        await self.confirm(made.json())
        return str(made.json()["id"])

    async def confirm(self, payee: dict[str, Any]) -> None:
        path = f"/v1/payees/{payee['id']}/accounts/{payee['waiting_account_id']}/decisions"
        body = {"confirmed": True, "decided_on": "2003-07-02", "note": "核对一致"}
        assert (await self.approver.post(path, body)).status_code == 201

    async def move_account(self, payee: str) -> None:
        """The payee gets another account, confirmed."""
        path = f"/v1/payees/{payee}/accounts"
        await self.confirm((await self.officer.post(path, self.account())).json())

    def wanted(self, payee: str, yuan: str, **fields: Any) -> dict[str, Any]:
        return {
            "payee_id": payee, "amount": yuan, "purpose": "社会保险补贴", "about": str(uuid4()), **fields,
        }  # fmt: skip

    async def make(self, *lines: dict[str, Any], **fields: Any) -> httpx.Response:
        body = {
            "reservation_id": self.reservation, "payer_id": self.payer, "execute_on": "2003-08-02",
            "made_on": "2003-08-01", "lines": list(lines), **self.officer.place, **fields,
        }  # fmt: skip
        return await self.officer.post("/v1/payment-batches", body)

    async def approve(self, batch: dict[str, Any], **fields: Any) -> httpx.Response:
        body = {"approved_on": "2003-08-01", "content_hash": batch["content_hash"], **fields}
        return await self.approver.post(f"/v1/payment-batches/{batch['id']}/approvals", body)

    async def step(
        self, batch: dict[str, Any], what: str, on: str = "2003-08-01"
    ) -> httpx.Response:
        return await self.officer.post(f"/v1/payment-batches/{batch['id']}/{what}", {"on": on})

    async def file(self, batch: dict[str, Any]) -> httpx.Response:
        return await self.officer.client.get(f"/v1/payment-batches/{batch['id']}/file")

    async def sent(self, *lines: dict[str, Any], **fields: Any) -> tuple[dict[str, Any], bytes]:
        """A batch with the bank, and its file."""
        made = await self.make(*lines, **fields)
        assert made.status_code == 201, made.text
        batch = made.json()
        on = str(fields.get("made_on", "2003-08-01"))
        approved = await self.approve(batch, approved_on=on)
        assert approved.status_code == 201, approved.text
        handed = await self.step(batch, "handovers", on)
        assert handed.status_code == 201, handed.text
        return handed.json(), (await self.file(batch)).content

    async def orders(self, **query: str) -> list[dict[str, Any]]:
        params = {"limit": "100", **query}
        found = await self.officer.client.get("/v1/payment-orders", params=params)
        items: list[dict[str, Any]] = found.json()["items"]
        return items

    async def fund(self) -> dict[str, str]:
        """Where the money is: committed, with the bank, paid; and the books hold."""
        assert (await self.officer.client.get("/v1/journal/check")).json()["holds"] is True
        fund = (await self.officer.client.get("/v1/funds/reemployment")).json()
        return {name: fund[name] for name in ("committed", "ordered", "paid")}
