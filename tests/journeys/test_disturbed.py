"""Late, repeated, reordered: the same end as in an undisturbed world. Broker away: nothing lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from kit.bus import MemoryBus
from kit.testing import under_test
from tests.journeys.city import AS_OF, CITY, City, every_figure

pytestmark = pytest.mark.asyncio(loop_scope="module")

Pause = Callable[[], Awaitable[Any]]


async def tale(city: City, pause: Pause) -> dict[str, Any]:
    """Eight people to whom different things happen, with a pause after each step. Answers the
    end: what every service says of them, once everything is heard."""
    people = {
        name: city.story()
        for name in (
            "usual", "issued_late", "voided", "ended", "voided_before_issue", "corrected",
            "refused", "corrected_back",
        )
    }  # fmt: skip
    for story in people.values():
        await city.registers(story)
        await city.an_employer(story, "industry" if story is people["refused"] else "commerce")
    await city.hear("jobs-market")  # it must know whom it places; the others may hear later
    await pause()
    late = {"issued_late", "voided_before_issue"}
    await city.applies(*people.values())
    await city.issue(*(story for name, story in people.items() if name not in late))
    await pause()
    for story in people.values():
        await city.place(story)
    await pause()
    for name in ("voided", "voided_before_issue"):
        await city.void(people[name])
    await city.end(people["ended"])
    await pause()
    await city.issue(*(people[name] for name in sorted(late)), on="2003-10-20")
    await pause()
    for name in ("corrected", "corrected_back"):
        await city.correct(people[name], "none", "2003-08-20")
    await pause()
    await city.correct(people["corrected_back"], "soe_laid_off", "2003-08-25")
    await city.world.settle()
    assert await city.world.waiting() == {}
    end: dict[str, Any] = {name: await city.seen(story) for name, story in people.items()}
    end["figures"] = await city.figures()
    return end


_undisturbed: dict[str, Any] = {}


async def undisturbed(another_city: Any) -> dict[str, Any]:
    """The end of the tale when every event is heard at once; told once."""
    if not _undisturbed:
        async with another_city() as city:
            _undisturbed.update(await tale(city, city.world.settle))
    return _undisturbed


async def never() -> None:
    """Nobody hears anything until the end."""


async def test_the_undisturbed_end_is_the_one_we_mean(another_city: Any) -> None:
    end = await undisturbed(another_city)
    standings = {name: seen["entitlement"][0][0] for name, seen in end.items() if name != "figures"}
    assert standings == {
        "usual": "open", "issued_late": "open", "voided": "voided", "ended": "closed",
        "voided_before_issue": "voided", "corrected": "refused", "refused": "refused",
        "corrected_back": "refused",
    }  # fmt: skip
    assert end["issued_late"]["entitlement"] == [("open", "2003-10-01", 35, 35, None)]
    assert end["voided"]["status"] == end["voided_before_issue"]["status"]
    assert end["figures"]["reemployed.value"] == "6"


async def test_everything_late_is_the_same_end(another_city: Any) -> None:
    """One long silence, then all events of all services at once."""
    async with another_city() as city:
        assert await tale(city, never) == await undisturbed(another_city)


@pytest.mark.parametrize("deaf", ["registry", "jobs-market"])
async def test_one_publisher_heard_only_at_the_end(another_city: Any, deaf: str) -> None:
    """Placements before their workers and certificates, or these long before the placements."""
    heard = "jobs-market" if deaf == "registry" else "registry"
    async with another_city() as city:

        async def pause() -> None:
            await city.hear("registry", "subsidy", "loans", "assessment", of=heard)

        assert await tale(city, pause) == await undisturbed(another_city)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_repeated_and_shuffled_is_the_same_end(another_city: Any, seed: int) -> None:
    dice = random.Random(seed)
    async with another_city(chaos=dice) as city:
        for thing in city.world.services.values():
            for consumer in thing.runtime.consumers:
                consumer.batch = dice.choice((3, 20, 1000))

        async def pause() -> None:
            if dice.random() < 0.5:
                await city.hear(*dice.sample(sorted(city.world.services), 2))

        assert await tale(city, pause) == await undisturbed(another_city)


async def test_the_broker_away_stops_no_write_and_loses_nothing(city: City) -> None:
    story = await city.a_laid_off_worker_with_certificate()
    await city.an_employer(story)
    await city.world.settle()
    city.world.bus.away = True
    confirmed = await city.place(story)
    assert confirmed.headers["Event-Id"]
    status = await city.get("jobs-market", "/health/status")
    assert (status["outbox"], status["connected"]) == (1, False)
    await city.world.settle()
    assert (await city.seen(story))["status"] == ("laid_off", "2001-03-01")
    waited = await city.world.client("registry").get(
        f"/v1/workers/{story.worker}/labour-status",
        headers={"Wait-For": confirmed.headers["Event-Id"]},
    )
    assert (waited.status_code, waited.json()["code"]) == (409, "not-yet-known")
    assert waited.headers["Retry-After"]
    city.world.bus.away = False
    await city.world.settle()
    assert (await city.get("jobs-market", "/health/status"))["outbox"] == 0
    assert (await city.seen(story))["status"] == ("employed", "2003-09-01")


async def test_a_read_elsewhere_waits_for_what_was_written_here(city: City) -> None:
    story = await city.a_laid_off_worker_with_certificate()
    await city.an_employer(story)
    await city.world.settle()
    confirmed = (await city.place(story)).headers["Event-Id"]
    reads = [
        city.world.client(service).get(path, headers={"Wait-For": confirmed})
        for service, path in (
            ("registry", f"/v1/workers/{story.worker}/labour-status"),
            ("subsidy", f"/v1/entitlements?placement_id={story.placement}"),
            ("assessment", f"/v1/figures/reemployed.value.{CITY}.all.{AS_OF}"),
        )
    ]
    waiting = [asyncio.create_task(read) for read in reads]
    await asyncio.sleep(0.1)
    assert not any(task.done() for task in waiting)
    await city.world.settle()
    status, cases, figure = await asyncio.gather(*waiting)
    assert status.json()["status"] == "employed"
    assert [one["standing"] for one in cases.json()["items"]] == ["open"]
    assert figure.status_code == 200
    wrong = await city.world.client("registry").get("/v1/areas", headers={"Wait-For": "soon"})
    assert wrong.status_code == 400


async def test_a_placement_of_somebody_not_yet_heard_of_is_asked_to_come_again(city: City) -> None:
    story = city.story()
    await city.an_employer(story)
    claim = {
        "worker_id": story.worker, "channel": "flexible", "evidence": "flexible_declaration",
        "started_on": "2003-06-01", "claimed_on": "2003-06-02", "area_code": "231102000000",
        "office": "231102-employment-bureau",
    }  # fmt: skip
    await city.registers(story)
    early = await city.post("jobs-market", "/v1/placements", claim, 409)
    assert (early.json()["code"], early.headers["Retry-After"]) == ("not-yet-known", "1")
    await city.world.settle()
    await city.post("jobs-market", "/v1/placements", claim)


async def test_a_correction_moves_those_entitled_by_one_and_back(city: City) -> None:
    story = await city.a_laid_off_worker_with_certificate()
    await city.world.settle()
    name = "certificates_entitled.value"
    before = int(await city.figure(name))
    counted = (await city.get("registry", "/v1/certificates/counts"))["entitled"]
    await city.correct(story, "none", "2003-09-01")
    await city.world.settle()
    assert int(await city.figure(name)) == before - 1
    assert (await city.get("registry", "/v1/certificates/counts"))["entitled"] == counted - 1
    await city.correct(story, "soe_laid_off", "2003-09-02")
    await city.world.settle()
    assert int(await city.figure(name)) == before
    assert (await city.get("registry", "/v1/certificates/counts"))["entitled"] == counted


async def _told(city: City) -> dict[str, int]:
    return {name: len(await thing.told()) for name, thing in city.world.services.items()}


async def test_lost_streams_told_again_change_nothing_and_fold_to_the_same(
    city: City, another_city: Any, postgres: Any, signer: Any, keys_file: Any
) -> None:
    story = await city.a_laid_off_worker_with_certificate()
    await city.an_employer(story)
    await city.world.settle()
    await city.place(story)
    await city.world.settle()
    client = city.world.client("assessment")
    told, seen, figures = await _told(city), await city.seen(story), await every_figure(client)
    assert await city.lose_the_streams() == sum(told.values())
    await city.world.settle()
    assert (await _told(city), await city.seen(story)) == (told, seen)
    assert await every_figure(client) == figures

    # A new assessment hears the streams from their beginning, shuffled.
    database = postgres.clone("assessment")
    bus = MemoryBus(random.Random(5), streams=city.world.bus.streams, ids=city.world.bus.ids)
    service = city.world["assessment"].service
    url = postgres.url(database, "assessment_app")
    async with under_test(service, url, signer=signer, keys_file=keys_file, bus=bus) as fresh:
        for consumer in fresh.runtime.consumers:
            pull = await bus.pull(consumer.subscription.stream, consumer.durable)
            while deliveries := await pull.fetch(50, 0):
                await consumer.apply([delivery.body for delivery in deliveries])
        assert await fresh.dead() == []
        assert await every_figure(fresh.client()) == figures
    postgres.drop(database)


async def test_a_rebuild_folds_to_the_same(city: City) -> None:
    client = city.world.client("assessment")
    before = await every_figure(client)
    assert any(value[0] not in (None, "0") for value in before.values())
    answer = await client.post("/v1/rebuilds", json={}, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code in (200, 201, 202), answer.text
    assert await every_figure(client) == before
