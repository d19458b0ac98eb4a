"""Job-seeker registrations and referral letters."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from jobs_market.jobseekers import domain as jobseekers
from jobs_market.jobseekers.domain import Jobseeker
from jobs_market.referrals import domain as referrals

MAY = date(2003, 5, 1)
WORKER = uuid4()


def seeker(on: date = MAY) -> Jobseeker:
    until = jobseekers.valid_until(on, 3)
    return Jobseeker(uuid4(), WORKER, on, until, "231102000000", "231102-employment-bureau")


def test_a_registration_is_valid_for_its_months_and_expires_by_itself() -> None:
    one = seeker()
    assert one.valid_until == date(2003, 8, 1)
    assert one.seeks(MAY)
    assert one.seeks(date(2003, 8, 1))
    assert not one.seeks(date(2003, 8, 2))
    assert not one.seeks(date(2003, 4, 30))
    assert one.state(date(2003, 8, 1)) == "active"
    assert one.state(date(2003, 8, 2)) == "expired"


def test_who_withdraws_seeks_no_longer() -> None:
    gone = seeker().withdraw(date(2003, 6, 1), "moved_away")
    assert gone.state(date(2003, 6, 1)) == "withdrawn"
    assert not gone.seeks(date(2003, 6, 1))
    with pytest.raises(jobseekers.NotSeeking):
        gone.withdraw(date(2003, 6, 2), "other")


def test_a_person_counts_once_in_a_period_of_validity() -> None:
    first = seeker()
    with pytest.raises(jobseekers.AlreadySeeking):
        jobseekers.check_not_seeking([first], seeker(date(2003, 8, 1)))
    jobseekers.check_not_seeking([first], seeker(date(2003, 8, 2)))
    with pytest.raises(jobseekers.AlreadySeeking):
        jobseekers.check_not_seeking([first], seeker(date(2003, 3, 1)))


def test_after_withdrawing_one_may_register_again_the_same_day() -> None:
    gone = seeker().withdraw(date(2003, 6, 1), "other")
    jobseekers.check_not_seeking([gone], seeker(date(2003, 6, 1)))
    with pytest.raises(jobseekers.AlreadySeeking):
        jobseekers.check_not_seeking([gone], seeker(date(2003, 5, 20)))


def letter() -> referrals.Referral:
    return referrals.Referral(
        uuid4(), uuid4(), WORKER, uuid4(), MAY, "231102000000", "231102-employment-bureau"
    )


def test_a_letter_is_answered_once_and_not_before_it_was_written() -> None:
    hired = letter().resolve(MAY, "hired")
    with pytest.raises(referrals.ReferralResolved):
        hired.resolve(MAY, "refused")
    with pytest.raises(referrals.ResolvedBeforeIssued):
        letter().resolve(date(2003, 4, 1), "hired")


def test_a_placement_may_name_only_a_letter_that_led_to_hiring_of_the_same_person() -> None:
    letter().resolve(MAY, "hired").check_hired(WORKER)
    for wrong, worker in ((letter(), WORKER), (letter().resolve(MAY, "hired"), uuid4())):
        with pytest.raises(referrals.ReferralNotHired):
            wrong.check_hired(worker)
