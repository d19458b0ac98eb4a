"""What the generator sends: the same for the same seed, people who do not exist, never an outcome."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from rich.console import Console

from local.city.case import Case, read
from local.city.identity import Ids, id_number
from local.city.market import Market
from local.city.money import Money
from local.city.people import People
from local.city.plan import Plan
from local.city.report import FIELDS, as_json, table, unexpected
from local.city.scale import scale_case
from local.city.shares import largest_remainder, split

SAMPLE = Path(__file__).parents[2] / "deploy" / "cities" / "231100" / "heihe-2003.json"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
STREAMS = {
    People: ("workers", "applications", "issues", "difficulties", "pairings", "reliefs"),
    Market: ("employers", "posts", "welfare_posts", "placements", "classes", "enrolments"),
}


@pytest.fixture(scope="module")
def small() -> Case:
    return scale_case(read(SAMPLE), Decimal("0.02"))


def sent(case: Case, seed: int | None = None) -> dict[str, list[dict[str, Any]]]:
    """Every row of every stream."""
    if seed is not None:
        case = case.model_copy(update={"model": case.model.model_copy(update={"seed": seed})})
    plan, ids = Plan(case), Ids(case.case, case.as_of)
    found = {}
    for maker, names in STREAMS.items():
        made = maker(plan, ids)
        for name in names:
            found[name] = [json.loads(row) for row in getattr(made, name)()]
    found["loans"] = [body for _, body, _ in Money(plan, ids).loans()]
    return found


def test_the_same_seed_sends_the_same(small: Case) -> None:
    assert sent(small) == sent(small)
    assert sent(small, seed=1)["workers"] != sent(small)["workers"]


def test_nothing_that_is_sent_is_an_outcome(small: Case) -> None:
    outcomes = {"granted", "refused", "entitled", "state", "clause", "decision_id", "population"}
    for name, rows in sent(small).items():
        assert rows, name
        assert not outcomes & set().union(*rows), name


def test_id_numbers_are_valid_unique_and_of_nobody(small: Case) -> None:
    workers = sent(small)["workers"]
    numbers = {row["id_number"] for row in workers}
    assert len(numbers) == len(workers)
    for row in workers:
        number = row["id_number"]
        total = sum(w * int(d) for w, d in zip(WEIGHTS, number[:17], strict=True))
        assert number[17] == "10X98765432"[total % 11]
        assert number.startswith("99")
        assert date.fromisoformat(row["birth_date"]).strftime("%Y%m%d") == number[6:14]
        assert (int(number[16]) % 2 == 1) == (row["sex"] == "male")
    assert id_number(7, date(1960, 2, 29), male=True)[:2] == "99"


def test_money_adds_up_to_the_fen() -> None:
    case = read(SAMPLE)
    plan = Plan(case)
    money = Money(plan, Ids(case.case, case.as_of))
    lent = [Decimal(body["principal"]) for _, body, _ in money.loans()]
    assert (len(lent), sum(lent)) == (179, Decimal("2097000"))
    assert max(lent) <= 20_000
    paid = [Decimal(body["amount"]) for body in money.payments()]
    assert sum(paid) == Decimal("50340000") + Decimal("26890000")
    reliefs = [json.loads(row) for row in People(plan, money.ids).reliefs()]
    fees = [Decimal(r["amount"]) for r in reliefs if r["kind"] == "fee"]
    assert sum(fees) == Decimal("695500")


def test_shares_lose_nothing() -> None:
    rng = Random(5)
    for _ in range(200):
        weights = [rng.randrange(9) for _ in range(rng.randint(1, 9))]
        if sum(weights):
            total = rng.randrange(1000)
            assert sum(largest_remainder(total, weights)) == total
        count, cap = rng.randint(1, 30), rng.randint(5, 50)
        parts = split(cap * count * 9 // 10, count, rng, cap=cap)
        assert sum(parts) == cap * count * 9 // 10
        assert max(parts) <= cap


def row(case: Case, number: int, **fields: Any) -> dict[str, Any]:
    value = case.published[number]
    return {
        "id": f"{case.case}.{value.id}", "figure": "f.value", "title": value.title,
        "area": case.city_area, "area_name": "黑河市", "office": None, "office_name": None,
        "period": "2003-01-01/2003-10-31", "semantics": "YTD", "issuer": value.issuer,
        "unit": value.unit, "qualifier": "exact", "published": value.value,
        "computed": value.value, "verdict": value.expect, "reason": None, "reason_en": None,
        "url": "/x", **fields,
    }  # fmt: skip


def test_the_report_says_what_nobody_expected() -> None:
    case = read(SAMPLE)
    rows = [row(case, n) for n in range(len(case.published))]
    assert unexpected(case, Decimal(1), rows) == []
    rows[3] |= {"verdict": "does-not-reconcile", "computed": "12", "reason": "差"}
    assert [text.split(":")[0] for text in unexpected(case, Decimal(1), rows)] == [
        case.published[3].id
    ]
    assert len(unexpected(case, Decimal(1), rows[1:])) == 2
    assert tuple(as_json(rows)[0])[: len(FIELDS)] == FIELDS


@pytest.mark.parametrize("width", [80, 140])
def test_the_report_fits_a_terminal(width: int) -> None:
    case = read(SAMPLE)
    rows = [row(case, n) for n in range(len(case.published))]
    console = Console(file=io.StringIO(), width=width)
    console.print(table(case, rows, wide=width >= 110))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "249%" in text
    assert "2003.01–10" in text
