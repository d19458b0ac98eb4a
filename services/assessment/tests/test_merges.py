"""Two records that are one person: counted once from the day of the merge on, and never moved."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from assessment.facts import usecases as facts
from assessment.figures.domain import parse
from assessment.figures.usecases import evaluate
from kit.db import Tx
from kit.events import Event

CITY, DISTRICT, OTHER = "231100000000", "231102000000", "231121000000"
DAYS = ("2002-12-31", "2003-05-31", "2003-08-31", "2003-10-31")
FIGURES = [
    f"{name}.{CITY}.all.{day}"
    for name in (
        "reemployment_rate.rate", "reemployed.value", "employed.value",
        "loan_borrowers_cumulative.value", "centre_agreements.value",
        "certificates_issued.value", "certificates_entitled.value",
    )
    for day in DAYS
]  # fmt: skip


async def base(city: Any, place: str = CITY, day: str = "2003-10-31") -> str:
    """How many persons the re-employment rate is about."""
    found = await city.figure(f"reemployment_rate.rate.{place}.all.{day}")
    return str(found["denominator"]["value"])


async def people(city: Any, figure: str, side: str = "numerator") -> list[str]:
    """Whom the facts behind a figure count for, each fact once."""
    found = await city.client.get(f"/v1/figures/{figure}/events", params={"side": side})
    assert found.status_code == 200, found.text
    return [row["person_id"] for row in found.json()["items"]]


async def test_a_merged_record_counts_as_its_survivor_from_the_day_of_the_merge(city: Any) -> None:
    one, two, other = (city.worker() for _ in range(3))
    loans = [city.lent(worker) for worker in (one, two, other)]
    await city.deliver(one, two, other, *loans)
    assert await base(city) == "3"
    merge = city.merged(two, one, valid_from=date(2003, 9, 3))
    await city.deliver(merge)
    assert await base(city) == "2"
    assert await base(city, day="2003-09-03") == "2"
    assert await base(city, day="2003-09-02") == "3"
    assert await city.value("loan_borrowers.value") == "2"
    assert await city.value(f"loan_borrowers.value.{CITY}.all.2003-08-31") == "3"
    assert await city.value("loans_lent.value") == "6.0"
    await city.deliver(city.unmerged(merge, valid_from=date(2003, 9, 20)))
    assert await base(city) == "3"
    assert await base(city, day="2003-09-10") == "3"
    assert await city.value("loan_borrowers.value") == "3"


async def test_what_a_figure_opens_into_adds_up_to_it(city: Any) -> None:
    one, two = city.worker(area_code=DISTRICT), city.worker()
    await city.deliver(
        one, two, city.lent(one), city.lent(two), city.merged(two, one, valid_from=date(2003, 9, 3))
    )
    borrowers = await people(city, f"loan_borrowers.value.{CITY}.all.2003-10-31")
    assert borrowers == [str(one.entity_id)] * 2
    before = await people(city, f"loan_borrowers.value.{CITY}.all.2003-08-31")
    assert set(before) == {str(one.entity_id), str(two.entity_id)}
    rate = f"reemployment_rate.rate.{CITY}.all.2003-10-31"
    assert await people(city, rate, "denominator") == [str(one.entity_id)]


async def test_the_person_is_where_the_survivor_is_and_of_the_base_if_any_record_is(
    city: Any,
) -> None:
    survivor = city.worker("outside", area_code=DISTRICT)
    record = city.worker("base", area_code=OTHER)
    found_work = city.placement(survivor, area_code=DISTRICT)
    await city.deliver(survivor, record, found_work)
    assert [await base(city, place) for place in (CITY, DISTRICT, OTHER)] == ["1", "0", "1"]
    assert await city.value("employed.value") == "1"
    await city.deliver(city.merged(record, survivor, valid_from=date(2003, 9, 3)))
    assert [await base(city, place) for place in (CITY, DISTRICT, OTHER)] == ["1", "1", "0"]
    assert await city.value("reemployed.value") == "1"
    assert await city.value("employed.value") == "0"
    assert await city.value(f"employed.value.{CITY}.all.2003-08-31") == "1"


async def test_a_person_has_been_in_the_base_since_the_first_of_the_records(city: Any) -> None:
    """Opening stock and entrants: the second record of somebody known for long is no entrant."""
    early = city.worker(valid_from=date(2002, 11, 5))
    late = city.worker(valid_from=date(2003, 4, 1))
    await city.deliver(early, late, city.merged(early, late, valid_from=date(2003, 9, 3)))
    assert await base(city, day="2003-09-03") == "1"
    async with city.service.db.reading() as tx:
        figure = await evaluate(tx, parse(f"reemployment_rate.rate.{CITY}.all.2002-12-31"))
        assert figure.denominator is not None
        assert figure.denominator.value == 1
    listed = await city.client.get(
        f"/v1/figures/reemployment_rate.rate.{CITY}.all.2003-10-31/events",
        params={"side": "denominator"},
    )
    (row,) = listed.json()["items"]
    assert row["on"] == "2002-11-05"
    assert row["entity"]["id"] == str(late.entity_id)


async def test_chains_end_at_the_last_survivor_whichever_merge_came_first(city: Any) -> None:
    a, b, c = (city.worker() for _ in range(3))
    loans = [city.lent(worker) for worker in (a, b, c)]
    first = city.merged(a, b, valid_from=date(2003, 8, 1))
    second = city.merged(b, c, valid_from=date(2003, 9, 1))
    await city.deliver(a, b, c, *loans, second)
    assert (await base(city), await city.value("loan_borrowers.value")) == ("2", "2")
    await city.deliver(first)
    assert (await base(city), await city.value("loan_borrowers.value")) == ("1", "1")
    borrowers = await people(city, f"loan_borrowers.value.{CITY}.all.2003-10-31")
    assert borrowers == [str(c.entity_id)] * 3
    assert await base(city, day="2003-08-31") == "2"
    await city.deliver(city.unmerged(second))
    assert await base(city) == "2"
    borrowers = await people(city, f"loan_borrowers.value.{CITY}.all.2003-10-31")
    assert sorted(set(borrowers)) == sorted([str(b.entity_id), str(c.entity_id)])


async def test_links_that_point_in_a_circle_for_a_while_count_one_person(city: Any) -> None:
    """The survivor was exchanged; the reversal of the first merge is still on its way."""
    a, b = city.worker(), city.worker()
    first = city.merged(a, b)
    undone = city.unmerged(first)
    await city.deliver(a, b, first, city.merged(b, a))
    assert await base(city) == "1"
    await city.deliver(undone)
    assert await base(city) == "1"
    denominator = f"reemployment_rate.rate.{CITY}.all.2003-10-31"
    assert await people(city, denominator, "denominator") == [str(a.entity_id)]


async def test_a_rebuild_folds_merges_too(city: Any) -> None:
    a, b, c = (city.worker() for _ in range(3))
    merge = city.merged(b, c)
    await city.deliver(a, b, c, city.merged(a, b), merge, city.unmerged(merge))
    expected = await base(city)
    assert expected == "2"
    assert (await city.client.post("/v1/rebuilds")).json()["differences"] == 0
    async with city.service.db.transaction() as tx:
        await tx.execute("update identity_link set survivor_id = null")
    assert await base(city) == "3"
    assert (await city.client.post("/v1/rebuilds")).json()["differences"] == 1
    assert await base(city) == expected


def a_town(city: Any, chance: random.Random) -> tuple[list[Event], list[Event]]:
    """People with loans, work, certificates and life facts; and merges among them, some taken back."""
    lives: list[Event] = []
    workers: list[Event] = []
    for n in range(7):
        on = date(2002 + n % 2, 1 + chance.randrange(12), 5)
        worker = city.worker(chance.choice(["base", "outside"]), valid_from=on)
        worker.data["centre_agreement_on"] = chance.choice([None, on.isoformat()])
        workers.append(worker)
        lives += [worker, city.placement(worker), city.lent(worker)]
        told = {"worker_id": str(worker.entity_id), "category": "soe_laid_off"}
        granted = city.tell("registry.certificate.granted.v1", told, valid_from=on)
        lives += [granted, city.tell("registry.certificate.issued.v1", told, granted.entity_id)]
        if chance.random() < 0.5:
            left = date(2003, 1 + chance.randrange(10), 9)
            lives.append(city.life_fact(worker, kind="emigrated", on=left.isoformat()))
            revoked = city.tell(
                "registry.certificate.revoked.v1", told, granted.entity_id, valid_from=left
            )
            lives.append(revoked)
            if chance.random() < 0.5:
                lives.append(
                    city.tell(
                        "registry.certificate.restored.v1", told, granted.entity_id,
                        valid_from=on, reverses=revoked.id,
                    )
                )  # fmt: skip
    return lives, merges(city, chance, workers)


def merges(city: Any, chance: random.Random, workers: list[Event]) -> list[Event]:
    """As registry would: a record that is merged is neither merged again nor merged into."""
    told: list[Event] = []
    into: dict[Any, Event] = {}
    for _ in range(12):
        standing = [worker for worker in workers if worker.entity_id not in into]
        on = date(2003, 1 + chance.randrange(10), 3)
        if into and (len(standing) < 3 or chance.random() < 0.4):
            record = chance.choice(list(into))
            told.append(city.unmerged(into.pop(record), valid_from=on))
        else:
            record, survivor = chance.sample(standing, 2)
            into[record.entity_id] = city.merged(record, survivor, valid_from=on)
            told.append(into[record.entity_id])
    return told


async def figures(city: Any, batches: list[list[Event]]) -> list[Any]:
    """All figures and everybody's links after these batches; nothing is kept."""

    class Leave(Exception):
        pass

    async def measured(tx: Tx) -> list[Any]:
        for batch in batches:
            await facts.receive(tx, batch)
        found: list[Any] = []
        for name in FIGURES:
            figure = await evaluate(tx, parse(name))
            below = figure.denominator.value if figure.denominator else None
            found.append((name, figure.exact, figure.numerator.value, below))
        return found

    found: list[Any] = []
    try:
        async with city.service.db.transaction() as tx:
            found = await measured(tx)
            raise Leave
    except Leave:
        return found


async def test_any_order_and_duplication_of_merges_gives_the_same_figures(city: Any) -> None:
    for seed in range(6):
        chance = random.Random(seed)
        lives, links = a_town(city, chance)
        expected = await figures(city, [lives + links])
        for _ in range(4):
            shuffled = [*lives, *links, *chance.sample(links, 6), *chance.sample(lives, 6)]
            chance.shuffle(shuffled)
            batches = [shuffled[start : start + 7] for start in range(0, len(shuffled), 7)]
            assert await figures(city, batches) == expected, seed


async def test_all_merges_taken_back_is_as_if_nobody_had_merged(city: Any) -> None:
    for seed in range(6):
        chance = random.Random(100 + seed)
        lives, links = a_town(city, chance)
        last = {event.entity_id: event for event in links}
        undone = [city.unmerged(one) for one in last.values() if one.reverses is None]
        assert undone
        never = await figures(city, [lives])
        assert await figures(city, [links, lives]) != never, seed
        assert await figures(city, [lives, links + undone]) == never, seed
