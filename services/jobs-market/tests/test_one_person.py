"""Two records that are one person: one placement and one registration at a time; what stood is found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kit.events import Event
from kit.ids import new_id


def merged(market: Any, record: str, survivor: str) -> Event:
    event: Event = market.thing.heard(
        "registry.worker.merged.v1", UUID(record), {"survivor_id": survivor, "merged_id": record}
    )
    return event


def unmerged(market: Any, merge: Event) -> Event:
    event: Event = market.thing.heard(
        "registry.worker.unmerged.v1", merge.entity_id, merge.data, reverses=merge.id
    )
    return event


async def standing(market: Any) -> list[tuple[str, str, str]]:
    found = (await market.get("/v1/findings?standing=true"))["items"]
    return [(one["code"], one["subject_id"], one["other_id"]) for one in found]


def seek(worker: str, on: str) -> dict[str, Any]:
    place = {"area_code": "231102000000", "office": "231102-employment-bureau"}
    return {"worker_id": worker, "registered_on": on, **place}


async def test_nobody_is_placed_twice_under_two_records(market: Any) -> None:
    one, two = await market.worker(), await market.worker()
    await market.placed(one)
    merge = merged(market, two, one)
    await market.thing.deliver(merge)
    second = await market.claim(two)
    told = await market.step(second["id"], "confirmations", 409, confirmed_on="2003-06-30")
    assert told["code"] == "already-placed"
    await market.thing.deliver(unmerged(market, merge))
    await market.step(second["id"], "confirmations", confirmed_on="2003-06-30")
    assert await standing(market) == []


async def test_nobody_seeks_twice_under_two_records(market: Any) -> None:
    one, two = await market.worker(), await market.worker()
    await market.thing.deliver(merged(market, two, one))
    await market.post("/v1/jobseekers", seek(two, "2003-06-02"))
    refused = await market.post("/v1/jobseekers", seek(one, "2003-06-03"), 409)
    assert refused["code"] == "already-seeking"


async def test_in_one_file_two_records_are_one_person(market: Any) -> None:
    one, two = await market.worker(), await market.worker()
    await market.thing.deliver(merged(market, two, one))
    rows = [{"id": str(new_id()), **seek(worker, "2003-06-02")} for worker in (one, two)]
    done = await market.load("/v1/jobseekers", rows, mode="good")
    assert [(e["line"], e["code"]) for e in done["errors"]] == [(2, "already-seeking")]


async def test_what_stood_already_is_found_and_cleared_when_they_are_two_people(
    market: Any,
) -> None:
    one, two = await market.worker(), await market.worker()
    later = await market.placed(one, started_on="2003-06-10", claimed_on="2003-06-10")
    first = await market.placed(two, started_on="2003-06-01")
    seeking = [
        (await market.post("/v1/jobseekers", seek(worker, on)))["id"]
        for worker, on in ((one, "2003-05-03"), (two, "2003-05-02"))
    ]
    merge = merged(market, two, one)
    await market.thing.deliver(merge)
    assert sorted(await standing(market)) == [
        ("already-placed", later["id"], first["id"]),
        ("already-seeking", seeking[0], seeking[1]),
    ]
    assert (await market.get(f"/v1/placements/{later['id']}"))["state"] == "confirmed"
    outsider = market.thing.client("auditor", area="231121000000")
    assert (await outsider.get("/v1/findings")).json()["items"] == []
    undone = unmerged(market, merge)
    await market.thing.deliver(undone)
    assert await standing(market) == []
    cleared = (await market.get("/v1/findings"))["items"]
    assert [one["cleared_by"] for one in cleared] == [str(undone.id)] * 2
    assert await market.thing.dead() == []


async def test_a_finding_goes_with_what_it_is_about(market: Any) -> None:
    one, two = await market.worker(), await market.worker()
    later = await market.placed(one, started_on="2003-06-10", claimed_on="2003-06-10")
    await market.placed(two, started_on="2003-06-01")
    await market.thing.deliver(merged(market, two, one))
    assert len(await standing(market)) == 1
    await market.step(later["id"], "voidings", voided_on="2003-07-01", reason="fake_contract")
    assert await standing(market) == []


async def test_difficulty_recognised_under_the_other_record_counts(market: Any) -> None:
    one, two = await market.worker(difficult=True), await market.worker()
    post = await market.welfare_post()
    claim = {
        "channel": "public_welfare_4050", "evidence": "contract", "contract_months": 12,
        "public_welfare_post_id": post,
    }  # fmt: skip
    placed = await market.claim(two, **claim)
    refused = await market.step(placed["id"], "confirmations", 409, confirmed_on="2003-06-30")
    assert refused["code"] == "not-in-difficulty"
    await market.thing.deliver(merged(market, two, one))
    await market.step(placed["id"], "confirmations", confirmed_on="2003-06-30")
