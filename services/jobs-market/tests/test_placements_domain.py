"""When a placement counts, and how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs_market.placements import domain
from jobs_market.placements.domain import Placement, StabilityRule

WORKER = uuid4()
JUNE = date(2003, 6, 1)


def placement(**changes: object) -> Placement:
    plain = Placement(
        id=uuid4(),
        worker_id=WORKER,
        channel="private_economy",
        evidence="contract",
        employer_id=uuid4(),
        sector="services",
        contract_months=12,
        wage=60000,
        new_post=True,
        post_id=None,
        public_welfare_post_id=None,
        training_class_id=None,
        referral_id=None,
        started_on=JUNE,
        claimed_on=JUNE,
        area_code="231102000000",
        office="231102-employment-bureau",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def confirmed(**changes: object) -> Placement:
    claimed = placement(**changes)
    return claimed.confirm(claimed.started_on, uuid4(), [])


def claim(one: Placement, *, population: str = "base", months: int = 0) -> Placement:
    return domain.claim(one, population=population, welfare_months_min=months)


def test_only_a_confirmed_placement_counts() -> None:
    assert not placement().covers_days_of(JUNE, None)
    assert confirmed().covers_days_of(JUNE, None)
    assert not confirmed().void(JUNE, "duplicate").covers_days_of(JUNE, None)


def test_a_second_live_placement_of_the_same_person_is_refused() -> None:
    with pytest.raises(domain.AlreadyPlaced):
        placement(started_on=date(2003, 7, 1)).confirm(date(2003, 7, 1), uuid4(), [confirmed()])


def test_work_that_ended_makes_room_from_that_day() -> None:
    ended = confirmed().end(date(2003, 8, 1), "contract_expired")
    with pytest.raises(domain.AlreadyPlaced):
        placement(started_on=date(2003, 7, 31)).confirm(date(2003, 9, 1), uuid4(), [ended])
    later = placement(started_on=date(2003, 8, 1)).confirm(date(2003, 8, 1), uuid4(), [ended])
    assert later.state == "confirmed"


def test_an_open_placement_may_not_begin_before_a_later_one() -> None:
    with pytest.raises(domain.AlreadyPlaced):
        placement(started_on=date(2003, 5, 1)).confirm(JUNE, uuid4(), [confirmed()])


def test_a_placement_is_confirmed_once_and_not_before_it_starts() -> None:
    with pytest.raises(domain.WrongPlacementState):
        confirmed().confirm(JUNE, uuid4(), [])
    with pytest.raises(domain.DatesOutOfOrder):
        placement().confirm(date(2003, 5, 31), uuid4(), [])


def test_what_has_ended_can_still_be_voided_and_what_is_void_stays_void() -> None:
    ended = confirmed().end(date(2003, 8, 1), "resigned")
    void = ended.void(date(2003, 9, 1), "fake_contract")
    assert (void.state, void.void_reason) == ("voided", "fake_contract")
    with pytest.raises(domain.WrongPlacementState):
        void.void(date(2003, 9, 1), "fake_contract")
    with pytest.raises(domain.WrongPlacementState):
        placement().void(JUNE, "duplicate")
    with pytest.raises(domain.WrongPlacementState):
        void.end(date(2003, 9, 1), "other")
    with pytest.raises(domain.DatesOutOfOrder):
        confirmed().end(date(2003, 5, 1), "other")


@pytest.mark.parametrize(
    "wrong",
    [
        {"evidence": "contract", "contract_months": None},
        {"evidence": "licence", "contract_months": 12},
        {"evidence": "flexible_declaration", "contract_months": None},
    ],
)
def test_evidence_that_does_not_fit_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(domain.EvidenceDoesNotFit):
        claim(placement(**wrong))


def test_a_licence_of_ones_own_and_a_flexible_declaration_need_no_employer() -> None:
    for evidence in ("licence", "flexible_declaration"):
        claim(placement(evidence=evidence, employer_id=None, contract_months=None))


def test_first_employment_is_of_persons_outside_the_base() -> None:
    first = placement(channel="first_employment")
    with pytest.raises(domain.ChannelDoesNotFit):
        claim(first)
    assert claim(first, population="outside") == first


def test_the_public_welfare_channel_and_its_post_go_together() -> None:
    with pytest.raises(domain.ChannelDoesNotFit):
        claim(placement(channel="public_welfare_4050"))
    with pytest.raises(domain.ChannelDoesNotFit):
        claim(placement(public_welfare_post_id=uuid4()))


def test_a_public_welfare_contract_reaches_the_term_of_the_law_of_the_day() -> None:
    one = placement(
        channel="public_welfare_4050", public_welfare_post_id=uuid4(), contract_months=6
    )
    assert claim(one, months=0) == one
    with pytest.raises(domain.ContractTooShort):
        claim(one, months=12)


RULE = StabilityRule(contract_months_min=12, paid_months_min=3)


@pytest.mark.parametrize(
    ("one", "day", "stable"),
    [
        (placement(), JUNE, False),
        (confirmed(), JUNE, True),
        (confirmed(contract_months=6), date(2003, 8, 31), False),
        (confirmed(contract_months=6), date(2003, 9, 1), True),
        (confirmed(evidence="licence", contract_months=None), JUNE, True),
        (confirmed(contract_months=6).end(date(2003, 7, 1), "other"), date(2004, 1, 1), False),
        (confirmed(contract_months=6).void(JUNE, "other"), date(2004, 1, 1), False),
    ],
)
def test_a_placement_is_stable_by_contract_licence_or_months(
    one: Placement, day: date, stable: bool
) -> None:
    assert one.stable(day, RULE) is stable


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12))
def test_whatever_is_confirmed_in_whatever_order_no_day_is_held_twice(
    spells: list[tuple[int, int]],
) -> None:
    held: list[Placement] = []
    for start, length in spells:
        started = JUNE + timedelta(days=start)
        one = placement(id=UUID(int=len(held) + 1), started_on=started)
        try:
            one = one.confirm(started, uuid4(), held)
        except domain.AlreadyPlaced:
            continue
        held.append(one.end(started + timedelta(days=length), "other"))
    days = [
        p.started_on + timedelta(days=n)
        for p in held
        for n in range(max(1, ((p.ended_on or p.started_on) - p.started_on).days))
    ]
    assert len(days) == len(set(days))
