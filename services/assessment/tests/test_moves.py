"""A person counts in the base of the place that has the case on the last day of the period."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from kit.events import Event

CITY, DISTRICT, OTHER = "231100000000", "231102000000", "231121000000"
DAYS = ("2003-05-31", "2003-08-31", "2003-10-31")


def moved(city: Any, worker: Event, area: str, **more: Any) -> Event:
    """Registry corrects the place; ``beginning``: it had been written down wrongly."""
    data = {
        "attributes": ["place"], "from_the_beginning": more.pop("beginning", False),
        "sex": "female", "birth_date": "1960-02-01", "cadre": False,
    }  # fmt: skip
    event: Event = city.tell(
        "registry.worker.corrected.v1", data, worker.entity_id, area_code=area,
        office=f"{area[:6]}-employment-bureau", **more,
    )  # fmt: skip
    return event


async def base(city: Any, place: str, day: str = "2003-10-31") -> str:
    found = await city.figure(f"reemployment_rate.rate.{place}.all.{day}")
    return str(found["denominator"]["value"])


async def bases(city: Any, place: str) -> list[str]:
    return [await base(city, place, day) for day in DAYS]


async def test_who_moved_counts_in_the_new_place_from_that_day_on(city: Any) -> None:
    goes, stays = (city.worker(area_code=DISTRICT) for _ in range(2))
    move = moved(city, goes, OTHER, valid_from=date(2003, 7, 15))
    await city.deliver(goes, stays, move)
    assert await bases(city, CITY) == ["2", "2", "2"]
    assert await bases(city, DISTRICT) == ["2", "1", "1"]
    assert await bases(city, OTHER) == ["0", "1", "1"]
    assert [await base(city, OTHER, day) for day in ("2003-07-14", "2003-07-15")] == ["0", "1"]
    await city.deliver(moved(city, goes, DISTRICT, valid_from=date(2003, 9, 15)))
    assert await bases(city, DISTRICT) == ["2", "1", "2"]
    assert await bases(city, OTHER) == ["0", "1", "0"]
    listed = await city.client.get(
        f"/v1/figures/reemployment_rate.rate.{OTHER}.all.2003-08-31/events",
        params={"side": "denominator"},
    )
    assert [row["person_id"] for row in listed.json()["items"]] == [str(goes.entity_id)]


async def test_a_place_written_down_wrongly_never_was(city: Any) -> None:
    worker = city.worker(area_code=DISTRICT)
    await city.deliver(
        worker, moved(city, worker, OTHER, beginning=True, valid_from=date(2003, 9, 1))
    )
    assert (await bases(city, DISTRICT), await bases(city, OTHER)) == (
        ["0", "0", "0"], ["1", "1", "1"],
    )  # fmt: skip


async def test_other_corrections_move_nobody(city: Any) -> None:
    worker = city.worker(area_code=DISTRICT)
    data = {
        "attributes": ["birth_date"], "from_the_beginning": True, "sex": "female",
        "birth_date": "1961-02-01", "cadre": False,
    }  # fmt: skip
    told = city.tell("registry.worker.corrected.v1", data, worker.entity_id, area_code=OTHER)
    await city.deliver(worker, told)
    assert await bases(city, DISTRICT) == ["1", "1", "1"]


async def test_a_merged_person_stands_where_the_survivor_moved(city: Any) -> None:
    survivor, record = city.worker(area_code=DISTRICT), city.worker(area_code=DISTRICT)
    await city.deliver(
        survivor, record, moved(city, survivor, OTHER, valid_from=date(2003, 7, 15)),
        city.merged(record, survivor, valid_from=date(2003, 9, 3)),
    )  # fmt: skip
    assert await bases(city, DISTRICT) == ["2", "1", "0"]
    assert await bases(city, OTHER) == ["0", "1", "1"]


async def test_moves_in_any_order_and_rebuilt_leave_the_same_bases(city: Any, running: Any) -> None:
    workers = [city.worker(area_code=DISTRICT) for _ in range(3)]
    events: list[Event] = [*workers]
    for n, worker in enumerate(workers):
        for turn in range(3):
            place = (OTHER, DISTRICT, OTHER)[turn]
            events.append(moved(city, worker, place, valid_from=date(2003, 6 + turn, 1 + n)))
    await city.deliver(*events)
    days = ("2003-05-31", "2003-06-02", "2003-07-02", "2003-08-02", "2003-10-31")
    expected = [await base(city, OTHER, day) for day in days]
    assert expected == ["0", "2", "1", "2", "3"]
    assert (await city.client.post("/v1/rebuilds")).json()["differences"] == 0
    twin = type(city)(await running("assessment"))
    for seed in range(2):
        random.Random(seed).shuffle(events)
        for event in events:
            await twin.deliver(event)
    assert [await base(twin, OTHER, day) for day in days] == expected
    async with city.service.db.transaction() as tx:
        await tx.execute("update person_move set area_code = $1", DISTRICT)
    assert (await city.client.post("/v1/rebuilds")).json()["differences"] == 6
    assert [await base(city, OTHER, day) for day in days] == expected
