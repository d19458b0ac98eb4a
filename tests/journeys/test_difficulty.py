"""Difficulty recognition through its states, and what the others make of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.city import AS_OF, CITY, PLACE, City, Story

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def recognised(city: City) -> int:
    body = await city.get("assessment", f"/v1/figures/recognised_4050.value.{CITY}.all.{AS_OF}")
    return int(body["value"] or 0)


async def standing(city: City, difficulty: str) -> tuple[str, str | None]:
    one = await city.get("registry", f"/v1/difficulties/{difficulty}")
    return one["state"], one["exit_reason"]


async def a_post(city: City, story: Story) -> str:
    """The employer has a post that the public pays for."""
    answer = await city.post(
        "jobs-market", "/v1/public-welfare-posts",
        {"employer_id": story.employer, "kind": "cleaning", "developed_on": "2003-04-01", **PLACE},
    )  # fmt: skip
    return str(answer.json()["id"])


async def takes(city: City, story: Story, post: str, status: int = 201) -> None:
    """The person takes the post: claimed, and confirmed where in difficulty."""
    await city.post(
        "jobs-market", "/v1/placements",
        {"id": story.placement, "worker_id": story.worker, "employer_id": story.employer,
         "channel": "public_welfare_4050", "evidence": "contract", "contract_months": 12,
         "wage": "600.00", "started_on": "2003-09-01", "claimed_on": "2003-09-02",
         "public_welfare_post_id": post, **PLACE},
    )  # fmt: skip
    await city.post(
        "jobs-market", f"/v1/placements/{story.placement}/confirmations",
        {"confirmed_on": "2003-09-05"}, status,
    )  # fmt: skip


async def test_recognised_placed_voided_and_recognised_still(city: City) -> None:
    """The street recognises; work ends it and counts all the same; voided work brings it back."""
    before = await recognised(city)
    story = await city.a_laid_off_worker_with_certificate(born="19600504")
    await city.an_employer(story)
    await city.world.settle()
    post = await a_post(city, story)
    made: Any = await city.post(
        "registry", "/v1/difficulties", {"worker_id": story.worker, "recognised_on": "2003-08-01"}
    )
    difficulty = made.json()["id"]
    await city.world.settle()
    assert await recognised(city) == before + 1

    await takes(city, story, post)
    await city.world.settle()
    assert await standing(city, difficulty) == ("exited", "employed")
    assert await recognised(city) == before + 1

    await city.void(story)
    await city.world.settle()
    assert await standing(city, difficulty) == ("recognised", None)
    assert await recognised(city) == before + 1
    # In difficulty again, the person may take a post again.
    second = city.story()
    again = Story(story.worker, story.certificate, story.employer, second.placement)
    await takes(city, again, post)
    await city.world.settle()
    assert await standing(city, difficulty) == ("exited", "employed")
    assert await city.world.waiting() == {}
