"""The dated parameters of loans: what held on which day, and that nothing is read as 0."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kit.policy import Policies
from loans import law
from loans.loans import terms

POLICIES = Policies.load(Path(__file__).parent.parent / "policies")


@pytest.mark.parametrize(
    ("name", "day", "value"),
    [
        ("borrower_age_max", date(2002, 12, 24), 60),
        ("loan_amount_max", date(2007, 12, 31), 20_000),
        ("loan_amount_max", date(2008, 1, 1), 50_000),
        ("loan_term_max", date(2003, 10, 31), 24),
        ("registered_unemployed", date(2005, 12, 31), False),
        ("registered_unemployed", date(2006, 1, 1), True),
        ("guarantee_leverage", date(2003, 10, 31), 5),
        ("benchmark_rate_year", date(2003, 10, 31), Decimal("5.31")),
        ("benchmark_rate_three_years", date(2010, 10, 20), Decimal("5.60")),
    ],
)
def test_what_held_on_a_day(name: str, day: date, value: object) -> None:
    parameter = POLICIES.value(f"loans.{name}", day)
    assert parameter.value == value
    assert parameter.cite.document


def test_before_the_first_day_there_is_nothing() -> None:
    with pytest.raises(law.NoRuleInForce):
        law.leverage(POLICIES, date(2002, 12, 23))
    with pytest.raises(law.NoRuleInForce):
        terms.rate_terms(POLICIES, date(2002, 12, 23), 12)
