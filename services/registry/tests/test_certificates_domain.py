"""The rule of 2002 by its clauses, and the steps of a certificate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from registry.certificates import domain, rule
from registry.certificates.domain import Certificate
from registry.certificates.rule import Terms, WorkerFacts
from registry.retirement_ages import RetirementAges
from registry.workers.domain import Claims

ON = date(2003, 3, 1)
FOUR = ("soe_laid_off", "soe_unemployed", "closed_soe_to_be_placed", "dibao_long_term_unemployed")
TERMS = Terms(frozenset(FOUR), 12, date(2002, 9, 30), RetirementAges(60, 50, 55))
BORN = date(1965, 5, 4)

LAID_OFF = WorkerFacts(
    Claims("soe_laid_off", "state_owned", centre_agreement_on=date(2001, 1, 1)),
    "laid_off",
    date(2001, 1, 1),
    "female",
    BORN,
)
UNEMPLOYED = WorkerFacts(
    Claims("soe_unemployed", "state_owned", drawing_unemployment_insurance=True),
    "unemployed",
    date(2002, 6, 1),
    "female",
    BORN,
)
CLOSED = WorkerFacts(
    Claims(
        "closed_soe_to_be_placed",
        "state_owned",
        former_enterprise_closed=True,
        settlement_received=True,
    ),
    "to_be_placed",
    date(2002, 6, 1),
    "female",
    BORN,
)
DIBAO = WorkerFacts(
    Claims("dibao_long_term_unemployed", "other", dibao=True, jobless_since=date(2002, 3, 1)),
    "unemployed",
    date(2002, 3, 1),
    "female",
    BORN,
)


def failing(facts: WorkerFacts, on: date = ON) -> str | None:
    outcome = rule.RULES["2002-5"](facts, TERMS, on)
    return next((condition.code for condition in outcome if not condition.ok), None)


@pytest.mark.parametrize("facts", [LAID_OFF, UNEMPLOYED, CLOSED, DIBAO])
def test_each_category_is_granted(facts: WorkerFacts) -> None:
    assert failing(facts) is None


def but(facts: WorkerFacts, **claims: Any) -> WorkerFacts:
    return replace(facts, claims=replace(facts.claims, **claims))


@pytest.mark.parametrize(
    ("facts", "clause"),
    [
        (but(LAID_OFF, category="none"), "category-claimed"),
        (but(LAID_OFF, internally_retired=True), "not-internally-retired"),
        (replace(LAID_OFF, status="retired"), "of-the-labour-force"),
        (replace(LAID_OFF, status="employed"), "not-reemployed"),
        (but(LAID_OFF, former_enterprise_kind="collective"), "former-enterprise-state-owned"),
        (replace(LAID_OFF, status="unemployed"), "laid-off"),
        (but(LAID_OFF, centre_agreement_on=None), "centre-agreement"),
        (but(LAID_OFF, centre_agreement_on=date(2003, 3, 2)), "centre-agreement"),
        (replace(UNEMPLOYED, status="jobless"), "registered-unemployed"),
        (but(UNEMPLOYED, drawing_unemployment_insurance=False), "drawing-unemployment-insurance"),
        (but(CLOSED, former_enterprise_closed=False), "enterprise-closed"),
        (but(CLOSED, settlement_received=False), "settlement-received"),
        (but(DIBAO, dibao=False), "dibao"),
        (but(DIBAO, jobless_since=date(2002, 3, 2)), "unemployed-long-enough"),
        (replace(DIBAO, status="jobless"), "unemployed-long-enough"),
        (but(DIBAO, former_enterprise_kind="none"), "employed-before"),
    ],
)
def test_the_first_failing_clause_is_told(facts: WorkerFacts, clause: str) -> None:
    assert failing(facts) == clause


def test_every_clause_has_a_citation_and_both_languages() -> None:
    for by_category in rule.CLAUSES.values():
        for clauses in by_category.values():
            for clause in clauses:
                assert clause.met.clause
                assert clause.met.facts
                assert clause.met.zh != clause.met.en


def test_retirement_is_a_birthday() -> None:
    ages = RetirementAges(60, 50, 55)
    assert ages.day("female", date(1956, 5, 4), cadre=False) == date(2006, 5, 4)
    assert ages.day("female", date(1956, 5, 4), cadre=True) == date(2011, 5, 4)
    assert ages.day("male", date(1948, 2, 29), cadre=True) == date(2008, 2, 29)
    assert ages.day("female", date(1956, 2, 29), cadre=False) == date(2006, 3, 1)


def test_whole_months() -> None:
    assert rule.whole_months(date(2002, 3, 1), date(2003, 3, 1)) == 12
    assert rule.whole_months(date(2002, 3, 2), date(2003, 3, 1)) == 11
    assert rule.whole_months(date(2003, 3, 1), date(2003, 2, 1)) == -1


D1, D2 = UUID(int=11), UUID(int=12)
APPLIED = Certificate(
    UUID(int=1), UUID(int=2), "soe_laid_off", "applied", ON, ON, 1, "231102000000", "office"
)


def publicised() -> Certificate:
    checked = APPLIED.check(granted=True, clause=None, decision_id=D1, on=ON)
    return checked.publicise(on=date(2003, 3, 3))


def issued() -> Certificate:
    return publicised().issue(
        on=date(2003, 3, 6), number="2311002003000001", publicity_days=3,
        valid_until=date(2006, 3, 6), issued_by="office",
    )  # fmt: skip


def test_from_application_to_issue() -> None:
    certificate = issued()
    assert (certificate.state, certificate.step, certificate.entitled) == ("issued", 4, True)
    assert certificate.valid_until == date(2006, 3, 6)


def test_publicity_must_be_over() -> None:
    with pytest.raises(domain.PublicityNotOver):
        publicised().issue(
            on=date(2003, 3, 5), number="1", publicity_days=3, valid_until=date(2006, 3, 5),
            issued_by="office",
        )  # fmt: skip


def test_a_step_needs_the_one_before_it_and_its_day() -> None:
    with pytest.raises(domain.WrongState):
        APPLIED.publicise(on=ON)
    with pytest.raises(domain.WrongState):
        issued().publicise(on=date(2003, 4, 1))
    with pytest.raises(domain.OutOfOrder):
        APPLIED.check(granted=True, clause=None, decision_id=D1, on=date(2003, 2, 1))


def redecide(certificate: Certificate, granted: bool) -> Certificate:
    return certificate.redecide(
        category="soe_laid_off" if granted else "none",
        granted=granted,
        clause=None if granted else "category-claimed",
        decision_id=D2,
        on=date(2003, 5, 1),
    )


def test_a_correction_refuses_grants_again_and_revokes() -> None:
    refused = redecide(publicised(), granted=False)
    assert (refused.state, refused.entitled, refused.clause) == (
        "refused",
        False,
        "category-claimed",
    )
    again = redecide(refused, granted=True)
    assert (again.state, again.entitled, again.clause) == ("publicised", True, None)
    revoked = redecide(issued(), granted=False)
    assert (revoked.state, revoked.entitled, revoked.revoked_on) == (
        "revoked", False, date(2003, 5, 1),
    )  # fmt: skip
    assert revoked.number is not None
    anew = redecide(revoked, granted=True)
    assert (anew.state, anew.number, anew.revoked_on) == ("publicised", None, None)


def test_a_correction_without_consequence_keeps_the_state() -> None:
    same = redecide(issued(), granted=True)
    assert (same.state, same.step, same.decision_id) == ("issued", 4, D2)


def test_only_what_was_over_is_reopened() -> None:
    later = date(2007, 3, 6)
    over = issued().expire(on=date(2006, 3, 7))
    again = over.reopen(state="issued", on=issued().state_on, valid_until=later)
    assert (again.state, again.state_on, again.valid_until, again.step) == (
        "issued", issued().state_on, later, over.step + 1,
    )  # fmt: skip
    with pytest.raises(domain.WrongState):
        issued().reopen(state="issued", on=ON, valid_until=later)


def test_what_a_person_refused_stays_refused() -> None:
    refused = publicised().refuse(reason="proof-false", on=date(2003, 3, 5))
    assert redecide(refused, granted=True).state == "refused"
