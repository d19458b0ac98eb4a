"""Statutory holidays and the weekends worked in their place, as far as they are known without a notice.

What the locked library ``chinesecalendar`` knows (2004 to its last year); before and after, weekends and
the statutory days that have a fixed date in the solar year, provisional. A list that was published stands
in the place of its year's days, in whoever takes such lists or hears of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import chinese_calendar
from chinese_calendar import constants

from kit import workdays
from kit.workdays import WorkCalendar

#: The years that are spoken of. Certificates began in 2002; agreements with centres in 1998.
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


@dataclass(frozen=True, slots=True)
class Listed:
    """One day that is not as its weekday, or a statutory day. ``document``: the library and its version,
    or what stands for a list that nobody has published."""

    day: date
    working: bool
    name: str
    document: str
    provisional: bool = False


def provisional_days(year: int) -> list[Listed]:
    """The fixed statutory days of a year of which nobody has published a list."""
    decree = [days for first, days in FIXED if first <= year][-1]
    return [
        Listed(date(year, month, day), False, name, "fixed statutory days", True)
        for month, day, name in decree
    ]


def days() -> list[Listed]:
    """What the library knows of its years, and the fixed statutory days of the others."""
    known = range(min(constants.holidays).year, max(constants.holidays).year + 1)
    made = [
        Listed(day, working, _CHINESE.get(name, name), _LIBRARY)
        for working, listed in ((False, constants.holidays), (True, constants.workdays))
        for day, name in listed.items()
    ]
    for year in YEARS:
        if year not in known:
            made += provisional_days(year)
    return made


@lru_cache(maxsize=4)
def calendar(published: tuple[tuple[date, bool], ...] = ()) -> WorkCalendar:
    """The calendar that limits are counted in. ``published``: the (day, worked) of published lists, each
    list whole: the years that they name count by them alone and are settled, all others by the library."""
    years = {day.year for day, _ in published}
    others = [one for one in days() if one.day.year not in years]
    settled = years.union(one.day.year for one in others if not one.provisional)
    return workdays.of([*published, *((one.day, one.working) for one in others)], settled)
