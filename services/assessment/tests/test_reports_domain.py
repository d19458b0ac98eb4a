"""Verdicts: what agrees, what does not, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from assessment.figures.domain import reconciliation
from assessment.publications.domain import IssuerMissing, MoreDecimals, Publication, publish
from assessment.reports.domain import Computed, judge

PLAIN = Publication(
    id="x", indicator="reemployed", form="value", area_code="231100000000", office="all",
    issuer=None, target_indicator=None, as_of=date(2003, 10, 31), semantics=None, unit="person",
    value=Decimal("30161"), decimals=0, qualifier="exact", tolerance=None, scale=Decimal(1),
    expect=None, title=None, printed=True, source=None,
)  # fmt: skip


def published(value: str, **more: Any) -> Publication:
    decimals = len(value.partition(".")[2])
    return replace(PLAIN, value=Decimal(value), **{"decimals": decimals, **more})


@pytest.mark.parametrize(
    ("value", "more", "exact", "verdict"),
    [
        ("30161", {}, "30161", "agrees"),
        ("69.6", {}, "69.55", "agrees"),
        ("69.5", {}, "69.55", "does-not-reconcile"),
        ("5700", {"qualifier": "at_least"}, "5701", "agrees"),
        ("5700", {"qualifier": "at_least"}, "5699", "does-not-reconcile"),
        ("3", {"qualifier": "at_most"}, "2.99", "agrees"),
        ("10", {"qualifier": "about"}, "9.9", "agrees"),
        ("10", {"qualifier": "about"}, "10.5", "agrees"),
        ("10", {"qualifier": "about"}, "10.51", "does-not-reconcile"),
        ("120", {"qualifier": "about", "tolerance": Decimal(10)}, "128", "agrees"),
        ("120", {"qualifier": "about", "tolerance": Decimal(10)}, "131", "does-not-reconcile"),
        ("30161", {"scale": Decimal("0.01")}, "302", "scaled"),
    ],
)
def test_a_value_is_read_with_its_qualifier(
    value: str, more: dict[str, Any], exact: str, verdict: str
) -> None:
    assert judge(published(value, **more), Computed(Fraction(exact))).verdict == verdict


def test_the_reason_says_both_values_and_the_gap() -> None:
    judged = judge(published("9.4"), Computed(Fraction("9.2")))
    assert judged.reason_zh == "公布 9.4，由事实得 9.2，相差 0.2"
    assert judged.reason_en == "published 9.4, the facts come to 9.2, a gap of 0.2"


def test_a_stated_total_that_is_not_the_sum_does_not_reconcile_even_if_the_sum_was_published() -> (
    None
):
    gap = reconciliation(Fraction("9.2"), Fraction("9.4"), "wan_yuan", 1)
    assert gap is not None
    for value in ("9.2", "9.4"):
        judged = judge(published(value), Computed(Fraction("9.2"), [gap]))
        assert judged.verdict == "does-not-reconcile"
        assert "0.2" in (judged.reason_zh or "")
        assert "申报合计" in (judged.reason_zh or "")


def test_different_definitions_differ_even_where_the_number_is_right() -> None:
    series = [("新增", "gross", "11207", "68"), ("净增", "net", "9354", "57")]
    judged = judge(published("68"), Computed(Fraction(1120700, 16500), differs=series))
    assert judged.verdict == "definition-differs"
    assert judged.reason_zh == "数与目标口径不同：新增 11207，完成 68%；净增 9354，完成 57%"
    assert judge(published("67"), Computed(Fraction(1120700, 16500), differs=series)).verdict == (
        "does-not-reconcile"
    )


def test_without_a_value_there_is_a_reason() -> None:
    judged = judge(published("1"), Computed(None))
    assert (judged.verdict, judged.computed) == ("does-not-reconcile", None)
    assert judged.reason_zh
    assert judge(published("1", scale=Decimal("0.01")), Computed(None)).verdict == "scaled"


def test_what_can_be_published() -> None:
    with pytest.raises(IssuerMissing):
        publish(published("68", form="completion"))
    with pytest.raises(IssuerMissing):
        publish(published("68", issuer="province"))
    with pytest.raises(MoreDecimals):
        publish(published("69.55", decimals=1))
    assert publish(published("69.60", decimals=1)).value == Decimal("69.6")
