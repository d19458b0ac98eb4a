"""Classes, enrolments, and what makes a trained person employed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs_market.enrolments import domain as enrolments
from jobs_market.enrolments.domain import Enrolment, Start
from jobs_market.training_classes import domain as classes
from jobs_market.training_classes.domain import TrainingClass

STARTS, ENDS = date(2003, 4, 1), date(2003, 5, 31)
WORKER = uuid4()


def training_class(**changes: object) -> TrainingClass:
    plain = TrainingClass(
        uuid4(), "市就业训练中心", "烹饪", "vocational", 40, STARTS, ENDS, "231102000000",
        "231102-employment-bureau",
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def enrolment(result: enrolments.Result | None = None) -> Enrolment:
    one = Enrolment(
        uuid4(), uuid4(), WORKER, STARTS, ENDS, "231102000000", "231102-employment-bureau"
    )
    return one if result is None else one.settle(ENDS, result)


def start(day: date, number: int = 1) -> Start:
    return Start(UUID(int=number), WORKER, day)


def test_a_class_is_completed_when_it_is_over_and_every_result_is_there() -> None:
    one = training_class(enrolled=3, passed=1, failed=1)
    with pytest.raises(classes.ResultsMissing):
        one.complete(ENDS)
    one = replace(one, dropped=1)
    with pytest.raises(classes.ClassNotOver):
        one.complete(date(2003, 5, 30))
    done = one.complete(ENDS)
    with pytest.raises(classes.ClassCompleted):
        done.complete(ENDS)
    with pytest.raises(classes.ClassCompleted):
        done.check_takes(STARTS)
    with pytest.raises(classes.ClassCompleted):
        done.check_result(ENDS, "passed")


def test_a_class_ends_after_it_starts_and_takes_nobody_after_its_end() -> None:
    with pytest.raises(classes.ClassDatesOutOfOrder):
        training_class(ends_on=date(2003, 3, 1)).check_dates()
    with pytest.raises(classes.ClassDatesOutOfOrder):
        training_class().check_takes(date(2003, 6, 1))


def test_an_examination_comes_at_the_end_and_one_may_drop_out_before() -> None:
    with pytest.raises(classes.ClassNotOver):
        training_class().check_result(date(2003, 5, 1), "passed")
    training_class().check_result(date(2003, 5, 1), "dropped")


def test_a_result_comes_once() -> None:
    with pytest.raises(enrolments.AlreadyResulted):
        enrolment("passed").settle(ENDS, "failed")
    with pytest.raises(enrolments.ResultBeforeEnrolment):
        enrolment().settle(date(2003, 3, 1), "dropped")


@pytest.mark.parametrize(
    ("result", "day", "employed"),
    [
        ("passed", ENDS, True),
        ("failed", ENDS, True),
        ("dropped", ENDS, False),
        (None, ENDS, False),
        ("passed", date(2003, 5, 30), False),
    ],
)
def test_a_trained_person_who_starts_work_after_the_class_is_employed(
    result: enrolments.Result | None, day: date, employed: bool
) -> None:
    assert (enrolment(result).employing([start(day)]) is not None) is employed


def test_the_earliest_start_counts_and_only_once() -> None:
    june, july = start(date(2003, 6, 1), 2), start(date(2003, 7, 1), 1)
    one = enrolment("passed")
    assert one.employing([july, june]) == june
    employed = one.employ(june, uuid4())
    assert employed.employing([july]) is None
    assert employed.unemploy().employing([july]) == july


@given(st.lists(st.dates(date(2003, 1, 1), date(2003, 12, 31)), max_size=8), st.randoms())
def test_the_order_in_which_starts_arrive_does_not_matter(days: list[date], chance: Random) -> None:
    starts = [start(day, number) for number, day in enumerate(days, 1)]
    mixed = list(starts)
    chance.shuffle(mixed)
    assert enrolment("passed").employing(starts) == enrolment("passed").employing(mixed)
