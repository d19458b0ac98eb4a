"""What a programme is told: plain frozen values, money in fen, days of fact; and days counted out.

The order in which facts arrived is nowhere in them: spells, recognitions and contributions are sets
written as tuples, by days and names. One value of :data:`Facts` is one line: a person's month, a trained or introduced
person, or a project. Without slots: the writer of records takes half the time for a ``__dict__``.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

Sex = Literal["male", "female"]
Payer = Literal["employer", "self", "other"]
Part = Literal["whole", "first", "second"]


@dataclass(frozen=True)
class Spell:
    """From one day to another, both included. ``until`` None: it goes on."""

    since: date
    until: date | None = None

    def meets(self, first: date, last: date) -> bool:
        """Some day of ``first`` … ``last`` lies in it."""
        return self.since <= last and (self.until is None or self.until >= first)


@dataclass(frozen=True)
class Recognition:
    """A recognised difficulty (就业困难对象认定): its kind (``4050`` …) and how long it held."""

    kind: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class Person:
    """Who the line is about. ``left_on``: the first day as retired, deceased, enlisted, emigrated,
    imprisoned or incapacitated. ``cadre``: of women, who then retire later (R18)."""

    sex: Sex
    birth_date: date
    cadre: bool = False
    certificates: tuple[Spell, ...] = ()
    recognitions: tuple[Recognition, ...] = ()
    unemployed: tuple[Spell, ...] = ()
    left_on: date | None = None


@dataclass(frozen=True)
class Work:
    """An employment, a public-welfare post or flexible work.

    ``contract_months`` None: no contract shown. ``wage``: fen a month. ``ended_on``: the last day
    (of a post: the day before it was vacated). ``approved_on``: when the subsidy was first approved
    or applied for (B9); None: when the work began. ``renewed_until``: the last day of a yearly
    continuation beyond the limit (B8). ``sole_occupant``: on its days of that month nobody else
    occupies the post (one may take over from another within a month).
    """

    started_on: date
    contract_months: int | None = None
    wage: int = 0
    sector: str | None = None
    new_post: bool = False
    ended_on: date | None = None
    voided: bool = False
    approved_on: date | None = None
    renewed_until: date | None = None
    sole_occupant: bool = True


@dataclass(frozen=True)
class Contribution:
    """One insurance paid for the month: on which base (fen), by whom (``other``: an employer other
    than the one of this line)."""

    insurance: str
    base: int
    payer: Payer


@dataclass(frozen=True)
class MonthFacts:
    """One person's month of work. ``month``: its first day. ``used``: months that each counter held
    before this month. ``taken``: kinds of benefit already granted to the person for this month."""

    month: date
    person: Person
    work: Work
    contributions: tuple[Contribution, ...] = ()
    used: Mapping[str, int] = field(default_factory=dict)
    taken: tuple[str, ...] = ()
    of: Literal["month"] = "month"

    @property
    def law_on(self) -> date:
        """The law of the day on which the work began holds for all its months (R28)."""
        return self.work.started_on

    @property
    def values_on(self) -> date:
        """Values of the month are those of its first day at work."""
        return self.month if self.days is None else self.days[0]

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day worked in the month; None: not at work in it."""
        return _days_in(self.month, self.work.started_on, self.work.ended_on)


@dataclass(frozen=True)
class AllowanceFacts:
    """One laid-off person's month in a re-employment service centre. ``agreement``: the spell of
    the agreement. ``working``: spells of other work. ``enterprise_pays``: fen of its third that the
    enterprise brought. ``recognised_on``: the joint recognition (finance, economy, labour) that it
    cannot bear its third."""

    month: date
    person: Person
    agreement: Spell
    working: tuple[Spell, ...] = ()
    enterprise_pays: int = 0
    recognised_on: date | None = None
    used: Mapping[str, int] = field(default_factory=dict)
    taken: tuple[str, ...] = ()
    of: Literal["allowance"] = "allowance"

    @property
    def law_on(self) -> date:
        return self.month

    @property
    def values_on(self) -> date:
        return self.month

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day of the month under the agreement; None: not in the centre in it."""
        return _days_in(self.month, self.agreement.since, self.agreement.until)


@dataclass(frozen=True)
class TrainingFacts:
    """One trained person of a class that is over. ``completed``, ``class_passed`` and
    ``class_employed`` count the class; ``employed_on``: when the person first found work after it.
    ``used``: times that each counter held before this class. ``part``: which part is claimed."""

    person: Person
    opened_on: date
    completed_on: date
    claimed_on: date
    provider_qualified: bool
    completed: int
    class_passed: int
    class_employed: int
    passed: bool
    employed_on: date | None = None
    part: Part = "whole"
    first_part_paid: bool = False
    used: Mapping[str, int] = field(default_factory=dict)
    of: Literal["training"] = "training"

    @property
    def law_on(self) -> date:
        """The law of the day on which the class opened."""
        return self.opened_on

    @property
    def values_on(self) -> date:
        return self.opened_on

    @property
    def days(self) -> tuple[date, date] | None:
        return self.opened_on, self.opened_on


@dataclass(frozen=True)
class IntroductionFacts:
    """One introduced person. ``group``: a key of the table of amounts. ``used``: times that each
    counter held in the calendar year before this introduction."""

    person: Person
    work: Work
    claimed_on: date
    free_of_charge: bool
    group: str
    used: Mapping[str, int] = field(default_factory=dict)
    of: Literal["introduction"] = "introduction"

    @property
    def law_on(self) -> date:
        """The law of the day on which the work began."""
        return self.work.started_on

    @property
    def values_on(self) -> date:
        return self.work.started_on

    @property
    def days(self) -> tuple[date, date] | None:
        """Whom the agency introduced is looked at on the day before the work began."""
        before = self.work.started_on - timedelta(days=1)
        return before, before


@dataclass(frozen=True)
class ProjectFacts:
    """A project or a budget of a body: approved, spent by the vouchers, paid before (fen)."""

    approved_on: date
    claimed_on: date
    approval: str | None
    approved: int
    spent: int
    paid: int = 0
    provincial_approval: str | None = None
    of: Literal["project"] = "project"

    @property
    def law_on(self) -> date:
        """The law of the day on which the project was approved."""
        return self.approved_on

    @property
    def values_on(self) -> date:
        return self.approved_on


Facts = MonthFacts | AllowanceFacts | TrainingFacts | IntroductionFacts | ProjectFacts


# --- days ----------------------------------------------------------------------------------------


#: So many questions about days are remembered: more than the birth dates of all who can be at work.
_DAYS = 50_000
_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@lru_cache(maxsize=1024)
def last_of(month: date) -> date:
    """The last day of the month of a day."""
    leap = month.month == 2 and isleap(month.year)
    return month.replace(day=29 if leap else _LENGTHS[month.month])


@lru_cache(maxsize=_DAYS)
def _days_in(month: date, since: date, until: date | None) -> tuple[date, date] | None:
    """The first and the last day of a month that lie within others; None: not one does. Every
    condition of a line asks for them, and most lines of a run for the same."""
    first, last = max(month, since), last_of(month)
    if until is not None:
        last = min(last, until)
    return (first, last) if first <= last else None


@lru_cache(maxsize=_DAYS)
def anniversary(day: date, years: int) -> date:
    """The same day in another year; of 29 February the 1 March, where there is none."""
    year = day.year + years
    if day.month == 2 and day.day == 29 and not isleap(year):
        return date(year, 3, 1)
    return day.replace(year=year)


def months_between(earlier: date, later: date) -> int:
    """Calendar months from the month of one day to the month of another."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last day of a month that does not have it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def age_on(birth_date: date, day: date) -> int:
    """Full years of age on a day: the birthday itself counts."""
    return day.year - birth_date.year - (day < anniversary(birth_date, day.year - birth_date.year))
