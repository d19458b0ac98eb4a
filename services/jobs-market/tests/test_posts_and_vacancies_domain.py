"""Employers, posts, vacancies: the rules without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from jobs_market.employers import domain as employers
from jobs_market.posts import domain as posts
from jobs_market.vacancies import domain as vacancies
from kit import facts

MAY = date(2003, 5, 1)


def test_a_credit_code_with_a_wrong_check_digit_is_refused() -> None:
    assert employers.checked_uscc("91110000600037341L") == "91110000600037341L"
    assert employers.checked_uscc("9111 0000 6000 37341 l") == "91110000600037341L"
    assert employers.checked_uscc(None) is None
    with pytest.raises(employers.InvalidUscc):
        employers.checked_uscc("91110000600037342L")


def test_an_edit_of_the_staff_count_makes_a_new_version() -> None:
    one = employers.Employer(
        uuid4(), "某商店", None, "commerce", "private", 3, MAY, "231102000000", "231102-bureau"
    )
    assert one.count_staff(51) == replace(one, staff_count=51, version=2)


def post() -> posts.Post:
    return posts.Post(
        uuid4(), uuid4(), "commerce", False, MAY, "231102000000", "231102-employment-bureau"
    )


def test_a_post_is_lost_once_and_not_before_it_was_opened() -> None:
    lost = post().lose(date(2003, 6, 1), "layoff")
    assert (lost.lost_on, lost.lost_reason, lost.version) == (date(2003, 6, 1), "layoff", 2)
    with pytest.raises(posts.PostAlreadyLost):
        lost.lose(date(2003, 7, 1), "layoff")
    with pytest.raises(posts.LostBeforeOpened):
        post().lose(date(2003, 4, 30), "layoff")


def vacancy(**changes: object) -> vacancies.Vacancy:
    plain = vacancies.Vacancy(
        id=uuid4(),
        employer_id=uuid4(),
        occupation="营业员",
        headcount=2,
        wage=60000,
        term_months=12,
        reported_on=MAY,
        vacant_on=None,
        reserved_for_difficulty=False,
        requirements=None,
        area_code="231102000000",
        office="231102-employment-bureau",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_the_last_hire_closes_a_vacancy_as_filled() -> None:
    one = vacancy().fill(MAY)
    assert one.state == "partly_filled"
    full = one.fill(date(2003, 5, 9))
    assert (full.state, full.closed_on) == ("filled", date(2003, 5, 9))
    with pytest.raises(vacancies.VacancyClosed):
        full.fill(date(2003, 5, 10))


def test_a_vacancy_is_closed_once_and_not_before_it_was_reported() -> None:
    closed = vacancy().close(MAY, "withdrawn")
    assert closed.state == "closed"
    with pytest.raises(vacancies.VacancyClosed):
        closed.close(MAY, "withdrawn")
    with pytest.raises(vacancies.VacancyNotReportedYet):
        vacancy().close(date(2003, 4, 1), "withdrawn")
    with pytest.raises(vacancies.VacancyClosed):
        closed.note_requirements("初中以上")


@pytest.mark.parametrize(
    ("vacant_on", "staff", "late"),
    [
        (None, 80, False),
        (date(2003, 5, 16), 80, False),
        (date(2003, 5, 15), 80, True),
        (date(2003, 5, 15), 49, False),
        (date(2003, 5, 15), None, False),
    ],
)
def test_a_large_employer_reports_before_the_post_is_vacant(
    vacant_on: date | None, staff: int | None, late: bool
) -> None:
    rule = vacancies.ReportRule(staff_min=50, days_before=15)
    assert vacancy(vacant_on=vacant_on).reported_late(staff, rule) is late


def test_months_end_where_the_shorter_month_ends() -> None:
    assert facts.add_months(date(2003, 11, 30), 3) == date(2004, 2, 29)
    assert facts.add_months(date(2003, 12, 15), 1) == date(2004, 1, 15)


def test_a_desk_admits_its_own_area_up_to_today() -> None:
    desk = facts.Desk(area_prefix="231102", today=date(2003, 10, 31))
    desk.admit("231102001000", date(2003, 10, 31))
    with pytest.raises(facts.OutsideYourArea):
        desk.admit("231121000000", MAY)
    with pytest.raises(facts.InTheFuture):
        desk.admit("231102001000", date(2003, 11, 1))
