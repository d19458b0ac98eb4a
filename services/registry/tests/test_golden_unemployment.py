"""Golden cases of registering as unemployed (4.1, R18) and of leaving the register (R20), readable by
an official; in each period no clause is left out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kit.decisions import Condition
from kit.money import fen
from kit.policy import NoValue
from registry.filings import domain
from registry.filings.domain import Applicant, Leaving
from registry.unemployment.domain import AGE_CADRE, AGE_FEMALE, AGE_MALE, AGE_MIN, Ages

from .golden_cases import failing, left_out, name, policies, read

EVERY = read("unemployment", ("2002", "local"))
PERIODS = ("registration_2002", "registration_2008")
REGISTERING = read("unemployment", PERIODS)


def decided(period: str, case: dict[str, Any]) -> tuple[Condition, ...]:
    """Every condition with its outcome. Raises ``NoValue`` where the city has set no least wage."""
    law, day, facts = policies(period), case["day"], case["facts"]
    income = fen(facts["income"]) if "income" in facts else None
    least = None if income is None else fen(str(law.value(domain.LEAST_WAGE, day).value))
    times, months = (
        int(str(law.value(id, day).value)) for id in (domain.REFUSALS, domain.NO_CONTACT)
    )
    leaving = Leaving(
        facts["reason"], facts.get("refusals", 0), facts.get("contacted_on"), income
    )  # fmt: skip
    return domain.may_cancel(leaving, times, months, day, least)


@pytest.mark.parametrize(("period", "case"), EVERY, ids=name)
def test_the_decision_is_the_expected_one(period: str, case: dict[str, Any]) -> None:
    if case["decision"] == "no-value":
        with pytest.raises(NoValue):
            decided(period, case)
        return
    assert failing(decided(period, case)) == case.get("clause")
    assert case["decision"] == ("refused" if "clause" in case else "granted")


def test_every_clause_grants_once_and_refuses_once() -> None:
    tried = [
        ("cancellation", decided(period, case))
        for period, case in EVERY
        if case["decision"] != "no-value"
    ]
    assert left_out({"cancellation": domain.CANCELLATION_CLAUSES}, tried) == set()


def registered(case: dict[str, Any]) -> tuple[Condition, ...]:
    """Every condition with its outcome, by the ages of the day; a fact that is not written has the
    value that the file's head names."""
    told = {
        "sex": "female", "birth_date": date(1970, 5, 4), "cadre": False, "status": "jobless",
        "school": False, "graduated_on": None, **case["facts"],
    }  # fmt: skip
    law, day = policies("national"), case["day"]
    ages = Ages(
        *(int(str(law.value(id, day).value)) for id in (AGE_MIN, AGE_MALE, AGE_FEMALE, AGE_CADRE))
    )
    return domain.may_register(Applicant(**told), ages, day)


@pytest.mark.parametrize(("period", "case"), REGISTERING, ids=name)
def test_registered_or_refused_as_expected(period: str, case: dict[str, Any]) -> None:
    assert failing(registered(case)) == case.get("clause")
    assert case["decision"] == ("refused" if "clause" in case else "granted")
    assert (case["day"] < date(2008, 1, 1)) == (period == "registration_2002")


@pytest.mark.parametrize("period", PERIODS)
def test_every_clause_of_registration_grants_once_and_refuses_once(period: str) -> None:
    tried = [("registration", registered(case)) for of, case in REGISTERING if of == period]
    assert left_out({"registration": domain.REGISTRATION_CLAUSES}, tried) == set()
