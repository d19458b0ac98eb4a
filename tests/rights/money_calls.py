"""Calls about money, loans and figures of the district: subsidy, loans, assessment."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from uuid import uuid4

import httpx

from local import bank
from tests.journeys.city import AS_OF, CITY, DISTRICT, PLACE, City
from tests.rights.calls import Calls, a_placed_person, found_one, made


async def money_calls(city: City, calls: Calls) -> None:
    """Money: received, arranged, paid; entitlements."""
    note = calls.of("subsidy")
    story, twice = await a_placed_person(city), await a_placed_person(city)
    await found_one(city, "subsidy", twice.worker, story.worker)
    case = (await city.get("subsidy", f"/v1/entitlements?placement_id={story.placement}"))["items"][
        0
    ]["id"]
    money = {
        "fund": "reemployment",
        "source": "province",
        "amount": "1000.00",
        "received_on": "2003-06-30",
        "year": 2003,
        **PLACE,
    }
    plan = {"fund": "reemployment", "use_code": "training-subsidy", "amount": "100.00",
            "arranged_on": "2003-07-01", "purpose": "再就业培训", **PLACE}  # fmt: skip
    received = await made(city, "subsidy", "/v1/appropriations", money)
    line = await made(city, "subsidy", "/v1/arrangements", plan)
    payment = {"arrangement_id": line, "amount": "10.00", "paid_on": "2003-08-01", "payee_kind": "provider",
               "purpose": "培训补贴", **PLACE}  # fmt: skip
    paid = await made(city, "subsidy", "/v1/payments", payment)
    note("GET /v1/funds/{fund}", fund="reemployment")
    note("POST /v1/appropriations", money)
    note("POST /v1/appropriations/imports", rows=[money])
    note("GET /v1/appropriations")
    note("GET /v1/appropriations/{appropriation_id}", appropriation_id=received)
    wrong = {"reversed_on": "2003-08-05", "reason": "重复登记"}
    base = "/v1/appropriations/{appropriation_id}"
    twice_received = await made(city, "subsidy", "/v1/appropriations", money)
    note(f"POST {base}/reversals", wrong, appropriation_id=twice_received)
    twice_set_aside = await made(city, "subsidy", "/v1/arrangements", plan)
    base = "/v1/arrangements/{arrangement_id}"
    note(f"POST {base}/reversals", wrong, arrangement_id=twice_set_aside)
    note("POST /v1/arrangements", plan)
    note("POST /v1/arrangements/imports", rows=[plan])
    note("GET /v1/arrangements")
    note("GET /v1/arrangements/{arrangement_id}", arrangement_id=line)
    hold = {"arrangement_id": line, "amount": "20.00", "reserved_on": "2003-07-15",
            "purpose": "三季度培训补贴", **PLACE}  # fmt: skip
    held = await made(city, "subsidy", "/v1/reservations", hold)
    step = {"on": "2003-07-20"}
    note("POST /v1/reservations", hold)
    note("GET /v1/reservations")
    note("GET /v1/reservations/{reservation_id}", reservation_id=held)
    note("POST /v1/reservations/{reservation_id}/commitments", step, reservation_id=held)
    note("POST /v1/reservations/{reservation_id}/releases", step, reservation_id=held)
    note("POST /v1/payments", payment)
    note("POST /v1/payments/imports", rows=[payment])
    note("GET /v1/payments")
    note("GET /v1/payments/{payment_id}", payment_id=paid)
    note(
        "POST /v1/payments/{payment_id}/reversals",
        {"reversed_on": "2003-08-05", "reason": "重复支付"},
        payment_id=paid,
    )
    note("GET /v1/journal/check")
    note("GET /v1/journal/entries")
    note("GET /v1/entitlements")
    note("GET /v1/findings")
    for tail in ("", "/decisions", "/decision"):
        note("GET /v1/entitlements/{entitlement_id}" + tail, entitlement_id=case)


async def payee_calls(city: City, calls: Calls) -> None:
    """Who is paid, and into which account."""
    note = calls.of("subsidy")
    account = {"name": "第一百货商店", "number": "23110010000004", "clearing_code": "102261000018",
               "proposed_on": "2003-07-01", "reason": "开户许可证"}  # fmt: skip
    decision = {"confirmed": True, "decided_on": "2003-07-02", "note": "核对一致"}

    def body() -> dict[str, object]:
        return {"kind": "employer", "reference_id": str(uuid4()), "account": account, **PLACE}

    made = (await city.post("subsidy", "/v1/payees", body())).json()
    waiting = {"payee_id": made["id"], "account_id": made["waiting_account_id"]}
    note("POST /v1/payees", body())
    note("GET /v1/payees")
    note("GET /v1/payees/{payee_id}", payee_id=made["id"])
    base = "POST /v1/payees/{payee_id}/accounts/{account_id}"
    note(f"{base}/reveals", {"purpose": "与开户许可证核对"}, **waiting)
    note(f"{base}/decisions", decision, **waiting)
    note(
        "POST /v1/payees/{payee_id}/accounts",
        {**account, "number": "23110010000005"},
        payee_id=made["id"],
    )


async def confirmed_payee(city: City, kind: str) -> str:
    """The id of a payee whose account another person confirmed."""
    account = {"name": "第一百货商店", "number": str(23110010000000 + uuid4().int % 9999999),
               "clearing_code": "102261000018", "proposed_on": "2003-07-01", "reason": "开户许可证"}  # fmt: skip
    body = {"kind": kind, "reference_id": str(uuid4()), "account": account, **PLACE}
    new = (await city.post("subsidy", "/v1/payees", body)).json()
    path = f"/v1/payees/{new['id']}/accounts/{new['waiting_account_id']}/decisions"
    decision = {"confirmed": True, "decided_on": "2003-07-02", "note": "核对一致"}
    approver = city.world["subsidy"].client("finance_approver")
    done = await approver.post(path, json=decision, headers=_key())
    assert done.status_code == 201, done.text
    return str(new["id"])


async def batch_calls(city: City, calls: Calls) -> None:
    """Orders to the bank: from a reservation that another person committed, to confirmed accounts."""
    note = calls.of("subsidy")
    approver = city.world["subsidy"].client("finance_approver")

    plan = {"fund": "reemployment", "use_code": "training-subsidy", "amount": "100.00",
            "arranged_on": "2003-07-01", "purpose": "再就业培训", **PLACE}  # fmt: skip
    line = await made(city, "subsidy", "/v1/arrangements", plan)
    held = await made(
        city, "subsidy", "/v1/reservations",
        {"arrangement_id": line, "amount": "90.00", "reserved_on": "2003-07-02", "purpose": "补贴", **PLACE},
    )  # fmt: skip
    path = f"/v1/reservations/{held}/commitments"
    done = await approver.post(path, json={"on": "2003-07-03"}, headers=_key({"If-Match": '"v1"'}))
    assert done.status_code == 201, done.text
    payer, payees = await confirmed_payee(city, "fund"), await confirmed_payee(city, "provider")

    def body() -> dict[str, object]:
        paid = {"payee_id": payees, "amount": "10.00", "purpose": "培训补贴", "about": str(uuid4())}
        return {"reservation_id": held, "payer_id": payer, "execute_on": "2003-08-02",
                "made_on": "2003-08-01", "lines": [paid], **PLACE}  # fmt: skip

    new, other = [
        (await city.post("subsidy", "/v1/payment-batches", body())).json() for _ in range(2)
    ]
    note("POST /v1/payment-batches", body())
    note("GET /v1/payment-batches")
    base = "/v1/payment-batches/{batch_id}"
    note(f"GET {base}", batch_id=new["id"])
    approval = {"approved_on": "2003-08-01", "content_hash": new["content_hash"]}
    note(f"POST {base}/approvals", approval, batch_id=new["id"])
    note(f"POST {base}/handovers", {"on": "2003-08-01"}, batch_id=new["id"])
    note(f"GET {base}/file", batch_id=new["id"])
    note(f"POST {base}/enquiries", {"on": "2003-08-20"}, batch_id=new["id"])
    note(f"POST {base}/withdrawals", {"on": "2003-08-01"}, batch_id=other["id"])
    note("GET /v1/payment-orders")
    await _bank_calls(city, calls, approver, body())
    orders = await city.get("subsidy", f"/v1/payment-orders?batch_id={new['id']}")
    note("GET /v1/payment-orders/{order_id}", order_id=orders["items"][0]["id"])


async def _bank_calls(
    city: City, calls: Calls, approver: httpx.AsyncClient, batch: dict[str, object]
) -> None:
    """What the bank says of a batch that it has: one message taken, one to take, one line in doubt."""
    note = calls.of("subsidy")
    officer = city.world["subsidy"].client("finance_officer")
    new = (await city.post("subsidy", "/v1/payment-batches", batch)).json()
    path = f"/v1/payment-batches/{new['id']}"
    approval = {"approved_on": "2003-08-01", "content_hash": new["content_hash"]}
    await approver.post(f"{path}/approvals", json=approval, headers=_key())
    await officer.post(f"{path}/handovers", json={"on": "2003-08-01"}, headers=_key())
    file = (await officer.get(f"{path}/file")).content

    def message(fate: str) -> dict[str, object]:
        content = bank.answer(file, [bank.Fate.of(fate)], date(2003, 8, 4)).statement or b""
        return {"content": b64encode(content).decode(), "received_on": "2003-08-05", **PLACE}

    taken = await made(city, "subsidy", "/v1/bank-messages", message("unknown"))
    items = (await city.get("subsidy", "/v1/reconciliation-items"))["items"]
    note("POST /v1/bank-messages", message("accepted"))
    note("GET /v1/bank-messages")
    note("GET /v1/bank-messages/{message_id}", message_id=taken)
    note("GET /v1/bank-messages/{message_id}/lines", message_id=taken)
    note("GET /v1/reconciliation-items")
    note(
        "POST /v1/reconciliation-items/{item_id}/resolutions",
        {"resolution": "other-business", "resolved_on": "2003-08-06", "note": "专户利息"},
        item_id=items[0]["id"],
    )


def _key(more: dict[str, str] | None = None) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4()), **(more or {})}


async def loan_calls(city: City, calls: Calls) -> None:
    """The guarantee fund (one for the city) and loans."""
    note = calls.of("loans")
    stories = [await city.a_laid_off_worker_with_certificate(born="19650504") for _ in range(4)]
    await city.world.settle()
    money = {
        "level": "county",
        "amount": "50000.00",
        "received_on": "2003-05-01",
        "contributor": "区财政局",
        **PLACE,
    }
    given = await made(city, "loans", "/v1/contributions", money)
    fund = (await city.get("loans", "/v1/guarantee-funds"))[0]["id"]
    loans = [
        {
            "worker_id": s.worker,
            "principal": "10000.00",
            "term_months": 24,
            "applied_on": "2003-06-02",
            **PLACE,
        }
        for s in stories
    ]
    loan = await made(city, "loans", "/v1/loans", loans[0])
    refused = await made(city, "loans", "/v1/loans", loans[3])
    await found_one(city, "loans", stories[3].worker, stories[0].worker)
    steps = {"recommended_on": "2003-06-05", "reviewed_on": "2003-06-10", "committed_on": "2003-06-16",
             "disbursed_on": "2003-06-20", "bank": "农村信用社", "annual_rate": "5.49"}  # fmt: skip
    note("GET /v1/guarantee-funds", own_area=CITY)
    note("GET /v1/guarantee-funds/{fund_id}", fund_id=fund, own_area=CITY)
    note("POST /v1/contributions", money)
    note("POST /v1/contributions/imports", rows=[money])
    note("GET /v1/contributions")
    note("GET /v1/contributions/{contribution_id}", contribution_id=given)
    note("POST /v1/loans", loans[1])
    note("POST /v1/loans/imports", rows=[{**loans[2], **steps}])
    note("GET /v1/loans")
    note("GET /v1/findings")
    note("GET /v1/loans/{loan_id}", loan_id=loan)
    note(
        "POST /v1/loans/{loan_id}/recommendations",
        {"recommended_on": "2003-06-05", "community": "西兴社区"},
        loan_id=loan,
    )
    note("POST /v1/loans/{loan_id}/labour-reviews", {"reviewed_on": "2003-06-10"}, loan_id=loan)
    note("GET /v1/loans/{loan_id}/decision", loan_id=loan)
    note("POST /v1/loans/{loan_id}/commitments", {"committed_on": "2003-06-16"}, loan_id=loan)
    note(
        "POST /v1/loans/{loan_id}/disbursements",
        {"disbursed_on": "2003-06-20", "bank": "农村信用社", "annual_rate": "5.49"},
        loan_id=loan,
    )
    note(
        "POST /v1/loans/{loan_id}/repayments",
        {"repaid_on": "2003-09-20", "principal": "100.00", "interest": "0.00"},
        loan_id=loan,
    )
    note("GET /v1/loans/{loan_id}/repayments", loan_id=loan)
    note(
        "POST /v1/loans/{loan_id}/refusals",
        {"declined_on": "2003-06-18", "reason": "银行不同意"},
        loan_id=refused,
    )


async def assessment_calls(city: City, calls: Calls) -> None:
    """Targets, statistics, publications, figures."""
    note = calls.of("assessment")
    target = {"issuer": "city", "level": "district", "indicator": "reemployed", "year": 2003, "value": "100",
              "area_code": DISTRICT, "signed_on": "2003-02-20"}  # fmt: skip
    signed = await made(city, "assessment", "/v1/targets", target)
    draft = await made(
        city, "assessment", "/v1/targets", {**target, "indicator": "employed", "signed_on": None}
    )
    statistic = {"series": "registered_unemployment_rate", "area_code": DISTRICT, "as_of": AS_OF, "value": "3.10",
                 "unit": "%", "source": "统计局"}  # fmt: skip
    declared = await made(city, "assessment", "/v1/statistics", statistic)
    printed = {"id": "rights.reemployed", "indicator": "reemployed", "form": "value", "area_code": DISTRICT,
               "period": f"2003-01-01/{AS_OF}", "unit": "person", "value": "1"}  # fmt: skip
    await city.load("assessment", "/v1/publications", [printed])
    figure = f"reemployed.value.{DISTRICT}.all.{AS_OF}"
    note("GET /v1/figures", query=f"?area={DISTRICT}")
    note("GET /v1/figures/{figure_id}", figure_id=figure)
    note("GET /v1/figures/{figure_id}/events", figure_id=figure)
    note("GET /v1/reports")
    note("POST /v1/targets", {**target, "indicator": "trained"})
    note("POST /v1/targets/imports", rows=[{**target, "indicator": "enrolled"}])
    note("GET /v1/targets")
    note("GET /v1/targets/{target_id}", target_id=signed)
    note("GET /v1/targets/{target_id}/decomposition", target_id=signed)
    note("POST /v1/targets/{target_id}/signatures", {"signed_on": "2003-02-20"}, target_id=draft)
    note("POST /v1/targets/{target_id}/adjustments", {"issuer": "city", "value": "90", "effective_on": "2003-07-01",
         "document": "调整通知"}, target_id=signed)  # fmt: skip
    note("POST /v1/statistics", statistic)
    note("POST /v1/statistics/imports", rows=[statistic])
    note("GET /v1/statistics")
    note("GET /v1/statistics/{statistic_id}", statistic_id=declared)
    note("POST /v1/publications/imports", rows=[{**printed, "id": "rights.reemployed-2"}])
    note("GET /v1/publications")
