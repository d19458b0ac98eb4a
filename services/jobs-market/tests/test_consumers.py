"""What registry says: late, twice, in another order."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from kit.ids import new_id


async def workers(market: Any) -> list[Any]:
    async with market.thing.db.looking() as tx:
        return list(await tx.fetch("select * from worker order by id"))


async def test_a_difficulty_may_be_told_before_its_person(market: Any) -> None:
    worker = new_id()
    await market.thing.deliver(market.recognised(worker))
    await market.thing.deliver(market.registered(worker))
    post = await market.welfare_post()
    placed = await market.placed(
        str(worker),
        channel="public_welfare_4050",
        public_welfare_post_id=post,
        evidence="contract",
        contract_months=12,
    )
    assert placed["state"] == "confirmed"
    assert await market.thing.dead() == []


async def test_the_same_event_twice_changes_nothing(market: Any) -> None:
    event = market.registered(new_id())
    await market.thing.deliver(event)
    await market.thing.deliver(event, event)
    assert len(await workers(market)) == 1
    assert await market.thing.dead() == []


async def test_a_corrected_category_replaces_the_registered_one(market: Any) -> None:
    worker = new_id()
    corrected = [
        market.thing.heard(
            "registry.worker.category-corrected.v1",
            worker,
            {"category": category, "previous": "soe_laid_off"},
            sequence=sequence,
        )
        for sequence, category in ((2, "none"), (3, "soe_unemployed"))
    ]
    first = market.thing.heard(
        "registry.worker.registered.v1", worker, market.registered(worker).data, sequence=1
    )
    await market.thing.deliver(*corrected)
    await market.thing.deliver(first)
    (row,) = await workers(market)
    assert (row["category"], row["population"]) == ("soe_unemployed", "base")
    assert await market.thing.dead() == []


async def test_who_left_difficulty_gets_no_post_any_more(market: Any) -> None:
    worker = UUID(await market.worker())
    recognised = market.recognised(worker)
    exited = market.thing.heard(
        "registry.difficulty.exited.v1",
        recognised.entity_id,
        {"worker_id": str(worker), "kind": "4050", "reason": "retired"},
        valid_from=date(2003, 5, 1),
    )
    await market.thing.deliver(recognised, exited)
    post = await market.welfare_post()
    claimed = await market.claim(
        str(worker),
        channel="public_welfare_4050",
        public_welfare_post_id=post,
        evidence="contract",
        contract_months=12,
    )
    told = await market.step(claimed["id"], "confirmations", 409, confirmed_on="2003-06-30")
    assert told["code"] == "not-in-difficulty"


async def test_an_event_that_cannot_be_read_waits_and_the_others_flow(market: Any) -> None:
    broken = market.thing.heard("registry.worker.registered.v1", new_id(), {"sex": "male"})
    await market.thing.deliver(broken, market.registered(new_id()))
    assert len(await workers(market)) == 1
    assert [row["state"] for row in await market.thing.dead()] == ["poison"]
