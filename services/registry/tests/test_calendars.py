"""The working-day calendar: counting, seed, import, and which years are provisional."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import holidays, workdays
from kit.ids import new_id
from registry.calendars import domain, usecases

SEED = holidays.calendar()
# The machine may be busy: a slow draw is no finding.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAYS = st.dates(date(1999, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        (date(2005, 9, 29), 1, date(2005, 9, 30)),
        (date(2005, 9, 30), 1, date(2005, 10, 8)),  # 国庆 1–7, Saturday the 8th worked in lieu
        (date(2005, 9, 30), 2, date(2005, 10, 9)),
        (date(2003, 4, 30), 1, date(2003, 5, 5)),  # provisional: fixed days and the weekend
        (date(2005, 10, 1), 0, date(2005, 10, 1)),
        (date(2045, 1, 6), 1, date(2045, 1, 9)),  # beyond the list: weekends only
    ],
)
def test_a_limit_ends_on_a_working_day(start: date, count: int, due: date) -> None:
    assert SEED.add_working_days(start, count) == due


def test_a_limit_is_not_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        SEED.add_working_days(date(2005, 1, 4), -1)


@CALM
@given(DAYS, st.integers(1, 60))
def test_adding_and_counting_are_one(start: date, count: int) -> None:
    due = SEED.add_working_days(start, count)
    assert SEED.is_working(due)
    assert SEED.working_days_between(start, due) == count
    assert SEED.working_days_between(due, start) == -count


@CALM
@given(DAYS, st.integers(0, 40), st.integers(0, 40))
def test_limits_follow_one_another(start: date, first: int, then: int) -> None:
    once = SEED.add_working_days(start, first + then)
    assert SEED.add_working_days(SEED.add_working_days(start, first), then) == once


@CALM
@given(DAYS, st.integers(0, 20))
def test_what_is_late_begins_at_one_day(today: date, count: int) -> None:
    border = SEED.last_overdue(today, count)
    assert SEED.add_working_days(border, count) < today
    assert SEED.add_working_days(border + timedelta(days=1), count) >= today


def test_the_seed_says_which_years_are_settled() -> None:
    status = {one.year: one.status for one in domain.years(domain.seed())}
    assert (status[2003], status[2004], status[2026], status[2027]) == (
        "provisional", "library", "library", "provisional",
    )  # fmt: skip
    assert SEED.is_provisional(date(2003, 6, 1))
    assert not SEED.is_provisional(date(2004, 6, 1), date(2008, 6, 1))


def test_fixed_days_follow_the_decree_of_the_year() -> None:
    def listed(year: int) -> set[tuple[int, int]]:
        return {(one.day.month, one.day.day) for one in holidays.provisional_days(year)}

    assert listed(1998) == {(1, 1), (5, 1), (10, 1), (10, 2)}
    assert (5, 3) in listed(2003)
    assert (5, 2) not in listed(2010)
    assert (5, 2) in listed(2030)


def test_an_imported_year_stands_alone() -> None:
    calendar = holidays.calendar(((date(2003, 1, 30), False),))
    assert not calendar.is_working(date(2003, 1, 30))
    assert calendar.is_working(date(2003, 5, 1)), "the notice does not name it"
    assert not calendar.is_provisional(date(2003, 1, 30))


def test_plain_days_deviate_from_nothing() -> None:
    assert workdays.of([(date(2003, 3, 3), True), (date(2003, 3, 2), False)]).deviating == {}


# --- over HTTP


def notice(day: str, *, working: bool = False, name: str = "春节") -> dict[str, Any]:
    return {
        "day": day,
        "working": working,
        "name": name,
        "document": "国办关于2003年节假日安排的通知",
    }


async def due(registry: Any, start: str, count: int) -> tuple[str, bool]:
    body = await registry.get("/v1/working-days", start=start, count=count)
    return body["due_on"], body["provisional"]


async def test_a_notice_wins_over_the_seed(registry: Any) -> None:
    assert await due(registry, "2003-01-29", 1) == ("2003-01-30", True)
    before = {one["year"]: one for one in (await registry.get("/v1/calendar-years"))["items"]}
    assert before[2003]["status"] == "provisional"
    days = [notice(f"2003-01-{n}") for n in (30, 31)]
    days += [notice(f"2003-02-0{n}") for n in range(1, 8)]
    days += [notice("2003-02-08", working=True), notice("2003-02-09", working=True)]
    await registry.loaded("/v1/calendar-days", days)
    assert await due(registry, "2003-01-29", 1) == ("2003-02-08", False)
    after = {one["year"]: one for one in (await registry.get("/v1/calendar-years"))["items"]}
    assert (after[2003]["status"], after[2003]["days"]) == ("published", 11)
    assert after[2004] == before[2004]
    listed = (await registry.get("/v1/calendar-days", year=2003, limit=100))["items"]
    assert {one["source"] for one in listed} == {"imported"}
    again = (await registry.load("/v1/calendar-days", [notice("2003-02-01")], mode="good")).json()
    assert [one["code"] for one in again["errors"]] == ["calendar-day-twice"]


async def test_days_are_listed_in_pages(registry: Any) -> None:
    first = await registry.get("/v1/calendar-days", year=2005, limit=5)
    then = await registry.get("/v1/calendar-days", year=2005, limit=5, cursor=first["next_cursor"])
    days = [one["day"] for one in first["items"] + then["items"]]
    assert days == sorted(days)
    assert len(set(days)) == 10
    assert days[0] == "2005-01-01"


async def test_the_seed_follows_the_library(registry: Any) -> None:
    """A day that an older library did not know comes in when the job runs."""
    async with registry.thing.db.transaction() as tx:
        await tx.execute("delete from calendar_day where day = '2008-04-04'")
    await usecases.refresh_seed(registry.thing.runtime)
    assert await due(registry, "2008-04-03", 1) == ("2008-04-07", False)
    async with registry.thing.db.looking() as tx:
        editions = await tx.fetchval("select count(*) from calendar_edition")
    await usecases.refresh_seed(registry.thing.runtime)
    async with registry.thing.db.looking() as tx:
        assert await tx.fetchval("select count(*) from calendar_edition") == editions


async def test_only_who_keeps_the_calendar_imports(registry: Any) -> None:
    clerk = registry.thing.client("registry_clerk")
    answer = await clerk.post("/v1/calendar-days/imports", content=b"")
    assert answer.status_code == 403
    assert (await clerk.get("/v1/calendar-years")).status_code == 200


async def test_an_imported_day_is_amended_and_what_it_said_stays_visible(registry: Any) -> None:
    """Limits are counted by what it says now; twice, and back again, each time as a line more."""
    days = [notice(f"2003-01-{n}") for n in (30, 31)]
    await registry.loaded("/v1/calendar-days", days)
    path = "/v1/calendar-days/2003-01-30/amendments"
    body = {"working": True, "name": "上班", "document": "更正通知", "reason": "录入有误"}
    assert (await due(registry, "2003-01-29", 1))[0] == "2003-02-03"
    made = await registry.post(path, body)
    assert (made["day"]["working"], made["replaced"]["working"]) == (True, False)
    assert (await due(registry, "2003-01-29", 1))[0] == "2003-01-30"
    (listed, _) = (await registry.get("/v1/calendar-days", year=2003))["items"]
    assert (listed["day"], listed["working"], listed["document"]) == (
        "2003-01-30", True, "更正通知",
    )  # fmt: skip
    same = await registry.post(path, body, 409)
    assert same["code"] == "calendar-day-unchanged"
    await registry.post(path, {**body, "working": False, "name": "春节"})
    assert (await due(registry, "2003-01-29", 1))[0] == "2003-02-03"
    history = await registry.get("/v1/calendar-days/amendments", year=2003)
    assert [(one["replaced"]["working"], one["day"]["working"]) for one in history["items"]] == [
        (False, True), (True, False),
    ]  # fmt: skip
    assert history["items"][0]["replaced"]["document"] == days[0]["document"]
    seeded = await registry.post("/v1/calendar-days/2004-01-22/amendments", body, 409)
    assert seeded["code"] == "calendar-day-not-imported"


async def test_a_year_is_told_whole_each_time_a_day_of_it_changes(registry: Any) -> None:
    """One event per year that changed, with every day of its list as it stands then."""
    days = [notice("2003-02-08", working=True), notice("2003-01-30"), notice("2005-01-03")]
    await registry.loaded("/v1/calendar-days", days)
    await registry.loaded("/v1/calendar-days", [notice("2003-01-31")])
    body = {"working": True, "name": "上班", "document": "更正通知", "reason": "录入有误"}
    path = "/v1/calendar-days/2003-01-30/amendments"
    await registry.post(path, body)
    await registry.post(path, body, 409)
    await registry.post(path, {**body, "working": False, "name": "春节"})
    told = await registry.told("calendar.published")
    listed = [
        (
            event.data["year"],
            {day["day"][5:]: day["working"] for day in event.data["days"]},
        )
        for event in told
    ]
    before = {"01-30": False, "01-31": False, "02-08": True}
    assert listed == [
        (2003, {"01-30": False, "02-08": True}),
        (2005, {"01-03": False}),
        (2003, before),
        (2003, {**before, "01-30": True}),
        (2003, before),
    ]
    of_2003 = [event for event in told if event.data["year"] == 2003]
    assert [event.sequence for event in of_2003] == [1, 2, 3, 4], "one entity is one year"
    assert {event.valid_from for event in of_2003} == {date(2003, 1, 1)}
    dry = await registry.http.post(
        "/v1/calendar-days/imports?dry_run=true",
        content=orjson.dumps(notice("2004-01-22")),
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(new_id())},
    )
    assert (dry.status_code, dry.json()["accepted"]) == (200, 1)
    assert len(await registry.told("calendar.published")) == len(told)


async def test_amendments_of_one_year_at_once_are_all_in_what_is_told_last(registry: Any) -> None:
    days = [f"2003-02-0{n}" for n in range(1, 8)]
    await registry.loaded("/v1/calendar-days", [notice(day) for day in days])
    body = {"working": True, "name": "上班", "document": "更正通知", "reason": "录入有误"}
    await asyncio.gather(
        *(registry.post(f"/v1/calendar-days/{day}/amendments", body) for day in days)
    )
    told = await registry.told("calendar.published")
    assert [day["working"] for day in told[-1].data["days"]] == [True] * 7
