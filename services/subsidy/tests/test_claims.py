"""Claims from filing to payment: every line decided on facts, no month twice, no fen that is not there."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from kit.testing import UnderTest

from .claims_desk import PAPERS, Bureau, made, refused
from .conftest import DISTRICT, Desk


@pytest.fixture
async def bureau(subsidy: UnderTest) -> Bureau:
    return await Bureau.opened(subsidy)


def three(bureau: Bureau) -> list[dict[str, str]]:
    """One worker with a part of a month and a whole one, one on an old post, one nobody insured."""
    bureau.hire("wang", "2003-08", "2003-09")
    bureau.hire("li", "2003-09", new_post=False)
    bureau.hire("zhao")
    return [
        bureau.line("wang", "2003-08"), bureau.line("wang", "2003-09"),
        bureau.line("li", "2003-09"), bureau.line("zhao", "2003-09"),
    ]  # fmt: skip


async def test_an_employers_quarter_from_filing_to_the_banks_statement(bureau: Bureau) -> None:
    claim = await bureau.filed(*three(bureau))
    assert (claim["state"], claim["claimant_kind"], claim["lines"]) == (
        "filed", "employer", {"undecided": 4},
    )  # fmt: skip
    assert claim["allowed"] == ["extend", "review", "return", "reject"]
    assert claim["due_on"] == "2003-10-23", "ten working days"

    claim = made(await bureau.review(claim))
    assert (claim["state"], claim["amount"]) == ("reviewed", "264.00")
    assert claim["lines"] == {"granted": 2, "refused": 2}
    assert (claim["due_on"], claim["pay_by"]) == ("2003-10-27", "2003-11-12")
    lines = await bureau.lines(claim)
    assert [(one["outcome"], one["amount"], one["clause"]) for one in lines] == [
        ("granted", "132.00", None), ("granted", "132.00", None),
        ("refused", "0.00", "财社[2002]107 B6/new-post"),
        ("refused", "0.00", "财社[2002]107 B4, B16/insured-in-month"),
    ]  # fmt: skip
    assert {one["state"] for one in await bureau.months(holder_id=claim["id"])} == {"held"}

    claim = made(await bureau.approve(claim))
    assert (claim["state"], claim["due_on"]) == ("approved", "2003-11-12")
    (due,) = claim["dues"]
    assert (due["payee_kind"], due["amount"], due["paid_on"]) == (
        "insurance_agency",
        "264.00",
        None,
    )
    assert await bureau.treasury.fund() == {
        "committed": "264.00",
        "ordered": "0.00",
        "paid": "0.00",
    }

    claim = made(await bureau.pay(claim, await bureau.payee()))
    file = await bureau.hand_over(claim)
    assert (await bureau.seen(claim))["state"] == "approved", "paid when the bank says so"
    await bureau.bank_says(file, "accepted")
    claim = await bureau.seen(claim)
    assert (claim["state"], claim["allowed"], claim["due_on"]) == ("paid", [], None)
    assert claim["dues"][0]["paid_on"] == "2003-10-16"
    assert [step["act"] for step in claim["steps"]] == [
        "file",
        "review",
        "approve",
        "pay",
        "settle",
    ]
    assert {one["state"] for one in await bureau.months(holder_id=claim["id"])} == {"paid"}
    assert await bureau.treasury.fund() == {
        "committed": "0.00",
        "ordered": "0.00",
        "paid": "264.00",
    }

    told = await bureau.told("benefit.paid")
    assert [(one["from"], one["to"], one["amount"]) for one in told] == [
        ("2003-08-01", "2003-08-31", "132.00"), ("2003-09-01", "2003-09-30", "132.00"),
    ]  # fmt: skip
    assert {one["decision_id"] for one in told} == {one["decision_id"] for one in lines[:2]}
    assert {(one["claim_id"], one["employer_id"]) for one in told} == {
        (claim["id"], bureau.employer)
    }
    assert None not in {one["entitlement_id"] for one in told}
    acts = [e.type.split(".")[2] for e in await bureau.service.told() if e.noun == "claim"]
    assert acts == ["filed", "reviewed", "approved", "paid"]


async def test_every_line_says_why_in_both_languages_and_derives_again(bureau: Bureau) -> None:
    nobody = {"worker_id": str(uuid4()), "month": "2003-09", "reference": str(uuid4())}
    claim = made(await bureau.review(await bureau.filed(*three(bureau), nobody)))
    for line in await bureau.lines(claim):
        path = f"/v1/claims/{claim['id']}/lines/{line['id']}/decision"
        decision = made(await bureau.reviewer.get(path))
        assert decision["rederives"] is True
        assert decision["id"] == line["decision_id"]
        assert decision["granted"] == (line["outcome"] == "granted")
        assert decision["clause"] == line["clause"]
        first_zh, first_en = decision["explained_zh"][0], decision["explained_en"][0]
        assert ("予以批准" in first_zh, "Granted" in first_en) == (decision["granted"],) * 2
        if line["outcome"] == "granted":
            assert decision["explained_zh"][-1] == "合计 120.00 + 12.00 = 132.00 元"
            assert decision["record"]["events"]["placement"]
    withheld = (await bureau.lines(claim))[-1]
    assert (withheld["outcome"], withheld["clause"]) == ("withheld", "B16/facts-known")
    assert decision["record"]["facts"]["missing"] == ["placement"]


async def test_the_same_person_month_is_granted_once_in_two_claims(bureau: Bureau) -> None:
    bureau.hire("wang", "2003-09")
    first = await bureau.filed(bureau.line("wang", "2003-09"))
    second = made(await bureau.file(bureau.line("wang", "2003-09")))
    assert made(await bureau.review(first))["amount"] == "132.00"
    rejected = made(await bureau.review(second))
    assert (rejected["state"], rejected["reason"]) == ("rejected", "not-entitled")
    (line,) = await bureau.lines(rejected)
    assert line["clause"] == "policy 4.6/not-granted-twice"
    assert len(await bureau.months()) == 1


async def test_of_claims_reviewed_at_once_one_has_the_month_and_the_others_name_the_clause(
    bureau: Bureau,
) -> None:
    bureau.hire("wang", "2003-08", "2003-09")
    await bureau.world.tell()
    lines = [bureau.line("wang", month) for month in ("2003-08", "2003-09")]
    claims = [made(await bureau.file(*lines)) for _ in range(6)]
    reviewed = [made(one) for one in await asyncio.gather(*map(bureau.review, claims))]
    assert sorted(one["state"] for one in reviewed) == ["rejected"] * 5 + ["reviewed"]
    assert [one["month"] for one in await bureau.months()] == ["2003-08-01", "2003-09-01"]
    for claim in reviewed:
        for line in await bureau.lines(claim):
            assert (line["clause"] is None) == (claim["state"] == "reviewed")
            assert line["clause"] in (None, "policy 4.6/not-granted-twice")


async def test_of_one_persons_claims_under_two_records_reviewed_at_once_one_is_granted(
    bureau: Bureau,
) -> None:
    bureau.hire("wang", "2003-09")
    bureau.hire("wang again", "2003-09")
    record, survivor = bureau.id("wang again"), bureau.id("wang")
    bureau.world.say(
        "registry.worker.merged", "wang again", date(2003, 10, 1), survivor_id=str(survivor),
        merged_id=str(record),
    )  # fmt: skip
    await bureau.world.tell()
    claims = [
        made(await bureau.file(bureau.line(name, "2003-09"))) for name in ("wang", "wang again") * 3
    ]
    reviewed = [made(one) for one in await asyncio.gather(*map(bureau.review, claims))]
    assert sorted(one["state"] for one in reviewed) == ["rejected"] * 5 + ["reviewed"]
    assert len(await bureau.months()) == 1


async def test_counters_go_on_from_line_to_line_and_end_where_the_law_says(bureau: Bureau) -> None:
    """R28: a contract of twelve months opens twelve, and no counter has more than thirty-six."""
    bureau.hire("wang", "2003-08", "2003-09", contract_months=60)
    await bureau.world.tell()
    async with bureau.service.db.transaction() as tx:
        for n in range(35):
            await tx.execute(
                "insert into benefit_month (id, worker_id, programme, kind, month, counter, holder,"
                " holder_id, amount, state, area_code, office, person_id) values ($1, $2,"
                " 'si-enterprise', $3, date '1999-01-01' + make_interval(months => $4), 'si-months',"
                " 'run', $1, 1, 'paid', '231100000000', 'x', $2)",
                uuid4(), bureau.id("wang"), "social-insurance-subsidy", n,
            )  # fmt: skip
    months = ("2003-09", "2003-08")
    claim = made(
        await bureau.review(made(await bureau.file(*(bureau.line("wang", m) for m in months))))
    )
    found = {one["month"]: one["clause"] for one in await bureau.lines(claim)}
    assert found == {"2003-08": None, "2003-09": "财社[2002]107 B7/months-left"}


async def test_a_short_line_of_money_promises_nothing_and_says_what_is_missing(
    subsidy: UnderTest,
) -> None:
    bureau = await Bureau.opened(subsidy, "263.00")
    claim = made(await bureau.review(await bureau.filed(*three(bureau))))
    short = await bureau.approve(claim)
    assert refused(short) == (409, "more-than-can-be-reserved")
    assert "100 fen" in short.json()["detail"]
    assert (await bureau.seen(claim))["state"] == "reviewed"
    assert await bureau.treasury.fund() == {"committed": "0.00", "ordered": "0.00", "paid": "0.00"}
    await bureau.treasury.officer.receive("1000.00")
    other = made(await bureau.treasury.officer.arrange("1000.00"))
    wrong = await bureau.approve(claim, arrangement_id=other["id"])
    assert refused(wrong) == (422, "arrangement-of-another-use")
    assert refused(await bureau.approve(claim, arrangement_id=str(uuid4())))[0] == 404


async def test_what_was_approved_and_not_paid_is_rejected_by_another_and_frees_money_and_months(
    bureau: Bureau,
) -> None:
    claim = made(
        await bureau.approve(made(await bureau.review(await bureau.filed(*three(bureau)))))
    )
    assert "reject" in claim["allowed"]
    body = {"on": "2003-10-15", "reason": "withdrawn"}
    assert refused(await bureau.act(bureau.approver, claim, "rejections", **body)) == (
        409, "maker-is-checker",
    )  # fmt: skip
    claim = made(await bureau.pay(claim, await bureau.payee()))
    at_the_bank = await bureau.act(bureau.reviewer, claim, "rejections", **body)
    assert refused(at_the_bank) == (409, "money-at-the-bank")
    batch = {"id": claim["dues"][0]["batch_id"]}
    made(await bureau.treasury.step(batch, "withdrawals", "2003-10-15"))
    claim = made(await bureau.act(bureau.reviewer, claim, "rejections", **body))
    assert (claim["state"], claim["reason"], claim["amount"], claim["dues"], claim["allowed"]) == (
        "rejected", "withdrawn", "0.00", [], [],
    )  # fmt: skip
    assert await bureau.months() == []
    assert await bureau.treasury.fund() == {"committed": "0.00", "ordered": "0.00", "paid": "0.00"}
    assert [one["amount"] for one in await bureau.told("reservation.released")] == ["264.00"]
    again = made(await bureau.review(made(await bureau.file(bureau.line("wang", "2003-09")))))
    assert made(await bureau.approve(again))["amount"] == "132.00"


async def test_of_claims_approved_at_once_no_more_is_promised_than_there_is(
    subsidy: UnderTest,
) -> None:
    bureau = await Bureau.opened(subsidy, "300.00")
    claims = []
    for name in ("wang", "li", "zhao", "sun"):
        bureau.hire(name, "2003-09")
        claims.append(made(await bureau.review(await bureau.filed(bureau.line(name, "2003-09")))))
    answers = await asyncio.gather(*map(bureau.approve, claims))
    assert sorted(one.status_code for one in answers) == [201, 201, 409, 409]
    assert (await bureau.treasury.fund())["committed"] == "264.00"


async def test_it_is_filed_for_a_closed_quarter_within_its_window(running: Any) -> None:
    """B13: within ten working days of the quarter's end, from 2006-01-01 on."""
    service: UnderTest = await running("subsidy", business_day=date(2006, 6, 30))
    bureau = await Bureau.opened(service)
    open_one = await bureau.file(quarter="2006Q2", filed_on="2006-06-30")
    assert refused(open_one) == (422, "quarter-not-closed")
    # 31 March is a Friday; no holiday lies in the first half of April 2006.
    assert (await bureau.file(quarter="2006Q1", filed_on="2006-04-14")).status_code == 201
    late = await bureau.file(quarter="2006Q1", filed_on="2006-04-17")
    assert refused(late) == (422, "claim-window-closed")
    assert "2006-04-14" in late.json()["detail"]
    before = await bureau.file(quarter="2005Q4", filed_on="2006-06-20")
    assert before.status_code == 201, "no window before the rule"
    assert refused(await bureau.file(programme="living-allowance")) == (
        422, "programme-not-claimable",
    )  # fmt: skip
    assert refused(await bureau.file(programme="no-such"))[1] == "programme-not-claimable"


async def test_what_is_returned_holds_nothing_and_is_filed_and_reviewed_again(
    bureau: Bureau,
) -> None:
    lines = three(bureau)
    claim = made(await bureau.review(await bureau.filed(*lines)))
    claim = made(await bureau.turn(claim, note="第三行岗位性质须核实"))
    assert (claim["state"], claim["reason"], claim["amount"]) == (
        "returned",
        "roster-wrong",
        "0.00",
    )
    assert (claim["allowed"], claim["lines"]) == (["extend", "refile", "reject"], {"undecided": 4})
    assert await bureau.months() == []
    again = await bureau.act(
        bureau.clerk.client, claim, "refilings", on="2003-10-14", lines=[lines[1]]
    )
    claim = made(again)
    assert (claim["state"], claim["lines"], claim["due_on"]) == (
        "filed", {"undecided": 1}, "2003-10-28",
    )  # fmt: skip
    early = await bureau.review(claim)
    assert refused(early) == (422, "claim-step-out-of-order")
    claim = made(await bureau.review(claim, "2003-10-15"))
    assert claim["amount"] == "132.00"
    assert [step["act"] for step in claim["steps"]] == [
        "file", "review", "return", "refile", "review",
    ]  # fmt: skip
    rejected = made(
        await bureau.turn(claim, "rejections", on="2003-10-16", reason="false-statement")
    )
    assert (rejected["state"], rejected["allowed"]) == ("rejected", [])
    assert await bureau.months() == []
    assert [one["reason"] for one in await bureau.told("claim.returned")] == ["roster-wrong"]
    assert [one["reason"] for one in await bureau.told("claim.rejected")] == ["false-statement"]


async def test_papers_that_belong_to_it_are_brought_before_it_is_reviewed(bureau: Bureau) -> None:
    lines = three(bureau)
    some = {code: PAPERS[code] for code in ("roster", "contract-copies")}
    claim = await bureau.filed(*lines, papers=some)
    assert claim["missing_papers"] == ["certificate-copies", "contribution-detail", "basic-account"]
    assert "review" not in claim["allowed"]
    early = await bureau.review(claim)
    assert refused(early) == (409, "papers-missing")
    assert "basic-account" in early.json()["detail"]
    claim = made(await bureau.turn(claim, reason="papers-incomplete"))
    body = {"on": "2003-10-14", "papers": PAPERS}
    claim = made(await bureau.act(bureau.clerk.client, claim, "refilings", **body))
    assert claim["missing_papers"] == []
    assert made(await bureau.review(claim, "2003-10-14"))["state"] == "reviewed"
    empty = made(await bureau.file())
    assert refused(await bureau.review(empty)) == (409, "claim-without-lines")


async def test_three_people_file_review_and_approve(bureau: Bureau) -> None:
    service = bureau.service
    everything = service.client(
        "subsidy_clerk", "subsidy_reviewer", "finance_approver", subject="everything"
    )
    claim = await bureau.filed(*three(bureau))
    own = Bureau(bureau.world, Desk(service, everything), everything, everything, bureau.treasury)
    mine = made(await own.file(bureau.line("wang", "2003-09")))
    assert refused(await own.review(mine)) == (409, "maker-is-checker")
    claim = made(await own.review(claim))
    assert refused(await own.approve(claim)) == (409, "maker-is-checker")
    assert (
        refused(await bureau.act(bureau.clerk.client, claim, "approvals", on="2003-10-14"))[0]
        == 403
    )
    assert made(await bureau.approve(claim))["state"] == "approved"
    async with service.db.looking() as tx:
        with pytest.raises(asyncpg.CheckViolationError, match="claim_reviewed_by_another"):
            await tx.execute("update claim set reviewed_by = 'clerk' where reviewed_by is not null")
    stale = await bureau.approve(claim)
    assert refused(stale) == (412, "precondition-failed")


async def test_facts_that_arrive_after_the_review_send_it_back_before_money_is_promised(
    bureau: Bureau,
) -> None:
    claim = made(await bureau.review(await bureau.filed(*three(bureau))))
    bureau.world.say(
        "registry.life-fact.recorded", "death", date(2003, 8, 30), kind="deceased",
        on="2003-08-30", worker_id=str(bureau.id("wang")), authority="231100-police",
    )  # fmt: skip
    await bureau.world.tell()
    refusal = await bureau.approve(claim)
    assert refused(refusal) == (409, "facts-changed-since-review")
    assert "1 lines" in refusal.json()["detail"]
    claim = made(await bureau.turn(claim, on="2003-10-14"))
    claim = made(await bureau.act(bureau.clerk.client, claim, "refilings", on="2003-10-15"))
    claim = made(await bureau.review(claim, "2003-10-16"))
    assert [one["outcome"] for one in await bureau.lines(claim)] == ["granted"] + ["refused"] * 3
    assert made(await bureau.approve(claim, "2003-10-17"))["amount"] == "132.00"


async def test_what_the_bank_sends_back_is_unpaid_again_and_goes_a_second_time(
    bureau: Bureau,
) -> None:
    claim = made(
        await bureau.approve(made(await bureau.review(await bureau.filed(*three(bureau)))))
    )
    claim = made(await bureau.pay(claim, await bureau.payee()))
    file = await bureau.hand_over(claim)
    await bureau.bank_says(file, "accepted")
    assert (await bureau.seen(claim))["state"] == "paid"
    await bureau.bank_says(file, "returned:BE01", date(2003, 10, 17))
    claim = await bureau.seen(claim)
    assert (claim["state"], claim["dues"][0]["paid_on"]) == ("approved", None)
    assert {one["state"] for one in await bureau.months()} == {"held"}
    paid = await bureau.service.told("subsidy.benefit.paid.v1")
    back = await bureau.service.told("subsidy.benefit.recovered.v1")
    assert [one.reverses for one in back] == [one.id for one in paid]
    assert {(one.data["amount"], one.data["whole"]) for one in back} == {("132.00", True)}
    assert [step["act"] for step in claim["steps"]][-2:] == ["settle", "come_back"]
    (order,) = await bureau.treasury.orders(about=claim["dues"][0]["id"])
    await bureau.treasury.move_account(order["payee_id"])
    _, file = await bureau.treasury.sent(
        carried=[order["id"]], reservation_id=claim["reservation_id"], made_on="2003-10-20",
        execute_on="2003-10-20",
    )  # fmt: skip
    await bureau.bank_says(file, "accepted", date(2003, 10, 21))
    claim = await bureau.seen(claim)
    assert (claim["state"], claim["dues"][0]["paid_on"]) == ("paid", "2003-10-21")
    assert len(await bureau.told("benefit.paid")) == 4
    assert await bureau.treasury.fund() == {
        "committed": "0.00",
        "ordered": "0.00",
        "paid": "264.00",
    }


async def test_money_goes_to_whom_the_programme_names_and_once(bureau: Bureau) -> None:
    claim = made(
        await bureau.approve(made(await bureau.review(await bureau.filed(*three(bureau)))))
    )
    employer = await bureau.payee("employer", bureau.employer)
    assert refused(await bureau.pay(claim, employer)) == (409, "nothing-due-to-payee")
    agency = await bureau.payee()
    claim = made(await bureau.pay(claim, agency))
    assert refused(await bureau.pay(claim, agency)) == (409, "already-ordered")
    other = made(await bureau.file(bureau.line("wang", "2003-07")))
    assert refused(await bureau.pay(other, agency)) == (409, "claim-state")


async def test_somebody_elses_workers_and_contradictions_are_not_granted(bureau: Bureau) -> None:
    bureau.hire("wang", "2003-09")
    bureau.hire("li", "2003-09", employer_id=str(uuid4()))
    bureau.hire("zhao", "2003-09")
    bureau.world.say(
        "registry.contribution.conflict-found", "conflict", date(2003, 9, 1), month="2003-09",
        finding="insured-while-unemployed", payers=[], worker_id=str(bureau.id("zhao")),
    )  # fmt: skip
    swapped = {**bureau.line("wang", "2003-09"), "worker_id": str(bureau.id("zhao"))}
    claim = await bureau.filed(
        *(bureau.line(name, "2003-09") for name in ("wang", "li", "zhao")), swapped
    )
    lines = await bureau.lines(made(await bureau.review(claim)))
    assert [(one["outcome"], one["clause"]) for one in lines] == [
        ("granted", None), ("refused", "policy 4.2/of-the-claimant"),
        ("withheld", "policy 4.6/no-contradiction"), ("refused", "B16/facts-known"),
    ]  # fmt: skip


async def test_rosters_come_as_lines_and_each_wrong_line_says_why(bureau: Bureau) -> None:
    rows = [{"claim_id": "", **line} for line in three(bureau)]
    claim = await bureau.filed(papers=PAPERS)
    neighbour = made(await bureau.file(area_code=DISTRICT))
    rows = [{**row, "claim_id": claim["id"]} for row in rows]
    wrong = [
        rows[0], {**rows[1], "month": "2003-10"}, {**rows[1], "month": None},
        {**rows[1], "claim_id": str(uuid4())},
    ]  # fmt: skip
    path = "/v1/claims/imports"
    done = await bureau.clerk.lines(path, [*rows, *wrong], mode="good")
    assert (done.status_code, done.json()["accepted"]) == (200, 4), done.text
    assert [(one["line"], one["code"]) for one in done.json()["errors"]] == [
        (5, "claim-line-twice"), (6, "month-outside-the-quarter"), (7, "month-outside-the-quarter"),
        (8, "claim-unknown"),
    ]  # fmt: skip
    district = Desk(bureau.service, bureau.service.client("subsidy_clerk", area=DISTRICT))
    foreign = await district.lines(path, [rows[0]])
    assert foreign.json()["errors"][0]["code"] == "claim-unknown"
    assert (
        await district.lines(path, [{**rows[0], "claim_id": neighbour["id"]}])
    ).status_code == 200
    claim = await bureau.seen(claim)
    assert (claim["lines"], claim["version"]) == ({"undecided": 4}, 2)
    claim = made(await bureau.review(claim))
    late = await bureau.clerk.lines(path, [{**rows[0], "month": "2003-07"}])
    assert late.json()["errors"][0]["code"] == "claim-state"


async def test_late_ones_are_listed_and_a_neighbour_sees_none(bureau: Bureau) -> None:
    claim = await bureau.filed(*three(bureau))
    on_time = made(await bureau.file(filed_on="2003-10-24"))

    async def listed(client: Any, **query: str) -> list[str]:
        return [one["id"] for one in made(await client.get("/v1/claims", params=query))["items"]]

    assert await listed(bureau.reviewer, overdue="true") == [claim["id"]]
    assert await listed(bureau.reviewer, state="filed") == [claim["id"], on_time["id"]]
    assert await listed(bureau.reviewer, claimant_id=str(uuid4())) == []
    assert await listed(bureau.reviewer, quarter="2003Q3", programme="si-enterprise") != []
    neighbour = bureau.service.client("subsidy_reviewer", area=DISTRICT)
    assert await listed(neighbour) == []
    assert (await neighbour.get(f"/v1/claims/{claim['id']}")).status_code == 404
    assert refused(await bureau.act(neighbour, claim, "reviews", on="2003-10-13"))[0] == 404


async def test_asked_twice_it_is_filed_and_reviewed_once(bureau: Bureau) -> None:
    bureau.hire("wang", "2003-09")
    await bureau.world.tell()
    body = {
        "programme": "si-enterprise", "claimant_id": bureau.employer, "quarter": "2003Q3",
        "filed_on": "2003-10-09", "papers": PAPERS, "lines": [bureau.line("wang", "2003-09")],
        **bureau.place,
    }  # fmt: skip
    first, second = [
        await bureau.clerk.post("/v1/claims", body, key="the-same-claim") for _ in "ab"
    ]
    assert first.json() == second.json()
    assert len(await bureau.told("claim.filed")) == 1
    twice = [bureau.line("wang", "2003-09")] * 2
    assert refused(await bureau.file(*twice)) == (422, "claim-line-twice")
    assert refused(await bureau.file(bureau.line("wang", "2003-10"))) == (
        422, "month-outside-the-quarter",
    )  # fmt: skip
