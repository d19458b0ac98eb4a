"""Golden cases of recognition, readable by an official, and that they leave no clause out."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest

from kit import decisions
from kit.decisions import Condition, Decision
from kit.ids import new_id
from registry.difficulties import record, rule
from registry.difficulties.deciding import Law, law_on
from registry.difficulties.domain import LawNotInForce
from registry.difficulties.rule import Facts

from .golden_cases import failing, left_out, name, policies, read

PERIODS = ("outside", "2002", "2006", "2008", "local")
EVERY = read("difficulty", PERIODS)


def facts_of(told: dict[str, Any]) -> Facts:
    """The facts as written; a fact that is not written has the value that the file's head names."""
    known = {
        "sex": "female", "birth_date": date(1975, 5, 4), "category": "none", "status": "unemployed",
        **told,
    }  # fmt: skip
    known["evidence"] = frozenset(known.get("evidence", ()))
    return Facts(**known)


def law(period: str, case: dict[str, Any]) -> Law:
    return law_on(policies(period), case["day"])


def decided(period: str, case: dict[str, Any]) -> tuple[Condition, ...]:
    held = law(period, case)
    return rule.LAWS[held.version](case["kind"], facts_of(case["facts"]), held.terms, case["day"])


@pytest.mark.parametrize(("period", "case"), EVERY, ids=name)
def test_the_decision_is_the_expected_one(period: str, case: dict[str, Any]) -> None:
    if case["decision"] == "no-law":
        with pytest.raises(LawNotInForce):
            decided(period, case)
        return
    assert failing(decided(period, case)) == case.get("clause")
    assert case["decision"] == ("refused" if "clause" in case else "granted")


@pytest.mark.parametrize(("period", "case"), EVERY, ids=name)
def test_the_record_alone_gives_the_decision_again(period: str, case: dict[str, Any]) -> None:
    if case["decision"] == "no-law":
        return
    held, facts = law(period, case), facts_of(case["facts"])
    decision = Decision(
        "difficulty", new_id(), rule.RULE, held.version, case["day"], case["day"],
        decided(period, case), record.record(case["kind"], facts), held.parameters, "set",
    )  # fmt: skip
    kept = orjson.loads(orjson.dumps(decision.record(), default=str))
    assert decisions.rederive(kept, record.RULES).same


@pytest.mark.parametrize("version", rule.CLAUSES)
def test_every_clause_grants_once_and_refuses_once(version: str) -> None:
    tried = [(period, case) for period, case in EVERY if period != "outside"]
    of_this = [
        (case["kind"], decided(period, case))
        for period, case in tried
        if law(period, case).version == version
    ]
    assert left_out(rule.CLAUSES[version], of_this) == set()


def test_the_first_and_last_days_of_each_law_are_cases() -> None:
    days = {case["day"] for _, case in EVERY}
    assert {
        date(2002, 9, 29), date(2002, 9, 30), date(2005, 12, 31), date(2006, 1, 1),
        date(2007, 12, 31), date(2008, 1, 1),
    } <= days  # fmt: skip


def test_what_was_decided_before_an_upper_age_was_asked_is_derived_without_it() -> None:
    day = date(2003, 5, 4)
    facts = facts_of({"birth_date": date(1935, 5, 4), "category": "soe_unemployed"})
    held = law_on(policies("2002"), day)
    now = rule.LAWS[held.version]("4050", facts, held.terms, day)
    assert failing(now) == "policy R17, R18/below-retirement-age"
    told = {name: v for name, v in record.record("4050", facts).items() if name != "cadre"}
    kept = orjson.loads(orjson.dumps(told))
    then = {
        rule.KINDS_PARAMETER: ["4050"], rule.MALE_PARAMETER: 50, rule.FEMALE_PARAMETER: 40,
        rule.REFERENCE_PARAMETER: "day",
    }  # fmt: skip
    conditions, _ = record.RULES[f"{rule.RULE}@2002"](kept, then, day)
    assert failing(conditions) is None


def test_what_was_decided_before_there_was_a_list_is_derived_from_the_claim() -> None:
    day = date(2006, 3, 1)
    told = {
        "birth_date": date(1961, 2, 1), "former_enterprise_kind": "other",
        "former_enterprise_closed": True, "closure": "not_listed",
    }  # fmt: skip
    held, facts = law_on(policies("2006"), day), facts_of(told)
    assert failing(rule.LAWS[held.version]("4050", facts, held.terms, day)) is not None
    then = {k: v for k, v in record.record("4050", facts).items() if k != "closure_list"}
    terms = orjson.loads(orjson.dumps({one.id: one.value for one in held.parameters}, default=str))
    for version in ("2006-2", "2006"):
        conditions, _ = record.RULES[f"{rule.RULE}@{version}"](
            orjson.loads(orjson.dumps(then)), terms, day
        )
        assert failing(conditions) is None


def test_a_decision_of_the_first_shape_is_derived_by_the_first_shape() -> None:
    """What ``registry.difficulty_4050@2002`` decided stands alone, as long as the code lives."""
    kept = {
        "rule": "registry.difficulty_4050", "version": "2002", "law_on": "2003-05-04",
        "facts": {"sex": "female", "birth_date": "1964-05-04", "category": "soe_laid_off",
                  "labour_status": "laid_off"},
        "parameters": [
            {"id": rule.MALE_PARAMETER, "value": 50}, {"id": rule.FEMALE_PARAMETER, "value": 40},
        ],
        "granted": False, "outcome": {},
        "conditions": [
            {"code": "target-group", "clause": "中发[2002]12号 R1",
             "text_zh": "属于下岗失业人员且为四类对象之一",
             "text_en": "is of the base population and of one of the four categories",
             "facts": ["category", "labour_status"], "passed": True},
            {"code": "age-4050", "clause": "中发[2002]12号 R4",
             "text_zh": "男满五十周岁、女满四十周岁", "text_en": "is a man of 50 or a woman of 40 or more",
             "facts": ["sex", "birth_date"], "passed": False},
        ],
    }  # fmt: skip
    assert decisions.rederive(kept, record.RULES).same
