"""A recognition's facts as a decision keeps them, and every rule run again on nothing but its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kit.decisions import Condition, Rule
from registry.difficulties import rule
from registry.difficulties.rule import AGE, LAWS, TARGET_GROUP, TESTS, Facts, Kind, Terms


def record(kind: Kind, facts: Facts) -> dict[str, Any]:
    """The facts as a decision keeps them."""
    return {
        "kind": kind,
        "sex": facts.sex,
        "birth_date": facts.birth_date,
        "category": facts.category,
        "labour_status": facts.status,
        "former_enterprise_kind": facts.former_enterprise_kind,
        "former_enterprise_closed": facts.former_enterprise_closed,
        "jobless_since": facts.jobless_since,
        "dibao": facts.dibao,
        "zero_employment_household": facts.zero_employment_household,
        "wishes_work": facts.wishes_work,
        "evidence": sorted(facts.evidence),
        "cadre": facts.cadre,
        "closure_list": facts.closure,
    }


def _facts(told: Mapping[str, Any]) -> Facts:
    since = told["jobless_since"]
    return Facts(
        told["sex"], date.fromisoformat(told["birth_date"]), told["category"],
        told["labour_status"], told["former_enterprise_kind"], told["former_enterprise_closed"],
        None if since is None else date.fromisoformat(since), told["dibao"],
        told["zero_employment_household"], told["wishes_work"], frozenset(told["evidence"]),
        told.get("cadre", False),  # asked for since an upper age is
        told.get("closure_list"),  # asked since there is one
    )  # fmt: skip


def again(version: str) -> Rule:
    """A law run on nothing but a decision's record (see ``kit.decisions.rederive``)."""

    def run(
        facts: Mapping[str, Any], parameters: Mapping[str, Any], law_on: date
    ) -> tuple[Sequence[Condition], dict[str, Any]]:
        return LAWS[version](facts["kind"], _facts(facts), rule.terms_of(parameters), law_on), {}

    return run


# --- the first shape of the rule: decisions that were made by it are derived by it ---------------

RULE_4050 = "registry.difficulty_4050"


def again_4050(
    facts: Mapping[str, Any], parameters: Mapping[str, Any], law_on: date
) -> tuple[Sequence[Condition], dict[str, Any]]:
    """``registry.difficulty_4050@2002``: target group and age, on the day of recognition."""
    born = date.fromisoformat(facts["birth_date"])
    known = Facts(facts["sex"], born, facts["category"], facts["labour_status"])
    terms = Terms(
        frozenset({"4050"}),
        int(parameters[rule.MALE_PARAMETER]),
        int(parameters[rule.FEMALE_PARAMETER]),
    )
    return tuple(
        clause.outcome(TESTS[clause](known, terms, law_on)) for clause in (TARGET_GROUP, AGE)
    ), {}


#: Every rule of this noun that ever decided, for deriving old decisions again.
RULES: dict[str, Rule] = {
    **{f"{rule.RULE}@{version}": again(version) for version in LAWS},
    f"{RULE_4050}@2002": again_4050,
}
