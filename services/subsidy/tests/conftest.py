"""A running subsidy service and what the tests post to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kit.testing import UnderTest

CITY = "231100000000"
DISTRICT = "231102000000"
OFFICE = "231100-finance-bureau"


@dataclass
class Desk:
    """A finance officer's desk: posts with a fresh key each time, unless one is given."""

    service: UnderTest
    client: httpx.AsyncClient
    place: dict[str, str] = field(default_factory=lambda: {"area_code": CITY, "office": OFFICE})

    async def post(self, path: str, body: dict[str, Any], key: str | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": key or str(uuid4()), "Accept-Language": "en"}
        return await self.client.post(path, json=body, headers=headers)

    async def receive(self, yuan: str, **fields: Any) -> httpx.Response:
        body = {
            "fund": "reemployment", "source": "province", "amount": yuan,
            "received_on": "2003-06-30", "year": 2003, **self.place, **fields,
        }  # fmt: skip
        return await self.post("/v1/appropriations", body)

    async def arrange(self, amount: str, **fields: Any) -> httpx.Response:
        body = {
            "fund": "reemployment", "use_code": "training-subsidy", "amount": amount,
            "arranged_on": "2003-07-01", "purpose": "再就业培训", **self.place, **fields,
        }  # fmt: skip
        return await self.post("/v1/arrangements", body)

    async def pay(self, arrangement_id: str, amount: str, **fields: Any) -> httpx.Response:
        body = {
            "arrangement_id": arrangement_id, "amount": amount, "paid_on": "2003-08-01",
            "payee_kind": "provider", "purpose": "培训补贴", **self.place, **fields,
        }  # fmt: skip
        return await self.post("/v1/payments", body)

    async def lines(self, path: str, rows: list[dict[str, Any]], **params: str) -> httpx.Response:
        import orjson

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
async def subsidy(running: Callable[..., Any]) -> UnderTest:
    service: UnderTest = await running("subsidy")
    return service


@pytest.fixture
def desk(subsidy: UnderTest) -> Desk:
    return Desk(subsidy, subsidy.client("finance_officer"))
