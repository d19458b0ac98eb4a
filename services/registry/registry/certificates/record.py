"""An application's facts as a decision keeps them, and every rule run again on nothing but its record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kit.decisions import Condition, Rule
from registry.certificates import rule
from registry.certificates.rule import WorkerFacts
from registry.workers.domain import Claims


def record(facts: WorkerFacts) -> dict[str, Any]:
    """The facts as a decision keeps them."""
    claims = facts.claims
    return {
        "category": claims.category,
        "former_enterprise_kind": claims.former_enterprise_kind,
        "former_enterprise_closed": claims.former_enterprise_closed,
        "settlement_received": claims.settlement_received,
        "drawing_unemployment_insurance": claims.drawing_unemployment_insurance,
        "dibao": claims.dibao,
        "jobless_since": claims.jobless_since,
        "internally_retired": claims.internally_retired,
        "centre_agreement_on": claims.centre_agreement_on,
        "self_employed_since": claims.self_employed_since,
        "stable_income_since": claims.stable_income_since,
        "zero_employment_household": claims.zero_employment_household,
        "cadre": claims.cadre,
        "unemployment_insurance": facts.insurance,
        "dibao_list": facts.dibao,
        "closure_list": facts.closure,
        "labour_status": facts.status,
        "status_since": facts.status_since,
        "sex": facts.sex,
        "birth_date": facts.birth_date,
    }


_DAYS = ("jobless_since", "centre_agreement_on", "self_employed_since", "stable_income_since")


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def facts_of(record: Mapping[str, Any]) -> WorkerFacts:
    """The facts out of a decision's record."""
    told = {**record}
    status, since = told.pop("labour_status"), date.fromisoformat(told.pop("status_since"))
    sex, born = told.pop("sex"), date.fromisoformat(told.pop("birth_date"))
    # Older records have none of the four.
    insurance, dibao = told.pop("unemployment_insurance", None), told.pop("dibao_list", None)
    closure = told.pop("closure_list", None)
    told.setdefault("cadre", False)
    for name in _DAYS:
        told[name] = _day(told[name])
    return WorkerFacts(Claims(**told), status, since, sex, born, insurance, dibao, closure)


def again(version: str) -> Rule:
    """The rule of a version run on nothing but a decision's record (``kit.decisions.rederive``)."""

    def rerun(
        facts: Mapping[str, Any], parameters: Mapping[str, Any], law_on: date
    ) -> tuple[tuple[Condition, ...], dict[str, Any]]:
        return rule.RULES[version](facts_of(facts), rule.terms_of(parameters), law_on), {}

    return rerun


#: Every rule of this noun that ever decided, for deriving old decisions again.
RULES: dict[str, Rule] = {f"{rule.RULE}@{version}": again(version) for version in rule.RULES}
