"""ID numbers and what is checked when a person is registered."""

from __future__ import annotations

from datetime import date

import pytest

from registry.workers import domain
from registry.workers.domain import Claims
from registry.workers.id_numbers import IdNumberInvalid, check_character, read


def number(born: str = "19600504", serial: str = "002") -> str:
    digits = f"991102{born}{serial}"
    return digits + check_character(digits)


def test_a_number_tells_birth_date_and_sex() -> None:
    card = read(number(serial="002"))
    assert card.birth_date == date(1960, 5, 4)
    assert card.sex == "female"
    assert read(number(serial="003")).sex == "male"


def test_the_published_example_of_the_standard_has_its_check_character() -> None:
    assert check_character("11010519491231002") == "X"
    assert read("11010519491231002x").value == "11010519491231002X"


def test_the_fifteen_digit_form_becomes_the_eighteen_digit_form() -> None:
    assert read("991102600504002") == read(number())


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "123",
        number()[:-1] + ("0" if number()[-1] != "0" else "1"),
        number(born="19601304"),
        number(born="19600230"),
        "99110260130400",
        "99110260050400２",
        "9911021960050400A0",
    ],
)
def test_a_wrong_number_is_refused_without_being_repeated(wrong: str) -> None:
    with pytest.raises(IdNumberInvalid) as refused:
        read(wrong)
    assert not wrong or wrong not in str(refused.value)
    assert refused.value.params == {}


def test_every_single_wrong_digit_is_found() -> None:
    good = number()
    for place in range(17):
        for digit in "0123456789":
            if digit != good[place]:
                with pytest.raises(IdNumberInvalid):
                    read(good[:place] + digit + good[place + 1 :])


def test_the_form_must_say_what_the_card_says() -> None:
    card = read(number())
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
    with pytest.raises(domain.FactInFuture):
        check(Claims(), registered_on=date(2003, 11, 1))
    with pytest.raises(domain.FactInFuture):
        check(Claims(jobless_since=date(2004, 1, 1)))
    with pytest.raises(domain.StatusBeforeBirth):
        check(Claims(), status_since=date(1960, 1, 1))


def test_an_agreement_ends_after_it_began() -> None:
    with pytest.raises(domain.AgreementEndsBeforeStart):
        check(Claims(centre_agreement_ended_on=date(2002, 1, 1)))
    with pytest.raises(domain.AgreementEndsBeforeStart):
        check(
            Claims(
                centre_agreement_on=date(2002, 1, 2), centre_agreement_ended_on=date(2002, 1, 1)
            )
        )
