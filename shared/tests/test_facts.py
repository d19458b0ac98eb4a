"""The day and the place of a fact, and calendar months."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.facts import Desk, IdTaken, InTheFuture, OutsideYourArea, accepted, add_months, only

DESK = Desk("231102", date(2003, 10, 31))


def test_a_fact_of_ones_own_area_and_past_is_admitted() -> None:
    DESK.admit("231102001000", date(2003, 10, 31))


def test_another_district_and_tomorrow_are_refused() -> None:
    with pytest.raises(OutsideYourArea):
        DESK.admit("231121000000", date(2003, 1, 1))
    with pytest.raises(InTheFuture):
        DESK.admit("231102000000", date(2003, 11, 1))


def test_one_result_is_given_or_its_refusal_raised() -> None:
    assert only([3]) == 3
    with pytest.raises(IdTaken):
        only([IdTaken()])
    assert accepted([1, IdTaken(), 2]) == [1, 2]


def test_the_end_of_a_shorter_month_stands_for_the_day() -> None:
    assert add_months(date(2004, 1, 31), 1) == date(2004, 2, 29)
    assert add_months(date(2003, 1, 31), 1) == date(2003, 2, 28)
    assert add_months(date(2003, 11, 30), 3) == date(2004, 2, 29)


@given(st.dates(date(1990, 1, 1), date(2050, 12, 31)), st.integers(0, 600))
def test_months_add_up(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day
