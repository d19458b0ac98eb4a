"""A very small city for these tests: events as the other services tell them, and figures of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from kit.events import Event
from kit.ids import new_id
from kit.testing import UnderTest

CITY = "231100000000"
DISTRICT = "231102000000"
DIRECT = "231100-city-direct"
AS_OF = "2003-10-31"


class City:
    """Makes events of one small city and remembers who is who."""

    def __init__(self, service: UnderTest) -> None:
        self.service = service
        self.client: httpx.AsyncClient = service.client()

    async def deliver(self, *events: Event) -> None:
        await self.service.deliver(*events)

    async def figure(self, name: str) -> dict[str, Any]:
        """``reemployed.value`` is read as that figure of the whole city on the as-of date."""
        full = name if name.count(".") > 1 else f"{name}.{CITY}.all.{AS_OF}"
        answer = await self.client.get(f"/v1/figures/{full}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def value(self, name: str) -> str | None:
        found: str | None = (await self.figure(name))["value"]
        return found

    async def load(self, noun: str, *rows: dict[str, Any], status: int = 200) -> dict[str, Any]:
        """A bulk import of these rows, all or nothing."""
        answer = await self.client.post(
            f"/v1/{noun}/imports",
            content=b"\n".join(orjson.dumps(row) for row in rows),
            headers={"Content-Type": "application/x-ndjson"},
        )
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    async def target(self, indicator: str, value: str, **more: Any) -> dict[str, Any]:
        body = {
            "issuer": "province", "level": "city", "indicator": indicator, "year": 2003,
            "value": value, "area_code": CITY, "signed_on": "2003-02-20", **more,
        }  # fmt: skip
        answer = await self.client.post("/v1/targets", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def tell(
        self, type: str, data: dict[str, Any], entity: UUID | None = None, **more: Any
    ) -> Event:
        return self.service.heard(type, entity or new_id(), data, **more)

    def worker(self, population: str = "base", **more: Any) -> Event:
        data = {
            "sex": "female",
            "birth_date": "1960-02-01",
            "population": population,
            "category": "soe_laid_off",
            "labour_status": "laid_off",
            "status_since": "2001-05-01",
            "centre_agreement_on": None,
        }
        return self.tell(
            "registry.worker.registered.v1", data, **{"valid_from": date(2002, 11, 5), **more}
        )

    def placement(self, worker: Event, channel: str = "flexible", **more: Any) -> Event:
        data = {
            "worker_id": str(worker.entity_id),
            "employer_id": None,
            "channel": channel,
            "started_on": "2003-06-01",
            "new_post": False,
            "sector": None,
        }
        return self.tell("jobs-market.placement.confirmed.v1", data, **more)

    def voided(self, placement: Event, **more: Any) -> Event:
        return self.tell(
            "jobs-market.placement.voided.v1",
            {"worker_id": placement.data["worker_id"], "reason": "false"},
            placement.entity_id,
            reverses=placement.id,
            **more,
        )

    def merged(self, record: Event, survivor: Event, **more: Any) -> Event:
        data = {"survivor_id": str(survivor.entity_id), "merged_id": str(record.entity_id)}
        return self.tell("registry.worker.merged.v1", data, record.entity_id, **more)

    def unmerged(self, merge: Event, **more: Any) -> Event:
        return self.tell(
            "registry.worker.unmerged.v1", merge.data, merge.entity_id, reverses=merge.id, **more
        )

    def lent(self, worker: Event, **more: Any) -> Event:
        data = {
            "worker_id": str(worker.entity_id), "principal": "20000.00", "due_on": "2005-06-01",
        }  # fmt: skip
        return self.tell("loans.loan.disbursed.v1", data, **more)

    def life_fact(self, worker: Event, verb: str = "recorded", **more: Any) -> Event:
        """Of the fact in ``of`` when it is given; payload fields by their names."""
        of = more.pop("of", None)
        names = [name for name in ("kind", "on", "until", "what") if name in more]
        data = {"worker_id": str(worker.entity_id), "kind": "retired", "until": None}
        data |= {name: more.pop(name) for name in names}
        more.setdefault("valid_from", date.fromisoformat(data.get("until") or data["on"]))
        entity = of.entity_id if of else None
        return self.tell(f"registry.life-fact.{verb}.v1", data, entity, **more)

    def relief(self, item: str, amount: str, kind: str = "fee", **more: Any) -> Event:
        data = {
            "kind": kind,
            "item": item,
            "authority": "工商局",
            "beneficiary_unit": "person",
            "beneficiary_id": str(new_id()),
            "worker_id": None,
            "amount": amount,
        }
        return self.tell("registry.relief.posted.v1", data, **more)

    def stated(self, amount: str, kind: str = "tax", **more: Any) -> Event:
        data = {
            "kind": kind,
            "authority": "地方税务局",
            "amount": amount,
            "period_from": "2003-01-01",
            "period_to": "2003-10-31",
            "document": "报表",
        }
        return self.tell("registry.relief.total-stated.v1", data, **more)

    def office(self, code: str, kind: str, name: str, staff: int = 0) -> Event:
        data = {"code": code, "name": name, "kind": kind, "staff": staff}
        return self.tell("registry.office.opened.v1", data, valid_from=date(2002, 1, 1))


@pytest.fixture
async def city(running: Callable[..., Awaitable[UnderTest]]) -> City:
    """Assessment on a database of its own, with nothing told yet."""
    return City(await running("assessment"))
