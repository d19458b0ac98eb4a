"""A case as its decision record keeps it, and back: so that the rule can be run on a record alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from kit.decisions import Condition, Decision, Rule
from kit.policy import Parameter, canonical
from subsidy.entitlements import domain
from subsidy.entitlements.domain import Case, Certificate, Outcome, Placement, Terms


def facts_of(case: Case, terms: Terms | None) -> dict[str, Any]:
    """Every value that the rule was given, JSON-able; with the clauses, which no parameter's value
    holds but the record must name again."""
    placement = case.placement
    return {
        "placement_id": str(placement.id),
        "worker_id": str(placement.worker_id),
        "employer_id": str(placement.employer_id),
        "started_on": placement.started_on.isoformat(),
        "contract_months": placement.contract_months,
        "new_post": placement.new_post,
        "ended_on": _text(placement.ended_on),
        "voided": placement.voided,
        "population": case.population,
        "sector": case.sector,
        "certificates": [_certificate(one) for one in case.certificates],
        "clauses": None
        if terms is None
        else {"rule": terms.clause, "contract_term": terms.contract_months_min_clause},
    }


def _certificate(one: Certificate) -> dict[str, Any]:
    told = {
        "id": str(one.id),
        "issued_on": one.issued_on.isoformat(),
        "valid_until": _text(one.valid_until),
        "revoked_on": _text(one.revoked_on),
    }
    # Named only where it is so: records of before it was read say the same as today's.
    return told if one.expired_on is None else {**told, "expired_on": _text(one.expired_on)}


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def case_of(facts: Mapping[str, Any]) -> Case:
    """The case that a record tells of."""
    return Case(
        Placement(
            id=UUID(facts["placement_id"]),
            worker_id=UUID(facts["worker_id"]),
            employer_id=UUID(facts["employer_id"]),
            started_on=date.fromisoformat(facts["started_on"]),
            contract_months=facts["contract_months"],
            new_post=facts["new_post"],
            ended_on=_day(facts["ended_on"]),
            voided=facts["voided"],
        ),
        facts["population"],
        facts["sector"],
        tuple(
            Certificate(
                UUID(one["id"]), date.fromisoformat(one["issued_on"]), _day(one["valid_until"]),
                _day(one["revoked_on"]), expired_on=_day(one.get("expired_on")),
            )
            for one in facts["certificates"]
        ),
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def outcome_of(outcome: Outcome) -> dict[str, Any]:
    """What was granted: the window of the contract, and what a closing left of it."""
    window, claimable = outcome.window, outcome.claimable
    if window is None or claimable is None:
        return {"standing": outcome.standing}
    return {
        "standing": outcome.standing,
        "from": window.start.isoformat(),
        "to": window.end.isoformat(),
        "months": window.months,
        "claimable_to": claimable.end.isoformat(),
        "claimable_months": claimable.months,
    }


def digest_of(facts: Mapping[str, Any], parameter_ids: Sequence[str]) -> bytes:
    """Names the facts and the parameters (with their dates): the same ones decide nothing new."""
    return sha256(canonical([facts, list(parameter_ids)])).digest()


def decision_of(
    entitlement_id: UUID,
    case: Case,
    outcome: Outcome,
    *,
    facts: Mapping[str, Any],
    parameters: tuple[Parameter, ...],
    parameter_set: str,
    decided_on: date,
    events: Mapping[str, UUID],
) -> Decision:
    """The decision record of one case."""
    return Decision(
        noun="entitlement",
        entity_id=entitlement_id,
        rule=domain.RULE,
        version=domain.RULE_VERSION,
        decided_on=decided_on,
        law_on=case.placement.started_on,
        conditions=outcome.conditions,
        facts=facts,
        parameters=parameters,
        parameter_set=parameter_set,
        events=events,
        outcome=outcome_of(outcome),
    )


def _again(
    facts: Mapping[str, Any], parameters: Mapping[str, Any], law_on: date
) -> tuple[Sequence[Condition], Mapping[str, Any]]:
    outcome = domain.assess(case_of(facts), _terms(parameters, facts["clauses"]))
    return outcome.conditions, outcome_of(outcome)


def _terms(parameters: Mapping[str, Any], clauses: Mapping[str, str] | None) -> Terms | None:
    if clauses is None:
        return None
    return Terms(
        contract_months_min=parameters["subsidy.si_contract_months_min"],
        contract_months_min_clause=clauses["contract_term"],
        months_max=parameters["subsidy.si_months_max"],
        sectors=frozenset(parameters["subsidy.si_sectors"]),
        clause=clauses["rule"],
    )


#: For ``kit.decisions.rederive``.
RULES: dict[str, Rule] = {f"{domain.RULE}@{domain.RULE_VERSION}": _again}
