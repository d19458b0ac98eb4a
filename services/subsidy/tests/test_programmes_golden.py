"""Golden cases of the programmes, readable by an official, and that they leave no clause out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kit.decisions import rederive
from kit.money import fen
from kit.policy import Policies
from subsidy.programmes import domain, record
from subsidy.programmes.bodies import TryFacts
from subsidy.programmes.domain import Assessment
from subsidy.programmes.facts import Facts
from subsidy.programmes.terms import Law

HERE = Path(__file__).parent
FOLDER = HERE / "golden" / "programmes"
#: A city has set what the law leaves to it; another one has chosen otherwise; no city has set anything.
LAWS = {
    "city": Law(Policies.load(HERE.parent / "policies", overlay=FOLDER / "city")),
    "other-city": Law(Policies.load(HERE.parent / "policies", overlay=FOLDER / "other-city")),
    "nowhere": Law(Policies.load(HERE.parent / "policies")),
}


def with_changes(
    facts: dict[str, Any], changes: dict[str, Any], without: list[str]
) -> dict[str, Any]:
    """The standard case of a section with what this case changes or leaves out, by path."""
    told = deepcopy(facts)

    def inner(path: str) -> tuple[dict[str, Any], str]:
        *parents, last = path.split(".")
        found = told
        for parent in parents:
            found = found[parent]
        return found, last

    for path, value in changes.items():
        holder, name = inner(path)
        holder[name] = value
    for path in without:
        holder, name = inner(path)
        del holder[name]
    return told


def cases() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Code of the programme, the section of the law, the case."""
    for path in sorted(FOLDER.glob("*.toml")):
        content = tomllib.loads(path.read_text("utf-8"))
        for section in content["law"]:
            for case in section["case"]:
                yield content["programme"], section, case


EVERY = list(cases())
IDS = [f"{code} {section['version']}: {case['name']}" for code, section, case in EVERY]


def facts_of(section: dict[str, Any], case: dict[str, Any]) -> Facts:
    """Read as a caller's request is read: the cases are written as one would post them."""
    told = with_changes(section["facts"], case.get("with", {}), case.get("without", []))
    return TryFacts.model_validate({"facts": told}).read()


def assessed(
    code: str, section: dict[str, Any], case: dict[str, Any]
) -> tuple[Assessment, str | None]:
    """What the case comes to, and the version that decided it."""
    facts = facts_of(section, case)
    terms, _ = LAWS[case.get("where", "city")].of(code, facts)
    version = None if terms.programme is None else terms.programme.version
    return domain.assess(facts, terms), version


@pytest.mark.parametrize(("code", "section", "case"), EVERY, ids=IDS)
def test_the_decision_is_the_expected_one(
    code: str, section: dict[str, Any], case: dict[str, Any]
) -> None:
    one, version = assessed(code, section, case)
    assert (version or "none") == case.get("version", section["version"])
    assert one.clause == case.get("refused")
    if "refused" in case:
        assert (one.amount, one.months, one.steps) == (0, 0, ())
        return
    assert one.amount == fen(case["amount"]) > 0
    assert one.local_only == case.get("local_only", False)
    if "steps" in case:
        assert [step.text("zh") for step in one.steps] == case["steps"]
    assert all(step.text("en") for step in one.steps)


@pytest.mark.parametrize(("code", "section", "case"), EVERY, ids=IDS)
def test_a_record_derives_again_from_itself(
    code: str, section: dict[str, Any], case: dict[str, Any]
) -> None:
    facts = facts_of(section, case)
    terms, parameters = LAWS[case.get("where", "city")].of(code, facts)
    one = domain.assess(facts, terms)
    decision = record.decision_of(
        code, facts, terms, one, noun="claim-line", entity_id=uuid4(), parameters=parameters,
        parameter_set="x", decided_on=date(2009, 10, 31), events={},
    )  # fmt: skip
    kept = decision.record()
    assert rederive(kept, record.RULES).differences == ()
    assert record.facts_of(kept["facts"]) == facts
    changed = {**kept, "outcome": {**kept["outcome"], "amount": kept["outcome"]["amount"] + 1}}
    assert rederive(changed, record.RULES).differences == ("outcome",)
    if one.granted:
        assert record.explain(kept, "zh")[-1] == one.steps[-1].text("zh")


def test_every_clause_of_every_version_grants_once_and_refuses_once() -> None:
    """By the policies' own lists: a clause that nobody wrote a case for is found here."""
    law = LAWS["nowhere"]
    in_scope = {
        (code, programme.version, rule.clause.met.clause, rule.clause.code)
        for code in law.codes()
        for entry in law.policy(code).entries
        if entry.parameter is not None and (found := law.version(code, entry.since)) is not None
        for programme in [found[0]]
        for rule in programme.rules
    }
    grants: set[tuple[str, ...]] = set()
    refuses: set[tuple[str, ...]] = set()
    for code, section, case in EVERY:
        one, version = assessed(code, section, case)
        if version is None or case.get("where") == "nowhere":
            continue
        if one.granted:
            grants |= {(code, version, c.clause, c.code) for c in one.conditions}
        else:
            first = one.first_failing
            assert first is not None
            refuses.add((code, version, first.clause, first.code))
    assert len(in_scope) > 150
    assert in_scope - grants == set()
    assert in_scope - refuses == set()


def test_every_programme_has_its_file() -> None:
    files = {path.stem for path in FOLDER.glob("*.toml")}
    codes = {path.stem for path in (HERE.parent / "policies" / "programmes").glob("*.toml")}
    assert files == codes
    assert len(codes) == 9
