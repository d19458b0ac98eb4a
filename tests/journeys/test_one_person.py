"""One person under two records, through all five services: merged by registry, and taken apart again."""

from __future__ import annotations

from typing import Any

import pytest

from registry.duplicates import usecases as duplicates
from tests.journeys.city import AS_OF, CITY, PLACE, City, Story

pytestmark = pytest.mark.asyncio(loop_scope="module")

ON = "2003-09-20"


async def merge(city: City, survivor: Story, record: Story) -> Any:
    """A supervisor says that they are one person; another account merges the records."""
    while await duplicates.find_next(city.world["registry"].runtime):
        pass
    (pair,) = (await city.get("registry", f"/v1/duplicates?worker_id={record.worker}"))["items"]
    said = await city.post(
        "registry", f"/v1/duplicates/{pair['id']}/adjudications",
        {"verdict": "same", "on": ON, "reason": "核对户口簿"}, persona="supervisor",
        **{"If-Match": '"v1"'},
    )  # fmt: skip
    return await city.post(
        "registry", "/v1/merges",
        {"survivor_id": survivor.worker, "merged_id": record.worker, "merged_on": ON,
         "adjudication_id": said.json()["id"], "reason": "系同一人"},
    )  # fmt: skip


async def figures(city: City) -> dict[str, Any]:
    """What assessment says of the city on two days, before the merge and after it."""
    found: dict[str, Any] = {}
    for day in ("2003-08-31", AS_OF):
        for name in ("reemployment_rate.rate", "certificates_issued.value", "loan_borrowers.value"):
            told = await city.get("assessment", f"/v1/figures/{name}.{CITY}.all.{day}")
            side = told["denominator"] or told["numerator"]
            found[f"{name.split('.')[0]} {day}"] = side["value"]
    return found


async def test_a_merge_and_its_reversal_reach_every_service(city: City) -> None:
    one = await city.a_laid_off_worker_with_certificate(born="19571102")
    two = city.story()
    await city.registers(two, born="19571102")
    await city.applies(two)
    await city.issue(two, on="2003-05-12")
    for story in (one, two):
        await city.an_employer(story)
    await city.world.settle()
    for story in (one, two):
        await city.place(story)
        await city.post(
            "loans", "/v1/loans",
            {"worker_id": story.worker, "principal": "10000.00", "term_months": 24,
             "applied_on": "2003-06-02", **PLACE},
        )  # fmt: skip
    await city.world.settle()

    async def standing(service: str) -> list[str]:
        items = (await city.get(service, "/v1/findings?standing=true"))["items"]
        return [item["code"] for item in items]

    async def entitled() -> list[str]:
        return [
            (await city.get("subsidy", f"/v1/entitlements?placement_id={story.placement}"))[
                "items"
            ][0]["standing"]
            for story in (one, two)
        ]

    before = await figures(city)
    assert before[f"reemployment_rate {AS_OF}"] == "2"
    assert before[f"certificates_issued {AS_OF}"] == "2"
    assert await entitled() == ["open", "open"]

    merged = await merge(city, one, two)
    await city.world.settle()
    after = await figures(city)
    assert after["reemployment_rate 2003-08-31"] == "2"
    assert after[f"reemployment_rate {AS_OF}"] == "1"
    assert after[f"certificates_issued {AS_OF}"] == "1"
    # The later certificate went; the person's earlier one carries what was granted under either.
    assert await entitled() == ["open", "open"]
    assert await standing("subsidy") == ["same-months"]
    assert await standing("loans") == ["another-live-loan"]
    assert await standing("jobs-market") == ["already-placed"]

    await city.post(
        "registry", f"/v1/merges/{merged.json()['id']}/reversals",
        {"on": "2003-10-10", "reason": "误并，系两人"}, **{"If-Match": merged.headers["etag"]},
    )  # fmt: skip
    await city.world.settle()
    assert await figures(city) == before
    assert await entitled() == ["open", "open"]
    for service in ("subsidy", "loans", "jobs-market"):
        assert await standing(service) == [], service
