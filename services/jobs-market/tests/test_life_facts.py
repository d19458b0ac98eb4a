"""Who died, retired or left seeks and works no more (policy 4.4, 5.1 E8), unless it was not so."""

from __future__ import annotations

import asyncio
from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from jobs_market.workers import usecases as workers
from kit.events import Event
from kit.ids import new_id

from .conftest import PLACE
from .test_market_api import refer, seeker, vacancy
from .test_one_person import merged, seek, standing, unmerged

FACT = "registry.life-fact"


def recorded(market: Any, worker: str, kind: str = "deceased", on: str = "2003-06-20") -> Event:
    data = {"worker_id": worker, "kind": kind, "on": on, "until": None, "authority": "police"}
    event: Event = market.thing.heard(
        f"{FACT}.recorded.v1", new_id(), data, valid_from=date.fromisoformat(on)
    )
    return event


def reversed_(market: Any, fact: Event) -> Event:
    data = {**fact.data, "what": "fact"}
    event: Event = market.thing.heard(f"{FACT}.reversed.v1", fact.entity_id, data, reverses=fact.id)
    return event


async def state(market: Any, who: dict[str, Any]) -> tuple[str, str]:
    seen = await market.get(f"/v1/jobseekers/{who['id']}")
    listed = {one["id"]: one for one in (await market.get("/v1/jobseekers"))["items"]}
    assert listed[who["id"]] == seen
    return seen["state"], seen["valid_until"]


@pytest.mark.parametrize(
    ("kind", "until"),
    [
        ("deceased", "2003-06-19"), ("imprisoned", "2003-06-19"), ("emigrated", "2003-06-19"),
        ("dibao", "2003-08-01"), ("incapacitated", "2003-08-01"),
    ],
)  # fmt: skip
async def test_job_seeking_ends_on_the_day_before_and_goes_on_when_it_was_not_so(
    market: Any, kind: str, until: str
) -> None:
    worker = await market.worker()
    who = await seeker(market, worker)  # from 2003-05-01, for three months
    fact = recorded(market, worker, kind)
    await market.thing.deliver(fact, fact)
    assert await state(market, who) == ("expired", until)  # today is 2003-10-31
    late = {"withdrawn_on": "2003-06-20", "reason": "other"}
    if until < "2003-06-20":
        refused = await market.post(f"/v1/jobseekers/{who['id']}/withdrawals", late, 409)
        assert refused["code"] == "not-seeking"
    await market.thing.deliver(reversed_(market, fact))
    assert await state(market, who) == ("expired", "2003-08-01")
    await market.post(f"/v1/jobseekers/{who['id']}/withdrawals", late)
    assert await market.thing.dead() == []


async def test_nobody_gone_is_referred_and_no_letter_ends_in_hiring(market: Any) -> None:
    worker = await market.worker()
    who, where = await seeker(market, worker), await vacancy(market)
    letter = await refer(market, who, where)
    await market.thing.deliver(recorded(market, worker, on="2003-05-05"))
    other = await vacancy(market, employer_id=where["employer_id"])
    assert (await refer(market, who, other, 409))["code"] == "not-seeking"
    path = f"/v1/referrals/{letter['id']}/resolutions"
    hired = await market.post(path, {"resolved_on": "2003-05-08", "outcome": "hired"}, 409)
    assert hired["code"] == "dead-or-retired"
    assert (await market.get(f"/v1/vacancies/{where['id']}"))["state"] == "reported"
    await market.post(path, {"resolved_on": "2003-05-08", "outcome": "no_show"})


async def test_who_is_dead_or_retired_is_not_registered_and_who_came_back_is(market: Any) -> None:
    retired, released = await market.worker(), await market.worker()
    first = await seeker(market, released)
    await market.thing.deliver(
        recorded(market, retired, "retired"), recorded(market, released, "imprisoned")
    )
    rows = [{"id": str(new_id()), **seek(worker, "2003-07-01")} for worker in (retired, released)]
    done = await market.load("/v1/jobseekers", rows, mode="good")
    assert [(e["line"], e["code"]) for e in done["errors"]] == [(1, "dead-or-retired")]
    assert await state(market, first) == ("expired", "2003-06-19")
    assert await standing(market) == []
    before = {"worker_id": retired, "registered_on": "2003-06-19", **PLACE}
    kept = await market.post("/v1/jobseekers", before)
    assert await state(market, kept) == ("expired", "2003-06-19")


async def test_no_work_begins_with_the_dead_and_it_is_seen_again_at_the_confirmation(
    market: Any,
) -> None:
    worker = await market.worker()
    claimed = await market.claim(worker, started_on="2003-06-20", claimed_on="2003-06-21")
    await market.thing.deliver(recorded(market, worker))
    refused = await market.step(claimed["id"], "confirmations", 409, confirmed_on="2003-06-30")
    assert refused["code"] == "dead-or-retired"
    assert (await market.claim(worker, 409, started_on="2003-07-01"))["code"] == "dead-or-retired"
    earlier = await market.placed(worker, started_on="2003-06-19")
    assert [one[:2] for one in await standing(market)] == [("placement-to-be-ended", earlier["id"])]


@pytest.mark.parametrize("kind", ["deceased", "retired", "enlisted", "emigrated", "imprisoned"])
async def test_a_placement_is_found_until_it_is_ended(market: Any, kind: str) -> None:
    worker = await market.worker()
    placed = await market.placed(worker)  # since 2003-06-01
    fact = recorded(market, worker, kind)
    await market.thing.deliver(fact)
    expected = ("placement-to-be-ended", placed["id"], str(fact.entity_id))
    assert await standing(market) == [expected]
    (found,) = (await market.get("/v1/findings"))["items"]
    assert "2003-06-20" in found["zh"]
    assert found["found_by"] == str(fact.id)
    assert await market.told("placement.ended") == []
    await market.step(placed["id"], "endings", ended_on="2003-06-20", reason="other")
    assert await standing(market) == []


async def test_work_that_began_after_the_death_is_to_be_voided(market: Any) -> None:
    worker = await market.worker()
    placed = await market.placed(worker)
    await market.step(placed["id"], "endings", ended_on="2003-06-30", reason="resigned")
    fact = recorded(market, worker, on="2003-06-01")
    await market.thing.deliver(fact)
    expected = ("dead-or-retired", placed["id"], str(fact.entity_id))
    assert await standing(market) == [expected]
    void = {"voided_on": "2003-07-01", "reason": "dead_or_retired"}
    await market.step(placed["id"], "voidings", **void)
    assert await standing(market) == []


async def test_facts_and_merges_in_any_order_and_twice_leave_the_same_findings(market: Any) -> None:
    worker, record = await market.worker(), str(new_id())
    placed = await market.placed(worker)
    for order in permutations(range(3)):
        wrong = recorded(market, worker, "enlisted", on="2003-06-10")
        away = recorded(market, record, "emigrated", on="2003-07-01")
        merge = merged(market, record, worker)
        rest = [reversed_(market, wrong), away, merge]
        told = [wrong, *(rest[n] for n in order)]
        for event in told:
            await market.thing.deliver(event)
        await market.thing.deliver(*told)
        assert await standing(market) == [
            ("placement-to-be-ended", placed["id"], str(away.entity_id))
        ]
        await market.thing.deliver(unmerged(market, merge))
        assert await standing(market) == []
        await market.thing.deliver(reversed_(market, away))
    assert await market.thing.dead() == []


async def test_a_fact_waits_for_a_confirmation_of_the_same_person(market: Any) -> None:
    """Else neither would see the other: work would be confirmed and have no finding."""
    worker = await market.worker()
    async with market.thing.db.transaction() as tx:
        await workers.known(tx, [UUID(worker)], lock=True)  # as confirming does
        waiting = asyncio.create_task(market.thing.deliver(recorded(market, worker)))
        done, _ = await asyncio.wait([waiting], timeout=0.5)
        assert not done
    await waiting
