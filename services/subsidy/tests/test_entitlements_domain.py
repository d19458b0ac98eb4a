"""The rule of the social-insurance subsidy on golden cases, and what is told when facts change."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.policy import Policies
from subsidy.entitlements import domain, record, terms
from subsidy.entitlements.domain import Case, Certificate, Outcome, Placement, Step, Told

HERE = Path(__file__).parent
POLICIES = Policies.load(HERE.parent / "policies")
GOLDEN = tomllib.loads((HERE / "golden" / "social_insurance_enterprise.toml").read_text("utf-8"))


def case_of(facts: dict[str, Any]) -> Case:
    certificates = ()
    if facts.get("certificate", True):
        certificates = (
            Certificate(
                uuid4(),
                facts.get("certificate_issued_on", date(2002, 12, 20)),
                facts.get("certificate_valid_until"),
                facts.get("certificate_revoked_on"),
                expired_on=facts.get("certificate_expired_on"),
            ),
        )
    placement = Placement(
        uuid4(), uuid4(), uuid4(), facts["started_on"],
        facts.get("contract_months", 36) or None, facts.get("new_post", True),
        facts.get("ended_on"), facts.get("voided", False),
    )  # fmt: skip
    return Case(
        placement,
        facts.get("population", "base") or None,
        facts.get("sector", "services") or None,
        certificates,
    )


def assess(case: Case) -> Outcome:
    parameters = terms.insurance_parameters(POLICIES, case.placement.started_on)
    return domain.assess(case, terms.insurance_terms(parameters))


@pytest.mark.parametrize("golden", GOLDEN["case"], ids=lambda one: one["title"])
def test_golden(golden: dict[str, Any]) -> None:
    outcome = assess(case_of(golden))
    assert outcome.standing == golden["decision"]
    assert outcome.clause == golden.get("clause")
    if outcome.window is not None:
        assert outcome.window.months == golden["months"]
        assert outcome.window.end == golden["to"]
        assert outcome.window.start == golden.get("from", golden["started_on"])
        assert outcome.claimable is not None
        assert outcome.claimable.months == golden.get("claimable_months", golden["months"])
    assert (outcome.closing.reason if outcome.closing else None) == golden.get("reason")


@pytest.mark.parametrize(
    "golden",
    [one for one in GOLDEN["case"] if one["decision"] not in ("outside", "pending")],
    ids=lambda one: one["title"],
)
def test_a_record_derives_again_from_itself(golden: dict[str, Any]) -> None:
    from kit.decisions import rederive

    case = case_of(golden)
    parameters = terms.insurance_parameters(POLICIES, case.placement.started_on)
    rule = terms.insurance_terms(parameters)
    outcome = domain.assess(case, rule)
    decision = record.decision_of(
        uuid4(), case, outcome,
        facts=record.facts_of(case, rule), parameters=parameters, parameter_set="x",
        decided_on=date(2003, 10, 31), events={},
    )  # fmt: skip
    assert rederive(decision.record(), record.RULES).differences == ()
    assert decision.granted == outcome.granted
    assert decision.clause == outcome.clause


def kinds(steps: list[Step]) -> list[tuple[str, str | None, bool]]:
    return [(step.kind, step.reason, step.reverse) for step in steps]


BASE = case_of({"started_on": date(2003, 3, 15)})
CERTIFICATE = BASE.certificates[0]
ENDED = replace(BASE, placement=replace(BASE.placement, ended_on=date(2003, 9, 30)))
VOIDED = replace(BASE, placement=replace(BASE.placement, voided=True))
BARE = replace(BASE, certificates=())


def follow(*cases: Case) -> list[list[tuple[str, str | None, bool]]]:
    told, all_steps = Told(), []
    for case in cases:
        steps, told = domain.tell(case, told, assess(case))
        all_steps.append(kinds(steps))
    return all_steps


OPENED = ("opened", None, False)
REFUSED = ("refused", None, False)


def test_granted_then_voided_takes_the_opening_back() -> None:
    assert follow(BASE, VOIDED) == [[OPENED], [("closed", "placement-voided", True)]]


def test_ended_then_voided_takes_the_opening_back_too() -> None:
    assert follow(BASE, ENDED, VOIDED) == [
        [OPENED],
        [("closed", "placement-ended", False)],
        [("closed", "placement-voided", True)],
    ]


def test_the_certificate_comes_late() -> None:
    late = replace(BASE, certificates=(replace(CERTIFICATE, issued_on=date(2003, 6, 10)),))
    assert follow(BARE, late) == [[REFUSED], [OPENED]]


def test_the_certificate_falls_away() -> None:
    gone = replace(BASE, certificates=(replace(CERTIFICATE, revoked_on=date(2003, 1, 1)),))
    assert follow(BASE, gone) == [[OPENED], [("closed", "certificate-revoked", True), REFUSED]]


def test_the_same_facts_tell_nothing() -> None:
    assert follow(BASE, BASE, ENDED, ENDED, VOIDED, VOIDED)[1::2] == [[], [], []]


def test_nothing_is_told_before_everything_needed_is_known() -> None:
    assert follow(replace(BASE, sector=None), replace(BASE, population=None)) == [[], []]


FACTS: dict[str, Callable[[Case], Case]] = {
    "worker": lambda case: replace(case, population="base"),
    "employer": lambda case: replace(case, sector="commerce"),
    "certificate": lambda case: replace(case, certificates=(CERTIFICATE,)),
    "revocation": lambda case: replace(
        case, certificates=tuple(replace(c, revoked_on=date(2004, 1, 1)) for c in case.certificates)
    ),
    "end": lambda case: replace(
        case, placement=replace(case.placement, ended_on=date(2003, 12, 31))
    ),
}
ORDERS = [
    order
    for order in itertools.permutations(FACTS)
    # A revocation is told after the issue of the same certificate.
    if order.index("certificate") < order.index("revocation")
]


@given(st.sampled_from(ORDERS))
def test_any_order_of_arrival_ends_in_the_same_state(order: tuple[str, ...]) -> None:
    case = replace(BARE, population=None, sector=None)
    told = Told()
    for name in order:
        case = FACTS[name](case)
        _, told = domain.tell(case, told, assess(case))
    outcome = assess(case)
    assert outcome.standing == "closed"
    assert told == Told(outcome.window, outcome.closing, outcome.clause)


def test_a_term_ends_the_day_before_its_anniversary() -> None:
    assert domain.term_end(date(2003, 12, 1), 12) == date(2004, 11, 30)
    assert domain.term_end(date(2003, 1, 31), 1) == date(2003, 2, 28)
    assert domain.term_end(date(2003, 1, 1), 12) == date(2003, 12, 31)
