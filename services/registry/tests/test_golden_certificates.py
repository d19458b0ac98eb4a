"""Golden cases of eligibility, readable by an official, and that they leave no clause out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kit import decisions
from kit.decisions import Condition
from kit.refusal import Refusal
from registry.certificates import record, rule
from registry.certificates.deciding import RULES as CERTIFICATE_RULES
from registry.certificates.deciding import law_on
from registry.certificates.rule import WorkerFacts
from registry.retirement_ages import FEMALE, MALE
from registry.workers.domain import Claims

from .golden_cases import failing, left_out, name, policies, read

PERIODS = ("outside", "2002", "2006", "local")
EVERY = read("certificate", PERIODS)


def facts_of(told: dict[str, Any]) -> WorkerFacts:
    """The facts as written; a fact that is not written has the value that the file's head names."""
    claims = dict(told)
    return WorkerFacts(
        status=claims.pop("labour_status"),
        status_since=claims.pop("status_since"),
        sex=claims.pop("sex", "female"),
        birth_date=claims.pop("born", date(1965, 5, 4)),
        insurance=claims.pop("insurance", None),
        dibao=claims.pop("dibao_list", None),
        closure=claims.pop("closure_list", None),
        claims=Claims(**claims),
    )


def decided(period: str, case: dict[str, Any]) -> tuple[str, tuple[Condition, ...]]:
    """The version of the law that held, and every condition with its outcome."""
    law = law_on(policies(period), case["day"])
    return law.version, rule.RULES[law.version](facts_of(case["facts"]), law.terms, case["day"])


@pytest.mark.parametrize(("period", "case"), EVERY, ids=name)
def test_the_decision_is_the_expected_one(period: str, case: dict[str, Any]) -> None:
    if case["decision"] == "no-law":
        with pytest.raises(Refusal) as refused:
            decided(period, case)
        assert refused.value.code == case["clause"]
        return
    _, conditions = decided(period, case)
    assert failing(conditions) == case.get("clause")
    assert case["decision"] == ("refused" if "clause" in case else "granted")


@pytest.mark.parametrize("version", rule.CLAUSES)
def test_every_clause_grants_once_and_refuses_once(version: str) -> None:
    tried = [
        (case["facts"]["category"], decided(period, case))
        for period, case in EVERY
        if period != "outside"
    ]
    of_this = [(category, conditions) for category, (held, conditions) in tried if held == version]
    assert left_out(rule.CLAUSES[version], of_this) == set()


def test_a_decision_of_the_first_shape_of_2002_is_derived_by_the_first_shape() -> None:
    """What was decided on the claim alone stands alone: its record knows nothing of the agency."""
    claims = {
        "category": "soe_unemployed", "former_enterprise_kind": "state_owned",
        "former_enterprise_closed": False, "settlement_received": False,
        "drawing_unemployment_insurance": True, "dibao": False, "jobless_since": None,
        "internally_retired": False, "centre_agreement_on": None, "self_employed_since": None,
        "stable_income_since": None, "zero_employment_household": False,
    }  # fmt: skip
    told = {**claims, "labour_status": "unemployed", "status_since": "2002-06-01", "sex": "female",
            "birth_date": "1965-05-04"}  # fmt: skip
    parameters = [
        {"id": rule.CATEGORIES_PARAMETER, "value": ["soe_unemployed"]},
        {"id": rule.MONTHS_PARAMETER, "value": 12},
        {"id": rule.SETTLED_PARAMETER, "value": "2002-09-30"},
    ]
    *_, last = rule.RULES["2002"](
        record.facts_of(told), rule.terms_of({p["id"]: p["value"] for p in parameters}), date(2003, 3, 1)
    )  # fmt: skip
    assert (last.zh, last.facts, last.ok) == (
        "正在领取失业保险金", ("drawing_unemployment_insurance",), True,
    )  # fmt: skip
    clauses = ["中发[2002]12号 R1", "劳社部发[2002]20号 R2"]
    kept = {
        "rule": rule.RULE, "version": "2002", "law_on": "2003-03-01", "facts": told,
        "parameters": parameters, "granted": True, "outcome": {},
        "conditions": [
            {"code": c.code, "clause": c.clause, "text_zh": c.zh, "text_en": c.en,
             "facts": list(c.facts), "passed": True}
            for c in (
                *(
                    clause.met
                    for clause in rule.CLAUSES["2002-5"]["soe_unemployed"][:-1]
                    if clause.met.code != "below-retirement-age"
                ),
                last,
            )
        ],
    }  # fmt: skip
    assert [c["clause"] for c in kept["conditions"][:2]] == clauses
    assert decisions.rederive(kept, CERTIFICATE_RULES).same


@pytest.mark.parametrize(("earlier", "now"), [("2002-2", "2002-5"), ("2006", "2006-4")])
def test_what_was_decided_before_the_list_of_dibao_was_matched_is_derived_by_the_claim(
    earlier: str, now: str
) -> None:
    facts = facts_of({
        "category": "dibao_long_term_unemployed", "former_enterprise_kind": "other", "dibao": True,
        "labour_status": "unemployed", "status_since": date(2002, 3, 1),
    })  # fmt: skip
    ended = replace(facts, dibao="does_not_receive")
    day = date(2006, 3, 1)
    terms = law_on(policies("2006"), day).terms

    def dibao(version: str, of: WorkerFacts) -> bool:
        (said,) = [c.ok for c in rule.RULES[version](of, terms, day) if c.code == "dibao"]
        return said

    assert (dibao(earlier, ended), dibao(now, ended), dibao(now, facts)) == (True, False, True)
    told = {name: value for name, value in record.record(facts).items() if name != "dibao_list"}
    kept = {name: v.isoformat() if isinstance(v, date) else v for name, v in told.items()}
    assert record.facts_of(kept).dibao is None, "a record of then knows of no list"


@pytest.mark.parametrize(("earlier", "now"), [("2002-3", "2002-5"), ("2006-3", "2006-4")])
def test_what_was_decided_before_there_was_a_list_of_closed_enterprises_is_derived_by_the_claim(
    earlier: str, now: str
) -> None:
    facts = facts_of({
        "category": "closed_soe_to_be_placed", "former_enterprise_kind": "state_owned",
        "former_enterprise_closed": True, "settlement_received": True,
        "labour_status": "to_be_placed", "status_since": date(2002, 3, 1),
    })  # fmt: skip
    elsewhere = replace(facts, closure="not_listed")
    day = date(2006, 3, 1)
    terms = law_on(policies("2006"), day).terms

    def closed(version: str, of: WorkerFacts) -> Condition:
        (said,) = [
            c for c in rule.RULES[version](of, terms, day) if c.code == "enterprise-closed"
        ]  # fmt: skip
        return said

    assert (closed(earlier, elsewhere).ok, closed(now, elsewhere).ok) == (True, False)
    assert closed(now, facts).ok
    assert closed(earlier, facts).facts == ("former_enterprise_closed",)
    told = {name: value for name, value in record.record(facts).items() if name != "closure_list"}
    kept = {name: v.isoformat() if isinstance(v, date) else v for name, v in told.items()}
    assert record.facts_of(kept).closure is None, "a record of then knows of no list"


def test_what_was_decided_before_the_law_of_2002_asked_an_age_is_derived_without_it() -> None:
    facts = facts_of({
        "category": "soe_laid_off", "former_enterprise_kind": "state_owned",
        "labour_status": "laid_off", "status_since": date(2001, 1, 1),
        "centre_agreement_on": date(2001, 1, 1), "born": date(1935, 5, 4),
    })  # fmt: skip
    day = date(2003, 3, 1)
    kept = {
        name: v.isoformat() if isinstance(v, date) else v
        for name, v in record.record(facts).items()
    }
    then = {
        rule.CATEGORIES_PARAMETER: ["soe_laid_off"], rule.MONTHS_PARAMETER: 12,
        rule.SETTLED_PARAMETER: "2002-09-30",
    }  # fmt: skip
    conditions, _ = record.RULES[f"{rule.RULE}@2002-4"](kept, then, day)
    assert failing(conditions) is None
    now = rule.RULES["2002-5"](facts, law_on(policies("2002"), day).terms, day)
    assert failing(now) == "policy R17, R18/below-retirement-age"


def test_what_was_decided_before_cadres_were_known_is_derived_by_the_age_of_workers() -> None:
    """A record of then names no cadre, and its clause looked at sex and birth date alone."""
    facts = facts_of({
        "category": "soe_laid_off", "former_enterprise_kind": "state_owned",
        "labour_status": "laid_off", "status_since": date(2001, 1, 1), "born": date(1956, 5, 4),
        "cadre": True,
    })  # fmt: skip
    day = date(2006, 5, 4)
    (age,) = [
        c for c in rule.RULES["2006-4"](facts, law_on(policies("2006"), day).terms, day)
        if c.code == "below-retirement-age"
    ]  # fmt: skip
    assert (age.ok, age.facts) == (True, ("sex", "birth_date", "cadre"))
    told = {name: value for name, value in record.record(facts).items() if name != "cadre"}
    kept = {name: v.isoformat() if isinstance(v, date) else v for name, v in told.items()}
    parameters = {
        rule.CATEGORIES_PARAMETER: ["soe_laid_off"], rule.MONTHS_PARAMETER: 12,
        rule.SETTLED_PARAMETER: "2005-11-04", MALE: 60, FEMALE: 50,
    }  # fmt: skip
    conditions, _ = record.RULES[f"{rule.RULE}@2006-2"](kept, parameters, day)
    (age,) = [c for c in conditions if c.code == "below-retirement-age"]
    assert (age.ok, age.facts, age.zh) == (False, ("sex", "birth_date"), "未达到法定退休年龄")


def test_both_ends_of_the_programme_are_cases() -> None:
    days = {case["day"] for _, case in EVERY}
    ends = {date(2002, 9, 29), date(2002, 9, 30), date(2006, 1, 1), date(2008, 12, 31)}
    assert ends | {date(2009, 1, 1)} <= days
