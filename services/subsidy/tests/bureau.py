"""Two people of a finance bureau and what they do with a budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from .conftest import Desk

DRAFT: dict[str, Any] = {
    "fund": "reemployment", "year": 2003, "drafted_on": "2003-01-10",
    "sources": [{"source": "province", "amount": "900.00"}, {"source": "county", "amount": "100.00"}],
    "lines": [
        {"use_code": "training-subsidy", "amount": "600.00"},
        {"use_code": "severance", "amount": "400.00"},
    ],
}  # fmt: skip


@dataclass
class Bureau:
    """Two people of a finance bureau: ``desk`` drafts and releases, ``approver`` approves."""

    desk: Desk
    approver: httpx.AsyncClient

    @classmethod
    def of(cls, desk: Desk) -> Bureau:
        return cls(desk, desk.service.client("finance_approver"))

    async def draft(self, **fields: Any) -> httpx.Response:
        return await self.desk.post("/v1/budgets", {**DRAFT, **self.desk.place, **fields})

    async def act(
        self,
        budget: dict[str, Any],
        what: str,
        client: httpx.AsyncClient | None = None,
        **body: Any,
    ) -> httpx.Response:
        return await (client or self.desk.client).post(
            f"/v1/budgets/{budget['id']}/{what}", json=body, headers=_headers(budget["version"])
        )

    async def approve(self, budget: dict[str, Any], on: str = "2003-01-20") -> httpx.Response:
        return await self.act(
            budget, "approvals", self.approver, on=on, approval="领导小组[2003]1号"
        )

    async def approved(self, **fields: Any) -> dict[str, Any]:
        made = await self.approve((await self.draft(**fields)).json())
        assert made.status_code == 201, made.text
        budget: dict[str, Any] = made.json()
        return budget

    async def release(
        self, budget: dict[str, Any], *lines: tuple[str, str], on: str = "2003-07-01"
    ) -> httpx.Response:
        asked = [{"use_code": use, "amount": amount, "purpose": "再就业"} for use, amount in lines]
        return await self.act(budget, "releases", on=on, lines=asked)

    async def propose(self, budget: dict[str, Any], **body: Any) -> httpx.Response:
        """``lines``: pairs of use and change; ``sources`` as they are sent."""
        sent = {
            "budget_id": budget["id"], "proposed_on": "2003-08-01", "reason": "调剂", **body,
            "lines": [{"use_code": use, "change": change} for use, change in body["lines"]],
        }  # fmt: skip
        return await self.desk.client.post(
            "/v1/reallocations", json=sent, headers=_headers(budget["version"])
        )

    async def decide(
        self,
        reallocation: dict[str, Any],
        budget: dict[str, Any],
        client: httpx.AsyncClient | None = None,
        **body: Any,
    ) -> httpx.Response:
        sent = {"on": "2003-08-05", "approved": True, "approval": "黑市财[2003]21号", **body}
        return await (client or self.approver).post(
            f"/v1/reallocations/{reallocation['id']}/decisions", json=sent,
            headers=_headers(budget["version"]),
        )  # fmt: skip

    async def close(
        self, budget: dict[str, Any], on: str = "2004-01-05", *into: str
    ) -> httpx.Response:
        return await self.act(
            budget, "closings", self.approver, on=on, explanation="培训班跨年",
            approval="黑市财[2004]1号", into_lines=list(into),
        )  # fmt: skip

    async def seen(self, budget: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = (await self.desk.client.get(f"/v1/budgets/{budget['id']}")).json()
        return found


def _headers(version: int) -> dict[str, str]:
    return {
        "Idempotency-Key": str(uuid4()), "If-Match": f'"v{version}"', "Accept-Language": "en",
    }  # fmt: skip


def line(budget: dict[str, Any], use: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in budget["lines"] if one["use_code"] == use)
    return found
