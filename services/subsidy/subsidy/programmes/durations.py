"""How long a subsidy lasts: the term of the contract, counters of months, the rule until retirement.

The law changed its shape; its shapes stand side by side and a programme's version names one:
2002 (B7): the contract's term, three years at most, three years by the counter of the person;
2006 (B8): on public-welfare posts a year at a time beyond that, with local money;
2008 (B9): who had five years or less to retirement when first approved, until retirement.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from subsidy.programmes.facts import MonthFacts, Person, age_on, anniversary, months_between

Values = Mapping[str, Any]


def retires_on(person: Person, ages: Mapping[str, int]) -> date:
    """The birthday on which the person reaches the statutory age of retirement (R18)."""
    cadre = person.sex == "female" and person.cadre
    return anniversary(person.birth_date, ages["female_cadre" if cadre else person.sex])


def until_retirement(facts: MonthFacts, values: Values) -> bool:
    """B9: on the day of first approval, retirement was at most so many years away."""
    first = facts.work.approved_on or facts.work.started_on
    border = anniversary(first, values["until_retirement_years"])
    retirement = retires_on(facts.person, values["retirement_ages"])
    return retirement <= border


def old_enough(person: Person, day: date, values: Values) -> bool:
    """R4: men of 50, women of 40; counted on the day itself (a birthday on it counts), at the end of
    its year, or on one fixed day, as the city has it (R4a)."""
    reference: str = values["age_reference"]
    if reference == "year-end":
        day = day.replace(month=12, day=31)
    elif reference != "day":
        day = date.fromisoformat(reference)
    least: int = values["difficult_ages"][person.sex]
    return age_on(person.birth_date, day) >= least


def renewed(facts: MonthFacts, values: Values) -> bool:
    """B8: the law of the month lets a person of 40 or 50 go on, and the year in which the month lies
    was approved."""
    until = facts.work.renewed_until
    approved = until is not None and until >= facts.month
    return approved and values["renewable"] and old_enough(facts.person, facts.month, values)


def _index(facts: MonthFacts) -> int:
    """0 in the month in which the work began, which counts whole whichever its day (design)."""
    return months_between(facts.work.started_on, facts.month)


def _in_contract(facts: MonthFacts) -> bool:
    return 0 <= _index(facts) < (facts.work.contract_months or 0)


def _early(facts: MonthFacts, values: Values) -> bool:
    most: int = values["months_max"]
    return _index(facts) < most


def term_2002(facts: MonthFacts, values: Values) -> bool:
    """The month lies within the contract's term, and within the most months of it."""
    most: int = min(facts.work.contract_months or 0, values["months_max"])
    return 0 <= _index(facts) < most


def term_2006(facts: MonthFacts, values: Values) -> bool:
    """The same; a month of an approved year of continuation lies within it too."""
    return _in_contract(facts) and (_early(facts, values) or renewed(facts, values))


def term_2008(facts: MonthFacts, values: Values) -> bool:
    """The same; until retirement where B9 says so."""
    return _in_contract(facts) and (_early(facts, values) or until_retirement(facts, values))


def left_2002(used: int, values: Values) -> bool:
    """The counter has a month (or a time) left."""
    most: int = values["months_max"]
    return used < most


def left_2006(facts: MonthFacts, used: int, values: Values) -> bool:
    return left_2002(used, values) or renewed(facts, values)


def left_2008(facts: MonthFacts, used: int, values: Values) -> bool:
    return left_2002(used, values) or until_retirement(facts, values)


def beyond(facts: MonthFacts, used: int, values: Values) -> bool:
    """The month is one that only a yearly continuation carries: local money pays it (B8)."""
    return not (left_2002(used, values) and _early(facts, values))
