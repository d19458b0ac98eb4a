"""Calls about claims of the district, one of which was reviewed."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx

from local import bank
from tests.journeys.city import PLACE, City, Story
from tests.rights.calls import Calls, made

CODE = "70289002-3"
PAPERS = ("roster", "certificate-copies", "contract-copies", "contribution-detail", "basic-account")


async def insured_worker(city: City, code: str = CODE) -> Story:
    """Somebody hired in September and insured for it by her employer, whose code is ``code``."""
    story = await city.a_laid_off_worker_with_certificate()
    employer = {
        "id": story.employer, "name": "黑河市红旗饭店", "sector": "catering", "ownership": "private",
        "organisation_code": code, "registered_on": "2003-01-02", **PLACE,
    }  # fmt: skip
    await city.post("jobs-market", "/v1/employers", employer)
    await city.world.settle()
    await city.place(story)
    await city.world.settle()
    subsidy = city.world["subsidy"]
    paid = {
        "worker_id": story.worker, "month": "2003-09", "insurances": ["pension", "unemployment"],
        "base": "600.00", "payer": code,
    }  # fmt: skip
    await subsidy.deliver(
        subsidy.heard(
            "registry.contribution.recorded.v1", uuid4(), paid, valid_from=date(2003, 9, 1)
        )
    )
    return story


def month_of(story: Story) -> dict[str, Any]:
    """Her September as a line of a claim."""
    return {"worker_id": story.worker, "month": "2003-09", "reference": story.placement}


def filing_of(story: Story, **fields: Any) -> dict[str, Any]:
    """Her employer's claim for the quarter."""
    return {
        "programme": "si-enterprise", "claimant_id": story.employer, "quarter": "2003Q3",
        "filed_on": "2003-10-09", "papers": dict.fromkeys(PAPERS, "15号"), **PLACE, **fields,
    }  # fmt: skip


async def claim_calls(city: City, calls: Calls) -> None:
    """Somebody insured by her employer for September, and the quarter's claim for her."""
    note = calls.of("subsidy")
    story = await insured_worker(city)
    subsidy, line = city.world["subsidy"], month_of(story)
    other = await made(city, "subsidy", "/v1/claims", filing_of(story))
    claim, version = await _reviewed(city, story)
    (decided,) = (await city.get("subsidy", f"/v1/claims/{claim}/lines"))["items"]
    note("POST /v1/claims", filing_of(story))
    note("POST /v1/claims/imports", rows=[{"claim_id": other, **line}])
    note("GET /v1/claims")
    base = "/v1/claims/{id}"
    note(f"GET {base}", id=claim)
    note(f"GET {base}/lines", id=claim)
    note(f"GET {base}/lines/{{line_id}}/decision", id=claim, line_id=decided["id"])
    note("GET /v1/benefit-months")
    step = {"on": "2003-10-15"}
    note(f"POST {base}/reviews", step, id=claim)
    note(f"POST {base}/refilings", step, id=claim)
    note(f"POST {base}/approvals", {**step, "arrangement_id": str(UUID(int=1))}, id=claim)
    account = {
        "payer_id": str(UUID(int=1)),
        "payee_id": str(UUID(int=1)),
        "execute_on": "2003-10-15",
    }
    note(f"POST {base}/payments", {**step, **account}, id=claim)
    turned = {**step, "reason": "papers-incomplete"}
    note(f"POST {base}/returns", turned, id=other)
    note(f"POST {base}/rejections", turned, id=other)
    project = {
        "programme": "market-building", "body_id": str(uuid4()), "title": "信息网络", "approval": "7号",
        "approved_on": "2003-06-10", "amount": "500.00", **PLACE,
    }  # fmt: skip
    known = await made(city, "subsidy", "/v1/projects", {**project, "approval": "8号"})
    note("POST /v1/projects", project)
    note("GET /v1/projects")
    note("GET /v1/projects/{id}", id=known)
    await _paid(city, claim, version)
    await _died(city, story)
    (case,) = (await city.get("subsidy", f"/v1/recoveries?claim_id={claim}"))["items"]
    base, step = "/v1/recoveries/{id}", {"on": subsidy.runtime.today().isoformat()}
    note("GET /v1/recoveries")
    note(f"GET {base}", id=case["id"])
    note(f"POST {base}/notices", {**step, "fine": "0.00", "reference": "1号"}, id=case["id"])
    money = {**step, "kind": "refund", "amount": "1.00", "reference": "17"}
    note(f"POST {base}/receipts", money, id=case["id"])
    note(f"POST {base}/write-offs", {**step, "approval": "2号"}, id=case["id"])
    note(f"POST {base}/litigations", {**step, "reference": "3号"}, id=case["id"])
    note(f"POST {base}/decisions", {**step, "agreed": True, "note": "属实"}, id=case["id"])
    note("POST /v1/recoveries", recovery_by_hand(claim, decided["id"], step["on"]))
    await _offset_calls(city, calls, claim, step["on"])
    await _blacklist_calls(city, calls, step["on"])


async def _offset_calls(city: City, calls: Calls, claim: str, on: str) -> None:
    note = calls.of("subsidy")
    wrong = {"offset_id": await kept_for(city, claim), "on": on, "reason": "抵扣对象有误"}
    reversal = await made(city, "subsidy", "/v1/offset-reversals", wrong)
    base = "/v1/offset-reversals/{id}"
    note("GET /v1/offsets")
    note("POST /v1/offset-reversals", wrong)
    note("GET /v1/offset-reversals")
    note(f"GET {base}", id=reversal)
    note(f"POST {base}/decisions", {"on": on, "agreed": False}, id=reversal)


async def _blacklist_calls(city: City, calls: Calls, on: str) -> None:
    note, step = calls.of("subsidy"), {"on": on}
    entry = await made(city, "subsidy", "/v1/blacklistings", listing_of(str(uuid4())))
    base = "/v1/blacklistings/{id}"
    note("POST /v1/blacklistings", listing_of(str(uuid4())))
    note("GET /v1/blacklistings")
    note(f"GET {base}", id=entry)
    note(f"POST {base}/decisions", {**step, "agreed": True}, id=entry)
    note(f"POST {base}/liftings", {**step, "reason": "复核"}, id=entry)


async def kept_for(city: City, claim: str) -> str:
    """Something was kept of a payment for the claim's recovery."""
    kept = uuid4()
    async with city.world["subsidy"].db.transaction() as tx:
        await tx.execute(
            "insert into recovery_offset (id, recovery_id, claim_id, due_id, payment_id, recovery_entry_id,"
            " amount, on_day, area_code, done_by)"
            " select $1, r.id, d.claim_id, d.id, p.id, p.entry_id, 1, r.opened_on, r.area_code, 'officer'"
            "   from recovery r join claim_due d using (claim_id)"
            "   join payment_order o on o.about = d.id join payment p on p.id = o.id"
            "  where r.claim_id = $2",
            kept, UUID(claim),
        )  # fmt: skip
    return str(kept)


def recovery_by_hand(claim: str, line: str, on: str) -> dict[str, Any]:
    """A part of one paid line is to come back."""
    return {
        "claim_id": claim, "on": on, "reason": "audit-finding", "reference": "审4号",
        "lines": [{"line_id": line, "amount": "1.00"}],
    }  # fmt: skip


def listing_of(claimant: str) -> dict[str, Any]:
    """An entry of the blacklist."""
    return {
        "claimant_kind": "employer", "claimant_id": claimant, "reason": "phantom-staff",
        "reference": "监6号", "since": "2003-10-09", **PLACE,
    }  # fmt: skip


async def a_paid_claim(city: City, code: str) -> tuple[str, Story]:
    """A claim of an employer of this code, paid for one worker."""
    story = await insured_worker(city, code)
    claim, version = await _reviewed(city, story)
    await _paid(city, claim, version)
    return claim, story


async def paid_for_a_dead_worker(city: City, code: str) -> str:
    """The recovery of what an employer of this code was paid for somebody who had died by then."""
    claim, story = await a_paid_claim(city, code)
    await _died(city, story)
    (case,) = (await city.get("subsidy", f"/v1/recoveries?claim_id={claim}"))["items"]
    return str(case["id"])


async def _reviewed(city: City, story: Story) -> tuple[str, int]:
    """The claim for her September, granted, and its version."""
    claim = await made(city, "subsidy", "/v1/claims", filing_of(story, lines=[month_of(story)]))
    reviewed = await city.world["subsidy"].client("subsidy_reviewer", subject="reviewer").post(
        f"/v1/claims/{claim}/reviews", json={"on": "2003-10-10"},
        headers={"Idempotency-Key": str(uuid4()), "If-Match": '"v1"'},
    )  # fmt: skip
    assert reviewed.json()["amount"] == "132.00", reviewed.text
    return claim, reviewed.json()["version"]


async def _died(city: City, story: Story) -> None:
    subsidy, on = city.world["subsidy"], date(2003, 9, 1)
    dead = {
        "worker_id": story.worker, "kind": "deceased", "on": on.isoformat(), "authority": "police",
    }  # fmt: skip
    await subsidy.deliver(
        subsidy.heard("registry.life-fact.recorded.v1", uuid4(), dead, valid_from=on)
    )


async def _paid(city: City, claim: str, version: int) -> None:
    """A reviewed claim is approved, ordered and booked by the bank."""
    subsidy = city.world["subsidy"]
    officer = subsidy.client("finance_officer", subject="officer")
    approver = subsidy.client("finance_approver", subject="approver")

    async def done(
        client: httpx.AsyncClient, path: str, body: Any, version: int = 1
    ) -> dict[str, Any]:
        headers = {"Idempotency-Key": str(uuid4()), "If-Match": f'"v{version}"'}
        answer = await client.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def payee(kind: str) -> str:
        account = {
            "name": "某单位", "number": str(23110020000000 + uuid4().int % 9999999),
            "clearing_code": "102261000018", "proposed_on": "2003-07-01", "reason": "开户许可证",
        }  # fmt: skip
        body = {"kind": kind, "reference_id": str(uuid4()), "account": account, **PLACE}
        new = await done(officer, "/v1/payees", body)
        path = f"/v1/payees/{new['id']}/accounts/{new['waiting_account_id']}/decisions"
        await done(approver, path, {"confirmed": True, "decided_on": "2003-07-02", "note": "一致"})
        return str(new["id"])

    fund = {"fund": "reemployment", "amount": "132.00", **PLACE}
    money = {"source": "province", "received_on": "2003-06-30", "year": 2003}
    await done(officer, "/v1/appropriations", {**fund, **money})
    plan = {
        "use_code": "social-insurance-subsidy",
        "arranged_on": "2003-07-01",
        "purpose": "社保补贴",
    }
    line = await done(officer, "/v1/arrangements", {**fund, **plan})
    step = {"on": "2003-10-14"}
    path = f"/v1/claims/{claim}"
    body = {**step, "arrangement_id": line["id"]}
    approved = await done(approver, f"{path}/approvals", body, version)
    body = {
        **step, "payer_id": await payee("fund"), "payee_id": await payee("insurance_agency"),
        "execute_on": "2003-10-14",
    }  # fmt: skip
    ordered = await done(officer, f"{path}/payments", body, approved["version"])
    path = f"/v1/payment-batches/{ordered['dues'][0]['batch_id']}"
    batch = (await officer.get(path)).json()
    approval = {"approved_on": "2003-10-14", "content_hash": batch["content_hash"]}
    await done(approver, f"{path}/approvals", approval)
    await done(officer, f"{path}/handovers", step)
    file = (await officer.get(f"{path}/file")).content
    answers = bank.answer(file, [bank.Fate.of("accepted")], date(2003, 10, 16))
    content = b64encode(answers.statement or b"").decode()
    message = {"content": content, "received_on": "2003-10-16", **PLACE}
    await done(officer, "/v1/bank-messages", message)
