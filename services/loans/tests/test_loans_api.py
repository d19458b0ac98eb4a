"""Loans over HTTP: from application to the last repayment, and everything that says no."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from kit.testing import UnderTest

from .conftest import CITY, DISTRICT, Desk, certificate, registration


async def test_a_loan_goes_its_way(desk: Desk) -> None:
    contribution = await desk.fund("10000.00")
    assert contribution.status_code == 201, contribution.text
    assert contribution.headers["Event-Id"]
    worker = await desk.borrower()
    loan = await desk.reviewed(worker)
    assert await desk.headroom() == "50000.00"
    assert (await desk.commit(loan)).json()["state"] == "committed"
    assert await desk.headroom() == "40000.00"
    paid = await desk.disburse(loan)
    assert paid.status_code == 201, paid.text
    assert (paid.json()["due_on"], paid.json()["annual_rate"]) == ("2005-06-20", "5.49")
    assert paid.json()["actions"] == ["repayments"]
    repaid = await desk.repay(loan, "4000.00", "137.25")
    assert (repaid.json()["outstanding"], repaid.json()["state"]) == ("6000.00", "repaying")
    assert await desk.headroom() == "44000.00"
    too_much = await desk.repay(loan, "6000.01")
    assert (too_much.status_code, too_much.json()["code"]) == (422, "more-than-outstanding")
    settled = await desk.repay(loan, "6000.00")
    assert settled.json()["state"] == "repaid"
    assert await desk.headroom() == "50000.00"
    told = await desk.service.told()
    assert [event.type for event in told] == [
        "loans.contribution.received.v1", "loans.loan.disbursed.v1", "loans.loan.repaid.v1",
        "loans.loan.repaid.v1", "loans.loan.settled.v1",
    ]  # fmt: skip
    assert told[1].data == {
        "worker_id": str(worker), "principal": "10000.00", "term_months": 24,
        "annual_rate": "5.49", "bank": "农村信用社", "due_on": "2005-06-20",
    }  # fmt: skip
    assert told[2].data["outstanding"] == "6000.00"
    seen = (await desk.client.get(f"/v1/loans/{loan}")).json()
    assert [step["state"] for step in seen["steps"]] == [
        "applied", "recommended", "labour_ok", "committed", "disbursed", "repaying", "repaid",
    ]  # fmt: skip
    repayments = (await desk.client.get(f"/v1/loans/{loan}/repayments")).json()
    assert [one["principal"] for one in repayments] == ["4000.00", "6000.00"]


async def test_the_review_decides_with_a_record(desk: Desk) -> None:
    worker = uuid4()
    await desk.service.deliver(registration(desk.service, worker))
    loan = await desk.reviewed(worker)
    seen = (await desk.client.get(f"/v1/loans/{loan}")).json()
    assert seen["state"] == "declined"
    assert seen["steps"][-1]["note"] == "银发[2002]394 L1/certificate-held"
    decision = (await desk.client.get(f"/v1/loans/{loan}/decision")).json()
    assert (decision["granted"], decision["rederives"]) == (False, True)
    assert decision["explained_zh"][0].startswith("不予批准")
    assert (await desk.commit(loan)).json()["code"] == "wrong-state"
    # Declined is not live: with a certificate the worker may ask again.
    await desk.service.deliver(certificate(desk.service, worker))
    again = await desk.reviewed(worker)
    assert (await desk.client.get(f"/v1/loans/{again}")).json()["state"] == "labour_ok"


async def test_an_unknown_worker_is_not_yet_known(desk: Desk) -> None:
    answer = await desk.apply(uuid4())
    assert (answer.status_code, answer.json()["code"]) == (409, "not-yet-known")
    assert answer.headers["Retry-After"] == "1"


async def test_one_live_loan_for_each_worker(desk: Desk) -> None:
    worker = await desk.borrower()
    assert (await desk.apply(worker)).status_code == 201
    second = await desk.apply(worker)
    assert (second.status_code, second.json()["code"]) == (409, "another-live-loan")
    other = await desk.borrower()
    answers = await asyncio.gather(*(desk.apply(other) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]


async def test_no_promise_without_a_fund_or_beyond_its_headroom(desk: Desk) -> None:
    loan = await desk.reviewed(await desk.borrower())
    assert (await desk.commit(loan)).json()["code"] == "guarantee-fund-unknown"
    await desk.fund("1999.99")
    refused = await desk.commit(loan)
    assert (refused.status_code, refused.json()["code"]) == (409, "no-headroom")
    assert "5 fen" in refused.json()["detail"]
    await desk.fund("0.01", level="city", contributor="市财政局")
    assert (await desk.commit(loan)).status_code == 201
    assert await desk.headroom() == "0.00"
    body = {"declined_on": "2003-06-18", "reason": "银行不同意"}
    assert (await desk.post(f"/v1/loans/{loan}/refusals", body)).json()["state"] == "declined"
    assert await desk.headroom() == "10000.00"


async def test_eight_promises_at_once_where_two_fit(desk: Desk) -> None:
    await desk.fund("5000.00")  # 25,000 of headroom, 10,000 each
    ready = [await desk.reviewed(await desk.borrower()) for _ in range(8)]
    answers = await asyncio.gather(*(desk.commit(loan) for loan in ready))
    assert sorted(a.status_code for a in answers) == [201] * 2 + [409] * 6
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"no-headroom"}
    assert await desk.headroom() == "5000.00"


async def test_money_needs_a_key_and_a_key_serves_once(desk: Desk) -> None:
    await desk.fund("10000.00")
    loan = await desk.reviewed(await desk.borrower())
    await desk.commit(loan)
    await desk.disburse(loan)
    body = {"repaid_on": "2003-09-20", "principal": "100.00", "interest": "0.00"}
    path = f"/v1/loans/{loan}/repayments"
    bare = await desk.client.post(path, json=body)
    assert (bare.status_code, bare.json()["code"]) == (400, "idempotency-key-missing")
    first, again = [await desk.post(path, body, "one-and-the-same") for _ in range(2)]
    assert first.json() == again.json()
    assert (await desk.client.get(f"/v1/loans/{loan}")).json()["outstanding"] == "9900.00"
    nothing = await desk.post(path, {**body, "principal": "0.00"})
    assert nothing.json()["code"] == "nothing-repaid"


async def test_the_rate_is_held_against_the_benchmark(desk: Desk) -> None:
    await desk.fund("10000.00")
    loan = await desk.reviewed(await desk.borrower())
    await desk.commit(loan)
    refused = await desk.disburse(loan, annual_rate="5.50")
    assert refused.json()["code"] == "rate-above-benchmark"
    assert "5.49" in refused.json()["detail"]
    assert (await desk.disburse(loan, annual_rate="5.49")).status_code == 201


async def test_rights_and_areas(desk: Desk, loans: UnderTest) -> None:
    loan = (await desk.apply(await desk.borrower())).json()["id"]
    auditor = Desk(loans, loans.client("auditor"))
    assert (await auditor.client.get(f"/v1/loans/{loan}")).status_code == 200
    assert (await auditor.apply(uuid4())).status_code == 403
    elsewhere = Desk(loans, loans.client("loans_officer", area="231121000000"))
    assert (await elsewhere.client.get(f"/v1/loans/{loan}")).status_code == 404
    assert (await elsewhere.client.get("/v1/loans")).json()["items"] == []
    foreign = await elsewhere.apply(uuid4())
    assert (foreign.status_code, foreign.json()["code"]) == (403, "outside-your-area")


def row(worker: object, **fields: Any) -> dict[str, Any]:
    return {
        "worker_id": str(worker), "principal": "10000.00", "term_months": 24,
        "applied_on": "2003-06-02", "recommended_on": "2003-06-05", "reviewed_on": "2003-06-10",
        "committed_on": "2003-06-16", "disbursed_on": "2003-06-20", "bank": "农村信用社",
        "annual_rate": "5.49", "area_code": DISTRICT, "office": "231102-employment-bureau",
        **fields,
    }  # fmt: skip


async def test_a_file_brings_loans_through_all_their_steps(desk: Desk) -> None:
    await desk.fund("10000.00")
    workers = [await desk.borrower() for _ in range(4)]
    bare = uuid4()
    await desk.service.deliver(registration(desk.service, bare))
    twice = str(uuid4())
    rows = [
        row(workers[0], id=twice),
        row(workers[1], id=twice),
        row(workers[0]),
        row(bare),
        row(uuid4()),
        row(workers[1], annual_rate="5.50"),
        row(workers[1], recommended_on=None),
        row(workers[1], principal="20000.01"),
        row(workers[1], principal="20000.00"),
        row(workers[2], committed_on=None, disbursed_on=None),
        row(workers[3], principal="20000.00", disbursed_on=None),
        row(await desk.borrower()),
        row(bare, committed_on=None, disbursed_on=None),
    ]
    taken = await desk.lines("/v1/loans/imports", rows, mode="good")
    assert taken.status_code == 200, taken.text
    assert [(e["line"], e["code"]) for e in taken.json()["errors"]] == [
        (2, "id-taken"), (3, "another-live-loan"), (4, "labour-review-refused"),
        (5, "not-yet-known"), (6, "rate-above-benchmark"), (7, "step-missing"),
        (8, "labour-review-refused"), (12, "no-headroom"),
    ]  # fmt: skip
    assert await desk.headroom() == "0.00"
    states = [one["state"] for one in (await desk.client.get("/v1/loans")).json()["items"]]
    assert sorted(states) == ["committed", "declined", "disbursed", "disbursed", "labour_ok"]
    told = [event.data["principal"] for event in await desk.service.told("loans.loan.disbursed.v1")]
    assert told == ["10000.00", "20000.00"]
    repaid = await desk.repay(twice, "10000.00")
    assert repaid.json()["state"] == "repaid"


async def test_contributions_come_in_files_too(desk: Desk) -> None:
    money = {
        "amount": "1800000.00", "received_on": "2003-05-01", "contributor": "x",
        "area_code": CITY, "office": "231100-city-direct",
    }  # fmt: skip
    rows = [{**money, "level": "province"}, {**money, "level": "city", "amount": "1450000.00"}]
    assert (await desk.lines("/v1/contributions/imports", rows)).json()["accepted"] == 2
    (fund,) = (await desk.client.get("/v1/guarantee-funds")).json()
    assert (fund["deposit"], fund["capacity"]) == ("3250000.00", "16250000.00")
    assert {one["level"]: one["amount"] for one in fund["by_level"]} == {
        "city": "1450000.00", "province": "1800000.00",
    }  # fmt: skip
    listed = (await desk.client.get("/v1/contributions?limit=1")).json()
    assert listed["next_cursor"]
    one = await desk.client.get(f"/v1/contributions/{listed['items'][0]['id']}")
    assert one.json()["level"] == "province"


@pytest.mark.parametrize(
    "statement",
    [
        "update contribution set amount = 1",
        "delete from contribution",
        "update guarantee_movement set deposit = 1",
        "delete from repayment",
        "update loan_step set state = 'repaid'",
    ],
)
async def test_the_application_role_cannot_rewrite_what_was_recorded(
    desk: Desk, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with desk.service.db.transaction() as tx:
            await tx.execute(statement)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("update guarantee_fund set exposure = 5 * deposit + 1", "headroom_not_negative"),
        ("update loan set outstanding = -1", "outstanding_within_principal"),
        ("update loan set outstanding = principal + 1", "outstanding_within_principal"),
        ("update loan set state = 'repaid', outstanding = 1", "repaid_means_nothing_outstanding"),
    ],
)
async def test_the_database_keeps_the_fund_and_the_loans_sound(
    desk: Desk, statement: str, constraint: str
) -> None:
    await desk.fund("10000.00")
    loan = await desk.reviewed(await desk.borrower())
    await desk.commit(loan)
    await desk.disburse(loan)
    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        async with desk.service.db.transaction() as tx:
            await tx.execute(statement)
    assert refusal.value.constraint_name == constraint
