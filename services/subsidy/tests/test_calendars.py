"""The limits of claims, counted in the calendar that registry publishes."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest

from kit.events import Event
from kit.testing import UnderTest

from .claims_desk import Bureau, made
from .test_claims import refused
from .test_heard_facts import World


def listed(world: World, year: int, *days: str, worked: tuple[str, ...] = ()) -> Event:
    """Registry tells the list of a year as it stands: holidays, and days that are worked."""
    told = [{"day": day, "working": False, "name": "放假"} for day in days]
    told += [{"day": day, "working": True, "name": "调休上班"} for day in worked]
    return world.say(
        "registry.calendar.published", f"calendar of {year}", date(year, 1, 1), year=year, days=told
    )


async def due(bureau: Bureau, claim: dict[str, Any]) -> str:
    found: dict[str, Any] = (await bureau.clerk.client.get(f"/v1/claims/{claim['id']}")).json()
    assert found["version"] == claim["version"], "no act was done"
    due_on: str = found["due_on"]
    return due_on


@pytest.fixture
async def bureau(subsidy: UnderTest) -> Bureau:
    return await Bureau.opened(subsidy)


async def test_an_amended_day_moves_what_is_due_and_back_when_it_is_taken_back(
    bureau: Bureau,
) -> None:
    """Ten working days from Thursday 9 October; of the claim that waits and of the next one."""
    bureau.hire("wang", "2003-09")
    claim = await bureau.filed(bureau.line("wang", "2003-09"))
    assert await due(bureau, claim) == "2003-10-23"
    for days, worked, expected in (
        (("2003-10-10",), (), "2003-10-24"),
        (("2003-10-10", "2003-10-13"), (), "2003-10-27"),
        ((), (), "2003-10-23"),
        ((), ("2003-10-11", "2003-10-12"), "2003-10-21"),
        ((), (), "2003-10-23"),
    ):
        listed(bureau.world, 2003, *days, worked=worked)
        await bureau.world.tell()
        assert await due(bureau, claim) == expected
        again = await bureau.filed(bureau.line("wang", "2003-09"))
        assert again["due_on"] == expected


async def test_what_was_reviewed_is_to_be_approved_by_the_calendar_too(bureau: Bureau) -> None:
    """Ten working days from Monday 13 October; the thirty days of payment are calendar days (B15)."""
    bureau.hire("wang", "2003-09")
    claim = made(await bureau.review(await bureau.filed(bureau.line("wang", "2003-09"))))
    assert (claim["due_on"], claim["pay_by"]) == ("2003-10-27", "2003-11-12")
    listed(bureau.world, 2003, "2003-10-20")
    await bureau.world.tell()
    assert await due(bureau, claim) == "2003-10-28"
    claim = made(await bureau.approve(claim))
    assert claim["due_on"] == "2003-11-12"
    listed(bureau.world, 2003)
    await bureau.world.tell()
    assert await due(bureau, claim) == "2003-11-12", "its limit has no working days"


async def test_a_year_of_which_nothing_was_heard_counts_as_the_library_knows_it(
    bureau: Bureau,
) -> None:
    """1 to 3 October are holidays without any list; a list of the year that does not name them says no."""
    asked = {"quarter": "2003Q2", "filed_on": "2003-09-30"}
    claim = made(await bureau.file(**asked))
    assert claim["due_on"] == "2003-10-17"
    listed(bureau.world, 2004, "2004-01-22")
    await bureau.world.tell()
    assert await due(bureau, claim) == "2003-10-17"
    listed(bureau.world, 2003, "2003-01-30")
    await bureau.world.tell()
    assert await due(bureau, claim) == "2003-10-14"


async def test_the_window_of_a_quarter_ends_by_the_published_calendar(running: Any) -> None:
    """B13: ten working days from 2006-03-31; 2006-04-14 is the last of them, unless it is a holiday."""
    bureau = await Bureau.opened(await running("subsidy", business_day=date(2006, 6, 30)))
    quarter = {"quarter": "2006Q1", "filed_on": "2006-04-17"}
    assert refused(await bureau.file(**quarter)) == (422, "claim-window-closed")
    listed(bureau.world, 2006, "2006-04-14")
    await bureau.world.tell()
    made(await bureau.file(**quarter))
    late = await bureau.file(**{**quarter, "filed_on": "2006-04-18"})
    assert refused(late) == (422, "claim-window-closed")
    assert "2006-04-17" in late.json()["detail"]
    listed(bureau.world, 2006)
    await bureau.world.tell()
    assert refused(await bureau.file(**quarter)) == (422, "claim-window-closed")


async def test_lists_twice_and_in_any_order_leave_the_last_one(bureau: Bureau) -> None:
    """The later list of a year wins, in one batch and in several, and years do not touch each other."""
    world, (consumer, *_) = bureau.world, bureau.service.runtime.consumers
    handler = consumer.subscription.handlers["registry.calendar.published.v1"]
    claim = made(await bureau.file())
    events = [
        listed(world, 2003, "2003-10-10"),
        listed(world, 2003, "2003-10-10", "2003-10-13"),
        listed(world, 2003, "2003-10-14"),
        listed(world, 2004, "2004-01-22"),
    ]
    for order in itertools.permutations(events):
        for size in (1, 2, 4):
            async with bureau.service.db.transaction() as tx:
                await tx.execute("delete from known_calendar_year")
                for n in range(0, 4, size):
                    batch = [*order[n : n + size]] * 2
                    await handler(bureau.service.runtime, tx, batch)
                    await handler(bureau.service.runtime, tx, batch)
            assert await due(bureau, claim) == "2003-10-24", order
    await bureau.service.deliver(*events, *events)
    assert await due(bureau, claim) == "2003-10-24"
    assert await bureau.service.dead() == []
