"""The shape of a case: what is taken, what is refused and how that is told."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from local.city.case import CaseRefused, parse, read, schema_text
from local.city.indicators import SOURCES, defined, known
from local.city.plan import Plan
from local.city.scale import scale_case
from tests.oracle.oracle import Oracle
from tests.oracle.random_city import Maker

CITIES = Path(__file__).parents[2] / "deploy" / "cities"
SAMPLE = CITIES / "231100" / "heihe-2003.json"


def sample() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))
    return found


def named(things: list[dict[str, Any]], identifier: str) -> dict[str, Any]:
    return next(thing for thing in things if thing["id"] == identifier)


def test_the_schema_is_the_committed_one() -> None:
    assert (CITIES / "case.schema.json").read_text(encoding="utf-8") == schema_text()


def test_every_case_in_the_house_is_sound() -> None:
    for file in sorted(CITIES.glob("[0-9]*/*.json")):
        assert read(file).published, file


def test_the_names_of_indicators_are_those_of_assessment() -> None:
    assert set(SOURCES) <= defined()
    assert known("registered_unemployment_rate", frozenset())
    assert not known("happiness", frozenset({"full_employment_communities"}))


def test_the_oracle_finds_what_the_sample_prints() -> None:
    """Every value but the one whose items do not add up."""
    case = sample()
    oracle = Oracle(case)
    differing = {v["id"] for v in case["published"] if oracle.printed(v) != v["value"]}
    assert differing == {"city-direct-tax-relief"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: named(c["facts"], "loans").update(kind="loan"), "facts.34: 没有此类事实"),
        (lambda c: c["facts"][0].update(cuont=3), "no such field"),
        (lambda c: c.pop("as_of"), "as_of: 缺少此项"),
        (lambda c: named(c["facts"], "loans").update(amount="209.7"), "facts.34.loans.amount"),
        (lambda c: named(c["facts"], "loans").update(amount="900 万元"), "above the cap"),
        (
            lambda c: named(c["facts"], "certificates-aihui").update(area="231199"),
            "facts.certificates-aihui.area: 无此地区",
        ),
        (
            lambda c: named(c["facts"], "reemployed-city-direct").update(office="nobody"),
            "facts.reemployed-city-direct.office: 无此机构",
        ),
        (
            lambda c: named(c["facts"], "posts")["period"].update(to="2003-12-31"),
            "facts.posts.period.to: 晚于数据截止日",
        ),
        (
            lambda c: named(c["facts"], "posts-city-direct").update(count=20_000),
            "parts add to more than the whole",
        ),
        (
            lambda c: named(c["facts"], "certificates").update(count=66_078),
            "more certificates are issued than persons are entitled",
        ),
        (lambda c: named(c["facts"], "pairing").update(placed=774), "more placed than paired"),
        (
            lambda c: named(c["facts"], "reemployed").update(count=30_162),
            "the channels do not add to count",
        ),
        (
            lambda c: named(c["published"], "trained").update(indicator="happiness"),
            "published.trained.indicator: 无此指标",
        ),
        (
            lambda c: named(c["published"], "reemployed-of-city").update(issuer="district"),
            "published.reemployed-of-city.issuer",
        ),
        (
            lambda c: named(c["published"], "trained").update(area="231102"),
            "fact training does not say how many lie there",
        ),
        (
            lambda c: named(c["facts"], "living-allowance-paid").update(amount="5034.01 万元"),
            "more is paid than arranged",
        ),
        (
            lambda c: named(c["published"], "loan-amount")["period"].update(to="2003-06-30"),
            "cuts fact loans",
        ),
        (
            lambda c: c["closed_quarter"].update(quarter="2003Q4"),
            "closed_quarter.quarter: 数据截止日前办理不完",
        ),
        (lambda c: c["closed_quarter"].update(quarter="2006Q3"), "closed_quarter.quarter: 写法不对"),
        (
            lambda c: named(c["facts"], "fund-social-insurance-subsidy").update(
                use_code="post-subsidy"
            ),
            "closed_quarter: 没有安排 social-insurance-subsidy",
        ),
        (
            lambda c: c["closed_quarter"]["project"].update(amount="100.01 万元"),
            "closed_quarter.project: 没有足够的 market-construction 安排",
        ),
        (
            lambda c: c["closed_quarter"]["project"].update(approved_on="2003-10-01"),
            "closed_quarter.project: 批准晚于该季度",
        ),
        (
            lambda c: c["closed_quarter"].update(centre="2003Q4"),
            "closed_quarter.centre: 晚于该季度",
        ),
        (
            lambda c: named(c["published"], "fund-won").update(indicator="fund_paid"),
            "what it pays would move published.fund-won",
        ),
    ],
)  # fmt: skip
def test_a_wrong_case_says_where_and_why(change: Any, told: str) -> None:
    case = copy.deepcopy(sample())
    change(case)
    with pytest.raises(CaseRefused) as refused:
        parse(case)
    assert told in str(refused.value)


@pytest.mark.parametrize("scale", ["0.001", "0.01", "0.05", "0.37"])
def test_a_scaled_city_still_fits_together(scale: str) -> None:
    case = scale_case(read(SAMPLE), Decimal(scale))
    plan = Plan(case)
    assert plan.size == sum(group.count for group in case.population)
    placed = sum(1 for day in plan.placed_on if day)
    assert placed == sum(
        f.count for f in case.facts if f.kind == "placements" and f.part_of is None
    )


@pytest.mark.parametrize("seed", range(12))
def test_made_cities_are_sound(seed: int) -> None:
    made = Maker(seed).make()
    case = parse(made)
    Plan(case)
    assert made == Maker(seed).make()
    for scale in ("0.1", "0.4", "0.9"):
        Plan(scale_case(case, Decimal(scale)))
