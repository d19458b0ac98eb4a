"""Registry under test, with a district, its office and people who do not exist."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

import httpx
import orjson
import pytest

from kit.crypto import check_digit
from kit.ids import new_id
from kit.testing import UnderTest

DISTRICT, OTHER = "231102000000", "231121000000"
OFFICE = "231102-employment-bureau"
LAID_OFF = {
    "labour_status": "laid_off",
    "status_since": "2001-03-01",
    "category": "soe_laid_off",
    "former_enterprise_kind": "state_owned",
    "centre_agreement_on": "2001-03-01",
}
#: What shows how the work was lost.
UNEMPLOYED = {"status_document_kind": "separation_proof", "status_document": "2001-31"}
#: The papers that a window asks for.
PAPERS = [
    {"kind": kind, "reference": "档案 2003-1"}
    for kind in ("id_card", "photo", "layoff_certificate")
]


PAST = {"papers_seen": "街道档案 2003", "posted_as": "街道公示栏 2003"}


@dataclass
class Registry:
    """The service, a client who may do everything, and short words for what tests need often."""

    thing: UnderTest
    http: httpx.AsyncClient
    checker: httpx.AsyncClient
    serial: Any = field(default_factory=lambda: count(1))
    papers: Any = field(default_factory=lambda: PAPERS)

    @property
    def street(self) -> httpx.AsyncClient:
        """A third person, who investigates what the first one took."""
        return self.thing.client(subject="street")

    def id_number(self, born: str = "19600504", *, sex: str = "female") -> str:
        """A valid number of a region that no province has: nobody living holds it."""
        n = next(self.serial)
        digits = f"99{1000 + n // 499}{born}{2 * (n % 499) + (sex == 'male'):03d}"
        return digits + check_digit(digits)

    def form(self, *, born: str = "19600504", sex: str = "female", **fields: Any) -> dict[str, Any]:
        paper = UNEMPLOYED if fields.get("labour_status") == "unemployed" else {}
        return {
            "id": str(new_id()), "id_number": self.id_number(born, sex=sex), "name": "王小明",
            "registered_on": "2003-01-06", "area_code": DISTRICT, "office": OFFICE,
            **LAID_OFF, **paper, **fields,
        }  # fmt: skip

    async def post(
        self,
        path: str,
        body: Any,
        status: int = 201,
        *,
        by: httpx.AsyncClient | None = None,
        **headers: str,
    ) -> dict[str, Any]:
        response = await (by or self.http).post(path, json=body, headers=headers)
        assert response.status_code == status, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def get(self, path: str, status: int = 200, **params: Any) -> dict[str, Any]:
        response = await self.http.get(path, params=params)
        assert response.status_code == status, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def load(self, path: str, rows: list[Any], *, mode: str = "all") -> httpx.Response:
        """Import rows as NDJSON; certificates are issued by the second person. Applications are of
        the past: the office declares its papers and its lists, unless a row says otherwise."""
        if path == "/v1/certificates":
            rows = [{**PAST, **row} for row in rows]
        issues = path.endswith("/issues")
        return await (self.checker if issues else self.http).post(
            f"{path}/imports?mode={mode}",
            content=b"\n".join(orjson.dumps(row) for row in rows),
            headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(new_id())},
        )

    async def loaded(self, path: str, rows: list[Any]) -> None:
        response = await self.load(path, rows)
        assert response.status_code == 200, response.text

    async def worker(self, **fields: Any) -> str:
        return str((await self.post("/v1/workers", self.form(**fields)))["id"])

    async def certificate(self, worker: str, *, issued_on: str | None = None) -> str:
        """An application decided in bulk, and issued when a day is given."""
        id = str(new_id())
        row = {"id": id, "worker_id": worker, "applied_on": "2003-03-03"}
        await self.loaded("/v1/certificates", [row])
        if issued_on:
            await self.loaded(
                "/v1/certificates/issues", [{"worker_id": worker, "issued_on": issued_on}]
            )
        return id

    async def holder(self, issued_on: str = "2003-04-10", **fields: Any) -> str:
        """A worker who was issued a certificate."""
        worker = await self.worker(**fields)
        await self.certificate(worker, issued_on=issued_on)
        return worker

    async def declare(self, worker: str, status: str, since: str) -> str:
        """A status declared at a window, on its document, and confirmed by the second person where one
        is asked for. Answers the declaration's id."""
        path = f"/v1/workers/{worker}/labour-status/declarations"
        body = {"status": status, "since": since, "document": "2003-117", "document_on": since}
        answer = await self.post(path, body)
        if answer["awaiting"]:
            id = answer["awaiting"][-1]["id"]
            await self.post(f"{path}/{id}/confirmations", None, by=self.checker)
            return str(id)
        return str(answer["declared"][-1]["id"])

    async def ask(
        self, worker: str, attribute: str, value: Any, status: int = 201, **fields: Any
    ) -> dict[str, Any]:
        """Ask for a correction, as whoever stands at the window."""
        seen = await self.http.get(f"/v1/workers/{worker}")
        body = {"attribute": attribute, "value": value, "requested_on": "2003-09-01",
                "reason": "证明有误", **fields}  # fmt: skip
        return await self.post(
            f"/v1/workers/{worker}/correction-requests", body, status,
            **{"If-Match": seen.headers["etag"]},
        )  # fmt: skip

    async def approve(
        self, request: dict[str, Any], on: str = "2003-09-01", status: int = 201
    ) -> dict[str, Any]:
        """Another person approves."""
        response = await self.checker.post(
            f"/v1/correction-requests/{request['id']}/approvals", json={"on": on},
            headers={"If-Match": f'"v{request["version"]}"'},
        )  # fmt: skip
        assert response.status_code == status, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def correct(
        self, worker: str, attribute: str, value: Any, on: str = "2003-09-01", **fields: Any
    ) -> dict[str, Any]:
        """Asked for by one, approved by another."""
        request = await self.ask(worker, attribute, value, requested_on=on, **fields)
        return await self.approve(request, on)

    async def told(self, name: str) -> list[Any]:
        return await self.thing.told(f"registry.{name}.v1")


async def settled(thing: UnderTest) -> Registry:
    """The registry of a service on an empty database, with a city, two districts and an office."""
    registry = Registry(thing, thing.client(), thing.client(subject="checker"))
    places = [("231100000000", "黑河市"), (DISTRICT, "爱辉区"), (OTHER, "嫩江县")]
    for code, name in places:
        await registry.post(
            "/v1/areas", {"code": code, "name": name, "established_on": "2000-01-01"}
        )
    await registry.post(
        "/v1/offices",
        {
            "code": OFFICE, "name": "爱辉区就业局", "kind": "bureau", "staff": 9,
            "area_code": DISTRICT, "opened_on": "2000-01-01",
        },
    )  # fmt: skip
    return registry


async def waited_for(registry: Registry, tx: Any) -> None:
    """Until somebody waits for a lock of this transaction."""
    mine = await tx.fetchval("select pg_backend_pid()")
    for _ in range(1_000):
        async with registry.thing.db.looking() as other:
            if await other.fetchval(
                "select exists (select 1 from pg_locks l where not l.granted"
                " and $1 = any(pg_blocking_pids(l.pid)))", mine,
            ):  # fmt: skip
                return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits")


@pytest.fixture
async def registry(running: Callable[..., Any]) -> Registry:
    return await settled(await running("registry"))


@pytest.fixture
async def registry_2007(running: Callable[..., Any]) -> Registry:
    """The same on a day of the second round: the inspection of 2006 is over."""
    return await settled(await running("registry", business_day=date(2007, 2, 1)))


@pytest.fixture
async def registry_2009(running: Callable[..., Any]) -> Registry:
    """The same on the first day after the programme."""
    return await settled(await running("registry", business_day=date(2009, 1, 1)))
