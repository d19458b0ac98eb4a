"""A county owes its share beside a grant; what it paid in counts, what is late is shown with its age."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.facts import MakerIsChecker
from kit.ids import new_id
from subsidy.funds.domain import Appropriation
from subsidy.matching import domain
from subsidy.matching.domain import Duty, Standing
from subsidy.matching.usecases import tell_of_matching

from .conftest import Desk

COUNTY = {"area_code": "231121000000", "office": "231121-finance-bureau"}


async def owe(desk: Desk, **fields: Any) -> httpx.Response:
    body = {
        "fund": "reemployment", "owed_by": "county", "year": 2003, "amount": "300.00",
        "due_on": "2003-09-30", "stated_on": "2003-06-30", "document": "黑财社[2003]8号",
        **COUNTY, **fields,
    }  # fmt: skip
    body = {name: value for name, value in body.items() if value is not None}
    return await desk.post("/v1/matching-duties", body)


async def match(desk: Desk, yuan: str, on: str, **fields: Any) -> dict[str, Any]:
    made = await desk.receive(yuan, received_on=on, **{"source": "county", **COUNTY, **fields})
    assert made.status_code == 201, made.text
    return dict(made.json())


async def seen(desk: Desk, duty: dict[str, Any], as_of: str = "2003-10-31") -> tuple[Any, ...]:
    found = (await desk.client.get(f"/v1/matching-duties/{duty['id']}?as_of={as_of}")).json()
    return tuple(found[name] for name in ("state", "paid", "missing", "age_days", "finding"))


async def test_receipts_of_the_county_count_and_what_is_late_has_an_age(desk: Desk) -> None:
    made = await owe(desk)
    assert made.status_code == 201, made.text
    duty = made.json()
    await match(desk, "100.00", "2003-08-01")
    # None of these is the county's money for this year, fund and area.
    await match(desk, "50.00", "2003-08-01", source="city")
    await match(desk, "50.00", "2003-08-01", year=2002)
    await match(desk, "50.00", "2003-08-01", fund="living_allowance")
    await match(desk, "50.00", "2003-08-01", **desk.place)
    assert await seen(desk, duty, "2003-07-31") == ("pending", "0.00", "300.00", None, None)
    assert await seen(desk, duty, "2003-09-30") == ("pending", "100.00", "200.00", None, None)
    late = ("missed", "100.00", "200.00", 31, "county-has-not-matched")
    assert await seen(desk, duty) == late
    missed = (await desk.client.get("/v1/matching-duties?state=missed")).json()["items"]
    assert [(one["missing"], one["age_days"]) for one in missed] == [("200.00", 31)]
    rest = await match(desk, "200.00", "2003-10-20")
    assert await seen(desk, duty) == ("met", "300.00", "0.00", None, None)
    assert (await desk.client.get("/v1/matching-duties?state=missed")).json()["items"] == []
    approver = desk.service.client("finance_approver")
    back = await approver.post(
        f"/v1/appropriations/{rest['id']}/reversals",
        json={"reversed_on": "2003-10-25", "reason": "重复登记"},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert back.status_code == 201
    assert await seen(desk, duty) == late
    assert (await seen(desk, duty, "2003-10-24"))[0] == "met"


async def test_the_duties_of_many_counties_come_as_lines_and_each_wrong_one_says_why(
    desk: Desk,
) -> None:
    grant = (await desk.receive("1000.05")).json()["id"]
    row = {
        "fund": "reemployment", "owed_by": "county", "year": 2003, "amount": "300.00",
        "due_on": "2003-09-30", "stated_on": "2003-06-30", "document": "黑财社[2003]8号", **COUNTY,
    }  # fmt: skip
    share = {**row, "amount": None, "ratio_percent": "30", "grant_id": grant}
    rows = [row, share, {**share, "grant_id": str(uuid4())}, {**row, "ratio_percent": "30"}]
    path = "/v1/matching-duties/imports"
    none = await desk.lines(path, rows)
    assert none.status_code == 422, "all or nothing, unless asked otherwise"
    done = await desk.lines(path, rows, mode="good")
    assert (done.status_code, done.json()["accepted"]) == (200, 2), done.text
    assert [(one["line"], one["code"]) for one in done.json()["errors"]] == [
        (3, "no-such-grant"), (4, "matching-basis-unclear"),
    ]  # fmt: skip
    known = (await desk.client.get("/v1/matching-duties")).json()["items"]
    assert [one["amount"] for one in known] == ["300.00", "300.02"]
    told = await desk.service.told("subsidy.matching.required.v1")
    assert [(one.data["amount"], one.data["ratio_percent"]) for one in told] == [
        ("300.00", None), ("300.02", "30"),
    ]  # fmt: skip


async def test_a_duty_can_be_a_ratio_of_a_grant(desk: Desk) -> None:
    grant = (await desk.receive("1000.05")).json()["id"]
    made = await owe(desk, amount=None, grant_id=grant, ratio_percent="30")
    assert made.status_code == 201, made.text
    # 300.015 is 300.02 to the fen, half up.
    assert (made.json()["amount"], made.json()["ratio_percent"]) == ("300.02", "30")
    own = await match(desk, "10.00", "2003-08-01")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"amount": None}, "matching-basis-unclear"),
        ({"ratio_percent": "30", "grant_id": grant}, "matching-basis-unclear"),
        ({"amount": None, "ratio_percent": "30"}, "matching-basis-unclear"),
        ({"grant_id": own["id"]}, "no-such-grant"),
        ({"grant_id": str(uuid4())}, "no-such-grant"),
        ({"grant_id": grant, "fund": "living_allowance"}, "no-such-grant"),
        ({"amount": None, "grant_id": grant, "ratio_percent": "0.0001"}, "matching-out-of-range"),
    ]
    for fields, code in cases:
        refused = await owe(desk, **fields)
        assert (refused.status_code, refused.json()["code"]) == (422, code), fields


async def test_it_is_told_once_and_again_only_when_it_changes(desk: Desk) -> None:
    await owe(desk)
    pending = await owe(desk, due_on="2003-12-31", document="另一文件")
    rt = desk.service.runtime

    async def told() -> list[tuple[str, str]]:
        await tell_of_matching(rt)
        await tell_of_matching(rt)
        found = [e for e in await desk.service.told() if e.type.startswith("subsidy.matching.")]
        return [(e.type.split(".")[2], e.data["amount"]) for e in found[2:]]

    assert await told() == [("missed", "300.00")]
    (missed,) = await desk.service.told("subsidy.matching.missed.v1")
    assert (missed.data["missing"], missed.data["finding"]) == ("300.00", "county-has-not-matched")
    money = await match(desk, "300.00", "2003-10-20")
    assert await told() == [("missed", "300.00"), ("met", "300.00")]
    await desk.service.client("finance_approver").post(
        f"/v1/appropriations/{money['id']}/reversals",
        json={"reversed_on": "2003-10-25", "reason": "重复登记"},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert [what for what, _ in await told()] == ["missed", "met", "missed"]
    assert (await seen(desk, pending.json()))[0] == "pending"


async def test_a_duty_that_was_a_mistake_frees_what_paid_it(desk: Desk) -> None:
    first = (await owe(desk, due_on="2003-08-31")).json()
    second = (await owe(desk, amount="50.00")).json()
    await match(desk, "310.00", "2003-08-01")
    assert (await seen(desk, second))[:3] == ("missed", "10.00", "40.00")
    approver = desk.service.client("finance_approver")

    async def back(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post(
            f"/v1/matching-duties/{first['id']}/reversals",
            json={"reversed_on": "2003-09-01", "reason": "文件误读"},
            headers={"Idempotency-Key": str(uuid4())},
        )

    assert (await back(desk.client)).status_code == 403
    done = await back(approver)
    assert (done.status_code, done.json()["state"], done.json()["allowed"]) == (201, "reversed", [])
    assert (await back(approver)).json()["code"] == "already-reversed"
    assert (await seen(desk, second))[:3] == ("met", "50.00", "0.00")
    assert (await seen(desk, first, "2003-08-31"))[:3] == ("met", "300.00", "0.00")
    (told,) = await desk.service.told("subsidy.matching.reversed.v1")
    assert told.reverses is not None


def duty(**fields: Any) -> Duty:
    known = {
        "id": new_id(), "fund": "reemployment", "owed_by": "county", "year": 2003, "amount": 100,
        "due_on": date(2003, 9, 30), "grant_id": None, "ratio_percent": None, "document": "x",
        "stated_on": date(2003, 6, 30), **COUNTY,
    }  # fmt: skip
    return Duty(**{**known, **fields})


def test_who_recorded_a_duty_does_not_take_it_back() -> None:
    with pytest.raises(MakerIsChecker):
        domain.reverse(duty(), date(2003, 7, 1), "wang", "wang", date(2003, 10, 31))


def test_a_grant_that_was_taken_back_asks_for_nothing() -> None:
    grant = Appropriation(
        new_id(), "reemployment", "central", 100, date(2003, 6, 1), 2003, None, None, "231100000000",
        "x", reversed_on=date(2003, 6, 2),
    )  # fmt: skip
    with pytest.raises(domain.NoSuchGrant):
        domain.stated(duty(amount=0, grant_id=grant.id, ratio_percent=Decimal(30)), grant)


@given(st.integers(1, 100), st.integers(0, 100), st.integers(-5, 5))
def test_the_state_follows_from_money_and_day(amount: int, paid: int, days: int) -> None:
    one = Standing(duty(amount=amount), min(paid, amount), date(2003, 9, 30) + timedelta(days))
    assert (one.state == "met") == (paid >= amount)
    assert (one.age_days is None) == (one.finding is None)
    if one.state == "missed":
        assert one.age_days == days > 0


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 90)), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 90)), max_size=5),
    st.integers(0, 100),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_receipts_pay_what_is_due_first(
    running: Callable[..., Any],
    owed: list[tuple[int, int]],
    paid: list[tuple[int, int]],
    day: int,
) -> None:
    """Against a purse that pays one debt after another."""
    service = await running("subsidy")
    desk = Desk(service, service.client("finance_officer"))
    begin = date(2003, 6, 30)
    duties = []
    for amount, due in owed:
        made = await owe(desk, amount=f"{amount}.00", due_on=str(begin + timedelta(due)))
        duties.append((begin + timedelta(due), made.json()["id"], amount))
    for amount, on in paid:
        await match(desk, f"{amount}.00", str(begin + timedelta(on)))
    purse = sum(amount for amount, on in paid if on <= day)
    as_of = begin + timedelta(day)
    listed = (await desk.client.get(f"/v1/matching-duties?as_of={as_of}")).json()["items"]
    got = {one["id"]: one["paid"] for one in listed}
    for _, id, amount in sorted(duties):
        assert got[id] == f"{min(purse, amount)}.00"
        purse -= min(purse, amount)
