"""The parameters: dated, cited, and read by the day."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from kit.policy import NoValue, Policies

FOLDER = Path(__file__).parent.parent / "policies"


def test_every_value_is_cited() -> None:
    policies = Policies.load(FOLDER)
    assert list(policies)
    for policy in policies:
        for entry in policy.entries:
            if entry.parameter is not None:
                assert entry.parameter.cite.document
                # The key of the dossier: a rule, a benefit, or the table of states.
                assert re.search(r"\b[RB][0-9]|\b4\.[0-9]", entry.parameter.cite.clause)


@pytest.mark.parametrize(
    ("name", "day", "value"),
    [
        ("registry.certificate_dibao_jobless_months", date(2003, 1, 1), 12),
        ("registry.certificate_publicity_days", date(2003, 1, 1), 3),
        ("registry.certificate_validity_years", date(2003, 1, 1), 3),
        ("registry.difficulty_age_male", date(2003, 1, 1), 50),
        ("registry.difficulty_age_female", date(2003, 1, 1), 40),
        ("registry.relief_tax_in_force", date(2005, 12, 31), True),
        ("registry.relief_tax_in_force", date(2006, 1, 1), True),
    ],
)
def test_values_of_a_day(name: str, day: date, value: object) -> None:
    assert Policies.load(FOLDER).value(name, day).value == value


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("registry.certificate_categories", date(2002, 9, 29)),
        ("registry.relief_fee_in_force", date(2002, 10, 16)),
        ("registry.relief_tax_in_force", date(2002, 12, 31)),
        ("registry.relief_tax_in_force", date(2010, 1, 1)),
    ],
)
def test_outside_of_its_time_there_is_no_value(name: str, day: date) -> None:
    with pytest.raises(NoValue):
        Policies.load(FOLDER).value(name, day)
