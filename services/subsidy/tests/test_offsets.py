"""What a claimant owes is kept of the next payment: the bank pays the rest, the books show both."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from kit.testing import UnderTest

from .claims_desk import Bureau, made, refused
from .conftest import DISTRICT, Desk
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


async def propose(bureau: Bureau, offset: dict[str, Any], **fields: Any) -> httpx.Response:
    body = {"offset_id": offset["id"], "on": ON, "reason": "抵扣对象有误", **fields}
    return await bureau.treasury.officer.post("/v1/offset-reversals", body)


async def decide(client: httpx.AsyncClient, reversal: dict[str, Any], **fields: Any) -> Any:
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": f'"v{reversal["version"]}"'}
    path = f"/v1/offset-reversals/{reversal['id']}/decisions"
    return await client.post(path, json={"on": ON, "agreed": True, **fields}, headers=headers)


async def seen(bureau: Bureau, path: str) -> dict[str, Any]:
    return made(await bureau.reviewer.get(path))


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


async def test_a_wrong_offset_is_reversed_by_two_persons_and_both_are_owed_again(
    bureau: Bureau,
) -> None:
    case = await owing(bureau)
    before = await bureau.treasury.fund()
    claim = await approved(bureau, "2003-09")
    promised = await bureau.treasury.fund()
    claim = made(await bureau.pay(claim, await bureau.payee(), ON))
    assert claim["state"] == "paid"
    (offset,) = await offsets(bureau)
    reversal = made(await propose(bureau, offset))
    assert refused(await propose(bureau, offset)) == (409, "offset-reversal-known")
    both = bureau.service.client("finance_officer", "finance_approver", subject="officer")
    assert refused(await decide(both, reversal)) == (409, "maker-is-checker")
    assert (await decide(bureau.treasury.officer.client, reversal)).status_code == 403
    early = await decide(bureau.approver, reversal, on="2003-10-30")
    assert refused(early) == (422, "offset-reversal-out-of-order")
    assert (await offsets(bureau))[0]["reversed_on"] is None, "nothing moved before the decision"
    reversal = made(await decide(bureau.approver, reversal))
    assert (reversal["state"], reversal["decided_by"], reversal["allowed"]) == (
        "reversed", "approver", [],
    )  # fmt: skip
    assert await bureau.treasury.fund() == promised != before, "promised again, and not paid"
    (offset,) = await offsets(bureau)
    assert offset["reversed_on"] == ON
    case = await seen(bureau, f"/v1/recoveries/{case['id']}")
    assert (case["state"], case["owed"], case["due_on"]) == ("paying", "132.00", "2003-11-30")
    assert [step["act"] for step in case["steps"]] == ["open", "notice", "offset", "owe_again"]
    claim = await bureau.seen(claim)
    (due,) = claim["dues"]
    assert (claim["state"], due["set_off"], due["paid_on"]) == ("approved", "0.00", None)
    entries = (await seen(bureau, f"/v1/journal/entries?about={case['id']}"))["items"]
    assert [one["kind"] for one in entries] == ["recovery", "reversal"]
    assert entries[1]["reverses"] == entries[0]["id"]
    check = await seen(bureau, "/v1/journal/check")
    assert check["holds"] is True
    assert refused(await decide(bureau.approver, reversal)) == (409, "offset-reversal-state")
    assert refused(await propose(bureau, offset)) == (409, "offset-reversal-known")


async def test_a_reversed_offset_leaves_the_months_of_both_claims_as_they_were_told(
    bureau: Bureau,
) -> None:
    case = await owing(bureau)
    (month,) = [one for one in case["lines"]]
    claim = await approved(bureau, "2003-09")
    claim = made(await bureau.pay(claim, await bureau.payee(), ON))
    states = {one["id"]: one["state"] for one in await bureau.months()}
    assert states[month["line_id"]] == "recovered"
    (offset,) = await offsets(bureau)
    made(await decide(bureau.approver, made(await propose(bureau, offset))))
    states = {one["id"]: one["state"] for one in await bureau.months()}
    (line,) = await bureau.lines(claim)
    assert (states[month["line_id"]], states[line["id"]]) == ("paid", "held")
    paid = {event.id: event for event in await bureau.service.told("subsidy.benefit.paid.v1")}
    back = await bureau.service.told("subsidy.benefit.recovered.v1")
    for one in back:
        assert one.reverses is not None
        del paid[one.reverses]
    assert [str(one.entity_id) for one in paid.values()].count(month["line_id"]) == 1
    assert line["id"] not in {str(one.entity_id) for one in paid.values()}
    claim = made(await bureau.pay(await bureau.seen(claim), await bureau.payee(), ON))
    assert claim["state"] == "paid", "it is kept again while it is owed"
    assert len(await offsets(bureau)) == 2


async def test_while_the_bank_has_an_order_for_the_rest_an_offset_stands(bureau: Bureau) -> None:
    await owing(bureau)
    claim = await approved(bureau, "2003-08", "2003-09")
    claim = made(await bureau.pay(claim, await bureau.payee(), ON))
    (offset,) = await offsets(bureau)
    reversal = made(await propose(bureau, offset))
    ordered = await decide(bureau.approver, reversal)
    assert refused(ordered) == (409, "offset-rest-ordered"), "the payee would get it twice"
    assert (await offsets(bureau))[0]["reversed_on"] is None
    made(await bureau.treasury.step({"id": claim["dues"][0]["batch_id"]}, "withdrawals", ON))
    made(await decide(bureau.approver, reversal))
    claim = await bureau.seen(claim)
    assert (claim["state"], claim["dues"][0]["set_off"]) == ("approved", "0.00")
    body = {"on": ON, "reason": "withdrawn"}
    made(await bureau.act(bureau.reviewer, claim, "rejections", **body))


async def test_a_line_that_came_back_in_part_is_told_with_what_is_left_of_it(
    bureau: Bureau,
) -> None:
    paid = await a_paid_claim(bureau)
    await died(bureau, on="2003-07-30")
    case = made(await notice(bureau, (await cases(bureau))[0]))
    cash = {"on": ON, "kind": "refund", "amount": "100.00", "reference": "收据17"}
    case = made(await act(bureau.treasury.officer.client, case, "receipts", **cash))
    claim = await approved(bureau, "2003-09")
    made(await bureau.pay(claim, await bureau.payee(), ON))
    first, second = (one["line_id"] for one in case["lines"])
    (offset,) = await offsets(bureau)
    made(await decide(bureau.approver, made(await propose(bureau, offset))))
    case = await seen(bureau, f"/v1/recoveries/{case['id']}")
    assert [one["back"] for one in case["lines"]] == ["100.00", "0.00"]
    told = [
        (str(event.entity_id), event.data["amount"])
        for event in await bureau.service.told("subsidy.benefit.paid.v1")
    ]
    assert told[-2:] == [(first, "32.00"), (second, "132.00")]
    back = [
        (str(event.entity_id), event.data["amount"], event.data["whole"])
        for event in await bureau.service.told("subsidy.benefit.recovered.v1")
        if str(event.entity_id) in (first, second)
    ]
    assert back == [
        (first, "100.00", False), (first, "32.00", True), (second, "100.00", False),
        (second, "32.00", True),
    ], "nothing more is told of the line that was free; of the other one all of it is taken back"  # fmt: skip
    rest = {**cash, "amount": "164.00"}
    case = made(await act(bureau.treasury.officer.client, case, "receipts", **rest))
    assert case["state"] == "closed"
    assert {one["amount"] for one in await bureau.lines(paid)} == {"132.00"}
    standing = {one["id"]: one["state"] for one in await bureau.months()}
    assert (standing[first], standing[second]) == ("recovered", "recovered")


async def test_a_month_that_was_granted_anew_since_is_not_paid_a_second_time(
    bureau: Bureau,
) -> None:
    case = await owing(bureau)
    claim = await approved(bureau, "2003-09")
    made(await bureau.pay(claim, await bureau.payee(), ON))
    (offset,) = await offsets(bureau)
    async with bureau.service.db.transaction() as tx:
        await tx.execute(
            "insert into benefit_month (id, worker_id, programme, kind, month, counter, reference, holder,"
            " holder_id, amount, area_code, office, occupies_insurance, occupies_post, state, person_id)"
            " select $1, worker_id, programme, kind, month, counter, reference, holder, holder_id, amount,"
            " area_code, office, occupies_insurance, occupies_post, 'held', person_id"
            "   from benefit_month where id = $2",
            uuid4(), UUID(case["lines"][0]["line_id"]),
        )  # fmt: skip
    reversal = made(await propose(bureau, offset))
    assert refused(await decide(bureau.approver, reversal)) == (409, "granted-since")
    reversal = made(await decide(bureau.approver, reversal, agreed=False))
    assert reversal["state"] == "declined"
    assert (await propose(bureau, offset)).status_code == 201, "a declined one is not the last word"


async def test_reversals_are_listed_and_a_neighbour_neither_sees_nor_proposes_one(
    bureau: Bureau,
) -> None:
    await owing(bureau)
    made(await bureau.pay(await approved(bureau, "2003-09"), await bureau.payee(), ON))
    (offset,) = await offsets(bureau)
    assert refused(await propose(bureau, offset, on="2003-10-30")) == (
        422, "offset-reversal-out-of-order",
    )  # fmt: skip
    assert refused(await propose(bureau, {"id": str(uuid4())})) == (404, "offset-unknown")
    reversal = made(await propose(bureau, offset))
    query = {"offset_id": offset["id"], "state": "proposed"}
    found = made(await bureau.reviewer.get("/v1/offset-reversals", params=query))["items"]
    assert [one["id"] for one in found] == [reversal["id"]]
    neighbour = bureau.service.client("finance_officer", area=DISTRICT)
    assert made(await neighbour.get("/v1/offset-reversals"))["items"] == []
    assert (await neighbour.get(f"/v1/offset-reversals/{reversal['id']}")).status_code == 404
    body = {"offset_id": offset["id"], "on": ON, "reason": "x"}
    answer = await Desk(bureau.service, neighbour).post("/v1/offset-reversals", body)
    assert refused(answer) == (404, "offset-unknown")
