"""One city is loaded while everything that can die dies; its twin loads the same in peace.

Each test loads one step of the city into the hurt house and hurts it while events are pending, which
is asserted at that moment. The runner's supervisor alone repairs. After each fault everything has
to settle with nothing parked or dead; the last test compares all items and all figures.
"""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests.live.harness import LiveHouse, until
from tests.live.snapshot import difference, figures, items, lists
from tests.live.workload import Workload

pytestmark = [
    pytest.mark.live,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(170),
]
#: An import of this size takes a few times as long.
IN_THE_MIDDLE_S = 0.05


async def outbox_holds_something(house: LiveHouse, service: str) -> None:
    """Written, answered, and not yet told: the broker is frozen, so it stays like this."""
    assert await house.outbox(service) > 0, f"nothing of {service} is pending"


async def something_waits_for(house: LiveHouse, service: str) -> None:
    """Told, and not yet heard: the listener is frozen, so it stays like this."""

    async def waits() -> bool:
        return await house.pending(service) > 0

    await until(waits, 15, f"something is pending for {service}")


async def test_assessment_is_killed_with_events_before_it(house: LiveHouse, city: Workload) -> None:
    await a_listener_is_killed(house, city, "assessment", "registry offices")


async def test_the_broker_is_killed(house: LiveHouse, city: Workload) -> None:
    await city.before(house, "registry workers")
    house.freeze("nats-server")
    await city.load(house, "registry workers")
    await outbox_holds_something(house, "registry")
    deaths = house.deaths("nats-server")
    house.kill("nats-server")
    await house.restarted("nats-server", deaths)
    await house.settled()


async def test_subsidy_is_killed_with_events_to_tell(house: LiveHouse, city: Workload) -> None:
    await a_teller_is_killed(house, city, "subsidy appropriations", "subsidy arrangements")


async def test_jobs_market_is_killed_with_events_before_it(
    house: LiveHouse, city: Workload
) -> None:
    await a_listener_is_killed(house, city, "jobs-market", "registry difficulties")


async def test_death_between_the_brokers_answer_and_the_delete(
    house: LiveHouse, city: Workload
) -> None:
    """The relay tells the same again; the broker and the inboxes know it already."""
    await dies_at(house, city, "jobs-market", "relay-after-publish", "jobs-market posts")


async def test_the_broker_is_away(house: LiveHouse, city: Workload) -> None:
    """Writes succeed and the services stay ready; the events leave when it is back."""
    await city.before(house, "jobs-market training-classes")
    await house.settled()
    deaths = house.deaths("nats-server")
    with house.supervisor.patient(5):
        house.kill("nats-server")
        await city.load(house, "jobs-market training-classes", patience_s=0)
        await city.load(house, "loans contributions", patience_s=0)
        assert (await house.http.get(f"{house.address}/health")).status_code == 200
        await outbox_holds_something(house, "jobs-market")
        await outbox_holds_something(house, "loans")
        assert house.nats.pid is None
    await house.restarted("nats-server", deaths)
    await house.settled()


async def test_registry_is_killed_with_events_to_tell(house: LiveHouse, city: Workload) -> None:
    await a_teller_is_killed(house, city, "registry certificates", "registry certificates/issues")


async def test_the_database_is_stopped_at_once(house: LiveHouse, city: Workload) -> None:
    """`pg_ctl stop -m immediate`: no checkpoint, every connection lost; then crash recovery."""
    await city.before(house, "jobs-market training-classes/completions")
    house.freeze("nats-server")
    try:
        await city.load(house, "jobs-market training-classes/completions")
        await outbox_holds_something(house, "jobs-market")
        under_way = asyncio.create_task(city.load(house, "registry reliefs"))
        await asyncio.sleep(IN_THE_MIDDLE_S)
        await house.postgres.astop("immediate")
    finally:
        house.thaw("nats-server")
    await house.restarted("postgres", 0)
    await under_way
    await house.settled()


async def test_death_between_the_commit_and_the_acknowledgement(
    house: LiveHouse, city: Workload
) -> None:
    """The broker delivers the same again; the inbox knows it already."""
    await dies_at(house, city, "registry", "consumer-after-commit", "jobs-market placements")


async def test_loans_is_killed_with_events_to_tell(house: LiveHouse, city: Workload) -> None:
    await a_teller_is_killed(house, city, "loans loans", None)


async def test_the_same_as_the_undisturbed_twin(
    house: LiveHouse, twin: LiveHouse, city: Workload
) -> None:
    await city.rest(house)
    await city.rest(twin)
    await house.settled()
    await twin.settled()
    assert sorted(city.loaded(house)) == sorted(city.loaded(twin)) == sorted(city.steps)
    assert not [line for line in twin.said if "died" in line]
    ours, twins = await items(house, city.ids), await items(twin, city.ids)
    assert ours.total() > len(city.ids) / 2
    assert not difference(ours, twins)
    rows = await lists(house, city.ids)
    assert rows.total() > len(city.ids) / 2
    assert not difference(rows, await lists(twin, city.ids))
    computed = await figures(house)
    assert len(computed) == 73
    assert sum(value.startswith("None") for value in computed.values()) < 10
    assert computed == await figures(twin)


# --- the ways to die ----------------------------------------------------------------------------


async def a_teller_is_killed(
    house: LiveHouse, city: Workload, step: str, next_step: str | None
) -> None:
    """Its outbox is full, and it dies in the middle of the next import."""
    service = step.split()[0]
    await city.before(house, step)
    house.freeze("nats-server")
    try:
        await city.load(house, step)
        await outbox_holds_something(house, service)
        under_way = asyncio.create_task(city.load(house, next_step)) if next_step else None
        await asyncio.sleep(IN_THE_MIDDLE_S)
        deaths = house.deaths(service)
        house.kill(service)
    finally:
        house.thaw("nats-server")
    await house.restarted(service, deaths)
    if under_way:
        await under_way
    await house.settled()


async def a_listener_is_killed(house: LiveHouse, city: Workload, service: str, step: str) -> None:
    """It dies with messages in its hands and more of them waiting at the broker."""
    await city.before(house, step)
    await house.settled()
    house.freeze(service)
    await city.load(house, step)
    await something_waits_for(house, service)
    deaths = house.deaths(service)
    house.kill(service)
    await house.restarted(service, deaths)
    await house.settled()


async def dies_at(
    house: LiveHouse, city: Workload, service: str, failpoint: str, step: str
) -> None:
    """It is started with a failpoint, hits it during the step, and comes back without it."""
    await city.before(house, step)
    await house.settled()
    await house.arm(service, failpoint)
    deaths = house.deaths(service)
    await city.load(house, step)
    await house.died(service, deaths)
    assert house.cause_of_last_death(service) == signal.SIGKILL.name, "the failpoint was not hit"
    if failpoint == "relay-after-publish":
        await outbox_holds_something(house, service)
    else:
        assert await house.pending(service) > 0, "nothing will be delivered again"
    await house.restarted(service, deaths)
    await house.settled()
