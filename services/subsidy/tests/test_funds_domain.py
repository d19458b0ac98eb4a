"""Position and age of a fund's money; findings of arrangements; payments and their reversal."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from subsidy.arrangements.domain import finding
from subsidy.funds import domain
from subsidy.funds.domain import Appropriation, Layer, Sum, YearOutOfRange
from subsidy.journal.domain import AlreadyReversed
from subsidy.payments import domain as payments
from subsidy.payments.domain import PaidBeforeArranged, Payment, ReversedBeforePaid

AREA = "231100000000"
WAN = 1_000_000


def test_arrangements_use_the_oldest_money_first() -> None:
    receipts = [(date(2003, 3, 1), 100), (date(2003, 1, 1), 50), (date(2003, 6, 1), 10)]
    assert domain.unallocated_layers(receipts, 120) == [
        Layer(date(2003, 3, 1), 30),
        Layer(date(2003, 6, 1), 10),
    ]
    assert domain.unallocated_layers(receipts, 160) == []


def test_the_age_of_idle_money_is_that_of_the_oldest() -> None:
    layers = domain.unallocated_layers([(date(2003, 10, 1), 5), (date(2003, 10, 21), 5)], 0)
    assert domain.oldest_age_days(layers, date(2003, 10, 31)) == 30
    assert domain.oldest_age_days([], date(2003, 10, 31)) is None


def test_the_living_allowance_of_heihe_leaves_552_wan_unexplained() -> None:
    """N9: 8,275 raised, 5,034 and 2,689 paid."""
    sums = [
        Sum(AREA, "source", "raised", 8275 * WAN, 8275 * WAN),
        Sum(AREA, "unallocated", "", 0, 552 * WAN),
        Sum(AREA, "arranged", "living-allowance", 5034 * WAN, 0),
        Sum(AREA, "arranged", "centre-social-insurance", 2689 * WAN, 0),
        Sum(AREA, "paid", "living-allowance", 0, 5034 * WAN),
        Sum(AREA, "paid", "centre-social-insurance", 0, 2689 * WAN),
    ]
    receipts = [(AREA, date(1999, 1, 1), 8275 * WAN)]
    position = domain.position("living_allowance", date(2003, 10, 31), sums, receipts)
    assert position.unexplained == 552 * WAN
    assert position.unallocated == 552 * WAN
    assert position.arranged_not_paid == 0
    assert [layer.amount for layer in position.layers] == [552 * WAN]


def test_idle_money_ages_in_its_own_area() -> None:
    other = "231121000000"
    sums = [Sum(other, "arranged", "training-subsidy", 70, 70)]
    receipts = [(AREA, date(2003, 1, 1), 100), (other, date(2003, 2, 1), 100)]
    position = domain.position("reemployment", date(2003, 10, 31), sums, receipts)
    assert position.layers == (Layer(date(2003, 1, 1), 100), Layer(date(2003, 2, 1), 30))


def test_the_budget_year_lies_beside_the_day_of_receipt() -> None:
    fact = Appropriation(
        uuid4(), "reemployment", "province", 1, date(2003, 1, 5), 2001, None, None, AREA, "x"
    )
    with pytest.raises(YearOutOfRange):
        domain.admit(fact)


@pytest.mark.parametrize(
    ("use_code", "approval", "permitted", "expected"),
    [
        ("training-subsidy", None, ("training-subsidy",), None),
        ("severance", None, ("training-subsidy",), "use-outside-permitted-list"),
        ("severance", "  ", ("training-subsidy",), "use-outside-permitted-list"),
        ("severance", "黑财社[2003]1号", ("training-subsidy",), None),
        ("training-subsidy", None, None, "no-use-list-in-force"),
    ],
)
def test_a_use_gets_the_finding_that_it_deserves(
    use_code: str, approval: str | None, permitted: tuple[str, ...] | None, expected: str | None
) -> None:
    assert finding(use_code, approval, permitted) == expected


def payment(paid_on: date) -> Payment:
    return Payment(uuid4(), uuid4(), 100, paid_on, "person", "基本生活费", AREA, "x")


def test_nothing_is_paid_before_it_was_arranged() -> None:
    with pytest.raises(PaidBeforeArranged):
        payments.admit(payment(date(2003, 5, 1)), date(2003, 5, 2))


def test_a_payment_is_taken_back_once_and_not_before_it_was_made() -> None:
    one = payment(date(2003, 5, 1))
    with pytest.raises(ReversedBeforePaid):
        one.reverse(date(2003, 4, 30))
    after = one.reverse(date(2003, 5, 2))
    assert after.reversed_on == date(2003, 5, 2)
    with pytest.raises(AlreadyReversed):
        after.reverse(date(2003, 5, 3))
