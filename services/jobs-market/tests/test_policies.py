"""The parameters: dated, cited, and used."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kit.policy import NoValue, Policies

FOLDER = Path(__file__).parent.parent / "policies"
USED = {
    "jobseeker_validity",
    "public_welfare_contract",
    "public_welfare_report_days",
    "stable_contract",
    "stable_paid",
    "vacancy_report_days",
    "vacancy_report_staff",
}


def test_every_file_is_used_and_every_value_says_where_it_is_written() -> None:
    policies = Policies.load(FOLDER)
    assert {policy.id.removeprefix("jobs-market.") for policy in policies} == USED
    code = "".join(path.read_text("utf-8") for path in FOLDER.parent.glob("jobs_market/*/*.py"))
    assert all(f'"{name}"' in code for name in USED)


@pytest.mark.parametrize(("day", "months"), [(date(2003, 6, 1), 1), (date(2006, 1, 1), 12)])
def test_the_contract_on_a_public_welfare_post_is_a_year_since_2006(day: date, months: int) -> None:
    found = Policies.load(FOLDER).value("jobs-market.public_welfare_contract", day)
    assert found.value == months


def test_before_the_first_day_there_is_no_value() -> None:
    with pytest.raises(NoValue):
        Policies.load(FOLDER).value("jobs-market.jobseeker_validity", date(1990, 1, 1))
