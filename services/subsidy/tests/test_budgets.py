"""A budget is drafted, approved by another person under a reference, and released as money is there."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from kit.testing_servers import PostgresServer

from .bureau import DRAFT, Bureau, line
from .conftest import CITY, DISTRICT, OFFICE, Desk


@pytest.fixture
def bureau(desk: Desk) -> Bureau:
    return Bureau.of(desk)


async def test_a_budget_goes_from_draft_to_money_set_aside(bureau: Bureau) -> None:
    draft = (await bureau.draft()).json()
    assert (draft["state"], draft["allowed"]) == ("draft", ["revise", "withdraw", "approve"])
    assert (draft["available"], draft["amount"], draft["released"]) == (
        "1000.00",
        "1000.00",
        "0.00",
    )
    assert line(draft, "severance")["finding"] == "use-outside-permitted-list"
    budget = (await bureau.approve(draft)).json()
    assert (budget["state"], budget["approval"]) == ("approved", "领导小组[2003]1号")
    await bureau.desk.receive("500.00")
    released = await bureau.release(budget, ("training-subsidy", "350.00"), ("severance", "100.00"))
    assert released.status_code == 201, released.text
    budget = released.json()
    assert (budget["state"], budget["released"]) == ("released", "450.00")
    training = line(budget, "training-subsidy")
    parts = [training[name] for name in ("amount", "released", "unreleased", "remaining")]
    assert parts == ["600.00", "350.00", "250.00", "350.00"]
    made = (
        await bureau.desk.client.get(f"/v1/arrangements?budget_line_id={training['id']}")
    ).json()
    (one,) = made["items"]
    assert (one["amount"], one["findings"], one["arranged_on"]) == ("350.00", [], "2003-07-01")
    paid = await bureau.desk.pay(one["id"], "50.00")
    assert paid.status_code == 201
    assert line(await bureau.seen(budget), "training-subsidy")["remaining"] == "300.00"
    assert [step["act"] for step in budget["steps"]] == ["draft", "approve", "release"]
    told = {event.type.split(".", 1)[1]: event for event in await bureau.desk.service.told()}
    assert told["budget.approved.v1"].data["lines"][0]["finding"] == "use-outside-permitted-list"
    assert told["budget.released.v1"].data["amount"] == "450.00"
    fund = (await bureau.desk.client.get("/v1/funds/reemployment")).json()
    assert (fund["unallocated"], fund["arranged"]) == ("50.00", "450.00")


async def test_what_no_budget_provided_for_is_shown_as_such(desk: Desk) -> None:
    await desk.receive("100.00")
    made = (await desk.arrange("10.00", use_code="severance")).json()
    assert made["findings"] == ["use-outside-permitted-list", "outside-budget"]
    assert made["budget_line_id"] is None
    listed = (await desk.client.get("/v1/arrangements?finding=outside-budget")).json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]


async def test_a_use_outside_the_list_with_the_provinces_reference_has_no_finding(
    bureau: Bureau,
) -> None:
    lines = [{"use_code": "severance", "amount": "1.00", "province_approval": "黑财社[2003]12号"}]
    draft = (await bureau.draft(lines=lines)).json()
    assert line(draft, "severance")["finding"] is None
    await bureau.desk.receive("1.00")
    released = await bureau.release((await bureau.approve(draft)).json(), ("severance", "1.00"))
    assert released.status_code == 201, released.text
    (made,) = (await bureau.desk.client.get("/v1/arrangements")).json()["items"]
    assert (made["approval"], made["findings"]) == ("黑财社[2003]12号", [])


async def test_the_drafter_does_not_approve(bureau: Bureau, desk: Desk) -> None:
    both = desk.service.client("finance_officer", "finance_approver", subject="both")
    own = Bureau(Desk(desk.service, both), both)
    draft = (await own.draft()).json()
    refused = await own.approve(draft)
    assert (refused.status_code, refused.json()["code"]) == (409, "maker-is-checker")
    assert (await bureau.approve(draft)).status_code == 201
    early = await bureau.act(draft, "approvals", on="2003-01-20", approval="x")
    assert early.status_code == 403


async def test_never_more_than_approved_and_never_more_than_there_is(bureau: Bureau) -> None:
    budget = await bureau.approved()
    await bureau.desk.receive("500.00")
    refused = await bureau.release(budget, ("training-subsidy", "600.01"))
    assert (refused.status_code, refused.json()["code"]) == (409, "more-than-approved")
    assert "1 fen" in refused.json()["detail"]
    refused = await bureau.release(budget, ("training-subsidy", "400.00"), ("severance", "100.01"))
    assert (refused.status_code, refused.json()["code"]) == (409, "more-than-unallocated")
    refused = await bureau.release(budget, ("post-subsidy", "1.00"))
    assert (refused.status_code, refused.json()["code"]) == (404, "budget-line-unknown")
    assert (await bureau.seen(budget))["released"] == "0.00"
    assert (await bureau.desk.client.get("/v1/arrangements")).json()["items"] == []
    # The same use twice in one request counts together.
    refused = await bureau.release(
        budget, ("training-subsidy", "400.00"), ("training-subsidy", "200.01")
    )
    assert refused.json()["code"] == "more-than-approved"


async def test_lines_fit_their_sources_and_stand_once(bureau: Bureau) -> None:
    over = [{"use_code": "training-subsidy", "amount": "1000.01"}]
    refused = await bureau.draft(lines=over)
    assert (refused.status_code, refused.json()["code"]) == (422, "more-than-the-sources")
    refused = await bureau.draft(lines=DRAFT["lines"] + DRAFT["lines"])
    assert (refused.status_code, refused.json()["code"]) == (422, "budget-line-twice")
    draft = (await bureau.draft()).json()
    refused = await bureau.draft()
    assert (refused.status_code, refused.json()["code"]) == (409, "budget-exists")
    content = {"sources": DRAFT["sources"], "lines": over}
    refused = await bureau.act(draft, "revisions", on="2003-01-12", **content)
    assert refused.json()["code"] == "more-than-the-sources"
    content["lines"] = [{"use_code": "post-subsidy", "amount": "700.00"}]
    revised = (await bureau.act(draft, "revisions", on="2003-01-12", **content)).json()
    assert [one["use_code"] for one in revised["lines"]] == ["post-subsidy"]
    assert (await bureau.act(draft, "withdrawals", on="2003-01-13")).status_code == 412
    gone = (await bureau.act(revised, "withdrawals", on="2003-01-13")).json()
    assert (gone["state"], gone["allowed"]) == ("withdrawn", [])
    assert (await bureau.draft()).status_code == 201


async def test_acts_follow_each_other_in_their_own_year(bureau: Bureau) -> None:
    draft = (await bureau.draft()).json()
    refused = await bureau.release(draft, ("training-subsidy", "1.00"))
    assert (refused.status_code, refused.json()["code"]) == (409, "budget-state")
    refused = await bureau.approve(draft, on="2003-01-09")
    assert (refused.status_code, refused.json()["code"]) == (422, "budget-step-out-of-order")
    refused = await bureau.approve(draft, on="2003-11-01")
    assert refused.json()["code"] == "in-the-future"
    budget = await bureau.approved(year=2002, drafted_on="2002-12-03")
    refused = await bureau.release(budget, ("training-subsidy", "1.00"))
    assert (refused.status_code, refused.json()["code"]) == (422, "outside-the-fiscal-year")


async def test_a_neighbour_neither_sees_nor_drafts(bureau: Bureau) -> None:
    budget = await bureau.approved()
    neighbour = bureau.desk.service.client("finance_officer", area=DISTRICT)
    assert (await neighbour.get(f"/v1/budgets/{budget['id']}")).status_code == 404
    assert (await neighbour.get("/v1/budgets")).json()["items"] == []
    refused = await Bureau(Desk(bureau.desk.service, neighbour), neighbour).draft()
    assert (refused.status_code, refused.json()["code"]) == (403, "outside-your-area")


async def test_history_comes_as_lines_and_is_approved_by_another_person(bureau: Bureau) -> None:
    def row(year: int, use: str, source: str, amount: str) -> dict[str, Any]:
        return {
            "fund": "reemployment", "year": year, "use_code": use, "source": source,
            "amount": amount, "drafted_on": f"{year}-01-05", "area_code": CITY, "office": OFFICE,
        }  # fmt: skip

    rows = [
        row(2002, "training-subsidy", "province", "10.00"),
        row(2003, "training-subsidy", "province", "20.00"),
        row(2003, "post-subsidy", "city", "5.00"),
        row(2003, "training-subsidy", "city", "1.00"),
    ]
    done = await bureau.desk.lines("/v1/budgets/imports", rows)
    assert done.json()["accepted"] == 4, done.text
    more = await bureau.desk.lines(
        "/v1/budgets/imports", [row(2003, "post-subsidy", "city", "2.00")]
    )
    assert more.json()["accepted"] == 1
    first, second = (await bureau.desk.client.get("/v1/budgets")).json()["items"]
    assert (first["year"], first["amount"], second["amount"]) == (2002, "10.00", "28.00")
    assert second["sources"] == [
        {"source": "city", "amount": "8.00"}, {"source": "province", "amount": "20.00"},
    ]  # fmt: skip
    assert line(second, "training-subsidy")["amount"] == "21.00"
    assert (await bureau.approve(second)).status_code == 201
    late = await bureau.desk.lines(
        "/v1/budgets/imports", [row(2003, "post-subsidy", "city", "1.00")]
    )
    assert (late.status_code, late.json()["errors"][0]["code"]) == (422, "budget-state"), late.text


async def test_the_database_keeps_the_two_rules_by_itself(
    bureau: Bureau, postgres: PostgresServer
) -> None:
    budget = await bureau.approved()
    db = bureau.desk.service.db
    for change, rule in (
        ("update budget_line set released = amount + 1", "released_within_approved"),
        ("update budget_line set amount = amount + 1", "budget_within_sources"),
        ("update budget_source set amount = amount - 1", "budget_within_sources"),
        ("delete from budget_source", "budget_within_sources"),
    ):
        with pytest.raises(asyncpg.CheckViolationError) as refusal:
            async with db.transaction() as tx:
                await tx.execute(change)
        assert refusal.value.constraint_name == rule
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.transaction() as tx:
            await tx.execute("update budget_step set done_by = 'somebody else'")
    assert (await bureau.seen(budget))["version"] == budget["version"]
