"""Who may hold a public-welfare post, and that nobody holds it twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from jobs_market.public_welfare_posts import domain
from jobs_market.public_welfare_posts.domain import Occupancy, PublicWelfarePost
from jobs_market.workers.domain import Difficulty, recognised

POST = PublicWelfarePost(
    uuid4(), uuid4(), "cleaning", date(2003, 3, 1), "231102000000", "231102-employment-bureau"
)


def occupancy(on: date) -> Occupancy:
    return Occupancy(POST.id, uuid4(), uuid4(), on, uuid4())


def occupy(new: Occupancy, *earlier: Occupancy, difficulty: bool = True) -> Occupancy:
    return domain.occupy(POST, earlier, new, employer_id=POST.employer_id, in_difficulty=difficulty)


def test_only_persons_recognised_as_in_difficulty_get_a_post() -> None:
    with pytest.raises(domain.NotInDifficulty):
        occupy(occupancy(date(2003, 6, 1)), difficulty=False)


def test_a_post_has_one_occupant_at_a_time() -> None:
    first = occupy(occupancy(date(2003, 6, 1)))
    with pytest.raises(domain.PostOccupied):
        occupy(occupancy(date(2003, 7, 1)), first)
    left = first.vacate(date(2003, 7, 1))
    with pytest.raises(domain.PostOccupied):
        occupy(occupancy(date(2003, 6, 30)), left)
    assert occupy(occupancy(date(2003, 7, 1)), left).occupied_on == date(2003, 7, 1)


def test_a_void_occupancy_never_was() -> None:
    void = occupy(occupancy(date(2003, 6, 1))).void()
    occupy(occupancy(date(2003, 6, 1)), void)
    with pytest.raises(domain.NotTheOccupant):
        void.vacate(date(2003, 7, 1))


def test_a_post_is_given_only_after_it_was_developed_and_by_its_own_employer() -> None:
    with pytest.raises(domain.PostNotDeveloped):
        occupy(occupancy(date(2003, 2, 28)))
    with pytest.raises(domain.PostNotDeveloped):
        domain.occupy(
            POST, [], occupancy(date(2003, 6, 1)), employer_id=uuid4(), in_difficulty=True
        )


def test_a_change_of_occupant_is_reported_within_days() -> None:
    one = occupancy(date(2003, 6, 1))
    assert one.report_due_on(5) is None
    assert one.vacate(date(2003, 7, 1)).report_due_on(5) == date(2003, 7, 6)


def test_recognition_holds_from_its_day_until_its_exit() -> None:
    one = Difficulty(uuid4(), uuid4(), "4050", date(2003, 2, 1), None)
    assert recognised([one], date(2003, 2, 1))
    assert not recognised([one], date(2003, 1, 31))
    left = replace(one, exited_on=date(2003, 9, 1))
    assert recognised([left], date(2003, 8, 31))
    assert not recognised([left], date(2003, 9, 1))
    assert not recognised([replace(one, recognised_on=None)], date(2003, 9, 1))
    assert not recognised([], date(2003, 9, 1))
