"""Which days a published value is about, and whether the case's facts can answer for just those.

A fact happened somewhere between its two days. A figure whose period begins or ends in between
cannot be told from it: the case must cut the fact in two.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date

from local.city.case import Case, Published
from local.city.facts import AnyFact, Appropriation, Arrangement, Fact, Loans, Placements, Relief
from local.city.indicators import SOURCES

BEGINNING = date(1900, 1, 1)
#: Indicators that count persons as they are registered, not facts.
OF_PERSONS = frozenset({"certificates_entitled", "certificate_issue_rate", "reemployment_rate"})


def problems_of(case: Case) -> Iterator[str]:
    """Published values whose period or place the case cannot answer for."""
    for value in case.published:
        for fact in case.facts:
            if fact.kind in SOURCES.get(value.indicator, ()) and touches(value.indicator, fact):
                for window in windows(value):
                    if _cut(fact, value, window):
                        yield (
                            f"published.{value.id}.period: 截断事实 {fact.id}"
                            f" / {window[0]}..{window[1]} cuts fact {fact.id}"
                        )
        if value.indicator in OF_PERSONS and not _peopled(case, value):
            yield (
                f"published.{value.id}: 该地没有人口组"
                " / no population group says who is registered at this place"
            )


def windows(value: Published) -> list[tuple[date, date]]:
    """The days of a value; growth looks at the year before as well."""
    until = value.period.last
    found = [_window(value.semantics, until)]
    if value.form == "growth":
        last = calendar.monthrange(until.year - 1, until.month)[1]
        at_end = until.day == calendar.monthrange(until.year, until.month)[1]
        before = date(until.year - 1, until.month, last if at_end else min(until.day, last))
        found.append(_window(value.semantics, before))
    return found


def counts(fact: Fact, value: Published) -> bool:
    """Whether a fact of the right kind falls into the days of a value at all."""
    return touches(value.indicator, fact) and any(
        fact.period.last >= first and fact.period.first <= last for first, last in windows(value)
    )


def _window(semantics: str, until: date) -> tuple[date, date]:
    if semantics == "YTD":
        return date(until.year, 1, 1), until
    if semantics == "ANN":
        return date(until.year, 1, 1), date(until.year, 12, 31)
    if semantics == "MON":
        return until.replace(day=1), until.replace(
            day=calendar.monthrange(until.year, until.month)[1]
        )
    return BEGINNING, until


def _cut(fact: AnyFact, value: Published, window: tuple[date, date]) -> bool:
    first, last = fact.period.first, fact.period.last
    if isinstance(fact, Loans) and value.indicator == "loan_recovery_rate":
        first, last = _later(first, fact.term_months), _later(last, fact.term_months)
    apart = last < window[0] or first > window[1]
    inside = first >= window[0] and last <= window[1]
    return not apart and not inside


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _peopled(case: Case, value: Published) -> bool:
    place = (value.area, value.office)
    if place in ((None, None), (case.city_area, None)):
        return True
    return any((group.area, group.office) == place for group in case.population)


def touches(indicator: str, fact: Fact) -> bool:
    """Whether a fact of the right kind counts for an indicator."""
    if isinstance(fact, Placements):
        return (indicator == "employed") == (fact.population == "outside")
    if isinstance(fact, Relief):
        if indicator.startswith("relief_"):
            return indicator.removeprefix("relief_") in fact.items
        return indicator.startswith(fact.relief)
    if isinstance(fact, Appropriation | Arrangement):
        return (fact.fund == "living_allowance") == indicator.startswith("living")
    return True
