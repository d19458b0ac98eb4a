"""A closed period takes no entry, from anybody; what was wrong in it is reversed on an open day."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.facts import MakerIsChecker
from kit.ids import new_id
from subsidy.periods import domain
from subsidy.periods.domain import Closing

from .conftest import CITY, DISTRICT, Desk

TODAY = date(2003, 10, 31)


async def close(desk: Desk, through: str = "2003-07-31", **fields: Any) -> httpx.Response:
    body = {
        "fund": "reemployment", "closed_through": through, "closed_on": "2003-09-01",
        "note": "核对无误", **desk.place, **fields,
    }  # fmt: skip
    return await desk.post("/v1/periods", body)


async def reopen(client: httpx.AsyncClient, period: str, on: str = "2003-09-02") -> httpx.Response:
    return await client.post(
        f"/v1/periods/{period}/reopenings",
        json={"on": on, "reason": "补记", "approval": "黑市财[2003]17号"},
        headers={"Idempotency-Key": str(uuid4()), "Accept-Language": "en"},
    )


async def test_nothing_is_entered_into_a_closed_period(desk: Desk) -> None:
    await desk.receive("100.00")
    line = (await desk.arrange("60.00")).json()["id"]
    closed = await close(desk)
    assert closed.status_code == 201, closed.text
    assert (closed.json()["state"], closed.json()["allowed"]) == ("closed", ["reopen"])
    for answer in (
        await desk.receive("1.00", received_on="2003-07-31"),
        await desk.arrange("1.00", arranged_on="2003-07-31"),
        await desk.pay(line, "1.00", paid_on="2003-07-31"),
        await desk.post(
            "/v1/reservations",
            {"arrangement_id": line, "amount": "1.00", "reserved_on": "2003-07-31",
             "purpose": "补贴", **desk.place},
        ),
    ):  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (409, "period-closed"), answer.text
        assert "2003-08-01" in answer.json()["detail"]
    assert (await desk.pay(line, "1.00", paid_on="2003-08-01")).status_code == 201
    # Another fund, and another area, have books of their own.
    assert (await desk.receive("1.00", fund="living_allowance")).status_code == 201
    other = {"area_code": DISTRICT, "office": "231102-finance-bureau"}
    assert (await desk.receive("1.00", **other)).status_code == 201


async def test_a_closed_entry_is_taken_back_on_an_open_day_only(desk: Desk) -> None:
    await desk.receive("100.00")
    line = (await desk.arrange("60.00")).json()["id"]
    payment = (await desk.pay(line, "10.00")).json()["id"]
    assert (await close(desk, "2003-08-31", closed_on="2003-09-01")).status_code == 201
    approver = desk.service.client("finance_approver")

    async def back(on: str) -> httpx.Response:
        return await approver.post(
            f"/v1/payments/{payment}/reversals", json={"reversed_on": on, "reason": "账户错误"},
            headers={"Idempotency-Key": str(uuid4())},
        )  # fmt: skip

    assert (await back("2003-08-31")).json()["code"] == "period-closed"
    assert (await back("2003-09-01")).status_code == 201
    fund = (await desk.client.get("/v1/funds/reemployment?as_of=2003-08-31")).json()
    assert fund["paid"] == "10.00"
    assert (await desk.client.get("/v1/funds/reemployment")).json()["paid"] == "0.00"


async def test_an_import_says_which_lines_are_closed(desk: Desk) -> None:
    await close(desk)
    rows = [
        {"fund": "reemployment", "source": "province", "amount": "1.00", "received_on": day,
         "year": 2003, **desk.place}
        for day in ("2003-07-31", "2003-08-01")
    ]  # fmt: skip
    done = (await desk.lines("/v1/appropriations/imports", rows, mode="good")).json()
    assert (done["accepted"], done["rejected"]) == (1, 1)
    assert done["errors"][0]["code"] == "period-closed"


async def test_another_person_reopens_the_last_closing_and_says_why(desk: Desk) -> None:
    first = (await close(desk, "2003-06-30")).json()
    second = (await close(desk, "2003-07-31")).json()
    approver = desk.service.client("finance_approver")
    refused = await reopen(approver, first["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "later-period-is-closed")
    assert (await reopen(desk.client, second["id"])).status_code == 403
    opened = await reopen(approver, second["id"])
    assert opened.status_code == 201, opened.text
    assert (opened.json()["state"], opened.json()["book_closed_until"]) == (
        "reopened",
        "2003-06-30",
    )
    refused = await reopen(approver, second["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "period-reopened-already")
    assert (await desk.receive("1.00", received_on="2003-07-01")).status_code == 201
    assert (await desk.receive("1.00", received_on="2003-06-30")).json()["code"] == "period-closed"
    assert (await close(desk, "2003-06-30")).json()["code"] == "period-closed-already"
    listed = (await desk.client.get("/v1/periods")).json()["items"]
    assert [(one["state"], one["allowed"]) for one in listed] == [
        ("closed", ["reopen"]), ("reopened", []),
    ]  # fmt: skip
    told = await desk.service.told("subsidy.period.reopened.v1")
    closed = await desk.service.told("subsidy.period.closed.v1")
    assert [event.reverses for event in told] == [closed[1].id]


async def test_the_database_refuses_by_itself(desk: Desk) -> None:
    await desk.receive("100.00")
    await close(desk)
    write = (
        "with e as (insert into journal_entry (id, kind, effective_on, about, area_code, office, recorded_by)"
        " values ($1, 'arrangement', $2, $1, '231100000000', 'x', 'x')),"
        " a as (select kind, id from account)"
        " insert into journal_line (entry_id, line, account_id, amount)"
        " select $1, 1, id, -1 from a where kind = 'source'"
        " union all select $1, 2, id, 1 from a where kind = 'unallocated'"
    )
    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        async with desk.service.db.transaction() as tx:
            await tx.execute(write, uuid4(), date(2003, 7, 31))
    assert refusal.value.constraint_name == "journal_period_open"
    async with desk.service.db.transaction() as tx:
        await tx.execute(write, uuid4(), date(2003, 8, 1))


async def test_who_writes_while_it_is_closed_is_either_before_or_refused(desk: Desk) -> None:
    await desk.receive("100.00")
    answers = await asyncio.gather(
        *(desk.receive("1.00", received_on="2003-07-15") for _ in range(12)),
        close(desk),
        *(desk.receive("1.00", received_on="2003-07-15") for _ in range(12)),
    )
    codes = [answer.status_code for answer in answers]
    assert codes[12] == 201
    assert set(codes) <= {201, 409}
    before = codes.count(201) - 1
    received = (await desk.client.get("/v1/funds/reemployment")).json()["received"]
    assert received == f"{100 + before}.00"
    async with desk.service.db.reading() as tx:
        late = await tx.fetchval(
            "select count(*) from journal_entry e, period_closing c"
            " where e.effective_on <= c.closed_through and e.recorded_at > c.recorded_at"
        )
    assert late == 0


# --- receipts and arrangements taken back


async def back(client: httpx.AsyncClient, path: str, on: str) -> httpx.Response:
    return await client.post(
        f"/v1/{path}/reversals", json={"reversed_on": on, "reason": "重复登记"},
        headers={"Idempotency-Key": str(uuid4()), "Accept-Language": "en"},
    )  # fmt: skip


async def test_a_receipt_is_taken_back_once_and_not_when_its_money_is_arranged(desk: Desk) -> None:
    one = (await desk.receive("100.00")).json()["id"]
    other = (await desk.receive("50.00", received_on="2003-07-10")).json()["id"]
    line = (await desk.arrange("60.00", arranged_on="2003-07-12")).json()["id"]
    approver = desk.service.client("finance_approver")
    refused = await back(approver, f"appropriations/{one}", "2003-07-20")
    assert (refused.status_code, refused.json()["code"]) == (409, "not-enough-money")
    refused = await back(approver, f"appropriations/{other}", "2003-07-09")
    assert (refused.status_code, refused.json()["code"]) == (422, "reversed-before-made")
    done = await back(approver, f"appropriations/{other}", "2003-07-20")
    assert (done.status_code, done.json()["reversed_on"]) == (201, "2003-07-20")
    refused = await back(approver, f"appropriations/{other}", "2003-07-20")
    assert (refused.status_code, refused.json()["code"]) == (409, "already-reversed")
    fund = (await desk.client.get("/v1/funds/reemployment")).json()
    assert (fund["received"], fund["unallocated"]) == ("100.00", "40.00")
    assert [layer["amount"] for layer in fund["unallocated_since"]] == ["40.00"]
    before = (await desk.client.get("/v1/funds/reemployment?as_of=2003-07-19")).json()
    assert before["received"] == "150.00"

    done = await back(approver, f"arrangements/{line}", "2003-07-21")
    assert (done.json()["reversed_on"], done.json()["remaining"]) == ("2003-07-21", "0.00")
    fund = (await desk.client.get("/v1/funds/reemployment")).json()
    assert (fund["arranged"], fund["unallocated"]) == ("0.00", "100.00")
    assert fund["unallocated_since"][0]["amount"] == "100.00"
    assert (await desk.client.get("/v1/journal/check")).json()["holds"] is True
    told = [event.type.split(".", 1)[1] for event in await desk.service.told()][3:]
    assert told == ["appropriation.reversed.v1", "arrangement.reversed.v1"]


async def test_who_entered_it_does_not_take_it_back(desk: Desk) -> None:
    both = desk.service.client("finance_officer", "finance_approver", subject="both")
    own = Desk(desk.service, both)
    one = (await own.receive("100.00")).json()["id"]
    line = (await own.arrange("60.00")).json()["id"]
    for path in (f"appropriations/{one}", f"arrangements/{line}"):
        refused = await back(both, path, "2003-07-20")
        assert (refused.status_code, refused.json()["code"]) == (409, "maker-is-checker")


async def test_an_arrangement_in_use_is_not_taken_back(desk: Desk) -> None:
    await desk.receive("100.00")
    line = (await desk.arrange("60.00")).json()["id"]
    await desk.pay(line, "1.00")
    refused = await back(
        desk.service.client("finance_approver"), f"arrangements/{line}", "2003-08-20"
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "not-enough-money")


# --- the rules by themselves


def closing(**fields: Any) -> Closing:
    known = {
        "id": new_id(), "fund": "reemployment", "area_code": CITY, "office": "x",
        "closed_through": date(2003, 6, 30), "closed_on": date(2003, 7, 1), "note": "",
        "closed_by": "wang",
    }  # fmt: skip
    return Closing(**{**known, **fields})


def test_a_month_is_closed_whole_after_its_end_and_once() -> None:
    with pytest.raises(domain.NotAMonthsEnd):
        closing(closed_through=date(2003, 6, 29)).admit(None)
    with pytest.raises(domain.PeriodNotOver):
        closing(closed_on=date(2003, 6, 30)).admit(None)
    with pytest.raises(domain.ClosedAlready):
        closing().admit(date(2003, 6, 30))
    assert closing(closed_through=date(2004, 2, 29), closed_on=date(2004, 3, 1)).admit(None)


def test_who_closed_does_not_reopen_and_not_before_it_was_closed() -> None:
    def reopen(by: str, on: date) -> Closing:
        return closing().reopen(on, by, "补记", "1号", closed_until=date(2003, 6, 30), today=TODAY)

    with pytest.raises(MakerIsChecker):
        reopen("wang", date(2003, 7, 2))
    with pytest.raises(domain.ReopenedBeforeClosed):
        reopen("li", date(2003, 6, 30))
    assert reopen("li", date(2003, 7, 2)).state == "reopened"


@given(st.lists(st.integers(-1, 12), max_size=20))
def test_a_book_closes_and_opens_as_a_stack(steps: list[int]) -> None:
    """-1 reopens the last; a number closes through that month, when it may."""
    stack: list[Closing] = []
    for step in steps:
        until = stack[-1].closed_through if stack else None
        if step < 0:
            if stack:
                stack.pop().reopen(TODAY, "li", "补记", "1号", closed_until=until, today=TODAY)
            continue
        ends = [date(2002, month, 1) for month in range(2, 13)] + [
            date(2003, 1, 1),
            date(2003, 2, 1),
        ]
        through = date.fromordinal(ends[step].toordinal() - 1)
        asked = closing(closed_through=through, closed_on=date(2003, 7, 1))
        if until is not None and through <= until:
            with pytest.raises(domain.ClosedAlready):
                asked.admit(until)
        else:
            stack.append(asked.admit(until))
        days = [one.closed_through for one in stack]
        assert days == sorted(set(days))
