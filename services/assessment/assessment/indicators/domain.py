"""What an indicator is: its terms, its unit and its period, dated and cited."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal

from assessment.folds.domain import KINDS
from kit.refusal import Refusal

Semantics = Literal["PIT", "YTD", "CUM", "MON", "ANN"]
Source = Literal["items", "persons", "statistic"]
Aggregate = Literal["count", "distinct_worker", "distinct_unit", "sum_fen", "sum_quantity", "value"]
Population = Literal["base", "outside"]

#: How many of the smallest countable thing (a person, a fen) make one of the unit.
UNITS: dict[str, int] = {
    "count": 1,
    "person": 1,
    "household": 1,
    "certificate": 1,
    "post": 1,
    "class": 1,
    "office": 1,
    "loan": 1,
    "referral": 1,
    "wan_person": 10_000,
    "yuan": 100,
    "wan_yuan": 1_000_000,
    "yi_yuan": 10_000_000_000,
    "%": 1,
}
MONEY = frozenset({"yuan", "wan_yuan", "yi_yuan"})


class UnknownIndicator(Refusal):
    """No definition of this name was in force on that day."""

    code = "unknown-indicator"


class InvalidDefinition(ValueError):
    """A definition that cannot be evaluated; the service does not start with it."""


@dataclass(frozen=True, slots=True)
class Term:
    """One sum over items, persons or a declared series; a numerator may have several."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}
    source: Source = "items"
    kind: str | None = None
    aggregate: Aggregate = "count"
    sign: Literal[1, -1] = 1
    tags: tuple[str, ...] | None = None
    not_tags: tuple[str, ...] | None = None
    aspects: tuple[str, ...] | None = None
    marks: tuple[str, ...] | None = None
    population: Population | None = None
    semantics: Semantics | None = None  # a stock under a flow: base of a rate
    dated: Literal["on_date", "until"] = "on_date"
    matured: str | None = None  # only entities whose item of this kind is due by then
    live: bool = False  # leave out what ended by then
    without: tuple[str, ...] | None = None  # leave out persons of whom such a life fact holds then
    series: str | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of one indicator. ``since`` is the first day on which it is used."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}
    id: str
    version: int
    since: date
    title_zh: str
    title_en: str
    unit: str
    decimals: int
    semantics: Semantics
    owner: str
    clause: str
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...] = ()
    base: str | None = None  # name of the denominator's population
    stated: str | None = None  # tag of the stated totals that this must equal
    cap: bool = False  # lower is better: a target is a limit
    note_zh: str | None = None
    note_en: str | None = None

    @property
    def is_rate(self) -> bool:
        return bool(self.denominator)

    @property
    def is_declared(self) -> bool:
        """Counted by somebody else; never computed here."""
        return self.numerator[0].source == "statistic"


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a value is about. ``start`` is None for stocks and sums since the beginning."""

    semantics: Semantics
    start: date | None
    end: date

    def __str__(self) -> str:
        return f"{self.start.isoformat() if self.start else '..'}/{self.end.isoformat()}"


def period(semantics: Semantics, as_of: date) -> Period:
    """The period of one semantics that ends with (or, for a month or year, up to) a day."""
    match semantics:
        case "YTD":
            return Period("YTD", date(as_of.year, 1, 1), as_of)
        case "MON":
            last = calendar.monthrange(as_of.year, as_of.month)[1]
            return Period("MON", as_of.replace(day=1), as_of.replace(day=last))
        case "ANN":
            return Period("ANN", date(as_of.year, 1, 1), date(as_of.year, 12, 31))
        case other:
            return Period(other, None, as_of)


def a_year_before(day: date) -> date:
    """The equal calendar cut of the year before; the end of February stays the end."""
    last = calendar.monthrange(day.year - 1, day.month)[1]
    at_end = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(day.year - 1, day.month, last if at_end else min(day.day, last))


def in_force(definitions: Iterable[Definition], indicator: str, on: date) -> Definition:
    """The newest version that is used on a day. Raises :class:`UnknownIndicator`."""
    known = [one for one in definitions if one.id == indicator and one.since <= on]
    if not known:
        raise UnknownIndicator(on=on)
    return max(known, key=lambda one: (one.since, one.version))


def validate(definitions: Sequence[Definition]) -> None:
    """Raises :class:`InvalidDefinition` with the first thing that is wrong."""
    seen: set[tuple[str, int]] = set()
    for one in definitions:
        where = f"{one.id} version {one.version}"
        if (one.id, one.version) in seen:
            raise InvalidDefinition(f"{where} is defined twice")
        seen.add((one.id, one.version))
        if one.unit not in UNITS:
            raise InvalidDefinition(f"{where}: unit {one.unit!r} is not known")
        if not one.numerator:
            raise InvalidDefinition(f"{where} counts nothing")
        if one.is_rate and (one.unit != "%" or one.base is None):
            raise InvalidDefinition(f"{where}: a rate is in % and names its base")
        for term in (*one.numerator, *one.denominator):
            _validate_term(term, where)


def _validate_term(term: Term, where: str) -> None:
    if term.source == "items":
        if term.kind not in KINDS or (term.matured is not None and term.matured not in KINDS):
            raise InvalidDefinition(f"{where}: no fact makes items of kind {term.kind!r}")
        if term.aggregate == "value":
            raise InvalidDefinition(f"{where}: items are counted or added")
        if term.without is not None:
            raise InvalidDefinition(f"{where}: only persons leave a base")
    elif term.source == "persons":
        if term.population is None or term.aggregate != "count":
            raise InvalidDefinition(f"{where}: persons are counted by population")
    elif not term.series or term.aggregate != "value":
        raise InvalidDefinition(f"{where}: a statistic is the value of a series")
