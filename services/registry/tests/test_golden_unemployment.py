"""Golden cases of leaving the register (R20), readable by an official; no clause is left out."""

from __future__ import annotations

from typing import Any

import pytest

from kit.decisions import Condition
from kit.money import fen
from kit.policy import NoValue
from registry.filings import domain
from registry.filings.domain import Leaving

from .golden_cases import failing, left_out, name, policies, read

EVERY = read("unemployment", ("2002", "local"))


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
