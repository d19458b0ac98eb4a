"""Dated, cited parameters, decisions made with them, and pages of lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import decisions, pagination
from kit.auth import Actor
from kit.db import Database
from kit.decisions import Condition, Decision
from kit.ids import new_id
from kit.policy import NoValue, Policies, PolicyError
from kit.problems import ProblemError

GOOD = """
id = "registry.certificate_term"
title = "Validity of the certificate"
title_zh = "优惠证有效期"
unit = "year"
[[values]]
since = 2002-09-30
value = 3
cite = { document = "中发[2002]12号", clause = "三(八)", status = "source", ref = "004" }
[[values]]
since = 2005-11-04
value = 4
cite = { document = "国发[2005]36号", clause = "二", status = "found" }
[[values]]
since = 2009-01-01
ended = true
cite = { document = "国发[2008]5号", clause = "六", status = "to-verify" }
"""


def folder(tmp_path: Path, **files: str) -> Path:
    tmp_path.mkdir(exist_ok=True)
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    return tmp_path


def test_a_value_is_the_one_of_the_day(tmp_path: Path) -> None:
    policies = Policies.load(folder(tmp_path, certificate_term=GOOD))
    term = policies.value("registry.certificate_term", date(2003, 10, 31))
    assert (term.value, term.since, str(term.cite)) == (
        3,
        date(2002, 9, 30),
        "中发[2002]12号 三(八)",
    )
    assert policies.value("registry.certificate_term", date(2005, 11, 3)).value == 3
    assert policies.value("registry.certificate_term", date(2005, 11, 4)).value == 4
    assert [policy.id for policy in policies] == ["registry.certificate_term"]


def test_before_the_first_day_after_the_end_and_for_no_file_there_is_no_value(
    tmp_path: Path,
) -> None:
    policies = Policies.load(folder(tmp_path, certificate_term=GOOD))
    with pytest.raises(LookupError, match=r"certificate_term.*2002-09-29.*2002-09-30"):
        policies.value("registry.certificate_term", date(2002, 9, 29))
    with pytest.raises(NoValue, match="ended on 2009-01-01"):
        policies.value("registry.certificate_term", date(2010, 1, 1))
    with pytest.raises(NoValue, match="no such parameter"):
        policies.value("registry.other", date(2003, 1, 1))


def test_decimals_are_exact_and_codes_are_a_tuple(tmp_path: Path) -> None:
    rate = GOOD.replace('"year"', '"percent"').replace("value = 3", "value = 4.55")
    codes = GOOD.replace('"year"', '"codes"').replace("value = 3", 'value = ["a", "b"]')
    codes = codes.replace("value = 4\n", 'value = ["c"]\n')
    policies = Policies.load(
        folder(
            tmp_path,
            rate=rate.replace("certificate_term", "rate"),
            codes=codes.replace("certificate_term", "codes"),
        )
    )
    assert policies.value("registry.rate", date(2003, 1, 1)).value == Decimal("4.55")
    assert policies.value("registry.codes", date(2003, 1, 1)).value == ("a", "b")
    assert policies.value("registry.rate", date(2003, 1, 1)).record()["value"] == "4.55"


def test_a_table_holds_a_value_of_the_unit_under_each_key(tmp_path: Path) -> None:
    rates = GOOD.replace('"year"', '"percent"').replace(
        "value = 3", "value = { pension = 20, medical = 6.5 }"
    )
    policies = Policies.load(folder(tmp_path, certificate_term=rates))
    value = policies.value("registry.certificate_term", date(2003, 1, 1))
    assert value.value == {"pension": 20, "medical": Decimal("6.5")}
    assert value.record()["value"] == {"pension": 20, "medical": "6.5"}
    assert hash(value) == hash(policies.value("registry.certificate_term", date(2003, 1, 2)))
    with pytest.raises(PolicyError, match="is no percent"):
        Policies.load(folder(tmp_path, certificate_term=rates.replace("6.5", '"much"')))


def test_terms_are_a_table_of_anything_that_never_changes(tmp_path: Path) -> None:
    text = (
        GOOD.partition("[[values]]")[0].replace('"year"', '"terms"')
        + """
[[values]]
since = 2002-09-30
cite = { document = "财社[2002]107", clause = "B6", status = "local" }
[values.value]
claimant = "employer"
clauses = [{ code = "new-post", cite = "B6" }]
"""
    )
    inner = tmp_path / "programmes"
    folder(tmp_path, other=GOOD.replace("certificate_term", "other"))
    folder(inner, certificate_term=text)
    policies = Policies.load(tmp_path)
    assert policies["registry.certificate_term"].folder == "programmes"
    assert policies["registry.other"].folder == ""
    over = Policies.load(tmp_path, overlay=folder(tmp_path.parent / "over", x=text))
    assert over["registry.certificate_term"].folder == "programmes"
    terms = policies.value("registry.certificate_term", date(2003, 1, 1))
    assert terms.value == {
        "claimant": "employer",
        "clauses": ({"code": "new-post", "cite": "B6"},),
    }
    assert isinstance(hash(terms), int)
    with pytest.raises(PolicyError, match="is no terms"):
        Policies.load(folder(tmp_path / "b", x=GOOD.replace('"year"', '"terms"')))


def test_an_unknown_value_makes_a_rule_refuse_to_decide(tmp_path: Path) -> None:
    text = GOOD.replace("value = 3", 'value = "unknown"\nreason = "the annex is lost"')
    with pytest.raises(NoValue, match="the annex is lost"):
        Policies.load(folder(tmp_path, certificate_term=text)).value(
            "registry.certificate_term", date(2003, 1, 1)
        )


WRONG = {
    "unknown key": (GOOD.replace('unit = "year"', 'unit = "year"\nfoo = 1'), "unknown keys: foo"),
    "unknown key of a value": (GOOD.replace("value = 3", "value = 3\nuntil = 1"), "until"),
    "unknown key of a citation": (GOOD.replace('ref = "004"', 'url = "x"'), "url"),
    "falling dates": (GOOD.replace("2005-11-04", "2001-11-04"), "dates must rise"),
    "the same date twice": (GOOD.replace("2005-11-04", "2002-09-30"), "dates must rise"),
    "no citation": (GOOD.replace('cite = { document = "国发[2005]36号"', "#"), "cites nothing"),
    "empty clause": (GOOD.replace('clause = "二"', 'clause = ""'), "lacks clause"),
    "status": (GOOD.replace('"found"', '"guessed"'), "status is"),
    "unit": (GOOD.replace('"year"', '"hectare"'), "hectare"),
    "a number as text": (GOOD.replace("value = 3", 'value = "3"'), "is no year"),
    "yes as a number": (GOOD.replace("value = 3", "value = true"), "is no year"),
    "no value": (GOOD.replace("value = 3\n", ""), "missing"),
    "ended with a value": (GOOD.replace("value = 3", "value = 3\nended = true"), "yet a value"),
    "unknown without a reason": (GOOD.replace("value = 3", 'value = "unknown"'), "say the reason"),
    "no values": (GOOD.partition("[[values]]")[0], "no [[values]]"),
    "no title": (GOOD.replace('title_zh = "优惠证有效期"', ""), "title_zh"),
    "not TOML": (GOOD + "[[", "certificate_term.toml"),
    "other name": (GOOD.replace("registry.certificate_term", "registry.other"), "file's name"),
}


@pytest.mark.parametrize("kind", sorted(WRONG))
def test_a_wrong_file_is_refused_and_named(tmp_path: Path, kind: str) -> None:
    text, message = WRONG[kind]
    with pytest.raises(PolicyError) as caught:
        Policies.load(folder(tmp_path, certificate_term=text))
    assert message in str(caught.value)
    assert "certificate_term.toml" in str(caught.value)


def test_a_city_puts_its_own_file_over_the_default(tmp_path: Path) -> None:
    default = folder(tmp_path / "default", certificate_term=GOOD)
    foreign = GOOD.replace("registry.certificate_term", "loans.amount_max")
    overlay = folder(
        tmp_path / "city", term=GOOD.replace("value = 3", "value = 5"), amount_max=foreign
    )
    policies = Policies.load(default, overlay)
    assert policies.value("registry.certificate_term", date(2003, 1, 1)).value == 5
    assert policies.parameter_set_hash != Policies.load(default).parameter_set_hash
    with pytest.raises(NoValue):
        policies.value("loans.amount_max", date(2003, 1, 1))
    folder(overlay, typo=GOOD.replace("certificate_term", "certifcate_term"))
    with pytest.raises(PolicyError, match="replaces nothing"):
        Policies.load(default, overlay)


async def test_a_parameter_set_is_remembered_once(tmp_path: Path, kit_db: Database) -> None:
    policies = Policies.load(folder(tmp_path, certificate_term=GOOD))
    for _ in range(2):
        async with kit_db.transaction() as tx:
            await policies.remember(tx)
    async with kit_db.looking() as tx:
        assert await tx.fetchval("select hash from parameter_set") == policies.parameter_set_hash
        kept = await tx.fetchval(
            "select content #>> '{registry.certificate_term,values,0,since}' from parameter_set"
        )
    assert kept == "2002-09-30"


# --- decisions


def rule_2002(
    facts: Mapping[str, Any], parameters: Mapping[str, Any], law_on: date
) -> tuple[Sequence[Condition], Mapping[str, Any]]:
    """A rule that reads only what a record keeps."""
    months = int(parameters["registry.certificate_term"]) * 12
    conditions = (
        Condition(
            "category",
            facts["category"] != "none",
            "三(一)",
            "属四类人员",
            "of a category",
            ("category",),
        ),
        Condition("age", facts["age"] >= 16, "三(二)", "年满16岁", "sixteen or older", ("age",)),
    )
    return conditions, {"months": months if all(c.ok for c in conditions) else 0}


def decision(
    tmp_path: Path, category: str, age: int = 40, on: date = date(2003, 10, 31)
) -> Decision:
    policies = Policies.load(folder(tmp_path, certificate_term=GOOD))
    term = policies.value("registry.certificate_term", on)
    facts = {"category": category, "age": age, "since": date(2003, 1, 2), "pay": Decimal("1.50")}
    conditions, outcome = rule_2002(facts, {term.id: term.value}, on)
    return Decision(
        noun="certificate", entity_id=new_id(), rule="registry.certificate", version="2002",
        decided_on=on, law_on=on, conditions=tuple(conditions), facts=facts, parameters=(term,),
        parameter_set=policies.parameter_set_hash, events={"category": new_id()}, outcome=outcome,
    )  # fmt: skip


def test_the_first_failing_condition_refuses(tmp_path: Path) -> None:
    refused = decision(tmp_path, "none", age=3)
    assert not refused.granted
    assert refused.first_failing is not None
    assert refused.first_failing.code == "category"
    assert refused.clause == "三(一)/category"
    granted = decision(tmp_path, "laid-off")
    assert (granted.granted, granted.first_failing, granted.clause) == (True, None, None)


@pytest.mark.parametrize("many", [1, 300])
async def test_a_kept_decision_is_read_explained_and_derived_again(
    tmp_path: Path, kit_db: Database, many: int
) -> None:
    made = [decision(tmp_path, "laid-off" if n % 2 else "none") for n in range(many)]
    async with kit_db.transaction() as tx:
        await decisions.store(tx, made)
        await decisions.store(tx, [])
    async with kit_db.reading() as tx:
        for one in made[:5]:
            record = await decisions.load(tx, one.id)
            assert record == one.record()
            assert await decisions.load_for(tx, one.entity_id) == [record]
            again = decisions.rederive(record, {"registry.certificate@2002": rule_2002})
            assert again.same, again.differences
        assert await tx.fetchval("select count(*) from decision") == many
        assert await tx.fetchval("select count(*) from decision_basis") <= 2
        assert await decisions.load(tx, new_id()) is None
    text = "\n".join(decisions.explain(made[0].record(), "zh"))
    assert "不予批准" in text
    assert "不符合：属四类人员〔三(一)〕" in text
    assert "中发[2002]12号" in text
    assert "Refused" in decisions.explain(made[0].record(), "en")[0]


def test_a_rule_that_says_something_else_today_is_found(tmp_path: Path) -> None:
    record = decision(tmp_path, "laid-off").record()

    def changed(facts: Any, parameters: Any, law_on: date) -> Any:
        conditions, outcome = rule_2002(facts, parameters, law_on)
        return conditions, {**outcome, "months": 12}

    again = decisions.rederive(record, {"registry.certificate@2002": changed})
    assert (again.same, again.differences) == (False, ("outcome",))
    with pytest.raises(KeyError):
        decisions.rederive(record, {})


# --- pages

ACTOR = Actor(subject="clerk", office="o", area_code="231100000000")


@given(st.text(), st.uuids(), st.dates(), st.integers(-(2**53), 2**53))
def test_a_cursor_gives_back_its_position(text: str, one: UUID, day: date, number: int) -> None:
    filters = {"on": day, "kind": None}
    cursor = pagination.encode([text, one, day, number], actor=ACTOR, filters=filters)
    read = pagination.decode(cursor, [str, UUID, date, int], actor=ACTOR, filters=filters)
    assert read == (text, one, day, number)


def refused(
    cursor: str, *, actor: Actor = ACTOR, kinds: Sequence[type] = (int,), **filters: Any
) -> bool:
    try:
        pagination.decode(cursor, kinds, actor=actor, filters=filters)
    except ProblemError as error:
        return error.problem.code == "bad-cursor" and error.problem.status == 400
    return False


@given(st.text(max_size=200))
def test_garbage_is_no_cursor(text: str) -> None:
    assert refused(text)


def test_a_cursor_of_another_query_or_caller_is_refused() -> None:
    cursor = pagination.encode([7], actor=ACTOR, filters={"kind": "a"})
    assert not refused(cursor, kind="a")
    assert refused(cursor, kind="b")
    assert refused(cursor, kind="a", kinds=(str,))
    assert refused(cursor, kind="a", kinds=(int, int))
    assert refused(cursor, kind="a", actor=ACTOR.model_copy(update={"subject": "other"}))


def test_a_page_ends_where_the_rows_end() -> None:
    def of(rows: Sequence[int]) -> pagination.Page[str]:
        return pagination.page(
            rows, 2, position=lambda row: [row], item=str, actor=ACTOR, filters={}
        )

    assert of([]).model_dump() == {"items": [], "next_cursor": None}
    assert of([1, 2]).next_cursor is None
    more = of([1, 2, 3])
    assert more.items == ["1", "2"]
    assert pagination.decode(more.next_cursor, [int], actor=ACTOR, filters={}) == (2,)
    assert pagination.decode(None, [int], actor=ACTOR, filters={}) is None
