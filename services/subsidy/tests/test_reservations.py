"""Money is reserved before it is promised, promised by another person, and paid or given back."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.facts import InTheFuture, MakerIsChecker
from kit.ids import new_id
from subsidy.reservations import domain
from subsidy.reservations.domain import Reservation

from .conftest import Desk

TODAY = date(2003, 9, 30)


def reserved(**fields: Any) -> Reservation:
    known = {
        "id": new_id(), "arrangement_id": new_id(), "amount": 100_00, "purpose": "补贴",
        "reserved_on": date(2003, 9, 1), "about": None, "area_code": "231100000000",
        "office": "231100-finance-bureau", "made_by": "wang", "state_on": date(2003, 9, 1),
    }  # fmt: skip
    return Reservation(**{**known, **fields})


def test_who_reserved_does_not_promise() -> None:
    with pytest.raises(MakerIsChecker):
        reserved().commit(date(2003, 9, 2), "wang", TODAY)
    assert reserved().commit(date(2003, 9, 2), "li", TODAY).state == "committed"


def test_steps_follow_each_other_and_are_never_dated_ahead() -> None:
    with pytest.raises(domain.StepOutOfOrder):
        reserved().commit(date(2003, 8, 31), "li", TODAY)
    with pytest.raises(InTheFuture):
        reserved().commit(date(2003, 10, 1), "li", TODAY)
    committed = reserved().commit(date(2003, 9, 2), "li", TODAY)
    with pytest.raises(domain.WrongState):
        committed.commit(date(2003, 9, 3), "zhang", TODAY)
    with pytest.raises(domain.NothingHeld):
        committed.release(date(2003, 9, 3), 0, TODAY)
    assert committed.release(date(2003, 9, 3), 1, TODAY).state == "released"


def test_only_what_is_committed_is_paid_and_only_from_its_own_line() -> None:
    one = reserved()
    with pytest.raises(domain.NotCommitted):
        one.admit_payment(one.arrangement_id, date(2003, 9, 5))
    committed = one.commit(date(2003, 9, 2), "li", TODAY)
    with pytest.raises(domain.ReservationUnknown):
        committed.admit_payment(new_id(), date(2003, 9, 5))
    with pytest.raises(domain.StepOutOfOrder):
        committed.admit_payment(one.arrangement_id, date(2003, 9, 1))
    committed.admit_payment(one.arrangement_id, date(2003, 9, 2))


# --- over HTTP


async def hold(desk: Desk, line: str, yuan: str, **fields: Any) -> httpx.Response:
    body = {
        "arrangement_id": line, "amount": yuan, "reserved_on": "2003-07-10",
        "purpose": "三季度补贴", **desk.place, **fields,
    }  # fmt: skip
    return await desk.post("/v1/reservations", body)


async def step(
    client: httpx.AsyncClient, one: dict[str, Any], what: str, on: str = "2003-07-20"
) -> httpx.Response:
    headers = {
        "Idempotency-Key": str(uuid4()), "If-Match": f'"v{one["version"]}"', "Accept-Language": "en",
    }  # fmt: skip
    return await client.post(
        f"/v1/reservations/{one['id']}/{what}", json={"on": on}, headers=headers
    )


async def line_of(desk: Desk, yuan: str) -> str:
    await desk.receive(yuan)
    made: str = (await desk.arrange(yuan)).json()["id"]
    return made


async def remaining(desk: Desk, line: str) -> str:
    found: str = (await desk.client.get(f"/v1/arrangements/{line}")).json()["remaining"]
    return found


async def test_money_is_held_promised_paid_and_the_rest_goes_back(desk: Desk) -> None:
    line = await line_of(desk, "1000.00")
    made = await hold(desk, line, "600.00")
    assert made.status_code == 201, made.text
    one = made.json()
    assert (one["state"], one["held"], one["allowed"]) == (
        "reserved", "600.00", ["commit", "release"],
    )  # fmt: skip
    assert await remaining(desk, line) == "400.00"
    early = await desk.pay(line, "100.00", reservation_id=one["id"])
    assert (early.status_code, early.json()["code"]) == (409, "reservation-not-committed")

    approver = desk.service.client("finance_approver")
    promised = await step(approver, one, "commitments")
    assert promised.status_code == 201, promised.text
    one = promised.json()
    paid = await desk.pay(line, "250.00", reservation_id=one["id"])
    assert paid.status_code == 201, paid.text
    assert await remaining(desk, line) == "400.00"
    fund = (await desk.client.get("/v1/funds/reemployment")).json()
    parts = [fund[part] for part in ("arranged_not_paid", "reserved", "committed", "unallocated")]
    assert parts == ["750.00", "0.00", "350.00", "0.00"]
    seen = (await desk.client.get(f"/v1/reservations/{one['id']}")).json()
    assert (seen["held"], seen["amount"]) == ("350.00", "600.00")
    more = await desk.pay(line, "350.01", reservation_id=one["id"])
    assert (more.status_code, more.json()["code"]) == (409, "more-than-the-line-holds")

    released = await step(desk.client, seen, "releases", "2003-08-02")
    assert (released.json()["state"], released.json()["held"]) == ("released", "0.00")
    assert await remaining(desk, line) == "750.00"
    again = await step(desk.client, released.json(), "releases", "2003-08-02")
    assert (again.status_code, again.json()["code"]) == (409, "nothing-to-release")
    told = await desk.service.told()
    assert [(e.type.split(".")[1:3], e.data["amount"]) for e in told][2:] == [
        (["reservation", "made"], "600.00"), (["reservation", "committed"], "600.00"),
        (["payment", "made"], "250.00"), (["reservation", "released"], "350.00"),
    ]  # fmt: skip
    fund = (await desk.client.get("/v1/funds/reemployment")).json()
    assert (fund["paid"], fund["arranged_not_paid"]) == ("250.00", "750.00")
    assert (await desk.client.get("/v1/journal/check")).json()["holds"] is True


async def test_a_payment_taken_back_after_the_release_can_go_on_to_the_line(desk: Desk) -> None:
    line = await line_of(desk, "100.00")
    one = (await hold(desk, line, "100.00")).json()
    one = (await step(desk.service.client("finance_approver"), one, "commitments")).json()
    payment = (await desk.pay(line, "60.00", reservation_id=one["id"])).json()["id"]
    one = (await step(desk.client, one, "releases", "2003-08-01")).json()
    await desk.service.client("finance_approver").post(
        f"/v1/payments/{payment}/reversals",
        json={"reversed_on": "2003-08-10", "reason": "账户错误"},
        headers={"Idempotency-Key": str(uuid4())},
    )
    seen = (await desk.client.get(f"/v1/reservations/{one['id']}")).json()
    assert (seen["held"], seen["allowed"]) == ("60.00", ["release"])
    back = await step(desk.client, seen, "releases", "2003-08-11")
    assert back.status_code == 201, back.text
    assert await remaining(desk, line) == "100.00"


async def test_what_does_not_fit_is_refused_and_opens_nothing(desk: Desk) -> None:
    line = await line_of(desk, "100.00")
    refused = await hold(desk, line, "100.01")
    assert (refused.status_code, refused.json()["code"]) == (409, "more-than-can-be-reserved")
    assert "1 fen" in refused.json()["detail"]
    refused = await hold(desk, line, "1.00", reserved_on="2003-06-30")
    assert refused.json()["code"] == "reserved-before-arranged"
    refused = await hold(desk, str(uuid4()), "1.00")
    assert (refused.status_code, refused.json()["code"]) == (404, "arrangement-unknown")
    refused = await desk.pay(line, "1.00", reservation_id=str(uuid4()))
    assert (refused.status_code, refused.json()["code"]) == (404, "reservation-unknown")
    check = (await desk.client.get("/v1/journal/check")).json()
    assert (check["holds"], check["accounts"]) == (True, 3)


async def test_the_second_of_two_who_saw_the_same_version_is_told(desk: Desk) -> None:
    line = await line_of(desk, "100.00")
    one = (await hold(desk, line, "50.00")).json()
    approver = desk.service.client("finance_approver")
    assert (await step(approver, one, "commitments")).status_code == 201
    assert (await step(desk.client, one, "releases")).status_code == 412


async def test_fifty_at_once_never_hold_more_than_there_is(desk: Desk) -> None:
    line = await line_of(desk, "1000.00")
    answers = await asyncio.gather(*(hold(desk, line, "70.00") for _ in range(50)))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(201), codes.count(409)) == (14, 36)
    assert await remaining(desk, line) == "20.00"
    listed = (await desk.client.get(f"/v1/reservations?arrangement_id={line}&limit=100")).json()
    assert [one["held"] for one in listed["items"]] == ["70.00"] * 14
    assert (await desk.client.get("/v1/journal/check")).json()["holds"] is True


@given(st.lists(st.sampled_from(["commit", "release"]), max_size=6), st.integers(0, 100_00))
def test_whatever_is_tried_a_reservation_keeps_its_table(acts: list[str], held: int) -> None:
    one = reserved()
    for act in acts:
        before = one
        try:
            one = (
                one.commit(TODAY, "li", TODAY)
                if act == "commit"
                else one.release(TODAY, held, TODAY)
            )
        except domain.Refusal:
            assert one == before
            continue
        arrow = (before.state, one.state, act)
        assert arrow in {(a.source, a.target, a.name) for a in domain.ACTS}
        assert one.version == before.version + 1
