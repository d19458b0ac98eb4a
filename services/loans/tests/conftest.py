"""A running loans service, borrowers that it has heard of, and what the tests post to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from kit.events import Event
from kit.testing import UnderTest

CITY = "231100000000"
DISTRICT = "231102000000"


def registration(
    service: UnderTest, worker: UUID, *, born: str = "1960-05-01", status: str = "laid_off"
) -> Event:
    return service.heard(
        "registry.worker.registered.v1", worker,
        {"sex": "male", "birth_date": born, "labour_status": status, "population": "base",
         "something_new": True},
    )  # fmt: skip


def certificate(service: UnderTest, worker: UUID, on: date = date(2003, 3, 10)) -> Event:
    return service.heard(
        "registry.certificate.issued.v1", uuid4(),
        {"worker_id": str(worker), "category": "soe_laid_off", "valid_until": "2006-03-09"},
        valid_from=on,
    )  # fmt: skip


@dataclass
class Desk:
    """A loans desk: knows how to make borrowers, money and steps."""

    service: UnderTest
    client: httpx.AsyncClient
    place: dict[str, str] = field(
        default_factory=lambda: {"area_code": DISTRICT, "office": "231102-employment-bureau"}
    )

    async def post(self, path: str, body: dict[str, Any], key: str | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": key or str(uuid4()), "Accept-Language": "en"}
        return await self.client.post(path, json=body, headers=headers)

    async def borrower(self, **fields: Any) -> UUID:
        worker = uuid4()
        await self.service.deliver(
            registration(self.service, worker, **fields), certificate(self.service, worker)
        )
        return worker

    async def fund(self, amount: str, **fields: Any) -> httpx.Response:
        body = {
            "level": "province", "amount": amount, "received_on": "2003-05-01",
            "contributor": "省财政厅", "area_code": CITY, "office": "231100-city-direct", **fields,
        }  # fmt: skip
        return await self.post("/v1/contributions", body)

    async def apply(self, worker: UUID, **fields: Any) -> httpx.Response:
        body = {
            "worker_id": str(worker), "principal": "10000.00", "term_months": 24,
            "applied_on": "2003-06-02", **self.place, **fields,
        }  # fmt: skip
        return await self.post("/v1/loans", body)

    async def reviewed(self, worker: UUID, **fields: Any) -> str:
        loan: str = (await self.apply(worker, **fields)).json()["id"]
        await self.post(
            f"/v1/loans/{loan}/recommendations",
            {"recommended_on": "2003-06-05", "community": "西兴社区"},
        )
        answer = await self.post(f"/v1/loans/{loan}/labour-reviews", {"reviewed_on": "2003-06-10"})
        assert answer.status_code == 201, answer.text
        return loan

    async def commit(self, loan: str) -> httpx.Response:
        return await self.post(f"/v1/loans/{loan}/commitments", {"committed_on": "2003-06-16"})

    async def disburse(self, loan: str, **fields: Any) -> httpx.Response:
        body = {
            "disbursed_on": "2003-06-20", "bank": "农村信用社", "annual_rate": "5.49", **fields,
        }  # fmt: skip
        return await self.post(f"/v1/loans/{loan}/disbursements", body)

    async def repay(self, loan: str, principal: str, interest: str = "0.00") -> httpx.Response:
        body = {"repaid_on": "2003-09-20", "principal": principal, "interest": interest}
        return await self.post(f"/v1/loans/{loan}/repayments", body)

    async def headroom(self) -> str:
        (fund,) = (await self.client.get("/v1/guarantee-funds")).json()
        checked = (await self.client.get(f"/v1/guarantee-funds/{fund['id']}")).json()
        assert checked["movements_agree"] is True
        told: str = fund["headroom"]
        return told

    async def lines(self, path: str, rows: list[dict[str, Any]], **params: str) -> httpx.Response:
        return await self.client.post(
            path,
            content=b"\n".join(orjson.dumps(row) for row in rows),
            params=params,
            headers={
                "Content-Type": "application/x-ndjson",
                "Idempotency-Key": str(uuid4()),
                "Accept-Language": "en",
            },
        )


@pytest.fixture
async def loans(running: Callable[..., Any]) -> UnderTest:
    service: UnderTest = await running("loans")
    return service


@pytest.fixture
def desk(loans: UnderTest) -> Desk:
    return Desk(loans, loans.client("loans_officer", "finance_officer"))
