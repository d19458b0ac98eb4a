"""A line's decision as its record keeps it, and the rule run again on a record alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import orjson
from pydantic import Field, TypeAdapter

from kit import decisions
from kit.decisions import Condition, Decision, Rule
from kit.ids import new_id
from kit.policy import Parameter, canonical
from subsidy.programmes import domain
from subsidy.programmes.amounts import step_text
from subsidy.programmes.domain import NOT_IN_FORCE, Assessment, Terms, Version
from subsidy.programmes.facts import Facts

_FACTS: TypeAdapter[Facts] = TypeAdapter(Annotated[Facts, Field(discriminator="of")])


def facts_of(record: Mapping[str, Any]) -> Facts:
    """The facts out of a record, or out of a request: days may be dates or their text."""
    return _FACTS.validate_python(record)


def outcome_of(one: Assessment) -> dict[str, Any]:
    """What it comes to, in fen, step by step."""
    return {
        "amount": one.amount,
        "months": one.months,
        "local_only": one.local_only,
        "steps": [
            {"code": step.code, "operands": dict(step.operands), "fen": step.fen}
            for step in one.steps
        ],
    }


def programme_id(code: str) -> str:
    """The id of the programme's policy: ``si-enterprise`` is ``subsidy.si_enterprise``."""
    return f"subsidy.{code.replace('-', '_')}"


def decision_of(
    code: str,
    facts: Facts,
    terms: Terms,
    assessment: Assessment,
    *,
    noun: str,
    entity_id: UUID,
    parameters: tuple[Parameter, ...],
    parameter_set: str,
    decided_on: date,
    events: Mapping[str, UUID],
    id: UUID | None = None,
) -> Decision:
    """The decision record of one line of ``noun`` (a claim's line, a run's line); ``id``: of a line that
    is decided once, whose decision may be known by the same id."""
    version = NOT_IN_FORCE if terms.programme is None else terms.programme.version
    return Decision(
        noun=noun,
        entity_id=entity_id,
        rule=f"subsidy.{code}",
        version=version,
        decided_on=decided_on,
        law_on=facts.law_on,
        conditions=assessment.conditions,
        facts=facts,
        parameters=parameters,
        parameter_set=parameter_set,
        events=events,
        outcome=outcome_of(assessment),
        id=id or new_id(),
    )


def explain(told: Mapping[str, Any], lang: Literal["zh", "en"]) -> list[str]:
    """The record in sentences: verdict, conditions, parameters, then the amount step by step."""
    lines = decisions.explain(told, lang)
    steps = told["outcome"].get("steps", ())
    return lines + [step_text(one["code"], one["operands"], one["fen"], lang) for one in steps]


@lru_cache(maxsize=1024)
def _terms(code: str, content: bytes) -> Terms:
    """Terms out of a record's parameters: read once for the thousands of records that share them."""
    parameters = orjson.loads(content)
    raw = parameters.get(programme_id(code))
    programme = None if raw is None else domain.programme_of(code, raw)
    return domain.terms_of(programme, parameters)


def again(code: str) -> Rule:
    """The rule of a programme on nothing but a record: its version stands among the parameters."""

    def rerun(
        facts: Mapping[str, Any], parameters: Mapping[str, Any], law_on: date
    ) -> tuple[Sequence[Condition], Mapping[str, Any]]:
        one = domain.assess(facts_of(facts), _terms(code, canonical(parameters)))
        return one.conditions, outcome_of(one)

    return rerun


class _Rules(dict[str, Rule]):
    """``subsidy.<code>@<version>`` of any programme that the policies ever had."""

    def __missing__(self, name: str) -> Rule:
        rule, _, version = name.partition("@")
        service, _, code = rule.partition(".")
        if service != "subsidy" or version not in (*get_args(Version), NOT_IN_FORCE) or not code:
            raise KeyError(name)
        self[name] = again(code)
        return self[name]


#: For ``kit.decisions.rederive``.
RULES: dict[str, Rule] = _Rules()
