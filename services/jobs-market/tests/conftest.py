"""jobs-market under test, with registry's words put into its ear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from kit.events import Event
from kit.ids import new_id
from kit.testing import UnderTest

AREA = "231102000000"
OFFICE = "231102-employment-bureau"
PLACE = {"area_code": AREA, "office": OFFICE}


@dataclass
class Market:
    """The service, a client who may do everything, and short words for what tests need often."""

    thing: UnderTest
    http: httpx.AsyncClient

    def registered(self, worker_id: UUID, population: str = "base") -> Event:
        return self.thing.heard(
            "registry.worker.registered.v1",
            worker_id,
            {
                "sex": "male",
                "birth_date": "1952-01-01",
                "labour_status": "laid_off",
                "status_since": "2002-01-01",
                "category": "soe_laid_off",
                "population": population,
                "centre_agreement_on": None,
                "new_field_of_a_later_version": 1,
            },
            area_code=AREA,
            office=OFFICE,
        )

    def recognised(self, worker_id: UUID, on: date = date(2003, 2, 1)) -> Event:
        data = {"worker_id": str(worker_id), "kind": "4050", "decision_id": str(new_id())}
        return self.thing.heard(
            "registry.difficulty.recognised.v1", new_id(), data, valid_from=on, area_code=AREA
        )

    async def worker(self, *, population: str = "base", difficult: bool = False) -> str:
        """A person whom registry has told of; answers the id."""
        worker_id = new_id()
        told = [self.registered(worker_id, population)]
        if difficult:
            told.append(self.recognised(worker_id))
        await self.thing.deliver(*told)
        return str(worker_id)

    async def post(self, path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
        answer = await self.http.post(path, json=body)
        assert answer.status_code == status, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def get(self, path: str, status: int = 200) -> dict[str, Any]:
        answer = await self.http.get(path)
        assert answer.status_code == status, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def load(self, path: str, rows: list[dict[str, Any]], **params: Any) -> dict[str, Any]:
        """One import of these rows; answers what it did."""
        answer = await self.http.post(
            f"{path}/imports",
            params=params,
            content=b"\n".join(orjson.dumps(row) for row in rows),
            headers={"Content-Type": "application/x-ndjson"},
        )
        assert answer.status_code in (200, 422), answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def employer(self, **changes: Any) -> str:
        body = {
            "name": "黑河市利民商店",
            "sector": "commerce",
            "ownership": "private",
            "registered_on": "2003-01-02",
            **PLACE,
            **changes,
        }
        told = await self.post("/v1/employers", body)
        return str(told["id"])

    async def claim(self, worker_id: str, status: int = 201, **changes: Any) -> dict[str, Any]:
        body = {
            "worker_id": worker_id,
            "channel": "private_economy",
            "evidence": "licence",
            "started_on": "2003-06-01",
            "claimed_on": "2003-06-02",
            **PLACE,
            **changes,
        }
        return await self.post("/v1/placements", body, status)

    async def placed(self, worker_id: str, **changes: Any) -> dict[str, Any]:
        """A confirmed placement."""
        claimed = await self.claim(worker_id, **changes)
        return await self.step(claimed["id"], "confirmations", confirmed_on="2003-06-30")

    async def step(
        self, placement_id: str, step: str, status: int = 201, **body: Any
    ) -> dict[str, Any]:
        return await self.post(f"/v1/placements/{placement_id}/{step}", body, status)

    async def welfare_post(self, **changes: Any) -> str:
        body = {
            "employer_id": await self.employer(sector="public", ownership="public_institution"),
            "kind": "cleaning",
            "developed_on": "2003-03-01",
            **PLACE,
            **changes,
        }
        told = await self.post("/v1/public-welfare-posts", body)
        return str(told["id"])

    async def training_class(self, **changes: Any) -> str:
        body = {
            "provider": "市就业训练中心",
            "subject": "烹饪",
            "kind": "vocational",
            "planned": 45,
            "starts_on": "2003-04-01",
            "ends_on": "2003-05-31",
            **PLACE,
            **changes,
        }
        told = await self.post("/v1/training-classes", body)
        return str(told["id"])

    async def told(self, fact: str) -> list[Event]:
        return await self.thing.told(f"jobs-market.{fact}.v1")

    async def facts(self) -> list[str]:
        """The names of everything told, in order, without service and version."""
        return [event.type.split(".", 1)[1][:-3] for event in await self.thing.told()]


@pytest.fixture
async def market(running: Callable[..., Any]) -> Market:
    thing = await running("jobs_market")
    return Market(thing, thing.client())
