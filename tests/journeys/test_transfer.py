"""A person moves to another district: every service that shows or counts people by place hears it, and
what was done, lent and paid in the old one stays there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.city import AS_OF, DISTRICT, OFFICE, OTHER, OTHER_OFFICE, PLACE, City, Story

pytestmark = pytest.mark.asyncio(loop_scope="module")

THERE = {"area_code": OTHER, "office": OTHER_OFFICE}
ON = "2003-09-10"


async def moves(city: City, story: Story, place: dict[str, str], on: str = ON) -> None:
    """A clerk asks for the correction of the place from a day on, the supervisor approves."""
    path = f"/v1/workers/{story.worker}"
    seen = await city.world.client("registry").get(path)
    asked = await city.post(
        "registry", f"{path}/correction-requests",
        {"attribute": "place", "value": place, "valid_from": on, "requested_on": on,
         "reason": "迁居"},
        **{"If-Match": seen.headers["etag"]},
    )  # fmt: skip
    await city.post(
        "registry", f"/v1/correction-requests/{asked.json()['id']}/approvals", {"on": on},
        persona="supervisor", **{"If-Match": asked.headers["etag"]},
    )  # fmt: skip
    await city.world.settle()


async def who_sees(city: City, service: str, path: str) -> list[str]:
    """The offices that see a thing."""
    found = []
    for name, area, office in (("old", DISTRICT, OFFICE), ("new", OTHER, OTHER_OFFICE)):
        client = city.world[service].client("auditor", area=area, office=office, subject=name)
        if (await client.get(path)).status_code == 200:
            found.append(name)
    return found


async def base(city: City, area: str, day: str = AS_OF) -> Any:
    """How many people the re-employment rate of a place is about."""
    told = await city.get("assessment", f"/v1/figures/reemployment_rate.rate.{area}.all.{day}")
    return told["denominator"]["value"]


async def test_who_moves_is_served_and_counted_in_the_new_place(city: City) -> None:
    story = await city.a_laid_off_worker_with_certificate()
    await city.an_employer(story)
    await city.world.settle()
    sought = await city.post(
        "jobs-market", "/v1/jobseekers",
        {"worker_id": story.worker, "registered_on": "2003-08-20", **PLACE},
    )  # fmt: skip
    vacancy = await city.post(
        "jobs-market", "/v1/vacancies",
        {"employer_id": story.employer, "occupation": "营业员", "headcount": 1, "wage": "600.00",
         "reported_on": "2003-08-20", "vacant_on": "2003-08-25", **PLACE},
    )  # fmt: skip
    letter = await city.post(
        "jobs-market", "/v1/referrals",
        {"jobseeker_id": sought.json()["id"], "vacancy_id": vacancy.json()["id"],
         "issued_on": "2003-08-21", "office": OFFICE},
    )  # fmt: skip
    await city.place(story)
    loan = await city.post(
        "loans", "/v1/loans",
        {"worker_id": story.worker, "principal": "10000.00", "term_months": 24,
         "applied_on": "2003-06-02", **PLACE},
    )  # fmt: skip
    await city.world.settle()
    entitled = (await city.get("subsidy", f"/v1/entitlements?placement_id={story.placement}"))[
        "items"
    ][0]["id"]
    goes = {
        "registry": [f"/v1/workers/{story.worker}", f"/v1/certificates/{story.certificate}"],
        "jobs-market": [
            f"/v1/jobseekers/{sought.json()['id']}", f"/v1/referrals/{letter.json()['id']}",
        ],
    }  # fmt: skip
    stays = {
        "jobs-market": [f"/v1/placements/{story.placement}"],
        "loans": [f"/v1/loans/{loan.json()['id']}"],
        "subsidy": [f"/v1/entitlements/{entitled}"],
    }

    async def seen(things: dict[str, list[str]]) -> set[str]:
        return {
            name
            for service, paths in things.items()
            for path in paths
            for name in await who_sees(city, service, path)
        }

    assert (await seen(goes), await seen(stays)) == ({"old"}, {"old"})
    before = [await base(city, DISTRICT), await base(city, OTHER)]
    assert before == ["1", "0"]
    await moves(city, story, THERE)
    assert (await seen(goes), await seen(stays)) == ({"new"}, {"old"})
    assert [await base(city, DISTRICT), await base(city, OTHER)] == ["0", "1"]
    assert [await base(city, area, "2003-09-09") for area in (DISTRICT, OTHER)] == ["1", "0"]
    await moves(city, story, PLACE, on="2003-10-01")
    assert (await seen(goes), await seen(stays)) == ({"old"}, {"old"})
    assert [await base(city, DISTRICT), await base(city, OTHER)] == before
    for thing in city.world.services.values():
        assert await thing.dead() == []
