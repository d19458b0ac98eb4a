"""The decision record of a labour review, and the rule as it runs on a record alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from kit.decisions import Condition, Decision, Rule
from kit.policy import Parameter, plain
from loans.borrowers.domain import Borrower
from loans.loans import domain
from loans.loans.domain import Loan, Terms


def decision_of(
    loan: Loan,
    borrower: Borrower,
    terms: Terms,
    conditions: tuple[Condition, ...],
    *,
    on: date,
    parameters: tuple[Parameter, ...],
    parameter_set: str,
    decided_on: date,
    events: Mapping[str, UUID],
) -> Decision:
    """Facts, parameters and every condition of one review."""
    facts = plain(
        {
            "worker_id": borrower.worker_id,
            "birth_date": borrower.birth_date,
            "registered_unemployed": borrower.registered_unemployed,
            "certificate_valid": borrower.certificate_valid,
            "principal_fen": loan.principal,
            "term_months": loan.term_months,
            "heads": loan.heads,
            "clauses": terms.clauses,
        }
    )
    return Decision(
        noun="loan",
        entity_id=loan.id,
        rule=domain.RULE,
        version=domain.RULE_VERSION,
        decided_on=decided_on,
        law_on=on,
        conditions=conditions,
        facts=facts,
        parameters=parameters,
        parameter_set=parameter_set,
        events=events,
        outcome={},
    )


def _again(
    facts: Mapping[str, Any], parameters: Mapping[str, Any], law_on: date
) -> tuple[Sequence[Condition], Mapping[str, Any]]:
    terms = Terms(
        age_max=parameters["loans.borrower_age_max"],
        amount_max=int(parameters["loans.loan_amount_max"]) * 100,
        term_months_max=parameters["loans.loan_term_max"],
        registered_unemployed_admitted=parameters["loans.registered_unemployed"],
        clauses=facts["clauses"],
    )
    nobody = UUID(int=0)
    loan = Loan(
        nobody, UUID(facts["worker_id"]), facts["principal_fen"], facts["term_months"],
        facts["heads"], "recommended", law_on, "", "", law_on,
    )  # fmt: skip
    # Records of before name the status that the person was registered with.
    registered = facts.get("registered_unemployed", facts.get("labour_status") == "unemployed")
    borrower = Borrower(
        loan.worker_id,
        date.fromisoformat(facts["birth_date"]),
        registered,
        facts["certificate_valid"],
    )
    return domain.assess(loan, borrower, terms, law_on), {}


#: For ``kit.decisions.rederive``.
RULES: dict[str, Rule] = {f"{domain.RULE}@{domain.RULE_VERSION}": _again}
