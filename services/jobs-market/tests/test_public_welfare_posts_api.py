"""Public-welfare posts: who gets one, and that it becomes free again."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from kit.ids import new_id


def on_post(post: str, **changes: Any) -> dict[str, Any]:
    return {
        "channel": "public_welfare_4050",
        "public_welfare_post_id": post,
        "evidence": "contract",
        "contract_months": 12,
        **changes,
    }


async def test_a_confirmed_placement_occupies_the_post_and_its_end_vacates_it(market: Any) -> None:
    post, worker = await market.welfare_post(), await market.worker(difficult=True)
    assert (await market.get(f"/v1/public-welfare-posts/{post}"))["state"] == "developed"
    placed = await market.placed(worker, **on_post(post))
    assert (placed["employer_id"] is not None, placed["sector"]) == (True, "public")
    seen = await market.get(f"/v1/public-welfare-posts/{post}")
    assert (seen["state"], seen["occupant_worker_id"]) == ("occupied", worker)
    (occupied,) = await market.told("public-welfare-post.occupied")
    assert occupied.data == {"worker_id": worker, "placement_id": placed["id"]}
    await market.step(placed["id"], "endings", ended_on="2003-09-01", reason="resigned")
    (vacated,) = await market.told("public-welfare-post.vacated")
    assert (vacated.entity_id, vacated.sequence, vacated.reverses) == (UUID(post), 3, None)
    seen = await market.get(f"/v1/public-welfare-posts/{post}")
    assert (seen["state"], seen["report_due_on"]) == ("vacant", "2003-09-06")


async def test_voiding_makes_the_post_free_from_the_first_day(market: Any) -> None:
    post = await market.welfare_post()
    placed = await market.placed(await market.worker(difficult=True), **on_post(post))
    await market.step(placed["id"], "voidings", voided_on="2003-09-01", reason="fake_contract")
    (occupied,) = await market.told("public-welfare-post.occupied")
    (vacated,) = await market.told("public-welfare-post.vacated")
    assert (vacated.reverses, vacated.valid_from) == (occupied.id, date(2003, 6, 1))
    await market.placed(await market.worker(difficult=True), **on_post(post))
    assert (await market.get(f"/v1/public-welfare-posts/{post}"))["state"] == "occupied"


async def test_two_persons_cannot_hold_one_post(market: Any) -> None:
    post = await market.welfare_post()
    await market.placed(await market.worker(difficult=True), **on_post(post))
    second = await market.claim(await market.worker(difficult=True), **on_post(post))
    told = await market.step(second["id"], "confirmations", 409, confirmed_on="2003-06-30")
    assert told["code"] == "post-occupied"


async def test_who_is_not_recognised_gets_no_post_until_registry_says_so(market: Any) -> None:
    post, worker = await market.welfare_post(), await market.worker()
    claimed = await market.claim(worker, **on_post(post))
    told = await market.step(claimed["id"], "confirmations", 409, confirmed_on="2003-06-30")
    assert told["code"] == "not-in-difficulty"
    await market.thing.deliver(market.recognised(UUID(worker), date(2003, 6, 2)))
    told = await market.step(claimed["id"], "confirmations", 409, confirmed_on="2003-06-30")
    assert told["code"] == "not-in-difficulty"
    await market.thing.deliver(market.recognised(UUID(worker)))
    await market.step(claimed["id"], "confirmations", confirmed_on="2003-06-30")


async def test_an_import_gives_each_post_once(market: Any) -> None:
    posts = [await market.welfare_post() for _ in range(2)]
    workers = [await market.worker(difficult=number != 2) for number in range(4)]
    place = {"area_code": "231102000000", "office": "231102-employment-bureau"}
    rows = [
        {"worker_id": worker, "started_on": "2003-06-01", **on_post(post), **place}
        for worker, post in zip(workers, [posts[0], posts[0], posts[1], str(new_id())], strict=True)
    ]
    rows.append({"worker_id": workers[3], "started_on": "2003-06-01", **on_post(posts[1]), **place})
    done = await market.load("/v1/placements", rows, mode="good")
    assert {error["line"]: error["code"] for error in done["errors"]} == {
        2: "post-occupied",
        3: "not-in-difficulty",
        4: "unknown-public-welfare-post",
    }
    assert len(await market.told("public-welfare-post.occupied")) == 2


async def test_the_list_shows_who_holds_what(market: Any) -> None:
    post = await market.welfare_post()
    await market.welfare_post()
    await market.placed(await market.worker(difficult=True), **on_post(post))
    items = (await market.get("/v1/public-welfare-posts"))["items"]
    assert {item["id"]: item["state"] for item in items}[post] == "occupied"
    assert len(items) == 2
