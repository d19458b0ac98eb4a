"""The city's work in small verbs, for journeys: each verb is what somebody does at a window.

Every id is made by the caller, so the same story can be told in two worlds and compared.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson

from kit.consumers import Consumer
from kit.crypto import check_digit
from kit.db import Tx
from kit.relay import republish
from kit.testing import PostgresServer, Signer
from tests.world import World, world_of

CITY, DISTRICT, OTHER = "231100000000", "231102000000", "231121000000"
OFFICE, OTHER_OFFICE = "231102-employment-bureau", "231121-employment-bureau"
PLACE = {"area_code": DISTRICT, "office": OFFICE}
AS_OF = "2003-10-31"
NDJSON = {"Content-Type": "application/x-ndjson"}

LAID_OFF = {
    "labour_status": "laid_off",
    "status_since": "2001-03-01",
    "category": "soe_laid_off",
    "former_enterprise_kind": "state_owned",
    "centre_agreement_on": "2001-03-01",
}

#: What a placement moves in assessment, and what it must leave alone.
WATCHED = (
    "reemployed.value",
    "reemployed_private_economy.value",
    "employed.value",
    "certificates_issued.value",
    "certificates_entitled.value",
    "entitlements_opened.value",
)


def id_number(serial: int, born: str = "19600504", sex: str = "female") -> str:
    """A valid number of a region that no province has: nobody living holds it."""
    digits = f"99{1000 + serial // 499}{born}{2 * (serial % 499) + (sex == 'male'):03d}"
    return digits + check_digit(digits)


def worker_form(serial: int, **fields: Any) -> dict[str, Any]:
    """A registration form; ``born`` and ``sex`` go into the ID number."""
    born, sex = fields.pop("born", "19600504"), fields.pop("sex", "female")
    paper: dict[str, str] = {}
    if fields.get("labour_status") == "unemployed":
        paper = {"status_document_kind": "separation_proof", "status_document": "2001-31"}
    return {
        "id": made_id(1, serial), "id_number": id_number(serial, born, sex), "name": "王小明",
        "registered_on": "2003-01-06", **PLACE, **LAID_OFF, **paper, **fields,
    }  # fmt: skip


def made_id(kind: int, serial: int) -> str:
    """The id of the nth thing of a kind: the same in every world."""
    return str(UUID(f"0190{kind:04d}-0000-7000-8000-{serial:012d}"))


def ndjson(rows: Sequence[Any]) -> bytes:
    """Rows as the body of an import."""
    return b"\n".join(orjson.dumps(row) for row in rows)


#: What an office declares of applications whose papers and lists are on paper.
PAST = {"papers_seen": "区档案 2003", "posted_as": "街道公示栏 2003"}


@dataclass
class Story:
    """One person and what belongs to their placement; all ids are known before anything is sent."""

    worker: str
    certificate: str
    employer: str
    placement: str


@dataclass
class City:
    """A world of five services and the verbs of those who work in it."""

    world: World
    serial: Any = field(default_factory=lambda: count(1))
    keys: Any = field(default_factory=lambda: count(1))

    async def post(
        self,
        service: str,
        path: str,
        body: Any,
        status: int = 201,
        persona: str = "loader",
        **headers: str,
    ) -> httpx.Response:
        """A POST, as the loader unless said otherwise; every one carries a key of its own."""
        response = await self.world.client(service, persona).post(
            path, json=body, headers={"Idempotency-Key": f"key-{next(self.keys):08d}", **headers}
        )
        assert response.status_code == status, response.text
        return response

    async def get(self, service: str, path: str, **headers: str) -> Any:
        response = await self.world.client(service).get(path, headers=headers)
        assert response.status_code == 200, response.text
        return response.json()

    async def load(
        self,
        service: str,
        path: str,
        rows: Sequence[Any],
        mode: str = "all",
        status: int = 200,
        persona: str = "loader",
    ) -> dict[str, Any]:
        """An import of rows; answers what it did."""
        response = await self.world.client(service, persona).post(
            f"{path}/imports?mode={mode}",
            content=ndjson(rows),
            headers={**NDJSON, "Idempotency-Key": f"key-{next(self.keys):08d}"},
        )
        assert response.status_code == status, response.text
        answer: dict[str, Any] = response.json()
        return answer

    # --- the places

    async def open(self) -> None:
        """Areas and offices: a city, two districts, an employment bureau in each."""
        areas = [(CITY, "黑河市"), (DISTRICT, "爱辉区"), (OTHER, "嫩江县")]
        await self.load(
            "registry", "/v1/areas",
            [{"code": code, "name": name, "established_on": "2000-01-01"} for code, name in areas],
        )  # fmt: skip
        offices = [
            ("231100-employment-bureau", CITY), (OFFICE, DISTRICT), (OTHER_OFFICE, OTHER),
        ]  # fmt: skip
        await self.load(
            "registry", "/v1/offices",
            [{"code": code, "name": f"就业局{area[:6]}", "kind": "bureau", "staff": 9,
              "area_code": area, "opened_on": "2000-01-01"} for code, area in offices],
        )  # fmt: skip

    # --- people and certificates

    def story(self) -> Story:
        n = next(self.serial)
        return Story(*(made_id(kind, n) for kind in (1, 2, 3, 4)))

    async def registers(self, story: Story, **fields: Any) -> None:
        """A laid-off worker comes to the window."""
        await self.post("registry", "/v1/workers", worker_form(int(story.worker[-12:]), **fields))

    async def applies(self, *stories: Story) -> None:
        """Applications for the certificate, decided by the rule."""
        await self.load(
            "registry", "/v1/certificates",
            [{"id": s.certificate, "worker_id": s.worker, "applied_on": "2003-03-03", **PAST}
             for s in stories],
        )  # fmt: skip

    async def issue(self, *stories: Story, on: str = "2003-04-10") -> None:
        await self.load(
            "registry", "/v1/certificates/issues",
            [{"worker_id": s.worker, "issued_on": on} for s in stories],
            persona="issuer",
        )  # fmt: skip

    async def a_laid_off_worker_with_certificate(self, **fields: Any) -> Story:
        story = self.story()
        await self.registers(story, **fields)
        await self.applies(story)
        await self.issue(story)
        return story

    async def correct(self, story: Story, category: str, on: str = "2003-09-01") -> httpx.Response:
        """The category was recorded wrongly: a clerk asks, the supervisor approves."""
        seen = await self.world.client("registry").get(f"/v1/workers/{story.worker}")
        asked = await self.post(
            "registry", f"/v1/workers/{story.worker}/correction-requests",
            {"attribute": "category", "value": category, "requested_on": on, "reason": "证明有误"},
            **{"If-Match": seen.headers["etag"]},
        )  # fmt: skip
        return await self.post(
            "registry", f"/v1/correction-requests/{asked.json()['id']}/approvals", {"on": on},
            persona="supervisor", **{"If-Match": asked.headers["etag"]},
        )  # fmt: skip

    # --- work

    async def an_employer(self, story: Story, sector: str = "commerce") -> None:
        await self.post(
            "jobs-market", "/v1/employers",
            {"id": story.employer, "name": "黑河市利民商店", "sector": sector,
             "ownership": "private", "registered_on": "2003-01-02", **PLACE},
        )  # fmt: skip

    async def place(self, story: Story, **fields: Any) -> httpx.Response:
        """The employer hires by contract on a new post; the evidence is seen. Answers the
        confirmation, whose ``Event-Id`` others may wait for."""
        await self.post(
            "jobs-market", "/v1/placements",
            {"id": story.placement, "worker_id": story.worker, "employer_id": story.employer,
             "channel": "private_economy", "evidence": "contract", "contract_months": 36,
             "wage": "600.00", "new_post": True, "started_on": "2003-09-01",
             "claimed_on": "2003-09-02", **PLACE, **fields},
        )  # fmt: skip
        return await self.post(
            "jobs-market", f"/v1/placements/{story.placement}/confirmations",
            {"confirmed_on": "2003-09-05"},
        )  # fmt: skip

    async def void(self, story: Story) -> httpx.Response:
        """The contract was not true."""
        return await self.post(
            "jobs-market", f"/v1/placements/{story.placement}/voidings",
            {"voided_on": "2003-10-01", "reason": "fake_contract"},
        )  # fmt: skip

    async def end(self, story: Story, on: str = "2003-10-15") -> httpx.Response:
        return await self.post(
            "jobs-market", f"/v1/placements/{story.placement}/endings",
            {"ended_on": on, "reason": "resigned"},
        )  # fmt: skip

    # --- what is heard, and when

    async def hear(self, *services: str, of: str | None = None) -> None:
        """Everything told is published, but only these services listen (to one publisher only)."""
        for thing in self.world.services.values():
            assert thing.runtime.relay is not None
            async with thing.db.pool.acquire() as connection:
                while await thing.runtime.relay.publish_once(Tx(connection)):
                    pass
        for service in services:
            for consumer in self.world[service].runtime.consumers:
                if of in (None, consumer.subscription.publisher):
                    await self._listen(consumer)

    async def _listen(self, consumer: Consumer) -> None:
        pull = await self.world.bus.pull(consumer.subscription.stream, consumer.durable)
        while deliveries := await pull.fetch(consumer.batch, 0):
            await consumer.apply([delivery.body for delivery in deliveries])
            for delivery in deliveries:
                await delivery.ack()

    async def lose_the_streams(self) -> int:
        """The broker lost everything; the logs tell it again. Answers how many events were told."""
        bus, told = self.world.bus, 0
        for stream in bus.streams:
            bus.streams[stream].clear()
            bus.ids[stream].clear()
        for durable in bus.durables.values():
            durable.next = 0
            durable.redeliver.clear()
            durable.unacked.clear()
        for thing in self.world.services.values():
            async with thing.db.transaction() as tx:
                told += await republish(tx)
        return told

    # --- what is seen

    async def seen(self, story: Story) -> dict[str, Any]:
        """What registry and subsidy say of the person today, without made ids and instants."""
        standing = await self.get("registry", f"/v1/workers/{story.worker}/labour-status")
        benefits = await self.get("registry", f"/v1/benefits?worker_id={story.worker}")
        cases = await self.get("subsidy", f"/v1/entitlements?placement_id={story.placement}")
        return {
            "status": (standing["status"], standing["since"]),
            "benefits": sorted(
                (one["kind"], one["valid_from"])
                for one in benefits["items"]
                if one["certificate_id"] and not one["reversed"]
            ),
            "entitlement": [
                (one["standing"], one["window_from"], one["window_months"],
                 one["claimable_months"], one["clause"])
                for one in cases["items"]
            ],
        }  # fmt: skip

    async def figure(self, name: str) -> Any:
        body = await self.get("assessment", f"/v1/figures/{name}.{CITY}.all.{AS_OF}")
        return body["value"]

    async def figures(self) -> dict[str, Any]:
        """The figures that a placement touches, for the whole city."""
        return {name: await self.figure(name) for name in WATCHED}


async def every_figure(client: httpx.AsyncClient) -> dict[str, Any]:
    """All figures of the city on the as-of day, with numerator and denominator."""
    found: dict[str, Any] = {}
    cursor = ""
    while True:
        page = (await client.get(f"/v1/figures?as_of={AS_OF}&limit=100{cursor}")).json()
        for one in page["items"]:
            body = (await client.get(f"/v1/figures/{one['id']}")).json()
            parts = [body[side] and body[side]["value"] for side in ("numerator", "denominator")]
            found[one["id"]] = [body["value"], *parts]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


@asynccontextmanager
async def city_on(
    postgres: PostgresServer, signer: Signer, keys_file: Path, **world: Any
) -> AsyncIterator[City]:
    """A city of its own with its places opened, until the block ends."""
    made: list[str] = []

    def make(package: str) -> tuple[str, str]:
        name = postgres.clone(package)
        made.append(name)
        return postgres.url(name, f"{package}_owner"), postgres.url(name, f"{package}_app")

    async with world_of(make, signer, keys_file, **world) as five:
        city = City(five)
        await city.open()
        yield city
    for name in made:
        postgres.drop(name)
