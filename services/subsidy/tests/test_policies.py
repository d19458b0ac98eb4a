"""The dated parameters of subsidy: what held on which day, and that nothing is read as 0."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kit.policy import NoValue, Policies, PolicyError
from subsidy import law
from subsidy.entitlements import terms
from subsidy.programmes import terms as programmes

POLICIES_FOLDER = Path(__file__).parent.parent / "policies"
POLICIES = Policies.load(POLICIES_FOLDER)


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


def test_kinds_that_exclude_each_other_without_a_place_in_common_stop_the_start() -> None:
    programmes.check(POLICIES)
    law = programmes.law_of(POLICIES)
    post = law.version("post-subsidy", date(2006, 1, 1))
    flexible = law.version("si-flexible-4050", date(2006, 1, 1))
    assert post is not None
    assert flexible is not None
    apart = replace(flexible[0], occupies=frozenset({"insurance"}))
    with pytest.raises(PolicyError, match="occupies no place"):
        programmes.check_places([post[0], apart])


def test_a_way_to_pay_that_there_is_not_stops_the_start(tmp_path: Path) -> None:
    own = (POLICIES_FOLDER / "living_allowance_way.toml").read_text(encoding="utf-8")
    (tmp_path / "way.toml").write_text(own.replace('value = "claim"', 'value = "cheque"'))
    with pytest.raises(PolicyError, match="no way to pay it"):
        programmes.check(Policies.load(POLICIES_FOLDER, tmp_path))


def test_severance_is_in_no_list_and_round_two_adds_uses() -> None:
    first = law.permitted_uses(POLICIES, "reemployment", date(2003, 10, 31))
    second = law.permitted_uses(POLICIES, "reemployment", date(2006, 1, 1))
    assert first is not None
    assert second is not None
    assert "severance" not in {*first, *second}
    assert set(second) - set(first) == {
        "skill-appraisal-subsidy", "specific-policy-subsidy", "certificate-printing",
    }  # fmt: skip
