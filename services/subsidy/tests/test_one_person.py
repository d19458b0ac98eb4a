"""Two records that are one person: what both were granted is looked at together, nothing is taken back."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from kit.events import Event
from kit.testing import UnderTest
from subsidy.entitlements.twice import Span, found_in

from .conftest import DISTRICT
from .test_consumers import Story


def merged(story: Story, record: UUID, survivor: UUID) -> Event:
    return story.service.heard(
        "registry.worker.merged.v1", record,
        {"survivor_id": str(survivor), "merged_id": str(record)}, area_code=DISTRICT,
        valid_from=date(2003, 10, 1),
    )  # fmt: skip


def unmerged(story: Story, merge: Event) -> Event:
    return story.service.heard(
        "registry.worker.unmerged.v1", merge.entity_id, merge.data, area_code=DISTRICT,
        reverses=merge.id,
    )  # fmt: skip


def life(story: Story, **placement: Any) -> list[Event]:
    """Registered, certified and hired: enough for an entitlement."""
    return [
        story.registered(), story.issued(sequence=1), story.hiring(), story.confirmed(**placement),
    ]  # fmt: skip


async def standing(service: UnderTest, **params: Any) -> list[dict[str, Any]]:
    answer = await service.client("auditor").get(
        "/v1/findings", params={"standing": True, **params}
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_the_same_months_under_two_records_are_found_and_stay_granted(
    subsidy: UnderTest,
) -> None:
    one, two = Story(subsidy), Story(subsidy)
    await subsidy.deliver(*life(one), *life(two, started_on="2003-11-01"))
    assert await standing(subsidy) == []
    merge = merged(one, two.worker, one.worker)
    await subsidy.deliver(merge)
    (finding,) = await standing(subsidy)
    first, second = await one.entitlement(), await two.entitlement()
    assert (finding["subject_id"], finding["other_id"]) == (second["id"], first["id"])
    assert (finding["code"], finding["clause"]) == ("same-months", "重复享受 (policy 4.6)")
    assert (finding["months"][0], finding["months"][-1]) == ("2003-11-01", "2004-08-01")
    assert len(finding["months"]) == 10
    assert finding["found_by"] == str(merge.id)
    assert (first["standing"], second["standing"]) == ("open", "open")
    assert [event.type for event in await subsidy.told()] == ["subsidy.entitlement.opened.v1"] * 2
    undone = unmerged(one, merge)
    await subsidy.deliver(undone)
    assert await standing(subsidy) == []
    (cleared,) = (await subsidy.client("auditor").get("/v1/findings")).json()["items"]
    assert (cleared["id"], cleared["cleared_by"]) == (finding["id"], str(undone.id))
    assert await subsidy.dead() == []


async def test_another_district_does_not_read_the_finding(subsidy: UnderTest) -> None:
    one, two = Story(subsidy), Story(subsidy)
    await subsidy.deliver(*life(one), *life(two), merged(one, two.worker, one.worker))
    assert len(await standing(subsidy)) == 1
    outsider = subsidy.client("auditor", area="231121000000")
    assert (await outsider.get("/v1/findings")).json()["items"] == []


async def test_whichever_is_known_first_leaves_the_same_findings(
    subsidy: UnderTest, running: Any
) -> None:
    async def told(order: int) -> tuple[Any, ...]:
        service = subsidy if order == 0 else await running("subsidy")
        one, two = Story(service), Story(service)
        known, *rest = life(two, started_on="2003-11-01")
        parts = [life(one), [known, merged(one, two.worker, one.worker)], rest]
        for part in list(itertools.permutations(parts))[order]:
            await service.deliver(*part, *part)
        names = {(await story.entitlement())["id"]: n for n, story in enumerate((one, two))}
        return tuple(
            (names[found["subject_id"]], names[found["other_id"]], found["months"])
            for found in await standing(service)
        )

    expected = await told(0)
    assert [row[:2] for row in expected] == [(1, 0)]
    for order in (1, 3, 5):
        assert await told(order) == expected


async def test_the_certificate_of_the_other_record_is_the_persons(subsidy: UnderTest) -> None:
    """At a merge registry revokes the later certificate from its own day of issue; the earlier one is
    the person's under either record (5.3 no. 6)."""
    one, two = Story(subsidy), Story(subsidy)
    lives = [one.registered(), one.issued(sequence=1), *life(two)]
    merge = merged(one, two.worker, one.worker)
    revoked = two.service.heard(
        "registry.certificate.revoked.v1", two.certificate,
        {"worker_id": str(two.worker), "reason": "merged"}, area_code=DISTRICT,
        valid_from=date(2003, 3, 10),
    )  # fmt: skip
    await subsidy.deliver(*lives)
    assert (await two.entitlement())["standing"] == "open"
    await subsidy.deliver(merge, revoked)
    assert (await two.entitlement())["standing"] == "open"
    decision = (
        await subsidy.client("auditor").get(
            f"/v1/entitlements/{(await two.entitlement())['id']}/decision"
        )
    ).json()
    assert decision["rederives"] is True
    held = {one["id"] for one in decision["record"]["facts"]["certificates"]}
    assert held == {str(one.certificate), str(two.certificate)}
    await subsidy.deliver(unmerged(one, merge))
    assert (await two.entitlement())["standing"] == "refused"


async def test_a_person_of_whom_one_record_is_of_the_base_is_of_the_base(
    subsidy: UnderTest,
) -> None:
    one, two = Story(subsidy), Story(subsidy)
    await subsidy.deliver(
        one.registered(), two.registered("outside"), two.issued(sequence=1), two.hiring(),
        two.confirmed(),
    )  # fmt: skip
    assert await two.entitlement() == {}
    merge = merged(one, one.worker, two.worker)
    await subsidy.deliver(merge)
    assert (await two.entitlement())["standing"] == "open"
    await subsidy.deliver(unmerged(one, merge))
    after = await two.entitlement()
    assert (after["standing"], after["clause"]) == ("refused", "财社[2002]107/base-population")
    opened, closed, refused = await subsidy.told()
    assert (closed.reverses, refused.type) == (opened.id, "subsidy.entitlement.refused.v1")
    path = f"/v1/entitlements/{after['id']}/decision"
    assert (await subsidy.client("auditor").get(path)).json()["rederives"] is True


def span(start: date, months: int, *, months_max: int = 36) -> Span:
    return Span(uuid4(), uuid4(), uuid4(), start, months, months_max, "B7", DISTRICT, "office")


def test_more_months_than_the_law_gives_one_person_are_found() -> None:
    first, second = span(date(2003, 1, 15), 24), span(date(2005, 2, 1), 24)
    (found,) = found_in([second, first])
    assert (found.subject_id, found.code, found.clause) == (
        second.id, "more-than-the-term", "B7",
    )  # fmt: skip
    assert (len(found.months), found.months[0]) == (12, date(2006, 2, 1))
    assert found_in([first, replace(second, months=12)]) == []
    assert found_in([first]) == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_entitlements_does_not_matter(order: tuple[int, ...]) -> None:
    spans = [span(date(2003, 5, 1), 12), span(date(2003, 5, 1), 20), span(date(2004, 1, 1), 36)]
    spans = [replace(one, placement_id=UUID(int=n + 1)) for n, one in enumerate(spans)]
    found = found_in(spans[n] for n in order)
    assert found == found_in(spans)
    assert [one.code for one in found] == [
        "same-months", "same-months", "same-months", "more-than-the-term",
    ]  # fmt: skip
