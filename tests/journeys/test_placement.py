"""A placement and its voiding, through all five services."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.city import City

pytestmark = pytest.mark.asyncio(loop_scope="module")

BEFORE = {"status": ("laid_off", "2001-03-01"), "benefits": []}
OPEN = [("open", "2003-09-01", 36, 36, None)]


def moved(before: dict[str, Any], after: dict[str, Any]) -> dict[str, int]:
    """By how much each figure moved; those that stood still are left out."""
    steps = {name: int(after[name] or 0) - int(before[name] or 0) for name in before}
    return {name: step for name, step in steps.items() if step}


async def test_confirming_reaches_all_four_and_voiding_takes_all_four_back(city: City) -> None:
    story = await city.a_laid_off_worker_with_certificate()
    await city.an_employer(story)
    await city.world.settle()
    figures = await city.figures()
    assert await city.seen(story) == {**BEFORE, "entitlement": []}

    await city.place(story)
    await city.world.settle()
    assert await city.seen(story) == {
        "status": ("employed", "2003-09-01"),
        "benefits": [("re-employment", "2003-09-01"), ("social-insurance-subsidy", "2003-09-01")],
        "entitlement": OPEN,
    }
    after = await city.figures()
    assert moved(figures, after) == {
        "reemployed.value": 1, "reemployed_private_economy.value": 1, "entitlements_opened.value": 1,
    }  # fmt: skip

    await city.void(story)
    await city.world.settle()
    seen = await city.seen(story)
    assert {name: seen[name] for name in BEFORE} == BEFORE
    assert [one[0] for one in seen["entitlement"]] == ["voided"]
    assert moved(figures, await city.figures()) == {}
    assert await city.world.waiting() == {}


@pytest.mark.parametrize(
    ("sector", "contract", "months", "clause"),
    [
        ("industry", {}, None, "财社[2002]107 B6/service-sector"),
        ("commerce", {"new_post": False}, None, "财社[2002]107 B6/new-post"),
        ("commerce", {"contract_months": 11}, None, "财税[2003]192 R28/contract-term"),
        ("services", {"contract_months": 12}, 12, None),
        ("catering", {"contract_months": 48}, 36, None),
    ],
)
async def test_an_entitlement_opens_with_its_months_or_is_refused_with_its_clause(
    city: City, sector: str, contract: dict[str, Any], months: int | None, clause: str | None
) -> None:
    story = await city.a_laid_off_worker_with_certificate()
    await city.an_employer(story, sector)
    await city.world.settle()
    await city.place(story, **contract)
    await city.world.settle()
    seen = await city.seen(story)
    assert seen["status"] == ("employed", "2003-09-01")
    ((standing, _, window, _, why),) = seen["entitlement"]
    assert (standing, window, why) == ("refused" if clause else "open", months, clause)
    await city.void(story)
    await city.world.settle()
    assert (await city.seen(story))["entitlement"][0][0] == "voided"


async def test_an_end_keeps_what_was_and_voiding_the_ended_takes_it_back(city: City) -> None:
    story = await city.a_laid_off_worker_with_certificate()
    await city.an_employer(story)
    await city.world.settle()
    figures = await city.figures()
    await city.place(story)
    await city.end(story)
    await city.world.settle()
    seen = await city.seen(story)
    assert seen["status"] == ("laid_off", "2003-10-15")
    assert seen["entitlement"][0][0] == "closed"
    assert ("re-employment", "2003-09-01") in seen["benefits"]
    assert moved(figures, await city.figures())["reemployed.value"] == 1
    await city.void(story)
    await city.world.settle()
    seen = await city.seen(story)
    assert {name: seen[name] for name in BEFORE} == BEFORE
    assert moved(figures, await city.figures()) == {}


async def test_a_person_without_a_certificate_is_employed_and_nothing_is_annotated(
    city: City,
) -> None:
    story = city.story()
    await city.registers(story, category="none", former_enterprise_kind="other")
    await city.applies(story)
    await city.an_employer(story)
    await city.world.settle()
    await city.place(story)
    await city.world.settle()
    seen = await city.seen(story)
    assert (seen["status"], seen["benefits"]) == (("employed", "2003-09-01"), [])
    assert seen["entitlement"][0][0] == "refused"
    assert seen["entitlement"][0][4].endswith("/certificate-held")


async def test_what_a_placement_did_names_what_caused_it(city: City) -> None:
    story = await city.a_laid_off_worker_with_certificate()
    await city.an_employer(story)
    await city.world.settle()
    confirmed = (await city.place(story)).headers["Event-Id"]
    await city.world.settle()
    caused = [
        event.type
        for service in ("registry", "subsidy")
        for event in await city.world[service].told()
        if str(event.causation_id) == confirmed
    ]
    assert sorted(caused) == [
        "registry.benefit.annotated.v1",
        "registry.labour-status.changed.v1",
        "subsidy.entitlement.opened.v1",
    ]
