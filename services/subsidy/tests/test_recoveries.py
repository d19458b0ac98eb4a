"""What facts do not carry any more comes back, line by line, and a month is free when all of it has."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.ids import new_id
from kit.testing import UnderTest
from subsidy.recoveries.domain import Line, MoreThanOwed, Recovery

from .claims_desk import Bureau, made, refused
from .conftest import DISTRICT, Desk

TODAY = date(2003, 10, 31)
AMOUNTS = st.lists(st.integers(1, 50_000), min_size=1, max_size=5)


@given(AMOUNTS, st.lists(st.integers(1, 60_000), max_size=8))
def test_whatever_comes_in_goes_to_the_lines_in_their_order_and_never_more_than_is_owed(
    amounts: list[int], receipts: list[int]
) -> None:
    case = Recovery(
        new_id(), new_id(), "employer", new_id(), new_id(), TODAY, None, "231100000000", "x",
        tuple(Line(new_id(), amount, None) for amount in amounts), state_on=TODAY,
    ).notice(TODAY, "reviewer", 0, TODAY, TODAY)  # fmt: skip
    came = 0
    for amount in receipts:
        if case.state == "closed":
            break
        if amount > sum(amounts) - came:
            with pytest.raises(MoreThanOwed):
                case.receive("refund", amount, TODAY, TODAY)
            continue
        case, parts = case.receive("refund", amount, TODAY, TODAY)
        came += amount
        assert sum(part for _, part in parts) == amount
    assert sum(one.back for one in case.lines) == came
    assert (case.state == "closed") == (came == sum(amounts))
    part_way = [one for one in case.lines if 0 < one.back < one.amount]
    assert len(part_way) <= 1
    backs = [one.back == one.amount for one in case.lines]
    assert backs == sorted(backs, reverse=True), "earlier lines first"


# --- over HTTP


@pytest.fixture
async def bureau(subsidy: UnderTest) -> Bureau:
    return await Bureau.opened(subsidy)


async def cases(bureau: Bureau, **query: str) -> list[dict[str, Any]]:
    found = made(await bureau.reviewer.get("/v1/recoveries", params=query))
    items: list[dict[str, Any]] = found["items"]
    return items


async def act(client: Any, case: dict[str, Any], what: str, **body: Any) -> Any:
    headers = {
        "Idempotency-Key": str(uuid4()), "If-Match": f'"v{case["version"]}"', "Accept-Language": "en",
    }  # fmt: skip
    return await client.post(f"/v1/recoveries/{case['id']}/{what}", json=body, headers=headers)


async def died(bureau: Bureau, name: str = "wang", on: str = "2003-08-30") -> Any:
    told = bureau.world.say(
        "registry.life-fact.recorded", f"{name}'s death", date.fromisoformat(on), kind="deceased",
        on=on, worker_id=str(bureau.id(name)), authority="231100-police",
    )  # fmt: skip
    await bureau.world.tell()
    return told


async def a_paid_claim(bureau: Bureau) -> dict[str, Any]:
    bureau.hire("wang", "2003-08", "2003-09")
    bureau.hire("li", "2003-09")
    return await bureau.paid(
        bureau.line("wang", "2003-08"), bureau.line("wang", "2003-09"), bureau.line("li", "2003-09")
    )


async def refund(bureau: Bureau, case: dict[str, Any], amount: str, **fields: Any) -> Any:
    body = {"on": "2003-10-31", "kind": "refund", "amount": amount, "reference": "收据17", **fields}
    return await act(bureau.treasury.officer.client, case, "receipts", **body)


async def notice(bureau: Bureau, case: dict[str, Any], fine: str = "0.00") -> Any:
    body = {"on": "2003-10-31", "fine": fine, "reference": "黑劳追[2003]1号"}
    return await act(bureau.reviewer, case, "notices", **body)


async def test_a_death_that_is_told_late_brings_back_the_months_after_it(bureau: Bureau) -> None:
    claim = await a_paid_claim(bureau)
    assert await cases(bureau) == []
    told = await died(bureau)
    (case,) = await cases(bureau, claim_id=claim["id"])
    lines = await bureau.lines(claim)
    assert (case["state"], case["amount"], case["cause"]) == ("open", "132.00", str(told.id))
    assert [(one["line_id"], one["clause"]) for one in case["lines"]] == [
        (lines[1]["id"], "policy 5.1 E8/of-the-labour-force")
    ], "the month of the death itself stays paid"
    assert case["allowed"] == ["notice"]
    case = made(await notice(bureau, case, fine="50.00"))
    assert (case["state"], case["due_on"], case["fine"]) == ("noticed", "2003-11-30", "50.00")
    case = made(await refund(bureau, case, "100.00"))
    assert (case["state"], case["owed"]) == ("paying", "32.00")
    assert [one["state"] for one in await bureau.months(worker_id=str(bureau.id("wang")))] == [
        "paid", "paid",
    ], "a month is not free before all of it is back"  # fmt: skip
    assert (await bureau.treasury.fund())["paid"] == "296.00"
    assert refused(await refund(bureau, case, "32.01")) == (409, "more-than-owed")
    case = made(await refund(bureau, case, "32.00"))
    assert case["state"] == "paying", "the fine is still owed"
    case = made(await refund(bureau, case, "50.00", kind="fine"))
    assert (case["state"], case["owed"], case["fine_paid"], case["allowed"]) == (
        "closed", "0.00", "50.00", [],
    )  # fmt: skip
    assert (await bureau.treasury.fund())["paid"] == "264.00", "no fine is in the fund's books"
    states = {
        one["month"]: one["state"] for one in await bureau.months(worker_id=str(bureau.id("wang")))
    }
    assert states == {"2003-08-01": "paid", "2003-09-01": "recovered"}
    back = await bureau.service.told("subsidy.benefit.recovered.v1")
    paid = {str(e.entity_id): e.id for e in await bureau.service.told("subsidy.benefit.paid.v1")}
    assert [(one.data["amount"], one.data["whole"]) for one in back] == [
        ("100.00", False), ("32.00", True),
    ]  # fmt: skip
    assert {one.reverses for one in back} == {paid[lines[1]["id"]]}
    # What has come back is not asked for again.
    bureau.world.say(
        "registry.certificate.revoked", "li's certificate", date(2003, 6, 1),
        worker_id=str(bureau.id("li")), reason="fraud",
    )  # fmt: skip
    await bureau.world.tell()
    (second,) = await cases(bureau, state="open")
    assert [one["line_id"] for one in second["lines"]] == [lines[2]["id"]]


async def test_while_nobody_was_told_the_case_is_what_the_facts_say(bureau: Bureau) -> None:
    await a_paid_claim(bureau)
    told = await died(bureau)
    bureau.world.say(
        "jobs-market.placement.voided", "li's work", date(2003, 8, 25), reason="phantom",
        worker_id=str(bureau.id("li")),
    )  # fmt: skip
    await bureau.world.tell()
    (case,) = await cases(bureau)
    assert (case["amount"], len(case["lines"])) == ("264.00", 2)
    bureau.world.say(
        "registry.life-fact.reversed", "wang's death", date(2003, 8, 30), kind="deceased",
        on="2003-08-30", what="fact", reverses=told, worker_id=str(bureau.id("wang")),
        authority="231100-police",
    )  # fmt: skip
    await bureau.world.tell()
    (case,) = await cases(bureau)
    assert (case["amount"], case["state"]) == ("132.00", "open")
    case = made(await bureau.reviewer.get(f"/v1/recoveries/{case['id']}"))
    assert [step["act"] for step in case["steps"]] == ["open", "extend", "extend"]


async def test_a_case_without_a_reason_left_is_withdrawn(bureau: Bureau) -> None:
    await a_paid_claim(bureau)
    told = await died(bureau)
    bureau.world.say(
        "registry.life-fact.reversed", "wang's death", date(2003, 8, 30), kind="deceased",
        on="2003-08-30", what="fact", reverses=told, worker_id=str(bureau.id("wang")),
        authority="231100-police",
    )  # fmt: skip
    await bureau.world.tell()
    (case,) = await cases(bureau)
    assert (case["state"], case["allowed"]) == ("withdrawn", [])
    assert refused(await notice(bureau, case)) == (409, "recovery-state")


async def test_nobody_owes_what_the_bank_sent_back(bureau: Bureau) -> None:
    """A refund of it would free a month that is paid in the end, and could be granted again."""
    bureau.hire("wang", "2003-08", "2003-09")
    lines = [bureau.line("wang", month) for month in ("2003-08", "2003-09")]
    claim = made(await bureau.approve(made(await bureau.review(await bureau.filed(*lines)))))
    claim = made(await bureau.pay(claim, await bureau.payee()))
    file = await bureau.hand_over(claim)
    await bureau.bank_says(file, "accepted")
    await died(bureau)
    (case,) = await cases(bureau)
    made(await notice(bureau, case))
    await bureau.bank_says(file, "returned:BE01", date(2003, 10, 17))
    (case,) = await cases(bureau)
    assert (case["state"], case["lines"], case["due_on"]) == ("withdrawn", [], None)
    assert refused(await refund(bureau, case, "132.00")) == (409, "recovery-state")


async def test_what_arrived_before_the_payment_is_found_with_it(bureau: Bureau) -> None:
    bureau.hire("wang", "2003-08", "2003-09")
    lines = [bureau.line("wang", month) for month in ("2003-08", "2003-09")]
    claim = made(await bureau.approve(made(await bureau.review(await bureau.filed(*lines)))))
    claim = made(await bureau.pay(claim, await bureau.payee()))
    await died(bureau)
    assert await cases(bureau) == []
    await bureau.bank_says(await bureau.hand_over(claim), "accepted")
    (case,) = await cases(bureau)
    assert case["amount"] == "132.00"


async def test_what_is_not_paid_back_is_given_up_by_a_third_person_under_a_reference(
    bureau: Bureau,
) -> None:
    await a_paid_claim(bureau)
    await died(bureau)
    (case,) = await cases(bureau)
    body = {"on": "2003-10-31", "approval": "黑财核[2003]2号"}
    assert refused(await act(bureau.approver, case, "write-offs", **body)) == (
        409,
        "recovery-state",
    )
    both = bureau.service.client("subsidy_reviewer", "finance_approver", subject="reviewer")
    case = made(await notice(bureau, case))
    assert refused(await act(both, case, "write-offs", **body)) == (409, "maker-is-checker")
    assert (await act(bureau.reviewer, case, "write-offs", **body)).status_code == 403
    case = made(await act(bureau.approver, case, "write-offs", **body))
    assert (case["state"], case["approval"]) == ("written_off", "黑财核[2003]2号")
    stale = {**case, "version": 1}
    assert refused(await act(bureau.approver, stale, "write-offs", **body))[0] == 412
    await died(bureau, "li", "2003-08-26")
    open_ones = await cases(bureau, state="open")
    assert [one["amount"] for one in open_ones] == ["132.00"], (
        "what was given up is not opened again"
    )
    neighbour = bureau.service.client("subsidy_reviewer", area=DISTRICT)
    assert (await neighbour.get(f"/v1/recoveries/{case['id']}")).status_code == 404


async def propose(
    bureau: Bureau, claim: dict[str, Any], *lines: tuple[str, str], **more: Any
) -> Any:
    body = {
        "claim_id": claim["id"], "on": "2003-10-20", "reason": "audit-finding",
        "reference": "黑审[2003]4号",
        "lines": [{"line_id": id, "amount": amount} for id, amount in lines], **more,
    }  # fmt: skip
    return await Desk(bureau.service, bureau.reviewer).post("/v1/recoveries", body)


async def test_two_persons_order_a_recovery_by_hand_and_facts_do_not_undo_it(
    bureau: Bureau,
) -> None:
    claim = await a_paid_claim(bureau)
    lines = [one["id"] for one in await bureau.lines(claim)]
    case = made(await propose(bureau, claim, (lines[1], "100.00"), (lines[0], "132.00")))
    assert (case["state"], case["amount"], case["allowed"]) == (
        "proposed", "232.00", ["order", "decline"],
    )  # fmt: skip
    assert [one["line_id"] for one in case["lines"]] == lines[:2], "in the claim's order"
    assert refused(await notice(bureau, case)) == (409, "recovery-state")
    both = bureau.service.client("subsidy_reviewer", "finance_approver", subject="reviewer")
    body = {"on": "2003-10-21", "agreed": True, "note": "情况属实"}
    assert refused(await act(both, case, "decisions", **body)) == (409, "maker-is-checker")
    case = made(await act(bureau.approver, case, "decisions", **body))
    assert (case["state"], case["ordered_by"], case["reason"]) == (
        "open", "approver", "audit-finding",
    )  # fmt: skip
    await died(bureau)
    (case,) = await cases(bureau)
    assert (case["state"], case["amount"]) == ("open", "264.00"), "facts add to it"
    assert refused(await propose(bureau, claim, (lines[2], "1.00"))) == (409, "recovery-stands")
    case = made(await notice(bureau, case))
    assert made(await refund(bureau, case, "264.00"))["state"] == "closed"
    again = await propose(bureau, claim, (lines[0], "0.01"), on="2003-10-31")
    assert refused(again) == (422, "recovery-line-not-paid"), "it came back whole"


async def test_a_proposal_names_paid_lines_and_no_more_than_was_paid_and_may_be_declined(
    bureau: Bureau,
) -> None:
    claim = await a_paid_claim(bureau)
    line = (await bureau.lines(claim))[0]["id"]
    for lines, code in (
        ([(str(uuid4()), "1.00")], "recovery-line-not-paid"),
        ([(line, "132.01")], "more-than-paid"),
        ([(line, "100.00"), (line, "32.01")], "more-than-paid"),
    ):
        assert refused(await propose(bureau, claim, *lines)) == (422, code)
    case = made(await propose(bureau, claim, (line, "132.00")))
    body = {"on": "2003-10-21", "agreed": False, "note": "查无实据"}
    case = made(await act(bureau.approver, case, "decisions", **body))
    assert (case["state"], case["allowed"]) == ("withdrawn", [])
    assert (await propose(bureau, claim, (line, "132.00"))).status_code == 201
    assert (await propose(bureau, {"id": str(uuid4())}, (line, "1.00"))).status_code == 404
