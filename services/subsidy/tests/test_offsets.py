"""What a claimant owes is kept of the next payment: the bank pays the rest, the books show both."""

from __future__ import annotations

from typing import Any

import pytest

from kit.testing import UnderTest

from .claims_desk import Bureau, made, refused
from .conftest import DISTRICT
from .test_recoveries import TODAY, a_paid_claim, act, cases, died, notice
from .test_reversals import reverse

ON = TODAY.isoformat()


@pytest.fixture
async def bureau(subsidy: UnderTest) -> Bureau:
    return await Bureau.opened(subsidy)


async def owing(bureau: Bureau) -> dict[str, Any]:
    """A claimant that was told to pay 132.00 of an earlier claim back."""
    await a_paid_claim(bureau)
    await died(bureau)
    (case,) = await cases(bureau)
    return made(await notice(bureau, case))


async def approved(bureau: Bureau, *months: str) -> dict[str, Any]:
    """The next claim of the same employer."""
    bureau.hire("zhao", *months)
    claim = await bureau.filed(*(bureau.line("zhao", month) for month in months))
    return made(await bureau.approve(made(await bureau.review(claim))))


async def offsets(bureau: Bureau, **query: str) -> list[dict[str, Any]]:
    found = made(await bureau.reviewer.get("/v1/offsets", params=query))
    items: list[dict[str, Any]] = found["items"]
    return items


async def test_what_is_owed_is_kept_of_the_next_payment_and_the_bank_pays_the_rest(
    bureau: Bureau,
) -> None:
    case = await owing(bureau)
    claim = await approved(bureau, "2003-08", "2003-09")
    claim = made(await bureau.pay(claim, await bureau.payee(), ON))
    (due,) = claim["dues"]
    assert (due["amount"], due["set_off"], due["paid_on"]) == ("264.00", "132.00", None)
    (order,) = await bureau.treasury.orders(about=due["id"])
    assert order["amount"] == "132.00", "net in the bank's file"
    (one,) = await offsets(bureau, claim_id=claim["id"])
    assert (one["amount"], one["recovery_id"]) == ("132.00", case["id"])
    case = made(await bureau.reviewer.get(f"/v1/recoveries/{case['id']}"))
    assert (case["state"], case["owed"]) == ("closed", "0.00")
    assert [step["act"] for step in case["steps"]] == ["open", "notice", "offset"]
    entries = [
        entry["kind"]
        for about in (one["payment_id"], case["id"])
        for entry in made(
            await bureau.reviewer.get("/v1/journal/entries", params={"about": about})
        )["items"]
    ]
    assert entries == ["payment", "recovery"], "both stand in the journal"
    assert await bureau.treasury.fund() == {
        "committed": "0.00", "ordered": "132.00", "paid": "396.00",
    }  # fmt: skip
    (back,) = await bureau.told("benefit.recovered")
    assert (back["amount"], back["whole"]) == ("132.00", True)
    await bureau.bank_says(await bureau.hand_over(claim, ON), "accepted", TODAY)
    assert (await bureau.seen(claim))["state"] == "paid"
    assert [one["amount"] for one in await bureau.told("benefit.paid")] == ["132.00"] * 5
    assert (await bureau.treasury.fund())["paid"] == "528.00"
    kept = await reverse(bureau.treasury.approver, one["payment_id"], reversed_on=ON)
    assert refused(kept) == (409, "payment-of-an-offset")
    assert await offsets(bureau, recovery_id=case["id"]) == [one]
    neighbour = bureau.service.client("subsidy_reviewer", area=DISTRICT)
    assert made(await neighbour.get("/v1/offsets"))["items"] == []


async def test_a_payment_that_is_kept_whole_needs_no_bank(bureau: Bureau) -> None:
    await owing(bureau)
    claim = await approved(bureau, "2003-09")
    claim = made(await bureau.pay(claim, await bureau.payee(), ON))
    (due,) = claim["dues"]
    assert (claim["state"], due["set_off"], due["paid_on"], due["batch_id"]) == (
        "paid", "132.00", ON, None,
    )  # fmt: skip
    assert await bureau.treasury.orders(about=due["id"]) == []
    assert (await bureau.treasury.fund())["paid"] == "396.00"
    states = {one["state"] for one in await bureau.months(holder_id=claim["id"])}
    assert states == {"paid"}


async def test_facts_that_arrived_before_a_payment_that_is_kept_whole_are_found_with_it(
    bureau: Bureau,
) -> None:
    await owing(bureau)
    claim = await approved(bureau, "2003-09")
    await died(bureau, "zhao", "2003-08-28")
    assert await cases(bureau, claim_id=claim["id"]) == []
    assert made(await bureau.pay(claim, await bureau.payee(), ON))["state"] == "paid"
    (case,) = await cases(bureau, claim_id=claim["id"])
    assert (case["state"], case["amount"]) == ("open", "132.00")


async def test_what_was_not_sent_is_not_kept_twice_and_is_not_rejected_any_more(
    bureau: Bureau,
) -> None:
    await owing(bureau)
    claim = await approved(bureau, "2003-08", "2003-09")
    payee = await bureau.payee()
    claim = made(await bureau.pay(claim, payee, ON))
    assert refused(await bureau.pay(claim, payee, ON)) == (409, "already-ordered")
    made(await bureau.treasury.step({"id": claim["dues"][0]["batch_id"]}, "withdrawals", ON))
    body = {"on": ON, "reason": "withdrawn"}
    assert refused(await bureau.act(bureau.reviewer, claim, "rejections", **body)) == (
        409, "claim-partly-paid",
    )  # fmt: skip
    claim = made(await bureau.pay(claim, payee, ON))
    assert claim["dues"][0]["set_off"] == "132.00"
    assert [one["amount"] for one in await bureau.treasury.orders(about=claim["dues"][0]["id"])] == [
        "132.00", "132.00",
    ]  # fmt: skip


async def test_before_a_notice_before_a_court_and_for_another_payee_nothing_is_kept(
    bureau: Bureau,
) -> None:
    case = await owing(bureau)
    body = {"on": ON, "reference": "(2003)黑民初字第9号"}
    case = made(await act(bureau.reviewer, case, "litigations", **body))
    assert (case["state"], case["court_reference"], case["allowed"]) == (
        "litigated", "(2003)黑民初字第9号", ["receive", "write_off"],
    )  # fmt: skip
    claim = await approved(bureau, "2003-09")
    claim = made(await bureau.pay(claim, await bureau.payee(), ON))
    assert (claim["state"], claim["dues"][0]["set_off"]) == ("approved", "0.00")
    money = {"on": ON, "kind": "refund", "amount": "132.00", "reference": "执行款3"}
    case = made(await act(bureau.treasury.officer.client, case, "receipts", **money))
    assert case["state"] == "closed"
