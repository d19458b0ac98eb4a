"""Counting in working days (工作日): a calendar as a value, and the two questions one asks of it.

Pure. Which days are worked is told by a noun of a service; here is only the counting. A year whose
list nobody has published yet is *provisional*: weekends and what the caller knew of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

_DAY = timedelta(days=1)
#: Monday is 0.
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """``deviating``: days that are worked or not against their weekday (a holiday on a Tuesday, a
    Sunday worked in lieu). ``settled``: years whose list is published; all others are provisional.
    """

    deviating: Mapping[date, bool]
    settled: frozenset[int] = frozenset()
    # Working days by ordinal over the years that are counted in, made when the calendar is.
    _working: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _first: date = field(init=False, repr=False, compare=False)
    _last: date = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        years = {day.year for day in self.deviating} | self.settled or {2000}
        first, last = date(min(years), 1, 1), date(max(years), 12, 31)
        ordinals = range(first.toordinal(), last.toordinal() + 1)
        object.__setattr__(self, "_first", first)
        object.__setattr__(self, "_last", last)
        object.__setattr__(
            self,
            "_working",
            tuple(n for n in ordinals if self.is_working(date.fromordinal(n))),
        )

    def is_working(self, day: date) -> bool:
        """Whether offices work on that day."""
        return self.deviating.get(day, day.weekday() < _SATURDAY)

    def is_provisional(self, *days: date) -> bool:
        """Whether the list of any of these days' years is still to be published."""
        return any(day.year not in self.settled for day in days)

    def add_working_days(self, day: date, count: int) -> date:
        """The last day of a limit of ``count`` working days that begins after ``day``: the day of
        the act itself never counts. With 0 the day itself. Raises ValueError for less."""
        if count < 0:
            raise ValueError("a limit is not negative")
        if count == 0:
            return day
        if self._first <= day <= self._last:
            at = bisect_right(self._working, day.toordinal()) + count - 1
            if at < len(self._working):
                return date.fromordinal(self._working[at])
        while count:
            day += _DAY
            count -= self.is_working(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and with ``end``; negative when ``end`` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        if self._first <= start and end <= self._last:
            before = bisect_right(self._working, start.toordinal())
            return bisect_right(self._working, end.toordinal()) - before
        return sum(
            self.is_working(date.fromordinal(n))
            for n in range(start.toordinal() + 1, end.toordinal() + 1)
        )

    def last_overdue(self, today: date, count: int) -> date:
        """The latest day of an act whose limit of ``count`` working days has passed on ``today``.

        Everything done on that day or before is late: a list of late cases is one comparison.
        """
        day = today - _DAY
        # Limits grow with their first day, so walking back finds the border.
        while self.add_working_days(day, count) >= today:
            day -= _DAY
        return day


def of(days: Iterable[tuple[date, bool]], settled: Iterable[int] = ()) -> WorkCalendar:
    """A calendar from (day, worked) pairs, in which plain weekdays and weekends may stand too."""
    deviating = {day: working for day, working in days if working != (day.weekday() < _SATURDAY)}
    return WorkCalendar(deviating, frozenset(settled))
