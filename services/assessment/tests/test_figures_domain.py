"""Rounding as the sources prove it, ids that read and write the same, growth and completion."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.figures import domain
from assessment.figures.domain import FigureId, UnknownFigure, parse, percent, rounded
from assessment.indicators.domain import a_year_before, period


@pytest.mark.parametrize(
    ("exact", "decimals", "printed"),
    [
        (Fraction("2.95") + Fraction("58.9") + Fraction("7.7"), 1, "69.6"),  # Y6
        (Fraction(23133, 20000) * 100, 2, "115.67"),  # Y22: exactly 115.665
        (Fraction(26341, 34365) * 100, 2, "76.65"),  # Y22: 76.6507, no ceiling
        (Fraction(11207, 16500) * 100, 0, "68"),  # Y2: no truncation
        (Fraction(11800, 4400) * 100, 0, "268"),  # Y3
        (Fraction(30161, 12100) * 100, 0, "249"),  # Y4
        (Fraction(30161, 30950) * 100, 1, "97.5"),  # N4
        (Fraction(2620, 2280) * 100, 0, "115"),  # Y5
        (Fraction("13.4") + Fraction("7.4") + 4 + Fraction("22.7"), 1, "47.5"),  # Y7
        (Fraction(59469, 66077) * 100, 0, "90"),  # Y10
        (Fraction("207.6") * 3 / 100, 2, "6.23"),  # 6.228
        (Fraction(-5, 100), 1, "-0.1"),  # away from zero
        (Fraction(-4, 100), 1, "0.0"),  # no negative zero
        (Fraction(0), 2, "0.00"),
    ],
)
def test_published_values_need_half_up_from_the_exact_fraction(
    exact: Fraction, decimals: int, printed: str
) -> None:
    assert f"{rounded(exact, decimals):f}" == printed


@given(st.decimals(-(10**9), 10**9, places=6), st.integers(0, 5))
def test_rounding_is_decimals_half_up(value: Decimal, decimals: int) -> None:
    wanted = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert rounded(Fraction(value), decimals) == wanted


@given(st.fractions(), st.integers(0, 6))
def test_rounding_moves_by_half_a_place_at_most(exact: Fraction, decimals: int) -> None:
    assert abs(Fraction(rounded(exact, decimals)) - exact) <= Fraction(1, 2 * 10**decimals)


def test_nothing_is_divided_by_zero() -> None:
    assert percent(Fraction(1), Fraction(0)) is None
    assert domain.growth(Fraction(5), Fraction(0)) is None
    assert domain.growth(Fraction(3), Fraction(4)) == -25


@pytest.mark.parametrize(
    "text",
    [
        "reemployed.value.231100000000.all.2003-10-31",
        "reemployed@1.value.231102000000.231102-employment-bureau.2003-10-31",
        "reemployed.growth.231100000000.all.cum-2003-10-31",
        "reemployed.completion.231100000000.231100-city-direct.2003-10-31.city",
        "new_posts_gross.completion.231100000000.all.2003-10-31.province.net_new_posts",
    ],
)
def test_an_id_reads_and_writes_the_same(text: str) -> None:
    assert str(parse(text)) == text


@given(st.text(max_size=80))
def test_any_other_text_is_no_id(text: str) -> None:
    try:
        assert str(parse(text)) == text
    except UnknownFigure:
        pass


def test_a_target_of_the_same_indicator_is_not_said_twice() -> None:
    same = FigureId(
        "reemployed", "completion", "231100000000", "all", date(2003, 10, 31), issuer="city",
        target_indicator="reemployed",
    )  # fmt: skip
    assert str(same).endswith(".2003-10-31.city")


def test_units_convert_only_within_their_kind() -> None:
    assert domain.convert(Fraction("69.55"), "wan_yuan", "yuan") == 695_500
    assert domain.convert(Fraction(30161), "person", "wan_person") == Fraction("3.0161")
    assert domain.convert(Fraction(1), "person", "household") is None


def test_periods_and_equal_calendar_cuts() -> None:
    day = date(2004, 2, 29)
    assert str(period("YTD", day)) == "2004-01-01/2004-02-29"
    assert str(period("CUM", day)) == "../2004-02-29"
    assert str(period("MON", date(2003, 2, 10))) == "2003-02-01/2003-02-28"
    assert str(period("ANN", day)) == "2004-01-01/2004-12-31"
    assert a_year_before(day) == date(2003, 2, 28)
    assert a_year_before(date(2005, 2, 28)) == date(2004, 2, 29)
    assert a_year_before(date(2003, 10, 31)) == date(2002, 10, 31)


def test_a_stated_total_is_compared_as_it_is_printed() -> None:
    assert domain.reconciliation(Fraction("69.55"), Fraction("69.6"), "wan_yuan", 1) is None
    assert domain.reconciliation(Fraction("69.55"), None, "wan_yuan", 1) is None
    gap = domain.reconciliation(Fraction("9.2"), Fraction("9.4"), "wan_yuan", 1)
    assert gap is not None
    assert gap.zh == "申报合计 9.4 与分项之和 9.2 相差 0.2（万元）"
