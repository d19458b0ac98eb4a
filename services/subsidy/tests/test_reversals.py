"""A payment taken back by hand undoes what it paid for, as when the bank sends the money back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kit.testing import UnderTest
from subsidy.runs import paying

from .claims_desk import Bureau, made, refused
from .conftest import Desk
from .payroll import Payroll
from .test_recoveries import cases, died, notice
from .test_runs import _month_states, tell

BODY = {"reversed_on": "2003-10-20", "reason": "付错收款方"}


async def reverse(desk: Desk, payment: str, **fields: Any) -> httpx.Response:
    return await desk.post(f"/v1/payments/{payment}/reversals", {**BODY, **fields})


@pytest.fixture
async def bureau(subsidy: UnderTest) -> Bureau:
    return await Bureau.opened(subsidy)


async def a_paid_claim(bureau: Bureau) -> tuple[dict[str, Any], str]:
    """Two months of one worker, paid; the claim and its payment."""
    bureau.hire("wang", "2003-08", "2003-09")
    claim = await bureau.paid(bureau.line("wang", "2003-08"), bureau.line("wang", "2003-09"))
    (order,) = await bureau.treasury.orders(about=claim["dues"][0]["id"])
    return claim, order["id"]


async def test_what_a_claim_was_paid_is_unpaid_again_told_by_name_and_may_be_rejected(
    bureau: Bureau,
) -> None:
    claim, payment = await a_paid_claim(bureau)
    assert made(await reverse(bureau.treasury.approver, payment))["reversed_on"] == "2003-10-20"
    claim = await bureau.seen(claim)
    assert (claim["state"], claim["dues"][0]["paid_on"]) == ("approved", None)
    assert {one["state"] for one in await bureau.months()} == {"held"}
    assert not any(one["paid"] for one in await bureau.lines(claim))
    paid = await bureau.service.told("subsidy.benefit.paid.v1")
    back = await bureau.service.told("subsidy.benefit.recovered.v1")
    assert [one.reverses for one in back] == [one.id for one in paid]
    assert {(one.data["amount"], one.data["whole"]) for one in back} == {("132.00", True)}
    assert await bureau.treasury.fund() == {
        "committed": "264.00", "ordered": "0.00", "paid": "0.00",
    }  # fmt: skip
    assert refused(await reverse(bureau.treasury.approver, payment)) == (409, "already-reversed")
    body = {"on": "2003-10-21", "reason": "false-statement"}
    claim = made(await bureau.act(bureau.reviewer, claim, "rejections", **body))
    assert (claim["state"], await bureau.months()) == ("rejected", [])
    assert (await bureau.treasury.fund())["committed"] == "0.00"


async def test_what_was_taken_back_may_be_ordered_again(bureau: Bureau) -> None:
    claim, payment = await a_paid_claim(bureau)
    made(await reverse(bureau.treasury.approver, payment))
    (order,) = await bureau.treasury.orders(about=claim["dues"][0]["id"])
    assert (order["state"], order["reason_code"]) == ("returned", "hand")
    _, file = await bureau.treasury.sent(
        carried=[payment], reservation_id=claim["reservation_id"], made_on="2003-10-22",
        execute_on="2003-10-22",
    )  # fmt: skip
    await bureau.bank_says(file, "accepted", date(2003, 10, 23))
    claim = await bureau.seen(claim)
    assert (claim["state"], claim["dues"][0]["paid_on"]) == ("paid", "2003-10-23")


async def test_what_is_recovered_comes_back_there_and_not_a_second_time(bureau: Bureau) -> None:
    _, payment = await a_paid_claim(bureau)
    await died(bureau)
    (case,) = await cases(bureau)
    made(await notice(bureau, case))
    assert refused(await reverse(bureau.treasury.approver, payment, reversed_on="2003-10-31")) == (
        409, "payment-being-recovered",
    )  # fmt: skip
    assert (await bureau.treasury.fund())["paid"] == "264.00"


async def test_a_recovery_of_which_nobody_was_told_ends_with_the_payment(bureau: Bureau) -> None:
    _, payment = await a_paid_claim(bureau)
    await died(bureau)
    made(await reverse(bureau.treasury.approver, payment, reversed_on="2003-10-31"))
    assert [one["state"] for one in await cases(bureau)] == ["withdrawn"]


async def test_a_runs_lines_are_taken_back_by_name_and_the_run_is_open_again(
    subsidy: UnderTest,
) -> None:
    payroll = await Payroll.opened(Desk(subsidy, subsidy.client("finance_officer")))
    await payroll.crew(2)
    run, file = await payroll.ordered(await payroll.approved(await payroll.frozen()))
    await tell(payroll, file, "accepted")
    await paying.go_on(subsidy.runtime)
    (order,) = await payroll.treasury.orders()
    made(await reverse(payroll.approver, order["id"], reversed_on="2003-10-31"))
    await paying.go_on(subsidy.runtime)
    run = await payroll.run(run["id"])
    assert (run["state"], run["payments"][0]["state"]) == ("approved", "unpaid")
    paid = await subsidy.told("subsidy.benefit.paid.v1")
    back = await subsidy.told("subsidy.benefit.recovered.v1")
    assert {one.reverses for one in back} == {one.id for one in paid}
    assert await _month_states(payroll) == {"held": 2}
    assert (await payroll.money())["paid"] == "0.00"


async def test_a_payment_nobody_can_see_is_not_taken_back(bureau: Bureau) -> None:
    assert (await reverse(bureau.treasury.approver, str(uuid4()))).status_code == 404
