"""Events through the consumers: duplicates, other orders, poison, and folding all of it again."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from assessment.facts import store as facts
from assessment.folds.domain import LEFT_ALONE
from assessment.items.domain import Item, fold

DISTRICT = "231102000000"


def a_small_year(city: Any) -> list[Any]:
    """Some of everything that opens, closes and reverses, of people who come and go."""
    events: list[Any] = [city.office("231100-city-direct", "city_direct", "市直")]
    for n in range(12):
        worker = city.worker("base" if n % 3 else "outside", area_code=DISTRICT)
        placement = city.placement(worker, valid_from=date(2003, 1 + n % 10, 5))
        certificate = city.tell(
            "registry.certificate.granted.v1",
            {"worker_id": str(worker.entity_id), "category": "soe_laid_off", "decision_id": None},
        )
        events += [worker, placement, certificate]
        if n % 2:
            events.append(city.voided(placement))
        for verb in ("refused", "granted", "issued", "restored")[: n % 5]:
            until = f"2006-04-{10 + n}" if verb == "restored" else "2006-03-01"
            data = {"worker_id": str(worker.entity_id), "category": "x", "valid_until": until}
            events.append(city.tell(f"registry.certificate.{verb}.v1", data, certificate.entity_id))
        events.append(city.relief("registration", f"{n}.50"))
    loan = {"worker_id": None, "principal": "20000.00", "due_on": "2003-09-01"}
    lent = city.tell("loans.loan.disbursed.v1", loan)
    events += [lent, *(city.tell("loans.loan.repaid.v1", loan, lent.entity_id) for _ in range(3))]
    return events


async def state(service: Any) -> list[list[tuple[Any, ...]]]:
    """The derived tables, without the ids of events that differ between twins."""
    async with service.db.reading() as tx:
        return [
            sorted(tuple(row) for row in await tx.fetch(f"select * from {table}"))
            for table in ("item", "person", "place")
        ]


async def test_duplicates_and_other_orders_give_the_same_items(city: Any, running: Any) -> None:
    events = a_small_year(city)
    await city.deliver(*events)
    expected = await state(city.service)
    assert len(expected[0]) > 40
    assert await city.service.dead() == []
    chance = random.Random(7)
    for _ in range(3):
        twin = await running("assessment")
        shuffled = events + chance.sample(events, 15)
        chance.shuffle(shuffled)
        for start in range(0, len(shuffled), 9):
            await twin.deliver(*shuffled[start : start + 9])
        assert await state(twin) == expected
        assert await twin.dead() == []


async def test_a_rebuild_gives_the_same_and_repairs_what_differs(city: Any) -> None:
    events = a_small_year(city)
    await city.deliver(*events)
    expected = await state(city.service)
    answer = await city.client.post("/v1/rebuilds")
    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert (done["facts"], done["persons"], done["differences"]) == (len(events), 12, 0)
    async with city.service.db.transaction() as tx:
        await tx.execute("update item set tag = 'wrong' where kind = 'placement'")
        await tx.execute("delete from person where population = 'outside'")
    repaired = (await city.client.post("/v1/rebuilds")).json()
    assert repaired["differences"] == 12 + 4
    assert await state(city.service) == expected
    assert (await city.client.post("/v1/rebuilds")).json()["differences"] == 0
    async with city.service.db.reading() as tx:
        assert await tx.fetchval("select count(*) from item_shadow") == 0


async def test_the_sql_merge_is_the_pure_merge(city: Any) -> None:
    """Facts one by one through SQL come to what the pure fold makes of them all."""
    events = a_small_year(city)
    random.Random(3).shuffle(events)
    for event in events:
        await city.deliver(event)
    async with city.service.db.reading() as tx:
        kept = await facts.chunk(tx, None, 1000)
        rows = await tx.fetch(f"select {', '.join(Item._fields)} from item")
    assert {tuple(row) for row in rows} == {tuple(item) for item in fold(kept).items}


async def test_a_poisoned_event_is_parked_and_the_others_are_counted(city: Any) -> None:
    worker = city.worker()
    bad = city.tell("registry.relief.posted.v1", {"kind": "fee", "item": "x", "amount": "much"})
    await city.deliver(worker, bad, city.placement(worker))
    assert await city.value("reemployed.value") == "1"
    dead = await city.service.dead()
    assert [row["state"] for row in dead] == ["poison"]
    assert "much" not in dead[0]["error"]


async def test_facts_that_nobody_counts_are_kept_all_the_same(city: Any) -> None:
    worker = city.worker()
    changed = city.tell(
        "registry.labour-status.changed.v1",
        {"worker_id": str(worker.entity_id), "status": "employed", "anything": [1, {"new": None}]},
    )
    await city.deliver(changed)
    async with city.service.db.reading() as tx:
        kept = await facts.chunk(tx, None, 10)
    assert [(one.id, one.data) for one in kept] == [(changed.id, changed.data)]


async def test_folding_waits_for_a_rebuild_and_loses_nothing(city: Any) -> None:
    import asyncio

    async with city.service.db.transaction() as tx:
        await facts.stop_receiving(tx)
        waiting = asyncio.create_task(city.deliver(city.worker()))
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done
    await waiting
    assert await city.service.dead() == []
    assert (await city.figure("reemployment_rate.rate"))["denominator"]["value"] == "1"


@pytest.mark.parametrize("package", ["registry", "jobs_market", "subsidy", "loans"])
async def test_we_can_read_what_the_publishers_say_they_tell(city: Any, package: str) -> None:
    """Every example in a publisher's catalogue that we hear goes through without being parked."""
    import importlib

    catalogue = importlib.import_module(f"{package}.events").CATALOGUE
    subscriptions = {s.publisher: s for s in city.service.service.subscriptions}
    heard = subscriptions[catalogue.service].handlers
    told = [event for event in catalogue.published if event.name in heard]
    counted = {e.name for e in catalogue.published if f"{e.service}.{e.noun}" not in LEFT_ALONE}
    assert counted == set(heard), "somebody changed the list"
    await city.deliver(*(city.tell(event.name, dict(event.example)) for event in told))
    assert await city.service.dead() == []
