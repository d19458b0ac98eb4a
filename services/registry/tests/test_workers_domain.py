"""ID numbers and what is checked when a person is registered."""

from __future__ import annotations

from datetime import date

import pytest

from kit.crypto import check_digit, normalise_id_number
from kit.facts import InTheFuture
from registry.workers import domain
from registry.workers.domain import Claims


def number(born: str = "19600504", serial: str = "002") -> str:
    digits = f"991102{born}{serial}"
    return digits + check_digit(digits)


def test_the_form_must_say_what_the_card_says() -> None:
    card = normalise_id_number(number())
    domain.check_identity(card, None, None)
    domain.check_identity(card, "female", date(1960, 5, 4))
    with pytest.raises(domain.SexDiffers):
        domain.check_identity(card, "male", None)
    with pytest.raises(domain.BirthDateDiffers):
        domain.check_identity(card, None, date(1960, 5, 5))


def check(claims: Claims, **days: date) -> None:
    given = {
        "born": date(1960, 5, 4),
        "status_since": date(2001, 1, 1),
        "registered_on": date(2003, 1, 2),
        "today": date(2003, 10, 31),
        **days,
    }
    domain.check_dates(claims, **given)


def test_dates_of_fact_lie_between_birth_and_today() -> None:
    check(Claims(centre_agreement_on=date(2001, 1, 1)))
    with pytest.raises(InTheFuture):
        check(Claims(), registered_on=date(2003, 11, 1))
    with pytest.raises(InTheFuture):
        check(Claims(jobless_since=date(2004, 1, 1)))
    with pytest.raises(domain.StatusBeforeBirth):
        check(Claims(), status_since=date(1960, 1, 1))


def test_an_agreement_ends_after_it_began() -> None:
    with pytest.raises(domain.AgreementEndsBeforeStart):
        check(Claims(centre_agreement_ended_on=date(2002, 1, 1)))
    with pytest.raises(domain.AgreementEndsBeforeStart):
        check(
            Claims(centre_agreement_on=date(2002, 1, 2), centre_agreement_ended_on=date(2002, 1, 1))
        )


@pytest.mark.parametrize("number", ["12345", "829-1234", "0456-8291234", "+86 139 0456 1234 56"])
def test_a_masked_phone_hides_more_than_half(number: str) -> None:
    masked = domain.mask_phone(number)
    assert len(masked) == len(number)
    assert masked.count("*") * 2 > len(number)
    assert masked[-1] == number[-1]


def test_a_masked_address_hides_street_and_house() -> None:
    assert domain.mask_address("爱辉区花园街道东兴社区12号楼") == "爱辉区花园***"
    assert domain.mask_address("花园街12号") == "花园***"
    assert domain.mask_address("村") == "***"
