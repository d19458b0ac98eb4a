"""Calls about people of the district: registry."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from kit.ids import new_id
from tests.journeys.city import AS_OF, DISTRICT, OFFICE, PLACE, City, worker_form
from tests.rights.calls import NOBODY, ON, Calls, a_placed_person, made, people
from tests.rights.certificate_calls import PAPERS


async def registry_calls(city: City, calls: Calls) -> None:
    """People, certificates, recognitions."""
    note = calls.of("registry")
    fresh = await people(city, 8)
    old = await people(city, 4, born="19600504")
    application = {"applied_on": "2003-03-03", "evidence": PAPERS}
    applied = await made(
        city, "registry", "/v1/certificates", {"worker_id": fresh[0], **application}
    )
    refusable = await made(
        city, "registry", "/v1/certificates", {"worker_id": fresh[1], **application}
    )
    note("GET /v1/workers/{worker_id}", worker_id=fresh[0])
    form = worker_form(next(city.serial))
    note("GET /v1/workers")
    note("GET /v1/workers/{worker_id}/readers", worker_id=fresh[0])
    note(
        "POST /v1/workers/{worker_id}/reveals",
        {"fields": ["name"], "purpose": "papers", "text": "核对"},
        worker_id=fresh[0],
    )
    note(
        "POST /v1/workers/{worker_id}/contact-reveals",
        {"fields": ["phone"], "purpose": "contact", "text": "通知"},
        worker_id=fresh[0],
    )
    note("POST /v1/workers/names", {"ids": fresh[:2]})
    note("GET /v1/access-log/people", query="?account=" + quote("auditor of 231102"))
    note("POST /v1/workers", form)
    note("POST /v1/workers/searches", {"id_number": form["id_number"]})
    note("POST /v1/workers/name-searches", {"name": form["name"]})
    note("POST /v1/workers/imports", rows=[worker_form(next(city.serial))])
    await _status_calls(city, calls, fresh, old)
    ask = {"attribute": "category", "value": "none", "requested_on": ON, "reason": "证明有误"}
    # Only whoever asked withdraws: the clerk who calls is the one who asks.
    clerk = city.world["registry"].client(
        "registry_clerk", area=DISTRICT, office=OFFICE, subject="registry_clerk who calls"
    )
    path = f"/v1/workers/{fresh[3]}/correction-requests"
    one, two, three = [
        (await clerk.post(path, json=ask, headers={"If-Match": '"v1"'})).json()["id"]
        for _ in range(3)
    ]
    corrections = "/v1/workers/{worker_id}/correction-requests"
    note(f"POST {corrections}", ask, worker_id=fresh[3])
    note(f"GET {corrections}", worker_id=fresh[3])
    note("GET /v1/correction-requests")
    note("GET /v1/correction-requests/{request_id}", request_id=one)
    correction = "/v1/correction-requests/{request_id}"
    note(f"POST {correction}/withdrawals", {"on": ON}, request_id=one)
    note(f"POST {correction}/refusals", {"on": ON, "reason": "证明不足"}, request_id=two)
    note(f"POST {correction}/approvals", {"on": ON}, request_id=three)
    note("POST /v1/certificates", {"worker_id": fresh[4], "applied_on": "2003-03-03"})
    await _imported_certificates(city, calls, fresh[5])
    await _told_by_authorities(city)
    finding = (await city.get("registry", "/v1/contributions/conflicts"))["items"][0]["id"]
    note("GET /v1/contributions/conflicts")  # before it is explained
    note(
        "POST /v1/contributions/conflicts/{conflict_id}/explanations",
        {"reason": "已查证"},
        conflict_id=finding,
    )
    note("GET /v1/life-facts")
    note("GET /v1/contributions")
    note("GET /v1/certificates/counts")
    note("GET /v1/certificates")
    note(
        "POST /v1/certificates/{certificate_id}/checks",
        {"on": "2003-03-05"},
        certificate_id=applied,
    )
    note(
        "POST /v1/certificates/{certificate_id}/publications",
        {"on": "2003-03-06", "posted_as": "街道公示栏 2003"},
        certificate_id=applied,
    )
    note(
        "POST /v1/certificates/{certificate_id}/issues",
        {"on": "2003-03-10"},
        certificate_id=applied,
    )
    note(
        "POST /v1/certificates/{certificate_id}/refusals",
        {"on": "2003-03-10", "reason": "proof-false"},
        certificate_id=refusable,
    )
    for tail in ("", "/transitions", "/decision", "/evidence"):
        note("GET /v1/certificates/{certificate_id}" + tail, certificate_id=applied)
    await difficulty_calls(city, calls, old)


async def _imported_certificates(city: City, calls: Calls, applicant: str) -> None:
    """An application, and the issue of one that was posted before."""
    note = calls.of("registry")
    note(
        "POST /v1/certificates/imports",
        rows=[{"worker_id": applicant, "applied_on": "2003-03-03", "evidence": PAPERS}],
    )
    posted = city.story()
    await city.registers(posted)
    await city.applies(posted)
    note(
        "POST /v1/certificates/issues/imports",
        rows=[{"worker_id": posted.worker, "issued_on": "2003-04-10"}],
    )


async def _told_late(city: City) -> None:
    """A job that began before somebody's certificate and recognition were decided, told after it."""
    story = await city.a_laid_off_worker_with_certificate(born="19600504")
    asked = {"worker_id": str(story.worker), "recognised_on": ON}
    await made(city, "registry", "/v1/difficulties", asked)
    thing = city.world["registry"]
    job = {
        "worker_id": str(story.worker), "started_on": "2003-01-20", "channel": "tertiary_industry",
    }  # fmt: skip
    began = date.fromisoformat(job["started_on"])
    await thing.deliver(
        thing.heard("jobs-market.placement.confirmed.v1", new_id(), job, valid_from=began)
    )


async def difficulty_calls(city: City, calls: Calls, old: list[str]) -> None:
    """Recognitions, their end and return, and the census."""
    note = calls.of("registry")
    difficulty = await made(
        city,
        "registry",
        "/v1/difficulties",
        {
            "worker_id": old[0],
            "recognised_on": ON,
            "proofs": [{"kind": "hardship-proof", "reference": "街道证字1号", "issued_on": ON}],
        },
    )
    note("POST /v1/difficulties", {"worker_id": old[1], "recognised_on": ON})
    note("POST /v1/difficulties/imports", rows=[{"worker_id": old[2], "recognised_on": ON}])
    note("GET /v1/difficulties")
    for tail in ("", "/decision"):
        note("GET /v1/difficulties/{difficulty_id}" + tail, difficulty_id=difficulty)
    note("GET /v1/difficulties/{difficulty_id}/proofs", difficulty_id=difficulty)
    note(
        "POST /v1/difficulties/{difficulty_id}/exits",
        {"on": AS_OF, "reason": "wish_ended"},
        difficulty_id=difficulty,
    )
    # The exit made version 2; who approves it back is another person.
    note(
        "POST /v1/difficulties/{difficulty_id}/restorations",
        {"reason": "登记有误"},
        difficulty_id=difficulty,
    )
    note("GET /v1/retirement-candidates", query="?by=2030-01-01")
    await _told_late(city)
    note("GET /v1/certificates/differing")
    note("GET /v1/difficulties/differing")
    note("GET /v1/difficulties/census")
    note("GET /v1/difficulties/census/counts")
    answer = {"worker_id": old[3], "asked_on": ON, "answer": "declines"}
    note("POST /v1/difficulties/census/answers", answer)
    note("POST /v1/difficulties/census/answers/imports", rows=[answer])


async def _status_calls(city: City, calls: Calls, fresh: list[str], old: list[str]) -> None:
    """Declared, confirmed, taken back."""
    note = calls.of("registry")
    note("GET /v1/workers/{worker_id}/labour-status", worker_id=fresh[0])
    note(
        "POST /v1/workers/{worker_id}/labour-status/declarations",
        {"status": "jobless", "since": ON},
        worker_id=fresh[3],
    )
    note("GET /v1/awaiting-declarations")
    died = {"status": "deceased", "since": ON, "document": "死亡证明 5", "document_on": ON}
    waiting = await city.post("registry", f"/v1/workers/{old[3]}/labour-status/declarations", died)
    note(
        "POST /v1/workers/{worker_id}/labour-status/declarations/{declaration_id}/confirmations",
        worker_id=old[3],
        declaration_id=waiting.json()["awaiting"][0]["id"],
    )
    person = (await people(city, 1))[0]
    path = f"/v1/workers/{person}/labour-status/declarations"
    said = (await city.post("registry", path, died)).json()["awaiting"][0]["id"]
    other = city.world["registry"].client(
        "registry_supervisor", area=DISTRICT, office=OFFICE, subject="who confirms"
    )
    (await other.post(f"{path}/{said}/confirmations")).raise_for_status()
    note(
        "POST /v1/workers/{worker_id}/labour-status/declarations/{declaration_id}/confirmations"
        "/reversals",
        {"reason": "录入有误"},
        worker_id=person,
        declaration_id=said,
    )
    standing = await city.get("registry", f"/v1/workers/{fresh[6]}/labour-status")
    note(
        "POST /v1/workers/{worker_id}/labour-status/declarations/{declaration_id}/reversals",
        {"reason": "录入有误"},
        worker_id=fresh[6],
        declaration_id=standing["declared"][0]["id"],
    )


async def _told_by_authorities(city: City) -> None:
    """A retired person, and one whom an employer insured while registered as unemployed."""
    retired = worker_form(next(city.serial))
    insured = worker_form(next(city.serial), labour_status="unemployed", status_since="2003-02-01")
    await city.load("registry", "/v1/workers", [retired, insured])
    fact = {"id": str(new_id()), "id_number": retired["id_number"], "kind": "retired", "on": ON}
    paid = {
        "id": str(new_id()), "id_number": insured["id_number"], "month": "2003-05",
        "pension": True, "payer": "70289001-5", "base": "860.00",
    }  # fmt: skip
    await city.post("registry", "/v1/life-facts", fact)
    await city.post("registry", "/v1/contributions", paid)
    await city.world.settle()


async def insurance_calls(city: City, calls: Calls) -> None:
    """What the insurance agency tells, and what is signed."""
    note = calls.of("registry")
    path = "/v1/unemployment-insurance"
    forms = [
        worker_form(next(city.serial), labour_status="unemployed", status_since="2003-01-06")
        for _ in range(2)
    ]
    await city.load("registry", "/v1/workers", forms)
    told = [
        {
            "id_number": form["id_number"], "what": "started", "on": "2003-02-01", "months": 24,
            "years": 7, "authority": "失业保险经办机构",
        }
        for form in forms
    ]  # fmt: skip
    await city.load("registry", f"{path}/facts", told)
    # A second version of the account: what is signed below is then refused for the first one.
    await city.load("registry", f"{path}/facts", [{**told[0], "what": "drawn"}])
    page = await city.get("registry", f"{path}?worker_id={forms[0]['id']}")
    account = page["items"][0]["id"]
    note(f"GET {path}")
    note(f"GET {path}/findings")
    note(f"GET {path}/{{account_id}}", account_id=account)
    await _refund_calls(city, calls, account)
    note(
        f"POST {path}/{{account_id}}/deferral-agreements",
        {"on": ON, "reference": "2003-17"},
        account_id=account,
    )
    note(
        f"POST {path}/{{account_id}}/deferral-agreements/{{agreement_id}}/reversals",
        {"reason": "录入有误"},
        account_id=account,
        agreement_id=NOBODY,
    )


async def _refund_calls(city: City, calls: Calls, account: str) -> None:
    """Fraud: proposed by one, ordered, dropped or lifted by another, paid back."""
    note = calls.of("registry")
    path = f"/v1/unemployment-insurance/{account}/refund-orders"
    proposal = {"on": ON, "ground": "隐瞒就业", "document": "调查笔录 3 号", "refund": "1200.00"}
    one, two = [await made(city, "registry", path, proposal) for _ in range(2)]
    note("POST /v1/unemployment-insurance/{account_id}/refund-orders", proposal, account_id=account)
    order = "/v1/insurance-refund-orders/{order_id}"
    note("GET /v1/insurance-refund-orders")
    note(f"GET {order}", order_id=one)
    note(f"POST {order}/confirmations", {"on": ON}, order_id=one)
    note(f"POST {order}/refusals", {"on": ON}, order_id=two)
    paid = {"on": ON, "part": "refund", "amount": "200.00"}
    note(f"POST {order}/repayments", paid, order_id=one)
    note(f"POST {order}/reversals", {"on": ON, "note": "系同名"}, order_id=one)


async def unemployment_calls(city: City, calls: Calls) -> None:
    """Registrations as unemployed, and what is filed about them."""
    note = calls.of("registry")
    path = "/v1/unemployment-registrations"
    fresh = await people(city, 9)
    paper = {
        "on": "2003-03-03", "kind": "contract_ended", "evidence_kind": "separation_proof",
        "evidence_reference": "2003-028", "evidence_on": "2003-03-01",
    }  # fmt: skip
    cases = [
        await made(city, "registry", path, {"worker_id": worker, **paper}) for worker in fresh[:6]
    ]
    filed = await city.get("registry", f"{path}/{cases[4]}/filings")
    note(f"GET {path}")
    note(f"GET {path}/filings")
    note(f"GET {path}/decisions", query=f"?worker_id={fresh[0]}")
    note(f"POST {path}", {"worker_id": fresh[6], **paper})
    note(f"POST {path}/imports", rows=[{"worker_id": fresh[7], **paper}])
    for tail in ("", "/filings"):
        note(f"GET {path}/{{registration_id}}" + tail, registration_id=cases[0])
    for case, act, body in (
        (cases[0], "hire-filings", {"on": ON, "form": "contract", "reference": "2003-101"}),
        (cases[1], "separation-filings", {"on": ON}),
        (cases[2], "cancellations", {"on": ON, "reason": "ended_job_wish"}),
        (cases[3], "contacts", {"on": ON, "channel": "visit"}),
        (cases[4], "reversals", {"filing_id": filed["items"][0]["id"], "reason": "录入有误"}),
    ):
        note(f"POST {path}/{{registration_id}}/{act}", body, registration_id=case)


async def help_calls(city: City, calls: Calls) -> None:
    """Benefits, reliefs and pairings."""
    note = calls.of("registry")
    story = await a_placed_person(city)
    fresh = await people(city, 3)
    relief = {"kind": "fee", "item": "registration", "authority": "工商局", "beneficiary_unit": "household",
              "beneficiary_id": NOBODY, "amount": "23.50", "posted_on": "2003-06-01", **PLACE}  # fmt: skip
    total = {
        "kind": "tax",
        "authority": "地税局",
        "amount": "94.00",
        "period_from": "2003-01-01",
        "period_to": AS_OF,
        **PLACE,
    }
    one_relief = await made(city, "registry", "/v1/reliefs", relief)
    one_total = await made(city, "registry", "/v1/reliefs/totals", total)
    pairing = {"helper_office": OFFICE, "formed_on": "2003-02-01"}
    pair = await made(city, "registry", "/v1/pairings", {"worker_id": fresh[0], **pairing})
    benefit = (await city.get("registry", f"/v1/benefits?worker_id={story.worker}"))["items"][0][
        "id"
    ]
    note("GET /v1/benefits")
    note("GET /v1/benefits/{benefit_id}", benefit_id=benefit)
    await ledger_calls(city, calls, fresh)
    note("POST /v1/reliefs", relief)
    note("POST /v1/reliefs/imports", rows=[relief])
    note("POST /v1/reliefs/totals", total)
    note("GET /v1/reliefs/totals")
    note("GET /v1/reliefs/totals/{total_id}", total_id=one_total)
    note("GET /v1/reliefs")
    note("GET /v1/reliefs/{relief_id}", relief_id=one_relief)
    note("POST /v1/pairings", {"worker_id": fresh[1], **pairing})
    note("POST /v1/pairings/imports", rows=[{"worker_id": fresh[2], **pairing}])
    note("GET /v1/pairings")
    note("GET /v1/pairings/{pairing_id}", pairing_id=pair)


async def a_paid_month(city: City, worker: str) -> str:
    """A month of post subsidy that the subsidy service paid for somebody; its id in the ledger."""
    thing, line = city.world["registry"], new_id()
    told = {
        "worker_id": worker, "programme": "post-subsidy", "from": "2003-06-01", "to": "2003-06-30",
        "amount": "150.00", "decision_id": str(new_id()),
    }  # fmt: skip
    await thing.deliver(thing.heard("subsidy.benefit.paid.v1", line, told))
    return str(line)


async def _benefit_batch(city: City, calls: Calls, body: dict[str, Any]) -> None:
    """What a window wrote, confirmed by another person as a batch of one."""
    note, path = calls.of("registry"), "/v1/benefits/confirmation-batches"
    window, second = [
        city.world["registry"].client(
            f"registry_{role}", area=DISTRICT, office=OFFICE, subject=role
        )
        for role in ("clerk", "supervisor")
    ]
    key = {"Idempotency-Key": str(new_id())}
    written = await window.post("/v1/benefits", json=body, headers=key)
    id = written.json()["id"]
    totals = {"count": 1, "amount": body["amount"], "digest": sha256(id.encode()).hexdigest()}
    declared = {"benefit_ids": [id], **totals}
    done = await second.post(path, json=declared, headers={"Idempotency-Key": str(new_id())})
    assert done.status_code == 201, done.text
    note(f"POST {path}", declared)
    note(f"GET {path}")


async def ledger_calls(city: City, calls: Calls, fresh: list[str]) -> None:
    """Writing into the benefit ledger, and what overlaps in it."""
    note = calls.of("registry")
    allowance = {"worker_id": fresh[0], "kind": "living-allowance", "valid_from": "2003-05-01",
                 "valid_to": "2003-07-31", "amount": "624.00", "granted_by": "劳动局"}  # fmt: skip
    # An authority acts on what it wrote itself.
    authority = city.world["registry"].client(
        "authority", area=DISTRICT, office=OFFICE, subject="authority of 231102"
    )
    written = await authority.post(
        "/v1/benefits", json=allowance, headers={"Idempotency-Key": "allowance-0001"}
    )
    one = written.json()["id"]
    await authority.post(
        f"/v1/benefits/{one}/recovery-orders",
        json={"on": "2003-07-01", "amount": "208.00", "reason": "骗取"},
        headers={"Idempotency-Key": "allowance-0002"},
    )
    # A death that was told later: what was written for the months after it overlaps.
    widow = {**allowance, "worker_id": fresh[1]}
    await made(city, "registry", "/v1/benefits", widow)
    declared = f"/v1/workers/{fresh[1]}/labour-status/declarations"
    died = {"status": "deceased", "since": "2003-06-10", "document": "死亡证明 6",
            "document_on": "2003-06-11"}  # fmt: skip
    waiting = (await city.post("registry", declared, died)).json()["awaiting"][0]["id"]
    supervisor = city.world["registry"].client("registry_supervisor", subject="who confirms")
    await supervisor.post(f"{declared}/{waiting}/confirmations")
    await made(
        city, "registry", "/v1/benefits", {**widow, "kind": "dibao", "valid_to": "2003-05-31"}
    )
    overlap = (await city.get("registry", "/v1/benefits/overlaps"))["items"][0]["id"]
    note("GET /v1/benefits/overlaps/{overlap_id}", overlap_id=overlap)
    note("GET /v1/benefits/overlaps")
    note("GET /v1/workers/{worker_id}/benefit-months", worker_id=fresh[0])
    note("POST /v1/benefits", {**allowance, "kind": "dibao"})
    note("POST /v1/benefits/imports", rows=[{**allowance, "kind": "unemployment-insurance"}])
    note(
        "POST /v1/benefits/{benefit_id}/stops", {"on": "2003-07-01", "reason": "停发"},
        benefit_id=one,
    )  # fmt: skip
    note("POST /v1/benefits/{benefit_id}/confirmations", benefit_id=one)
    await _benefit_batch(city, calls, {**allowance, "kind": "training-subsidy"})
    note("POST /v1/benefits/{benefit_id}/refusals", {"reason": "录入有误"}, benefit_id=one)
    note("GET /v1/benefits/{benefit_id}/acts", benefit_id=one)
    note("GET /v1/benefits/{benefit_id}/payments", benefit_id=await a_paid_month(city, fresh[2]))
    note(
        "POST /v1/benefits/{benefit_id}/recovery-orders",
        {"on": "2003-05-01", "amount": "20.00", "reason": "骗取"},
        benefit_id=one,
    )
    note(
        "POST /v1/benefits/{benefit_id}/recoveries",
        {"on": "2003-09-01", "amount": "1.00", "document": "缴款书 1"}, benefit_id=one,
    )  # fmt: skip
