"""Money moves between the lines of a budget under a reference; at the year's end what is left goes over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from .bureau import Bureau, line
from .conftest import Desk


@pytest.fixture
async def bureau(running: Callable[..., Any]) -> Bureau:
    """A bureau early in 2004, with last year's budget still open."""
    service = await running("subsidy", business_day=date(2004, 2, 29))
    return Bureau.of(Desk(service, service.client("finance_officer")))


async def released(bureau: Bureau, *lines: tuple[str, str], received: str = "1000.00") -> Any:
    budget = await bureau.approved()
    await bureau.desk.receive(received)
    made = await bureau.release(budget, *lines)
    assert made.status_code == 201, made.text
    return made.json()


async def arrangement(bureau: Bureau, budget: dict[str, Any], use: str) -> dict[str, Any]:
    path = f"/v1/arrangements?budget_line_id={line(budget, use)['id']}"
    (one, *_) = (await bureau.desk.client.get(path)).json()["items"]
    found: dict[str, Any] = one
    return found


async def unallocated(bureau: Bureau) -> str:
    found: str = (await bureau.desk.client.get("/v1/funds/reemployment")).json()["unallocated"]
    return found


# --- reallocation


async def test_money_moves_between_lines_and_unspent_releases_come_back(bureau: Bureau) -> None:
    budget = await released(bureau, ("training-subsidy", "500.00"))
    one = await arrangement(bureau, budget, "training-subsidy")
    await bureau.desk.pay(one["id"], "100.00", paid_on="2003-07-20")
    proposed = await bureau.propose(
        budget, lines=[("training-subsidy", "-300.00"), ("post-subsidy", "300.00")]
    )
    assert proposed.status_code == 201, proposed.text
    assert proposed.json()["allowed"] == ["approve", "reject"]
    decided = await bureau.decide(proposed.json(), budget)
    assert (decided.status_code, decided.json()["state"]) == (201, "approved"), decided.text
    after = await bureau.seen(budget)
    training = line(after, "training-subsidy")
    # Approved 600, released 500: of 300 less, 100 was never released and 200 comes back.
    parts = [training[name] for name in ("amount", "released", "unreleased", "remaining")]
    assert parts == ["300.00", "300.00", "0.00", "200.00"]
    assert line(after, "post-subsidy")["amount"] == "300.00"
    assert after["amount"] == "1000.00"
    assert await unallocated(bureau) == "700.00"
    done = await bureau.release(after, ("post-subsidy", "300.00"), on="2003-08-10")
    assert done.status_code == 201, done.text
    (told,) = await bureau.desk.service.told("subsidy.budget.reallocated.v1")
    assert [(one["use_code"], one["change"], one["amount"]) for one in told.data["lines"]] == [
        ("post-subsidy", "300.00", "300.00"), ("training-subsidy", "-300.00", "300.00"),
    ]  # fmt: skip
    (reduced,) = await bureau.desk.service.told("subsidy.arrangement.reduced.v1")
    assert (reduced.data["amount"], str(reduced.entity_id)) == ("200.00", one["id"])
    fund = (await bureau.desk.client.get("/v1/funds/reemployment")).json()
    assert fund["arranged_by_use"] == [
        {"code": "post-subsidy", "amount": "300.00"}, {"code": "training-subsidy", "amount": "300.00"},
    ]  # fmt: skip
    assert sum(Decimal(layer["amount"]) for layer in fund["unallocated_since"]) == 400
    assert (await bureau.desk.client.get("/v1/journal/check")).json()["holds"] is True


async def test_a_use_outside_the_list_gets_a_finding_and_is_not_blocked(bureau: Bureau) -> None:
    budget = await bureau.approved(
        lines=[{"use_code": "training-subsidy", "amount": "600.00"}],
    )
    moves = [("training-subsidy", "-100.00"), ("severance", "100.00")]
    proposed = (await bureau.propose(budget, lines=moves)).json()
    assert (await bureau.decide(proposed, budget)).status_code == 201
    after = await bureau.seen(budget)
    assert line(after, "severance")["finding"] == "use-outside-permitted-list"
    (told,) = await bureau.desk.service.told("subsidy.budget.reallocated.v1")
    assert {one["use_code"]: one["finding"] for one in told.data["lines"]} == {
        "training-subsidy": None, "severance": "use-outside-permitted-list",
    }  # fmt: skip


async def test_what_is_reserved_or_paid_does_not_leave_its_line(bureau: Bureau) -> None:
    budget = await released(bureau, ("training-subsidy", "500.00"))
    one = await arrangement(bureau, budget, "training-subsidy")
    await bureau.desk.pay(one["id"], "450.00", paid_on="2003-07-20")
    proposed = (await bureau.propose(budget, lines=[("training-subsidy", "-150.01")])).json()
    refused = await bureau.decide(proposed, budget)
    assert (refused.status_code, refused.json()["code"]) == (409, "money-in-use")
    assert "1 fen" in refused.json()["detail"]
    assert line(await bureau.seen(budget), "training-subsidy")["amount"] == "600.00"
    seen = (await bureau.desk.client.get(f"/v1/reallocations/{proposed['id']}")).json()
    assert seen["state"] == "proposed"
    refused = await bureau.propose(budget, lines=[("training-subsidy", "-600.01")])
    assert (refused.status_code, refused.json()["code"]) == (409, "budget-line-below-nothing")


async def test_new_money_needs_a_source_and_another_person(bureau: Bureau) -> None:
    budget = await bureau.approved()
    more = [("training-subsidy", "50.00")]
    refused = await bureau.propose(budget, lines=more)
    assert (refused.status_code, refused.json()["code"]) == (422, "more-than-the-sources")
    sources = [{"source": "donation", "amount": "50.00"}]
    proposed = (await bureau.propose(budget, lines=more, sources=sources)).json()
    for body, code in (
        ({"approval": None}, "approval-reference-missing"),
        ({"on": "2003-07-31"}, "reallocation-decided-too-early"),
    ):
        refused = await bureau.decide(proposed, budget, **body)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (await bureau.decide(proposed, budget, bureau.desk.client)).status_code == 403
    assert (await bureau.decide(proposed, {"version": 1})).status_code == 412
    assert (await bureau.decide(proposed, budget)).status_code == 201
    after = await bureau.seen(budget)
    assert (after["available"], after["amount"]) == ("1050.00", "1050.00")
    refused = await bureau.decide(proposed, after)
    assert (refused.status_code, refused.json()["code"]) == (409, "reallocation-decided")
    nothing = await bureau.propose(after, lines=[("training-subsidy", "0.00")])
    assert (nothing.status_code, nothing.json()["code"]) == (422, "nothing-moved")


async def test_who_proposed_does_not_decide_and_what_is_rejected_moves_nothing(
    bureau: Bureau,
) -> None:
    budget = await bureau.approved()
    both = bureau.desk.service.client("finance_officer", "finance_approver", subject="both")
    own = Bureau(Desk(bureau.desk.service, both), both)
    moves = [("training-subsidy", "-1.00")]
    proposed = (await own.propose(budget, lines=moves)).json()
    refused = await own.decide(proposed, budget)
    assert (refused.status_code, refused.json()["code"]) == (409, "maker-is-checker")
    rejected = await bureau.decide(proposed, budget, approved=False, approval=None, note="不必")
    assert (rejected.json()["state"], rejected.json()["allowed"]) == ("rejected", [])
    assert await bureau.seen(budget) == budget


async def test_one_release_that_was_wrong_is_taken_back(bureau: Bureau) -> None:
    budget = await released(bureau, ("training-subsidy", "500.00"), ("severance", "100.00"))
    one = await arrangement(bureau, budget, "severance")
    undo = {"reversed_on": "2003-07-05", "reason": "重复下达"}
    alone = await bureau.approver.post(
        f"/v1/arrangements/{one['id']}/reversals", json=undo,
        headers={"Idempotency-Key": str(uuid4())},
    )  # fmt: skip
    assert (alone.status_code, alone.json()["code"]) == (409, "arrangement-of-a-budget")
    what = f"releases/{one['id']}/reversals"
    done = await bureau.act(budget, what, bureau.approver, **undo)
    assert done.status_code == 201, done.text
    assert line(done.json(), "severance")["released"] == "0.00"
    assert await unallocated(bureau) == "500.00"


# --- the year's end


async def test_a_closed_year_leaves_nothing_on_its_lines(bureau: Bureau) -> None:
    budget = await released(bureau, ("training-subsidy", "500.00"), ("severance", "100.00"))
    one = await arrangement(bureau, budget, "training-subsidy")
    payment = (await bureau.desk.pay(one["id"], "120.00", paid_on="2003-08-01")).json()["id"]
    early = await bureau.close(budget, "2003-12-30")
    assert (early.status_code, early.json()["code"]) == (422, "budget-year-not-over")
    assert (await bureau.act(budget, "closings", on="2004-01-05")).status_code in (403, 422)
    closed = await bureau.close(budget)
    assert closed.status_code == 201, closed.text
    after = closed.json()
    assert (after["state"], after["allowed"]) == ("closed", [])
    training = line(after, "training-subsidy")
    assert (training["released"], training["carried"], training["remaining"]) == (
        "500.00", "380.00", "0.00",
    )  # fmt: skip
    assert await unallocated(bureau) == "880.00"
    (told,) = await bureau.desk.service.told("subsidy.budget.closed.v1")
    assert (told.data["carried"], told.data["explanation"]) == ("480.00", "培训班跨年")
    refused = await bureau.desk.pay(one["id"], "0.01", paid_on="2004-01-06")
    assert refused.json()["code"] == "more-than-the-line-holds"
    refused = await bureau.close(after)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-to-carry")

    # A payment that comes back after the closing is carried over too.
    await bureau.approver.post(
        f"/v1/payments/{payment}/reversals", json={"reversed_on": "2004-01-20", "reason": "退汇"},
        headers={"Idempotency-Key": str(uuid4())},
    )  # fmt: skip
    seen = await bureau.seen(after)
    assert seen["allowed"] == ["carry"]
    again = await bureau.close(seen, "2004-01-21")
    assert line(again.json(), "training-subsidy")["carried"] == "500.00"
    assert await unallocated(bureau) == "1000.00"
    assert [step["act"] for step in again.json()["steps"]][-2:] == ["close", "carry"]


async def test_money_that_is_promised_keeps_the_year_open(bureau: Bureau) -> None:
    budget = await released(bureau, ("training-subsidy", "500.00"))
    one = await arrangement(bureau, budget, "training-subsidy")
    held = await bureau.desk.post(
        "/v1/reservations",
        {"arrangement_id": one["id"], "amount": "20.00", "reserved_on": "2003-12-20",
         "purpose": "补贴", **bureau.desk.place},
    )  # fmt: skip
    refused = await bureau.close(budget)
    assert (refused.status_code, refused.json()["code"]) == (409, "money-still-held")
    assert "2000 fen" in refused.json()["detail"]
    assert await unallocated(bureau) == "500.00"
    await bureau.desk.client.post(
        f"/v1/reservations/{held.json()['id']}/releases", json={"on": "2004-01-02"},
        headers={"Idempotency-Key": str(uuid4()), "If-Match": '"v1"'},
    )  # fmt: skip
    assert (await bureau.close(budget)).status_code == 201


async def test_a_rest_goes_into_the_same_line_of_the_next_year(bureau: Bureau) -> None:
    budget = await released(bureau, ("training-subsidy", "500.00"), ("severance", "100.00"))
    refused = await bureau.close(budget, "2004-01-05", "training-subsidy")
    assert (refused.status_code, refused.json()["code"]) == (409, "budget-state")
    draft = await bureau.draft(
        year=2004, drafted_on="2004-01-02",
        sources=[{"source": "carried-over", "amount": "600.00"}],
        lines=[{"use_code": "training-subsidy", "amount": "550.00"}],
    )  # fmt: skip
    following = (await bureau.approve(draft.json(), "2004-01-04")).json()
    closed = await bureau.close(budget, "2004-01-05", "training-subsidy")
    assert closed.status_code == 201, closed.text
    after = line(await bureau.seen(following), "training-subsidy")
    assert (after["released"], after["remaining"]) == ("500.00", "500.00")
    one = await arrangement(bureau, following | {"lines": [after]}, "training-subsidy")
    assert (one["purpose"], one["findings"]) == ("上年结转", [])
    assert await unallocated(bureau) == "500.00"
    assert (await bureau.desk.client.get("/v1/journal/check")).json()["holds"] is True


async def test_more_than_the_next_year_approved_is_not_carried_into_its_line(
    bureau: Bureau,
) -> None:
    budget = await released(bureau, ("training-subsidy", "500.00"))
    draft = await bureau.draft(
        year=2004, drafted_on="2004-01-02",
        sources=[{"source": "carried-over", "amount": "499.99"}],
        lines=[{"use_code": "training-subsidy", "amount": "499.99"}],
    )  # fmt: skip
    await bureau.approve(draft.json(), "2004-01-04")
    refused = await bureau.close(budget, "2004-01-05", "training-subsidy")
    assert (refused.status_code, refused.json()["code"]) == (409, "more-than-approved")
    assert (await bureau.seen(budget))["state"] == "released"


async def test_the_drafter_does_not_close(bureau: Bureau) -> None:
    both = bureau.desk.service.client("finance_officer", "finance_approver", subject="both")
    own = Bureau(Desk(bureau.desk.service, both), bureau.approver)
    budget = await own.approved()
    own.approver = both
    refused = await own.close(budget)
    assert (refused.status_code, refused.json()["code"]) == (409, "maker-is-checker")


async def test_the_database_keeps_who_decided_apart(bureau: Bureau) -> None:
    budget = await bureau.approved()
    proposed = (await bureau.propose(budget, lines=[("severance", "-1.00")])).json()
    for change, rule in (
        ("update reallocation set state = 'rejected'", "decided_by_somebody"),
        (
            "update reallocation set state = 'rejected', decided_on = proposed_on,"
            " decided_by = proposed_by", "decided_by_another",
        ),
        (
            "update reallocation set state = 'approved', decided_on = proposed_on, decided_by = 'x'",
            "approved_by_reference",
        ),
        ("update budget_line set carried = 1", "carried_within_released"),
    ):  # fmt: skip
        with pytest.raises(asyncpg.CheckViolationError) as refusal:
            async with bureau.desk.service.db.transaction() as tx:
                await tx.execute(change)
        assert refusal.value.constraint_name == rule
    assert proposed["state"] == "proposed"
