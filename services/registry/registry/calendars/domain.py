"""Which days are worked: statutory holidays, and the weekends worked in their place.

Every row is a day that somebody listed. The *seed* is what is known without a notice
(:mod:`kit.holidays`), where it is only a guess marked provisional. A list that was imported (the State
Council's notice, a municipality's own days) stands in place of the seed for the years it names, and ends provisional.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID, uuid5

from kit import holidays
from kit.refusal import Refusal

#: 种子（库）/ 导入的通知
Source = Literal["seed", "imported"]
#: 暂定 / 库内年份 / 已公布
Status = Literal["provisional", "library", "published"]
_YEARS = UUID("019a9d2c-8f00-7000-8000-00000000ca1e")


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


def seed() -> list[CalendarDay]:
    """What is known without a notice: the library's years, and the fixed days of the others."""
    return [
        CalendarDay(one.day, one.working, one.name, "seed", one.document, one.provisional)
        for one in holidays.days()
    ]


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


def year_id(year: int) -> UUID:
    """By what a year is named in what is told of it: the same in every city and at every time."""
    return uuid5(_YEARS, str(year))
