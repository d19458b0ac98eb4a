"""A certificate's life in the words of the office (policy 4.1, R10–R16): applied for, issued, used,
inspected, missed, made up for, over.

Business day: 2009-01-01, the first day after the programme.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from kit.ids import new_id
from registry.certificates import ending

from .conftest import DISTRICT, OFFICE, Registry

#: What a window asks to see.
PAPERS = [
    {"kind": kind, "reference": "档案 2006-17"}
    for kind in ("id_card", "photo", "layoff_certificate")
]


class Life:
    """One person's certificate, and those who each take their own steps."""

    def __init__(self, registry: Registry, worker: str) -> None:
        self.registry, self.worker, self.id = registry, worker, str(new_id())
        self.community = self._client("station_clerk", "community")
        self.street = self._client("registry_clerk", "street")
        self.bureau = self._client("certificate_approver", "bureau")

    def _client(self, role: str, subject: str) -> httpx.AsyncClient:
        return self.registry.thing.client(role, area=DISTRICT, office=OFFICE, subject=subject)

    async def applies(self, on: str) -> None:
        body = {"id": self.id, "worker_id": self.worker, "applied_on": on, "evidence": PAPERS}
        await self.registry.post("/v1/certificates", body, by=self.community)

    async def _step(
        self, path: str, body: dict[str, Any], by: httpx.AsyncClient, status: int = 201
    ) -> dict[str, Any]:
        seen = await by.get(f"/v1/certificates/{self.id}")
        return await self.registry.post(
            f"/v1/certificates/{self.id}/{path}", body, status, by=by,
            **{"If-Match": seen.headers["etag"]},
        )  # fmt: skip

    async def is_checked(self, on: str) -> dict[str, Any]:
        return await self._step("checks", {"on": on}, self.street)

    async def is_posted(self, on: str) -> dict[str, Any]:
        return await self._step("publications", {"on": on, "posted_as": "街道公示栏"}, self.street)

    async def is_issued(self, on: str) -> dict[str, Any]:
        return await self._step("issues", {"on": on}, self.bureau)

    async def finds_work(self, on: str) -> None:
        thing = self.registry.thing
        placed = {"worker_id": self.worker, "started_on": on}
        await thing.deliver(thing.heard("jobs-market.placement.confirmed.v1", new_id(), placed))

    async def is_granted(self, since: str, until: str, status: int = 201) -> dict[str, Any]:
        subsidy = {"worker_id": self.worker, "kind": "social-insurance-subsidy",
                   "valid_from": since, "valid_to": until, "granted_by": "劳动局"}  # fmt: skip
        key = {"Idempotency-Key": f"subsidy-{since}"}
        return await self.registry.post("/v1/benefits", subsidy, status, **key)

    async def is_inspected(
        self, year: int, on: str, status: int = 201, papers: Any = ()
    ) -> dict[str, Any]:
        body = {"year": year, "inspected_on": on, "evidence": list(papers)}
        return await self._step("inspections", body, self.street, status)

    async def misses(self, year: int) -> None:
        """The window of that year closes."""
        await ending.suspend_uninspected(
            self.registry.thing.runtime, year, date(year, 10, 1), date(year + 1, 1, 1)
        )

    async def stands(self) -> tuple[str, str]:
        case = await self.registry.get(f"/v1/certificates/{self.id}")
        return case["state"], case["state_on"]

    async def annotated(self) -> list[tuple[str, str]]:
        page = await self.registry.get("/v1/benefits", certificate_id=self.id)
        return sorted((one["kind"], one["valid_from"]) for one in page["items"])

    async def to_recover(self) -> list[str]:
        page = await self.registry.get("/v1/benefits/overlaps")
        return [month for one in page["items"] for month in one["months"]]


@pytest.fixture
async def life(registry_2009: Registry) -> Life:
    worker = await registry_2009.worker(
        born="19650504", status_since="2005-01-01", centre_agreement_on=None,
        registered_on="2006-01-09",
    )  # fmt: skip
    return Life(registry_2009, worker)


async def test_from_application_to_its_end(life: Life) -> None:
    """∅ → APPLIED → CHECKED → PUBLICISED → ISSUED → (annotated, inspected) → SUSPENDED → ISSUED →
    EXPIRED, each by whose task it is."""
    await life.applies("2006-03-01")
    await life.is_checked("2006-03-03")
    await life.is_posted("2006-03-06")
    issued = await life.is_issued("2006-03-13")
    assert (issued["state"], issued["valid_until"]) == ("issued", "2008-12-31")

    await life.finds_work("2006-05-01")
    await life.is_granted("2006-06-01", "2008-04-30")
    written = [("re-employment", "2006-05-01"), ("social-insurance-subsidy", "2006-06-01")]
    assert await life.annotated() == written

    inspected = await life.is_inspected(2006, "2006-10-20")
    assert (inspected["state"], inspected["state_on"]) == ("issued", "2006-03-13")
    await life.misses(2006)
    assert await life.stands() == ("issued", "2006-03-13"), "2006 was inspected"

    await life.misses(2007)
    assert await life.stands() == ("suspended", "2008-01-01")
    assert await life.to_recover() == ["2008-01", "2008-02", "2008-03", "2008-04"]
    bare = await life.is_inspected(2007, "2008-02-20", 409)
    assert bare["code"] == "evidence-missing"
    back = await life.is_inspected(2007, "2008-02-20", papers=PAPERS)
    assert (back["state"], back["state_on"]) == ("issued", "2008-02-20")
    assert await life.to_recover() == ["2008-01", "2008-02"], "what began without force"

    await life.is_inspected(2008, "2008-11-05")
    await life.misses(2008)
    assert await ending.expire_outlived(life.registry.thing.runtime) == 1
    assert await life.stands() == ("expired", "2009-01-01")
    over = await life.is_inspected(2008, "2009-01-01", 409)
    assert over["code"] == "certificate-state"
    assert await life.annotated() == written, "what was enjoyed stays on it"

    steps = (await life.registry.get(f"/v1/certificates/{life.id}/transitions"))["items"]
    assert [(one["state"], one["actor"]) for one in steps] == [
        ("applied", "community"), ("checked", "street"), ("publicised", "street"),
        ("issued", "bureau"), ("suspended", "system:calendar"), ("issued", "street"),
        ("expired", "system:calendar"),
    ]  # fmt: skip
    told = [e for e in await life.registry.thing.told() if str(e.entity_id) == life.id]
    assert [(e.type.split(".")[2], str(e.valid_from)) for e in told] == [
        ("granted", "2006-03-03"), ("issued", "2006-03-13"), ("inspected", "2006-10-20"),
        ("suspended", "2008-01-01"), ("reinstated", "2008-02-20"), ("inspected", "2008-11-05"),
        ("expired", "2009-01-01"),
    ]  # fmt: skip
