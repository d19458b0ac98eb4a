"""Which days are worked: statutory holidays, and the weekends worked in their place.

Every row is a day that somebody listed. The *seed* is what the locked library ``chinesecalendar``
knows (2004 to its last year); before and after, weekends and the statutory days that have a fixed
date in the solar year, marked provisional. A list that was imported (the State Council's notice, a
municipality's own days) stands in place of the seed for the years it names, and ends provisional.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

import chinese_calendar
from chinese_calendar import constants

from kit import workdays
from kit.refusal import Refusal
from kit.workdays import WorkCalendar

#: 种子（库）/ 导入的通知
Source = Literal["seed", "imported"]
#: 暂定 / 库内年份 / 已公布
Status = Literal["provisional", "library", "published"]

#: The years that the seed speaks of. Certificates began in 2002; agreements with centres in 1998.
YEARS = range(1998, 2037)

#: Statutory days with a fixed date, by the first year of each decree (全国年节及纪念日放假办法: 1949,
#: 1999, 2007, 2024). Spring festival, Qingming, Dragon Boat and Mid-Autumn move with the moon.
_NEW_YEAR, _LABOUR, _NATIONAL = "元旦", "国际劳动节", "国庆节"
FIXED: tuple[tuple[int, tuple[tuple[int, int, str], ...]], ...] = (
    (1949, ((1, 1, _NEW_YEAR), (5, 1, _LABOUR), (10, 1, _NATIONAL), (10, 2, _NATIONAL))),
    (
        2000,
        (
            (1, 1, _NEW_YEAR), (5, 1, _LABOUR), (5, 2, _LABOUR), (5, 3, _LABOUR),
            (10, 1, _NATIONAL), (10, 2, _NATIONAL), (10, 3, _NATIONAL),
        ),
    ),
    (
        2008,
        (
            (1, 1, _NEW_YEAR), (5, 1, _LABOUR),
            (10, 1, _NATIONAL), (10, 2, _NATIONAL), (10, 3, _NATIONAL),
        ),
    ),
    (
        2025,
        (
            (1, 1, _NEW_YEAR), (5, 1, _LABOUR), (5, 2, _LABOUR),
            (10, 1, _NATIONAL), (10, 2, _NATIONAL), (10, 3, _NATIONAL),
        ),
    ),
)  # fmt: skip

_LIBRARY = f"chinesecalendar {chinese_calendar.__version__}"
_CHINESE = {
    "New Year's Day": _NEW_YEAR, "Spring Festival": "春节", "Tomb-sweeping Day": "清明节",
    "Labour Day": _LABOUR, "Dragon Boat Festival": "端午节", "National Day": _NATIONAL,
    "Mid-autumn Festival": "中秋节", "Anti-Fascist 70th Day": "抗日战争胜利纪念日",
}  # fmt: skip


class DayTwice(Refusal):
    """The same day stands twice in the imported list, or was imported before otherwise."""

    code = "calendar-day-twice"


class DayNotImported(Refusal):
    """Only a day of an imported list is amended; a list of the year is imported first."""

    code = "calendar-day-not-imported"


class DayUnchanged(Refusal):
    """The day says so already."""

    code = "calendar-day-unchanged"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One listed day. ``document`` names the notice, or the library and its version."""

    day: date
    working: bool
    name: str
    source: Source
    document: str
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Amendment:
    """An imported day that was wrong: what it says now, and what it said (append-only)."""

    id: UUID
    now: CalendarDay
    replaced: CalendarDay
    reason: str
    actor: str


def amend(before: CalendarDay | None, working: bool, name: str, document: str) -> CalendarDay:
    """The day as it should have been listed. Raises :class:`DayNotImported`, :class:`DayUnchanged`."""
    if before is None:
        raise DayNotImported
    if (before.working, before.name) == (working, name):
        raise DayUnchanged
    return replace(before, working=working, name=name, document=document)


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """Where the list of a year comes from, and how many listed days it has."""

    year: int
    status: Status
    days: int


def provisional_days(year: int) -> list[CalendarDay]:
    """The fixed statutory days of a year of which nobody has published a list."""
    decree = [days for first, days in FIXED if first <= year][-1]
    return [
        CalendarDay(date(year, month, day), False, name, "seed", "fixed statutory days", True)
        for month, day, name in decree
    ]


def seed() -> list[CalendarDay]:
    """What the library knows of its years, and the fixed statutory days of the others."""
    known = range(min(constants.holidays).year, max(constants.holidays).year + 1)
    made = [
        CalendarDay(day, working, _CHINESE.get(name, name), "seed", _LIBRARY)
        for working, listed in ((False, constants.holidays), (True, constants.workdays))
        for day, name in listed.items()
    ]
    for year in YEARS:
        if year not in known:
            made += provisional_days(year)
    return made


def standing(days: Iterable[CalendarDay]) -> list[CalendarDay]:
    """The days that count: a year with imported days has no others. In the order of days."""
    listed = list(days)
    published = {one.day.year for one in listed if one.source == "imported"}
    return sorted(
        (one for one in listed if one.source == "imported" or one.day.year not in published),
        key=lambda one: one.day,
    )


def years(days: Iterable[CalendarDay]) -> list[CalendarYear]:
    """Every year of which a day is listed, with its status."""
    by_year: dict[int, list[CalendarDay]] = {}
    for one in standing(days):
        by_year.setdefault(one.day.year, []).append(one)
    return [CalendarYear(year, _status(of), len(of)) for year, of in sorted(by_year.items())]


def _status(days: Sequence[CalendarDay]) -> Status:
    if any(one.source == "imported" for one in days):
        return "published"
    return "provisional" if any(one.provisional for one in days) else "library"


def calendar(days: Iterable[CalendarDay]) -> WorkCalendar:
    """The calendar that limits are counted in."""
    listed = standing(days)
    settled = {one.year for one in years(listed) if one.status != "provisional"}
    return workdays.of(((one.day, one.working) for one in listed), settled)
