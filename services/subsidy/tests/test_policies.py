"""The dated parameters of subsidy: what held on which day, and that nothing is read as 0."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kit.policy import NoValue, Policies
from subsidy import law
from subsidy.entitlements import terms

POLICIES = Policies.load(Path(__file__).parent.parent / "policies")


@pytest.mark.parametrize(
    ("name", "day", "value"),
    [
        ("si_contract_months_min", date(2002, 12, 3), 36),
        ("si_contract_months_min", date(2003, 8, 22), 36),
        ("si_contract_months_min", date(2003, 8, 23), 12),
        ("si_months_max", date(2003, 8, 23), 36),
        ("si_sectors", date(2003, 1, 1), ("commerce", "catering", "services")),
        (
            "living_allowance_uses",
            date(1998, 1, 1),
            ("living-allowance", "centre-social-insurance"),
        ),
    ],
)
def test_what_held_on_a_day(name: str, day: date, value: object) -> None:
    parameter = POLICIES.value(f"subsidy.{name}", day)
    assert parameter.value == value
    assert parameter.cite.document


def test_before_the_first_day_there_is_nothing() -> None:
    with pytest.raises(NoValue):
        POLICIES.value("subsidy.si_months_max", date(2002, 12, 2))
    assert terms.insurance_terms(terms.insurance_parameters(POLICIES, date(2002, 12, 2))) is None
    assert law.permitted_uses(POLICIES, "reemployment", date(2002, 12, 2)) is None


def test_severance_is_in_no_list_and_round_two_adds_uses() -> None:
    first = law.permitted_uses(POLICIES, "reemployment", date(2003, 10, 31))
    second = law.permitted_uses(POLICIES, "reemployment", date(2006, 1, 1))
    assert first is not None
    assert second is not None
    assert "severance" not in {*first, *second}
    assert set(second) - set(first) == {
        "skill-appraisal-subsidy", "specific-policy-subsidy", "certificate-printing",
    }  # fmt: skip
