"""Calls of subsidy that the table of rights does not try, or tries only up to a refusal: a budget is
released, reversed, reallocated and closed, a claim is reviewed, approved and paid. All that wants money.

Each names who makes it: whoever drafts or proposes does not approve.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

from services.subsidy.tests.conftest import Desk
from services.subsidy.tests.payroll import MONTH, Payroll
from subsidy.programmes.bodies import TryFacts
from tests.contracts.further import Further, call_of
from tests.journeys.city import CITY, DISTRICT, OFFICE, PLACE, City
from tests.rights.claim_calls import (
    a_paid_claim,
    filing_of,
    insured_worker,
    kept_for,
    listing_of,
    month_of,
    paid_for_a_dead_worker,
    recovery_by_hand,
)
from tests.rights.money_calls import confirmed_payee

OFFICER = ("finance_officer", DISTRICT, OFFICE, "who drafts")
APPROVER = ("finance_approver", DISTRICT, OFFICE, "who approves")
CLERK = ("subsidy_clerk", DISTRICT, OFFICE, "who files")
REVIEWER = ("subsidy_reviewer", DISTRICT, OFFICE, "who reviews")
CITY_OFFICER = ("finance_officer", CITY, "231100-finance-bureau", "who orders")
CITY_APPROVER = ("finance_approver", CITY, "231100-finance-bureau", "who approves")
#: A year in which the table's calls have no budget, and which is over.
YEAR = 2004
APPROVED = {"on": f"{YEAR}-01-20", "approval": f"领导小组[{YEAR}]1号"}
_call = partial(call_of, "subsidy")


async def subsidy_further(city: City) -> list[Further]:
    """In an order in which all of them succeed."""
    return [
        *_programmes(), *await _budget(city), *await _claims(city), *await _recoveries(city),
        *await _runs(city),
    ]  # fmt: skip


def _programmes() -> list[Further]:
    tried = TryFacts.model_config["json_schema_extra"]["examples"][0]
    code = {"code": "si-enterprise"}
    return [
        Further(
            _call("GET /v1/contract/events/{name}", name="subsidy.payment.made.v1.schema.json")
        ),
        Further(_call("GET /v1/programmes/{code}", **code)),
        Further(_call("POST /v1/programmes/{code}/assessments", tried, **code)),
    ]


async def _budget(city: City) -> list[Further]:
    """Money comes, a budget is approved and released; a second release was wrong, what is left of the
    year goes back."""
    money = {
        "fund": "reemployment", "source": "province", "amount": "1000.00",
        "received_on": f"{YEAR}-01-05", "year": YEAR, **PLACE,
    }  # fmt: skip
    draft = {
        "fund": "reemployment", "year": YEAR, "drafted_on": f"{YEAR}-01-10",
        "sources": [{"source": "province", "amount": "1000.00"}],
        "lines": [
            {"use_code": "training-subsidy", "amount": "600.00"},
            {"use_code": "post-subsidy", "amount": "400.00"},
        ],
        **PLACE,
    }  # fmt: skip
    await _made(city, OFFICER, "/v1/appropriations", money)
    budget = (await _made(city, OFFICER, "/v1/budgets", draft))["id"]
    path = f"/v1/budgets/{budget}"
    await _made(city, APPROVER, f"{path}/approvals", APPROVED, of=path)
    wrong = str(uuid4())
    await _made(city, OFFICER, f"{path}/releases", _release(wrong), of=path)
    moved = {
        "budget_id": budget, "proposed_on": f"{YEAR}-08-01", "reason": "培训结余调剂",
        "lines": [
            {"use_code": "training-subsidy", "change": "-50.00"},
            {"use_code": "post-subsidy", "change": "50.00"},
        ],
    }  # fmt: skip
    proposed = (await _made(city, OFFICER, "/v1/reallocations", moved, of=path))["id"]
    back = {"reversed_on": f"{YEAR}-07-10", "reason": "重复下达"}
    decision = {"on": f"{YEAR}-08-05", "approved": True, "approval": f"黑市财[{YEAR}]21号"}
    closing = {
        "on": f"{YEAR + 1}-01-05",
        "explanation": "培训班跨年",
        "approval": "黑市财[2005]1号",
    }
    one = "/v1/budgets/{budget_id}"
    return [
        Further(_call(f"POST {one}/releases", _release(str(uuid4())), budget_id=budget), OFFICER),
        Further(
            _call(
                f"POST {one}/releases/{{arrangement_id}}/reversals", back,
                budget_id=budget, arrangement_id=wrong,
            ),
            APPROVER,
        ),
        Further(_call("POST /v1/reallocations", moved), OFFICER, path),
        Further(
            _call(
                "POST /v1/reallocations/{reallocation_id}/decisions", decision,
                reallocation_id=proposed,
            ),
            APPROVER, path,
        ),
        Further(_call(f"POST {one}/closings", closing, budget_id=budget), APPROVER),
    ]  # fmt: skip


def _release(arrangement: str) -> dict[str, Any]:
    line = {
        "id": arrangement, "use_code": "training-subsidy", "amount": "100.00", "purpose": "再就业培训",
    }  # fmt: skip
    return {"on": f"{YEAR}-07-01", "lines": [line]}


async def _claims(city: City) -> list[Further]:
    """A quarter's claim from review to payment, and another that was sent back."""
    money = {
        "fund": "reemployment", "source": "province", "amount": "1000.00",
        "received_on": "2003-06-30", "year": 2003, **PLACE,
    }  # fmt: skip
    plan = {
        "fund": "reemployment", "use_code": "social-insurance-subsidy", "amount": "1000.00",
        "arranged_on": "2003-07-01", "purpose": "社会保险补贴", **PLACE,
    }  # fmt: skip
    await _made(city, OFFICER, "/v1/appropriations", money)
    line = (await _made(city, OFFICER, "/v1/arrangements", plan))["id"]
    story = await insured_worker(city, code="70289003-1")
    filing = filing_of(story, lines=[month_of(story)])
    claim, sent_back = [(await _made(city, CLERK, "/v1/claims", filing))["id"] for _ in range(2)]
    path, turned = f"/v1/claims/{sent_back}", {"on": "2003-10-10", "reason": "papers-incomplete"}
    await _made(city, REVIEWER, f"{path}/returns", turned, of=path)
    payment = {
        "on": "2003-10-15", "payer_id": await confirmed_payee(city, "fund"),
        "payee_id": await confirmed_payee(city, "insurance_agency"), "execute_on": "2003-10-16",
    }  # fmt: skip
    one, promised = "/v1/claims/{id}", {"on": "2003-10-14", "arrangement_id": line}
    return [
        Further(_call(f"POST {one}/refilings", {"on": "2003-10-13"}, id=sent_back), CLERK),
        Further(_call(f"POST {one}/reviews", {"on": "2003-10-13"}, id=claim), REVIEWER),
        Further(_call(f"POST {one}/approvals", promised, id=claim), APPROVER),
        Further(_call(f"POST {one}/payments", payment, id=claim), OFFICER),
    ]


async def _recoveries(city: City) -> list[Further]:
    """What was paid for three people who had died by then: one pays it back, of the other it is given up,
    the third is sued. A fourth claim is recovered by hand, and its claimant listed. What was kept for a
    fifth stays so."""
    codes = ("70289004-4", "70289005-2", "70289006-0")
    cases = [await paid_for_a_dead_worker(city, code) for code in codes]
    claim, _ = await a_paid_claim(city, "70289007-9")
    (line,) = (await city.get("subsidy", f"/v1/claims/{claim}/lines"))["items"]
    case, entry, reversal = str(uuid4()), str(uuid4()), str(uuid4())
    offset = await kept_for(city, await _in_recovery(city, "70289008-7"))
    one, today = "/v1/recoveries/{id}", city.world["subsidy"].runtime.today().isoformat()
    notice = {"on": today, "fine": "0.00", "reference": "黑劳追[2006]1号"}
    money = {"on": today, "kind": "refund", "amount": "132.00", "reference": "收据17"}
    given_up = {"on": today, "approval": "黑财核[2006]2号"}
    agreed, listed = {"on": today, "agreed": True}, "/v1/blacklistings/{id}"
    return [
        *(Further(_call(f"POST {one}/notices", notice, id=id), REVIEWER) for id in cases),
        Further(_call(f"POST {one}/receipts", money, id=cases[0]), OFFICER),
        Further(_call(f"POST {one}/write-offs", given_up, id=cases[1]), APPROVER),
        Further(
            _call(f"POST {one}/litigations", {"on": today, "reference": "9号"}, id=cases[2]),
            REVIEWER,
        ),
        Further(
            _call(
                "POST /v1/recoveries", {**recovery_by_hand(claim, line["id"], today), "id": case}
            ),
            REVIEWER,
        ),
        Further(_call(f"POST {one}/decisions", {**agreed, "note": "属实"}, id=case), APPROVER),
        Further(
            _call(
                "POST /v1/offset-reversals",
                {"id": reversal, "offset_id": offset, "on": today, "reason": "有误"},
            ),
            OFFICER,
        ),
        Further(
            _call(
                "POST /v1/offset-reversals/{id}/decisions",
                {"on": today, "agreed": False},
                id=reversal,
            ),
            APPROVER,
        ),
        Further(
            _call("POST /v1/blacklistings", {**listing_of(str(uuid4())), "id": entry}), REVIEWER
        ),
        Further(_call(f"POST {listed}/decisions", agreed, id=entry), APPROVER),
        Further(
            _call(f"POST {listed}/liftings", {"on": today, "reason": "复核"}, id=entry), APPROVER
        ),
    ]


async def _in_recovery(city: City, code: str) -> str:
    """The claim that was paid for somebody who had died by then."""
    case = await paid_for_a_dead_worker(city, code)
    return str((await city.get("subsidy", f"/v1/recoveries/{case}"))["claim_id"])


async def _runs(city: City) -> list[Further]:
    """Three months of somebody on a public-welfare post, a run for each: one goes to the bank, one is
    closed with nothing ordered, one found too little money and tries again when there is more."""
    thing = city.world["subsidy"]
    payroll = await Payroll.opened(Desk(thing, thing.client("finance_officer")))
    await payroll.crew(1, months=("2003-09", "2003-10", "2003-11"))
    sent = await payroll.frozen()
    on = sent["frozen_on"]
    closed = await payroll.frozen(month="2003-10", drafted_on="2003-11-05")
    agreed = {"on": on, "content_hash": closed["content_hash"]}
    await payroll.done(closed, "approvals", **agreed)
    await payroll.officer.receive(MONTH)
    short = (await payroll.officer.arrange(MONTH, use_code="social-insurance-subsidy")).json()["id"]
    hold = {
        "arrangement_id": short, "amount": MONTH, "reserved_on": "2003-07-15", "purpose": "补贴",
        **payroll.officer.place,
    }  # fmt: skip
    held = f"/v1/reservations/{(await _made(city, CITY_OFFICER, '/v1/reservations', hold))['id']}"
    again = await payroll.frozen(month="2003-11", drafted_on="2003-12-05", arrangement_id=short)
    await _made(city, CITY_OFFICER, f"{held}/releases", {"on": on}, of=held)
    one, agreed = "/v1/runs/{run_id}", {"on": on, "content_hash": sent["content_hash"]}
    order = {"payer_id": payroll.treasury.payer, "execute_on": on, "made_on": on}
    return [
        Further(_call(f"POST {one}/approvals", agreed, run_id=sent["id"]), CITY_APPROVER),
        Further(_call(f"POST {one}/payment-batches", order, run_id=sent["id"]), CITY_OFFICER),
        Further(_call(f"POST {one}/closings", {"on": on}, run_id=closed["id"]), CITY_OFFICER),
        Further(_call(f"POST {one}/reservations", {}, run_id=again["id"]), CITY_OFFICER),
    ]


async def _made(
    city: City, who: tuple[str, str, str, str], path: str, body: Any, of: str | None = None
) -> Any:
    """What ``who`` makes by a POST that names the version of the thing ``of``."""
    role, area, office, subject = who
    client = city.world["subsidy"].client(role, area=area, office=office, subject=subject)
    seen = await client.get(of) if of else None
    version = {"If-Match": seen.headers["etag"]} if seen else {}
    made = await client.post(path, json=body, headers={"Idempotency-Key": str(uuid4()), **version})
    assert made.status_code == 201, made.text
    return made.json()
