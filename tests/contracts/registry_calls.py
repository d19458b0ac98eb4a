"""Calls of registry that the table of rights does not try, or tries only up to a refusal.

Each names who makes it: a maker withdraws what the maker asked for, an agency tells what it may tell.
"""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import Any

from kit.ids import new_id
from tests.contracts.further import Further, call_of
from tests.journeys.city import CITY, DISTRICT, OFFICE, City, id_number, worker_form
from tests.rights.calls import Call, a_placed_person, made, people

ON = "2003-09-10"
ANOTHER = ("loader", CITY, "231100-employment-bureau", "another")
THIRD = ("loader", CITY, "231100-employment-bureau", "a third")
AGENCY = ("authority", CITY, "231100-insurance-agency", "231100-insurance-agency")
CIVIL_AFFAIRS = ("authority", CITY, "231100-civil-affairs", "231100-civil-affairs")


_call = partial(call_of, "registry")


async def registry_further(city: City) -> list[Further]:
    """In an order in which all of them succeed."""
    found = [Further(call) for call in [*_places(), *await _staff(city)]]
    found += await _facts(city)
    found += [Further(call) for call in await _people(city)]
    found += await _certificates(city)
    found += await _custody(city)
    found += await _withdrawn_by_two(city)
    found += await _batches(city)
    found += await _seen_by_two(city)
    found += [await _confirmed(city), await _picked_up(city), await _said_by_two(city)]
    found += [Further(call) for call in await _insurance(city)]
    found += [await _refund(city)]
    return found


def _places() -> list[Call]:
    area = {"code": "231102009000", "name": "新设街道", "established_on": "2003-01-01"}
    office = {
        "code": "231102-new-station", "name": "新设保障站", "kind": "station", "staff": 2,
        "area_code": DISTRICT, "opened_on": "2003-01-01",
    }  # fmt: skip
    renamed = {"kind": "renamed", "name": "改名的地方", "on": "2003-06-01"}
    staff = {"account": "clerk-8", "role": "registry_clerk", "since": "2003-01-06"}
    day = {"day": "2003-12-24", "working": False, "name": "地方节日", "document": "黑政发[2003]1号"}
    amended = {
        "working": True, "name": "上班", "document": "黑政发[2003]2号", "reason": "录入有误",
    }  # fmt: skip
    change, closure = str(new_id()), str(new_id())
    closed = {
        "id": closure, "name": "黑河市第一机械厂", "document": "[2001]18号",
        "closed_on": "2001-09-30", "area_code": DISTRICT,
    }  # fmt: skip
    return [
        _call("POST /v1/areas", area),
        _call("POST /v1/areas/imports", rows=[area | {"code": "231102008000"}]),
        _call("GET /v1/areas/{code}", code=DISTRICT),
        _call("POST /v1/offices", office),
        _call("POST /v1/offices/imports", rows=[office | {"code": "231102-old-station"}]),
        _call("GET /v1/offices/{code}", code=OFFICE),
        _call("POST /v1/areas/{code}/changes", renamed | {"id": change}, code="231102009000"),
        _call("GET /v1/areas/{code}/changes", code="231102009000"),
        _call(
            "POST /v1/areas/{code}/changes/{change_id}/reversals", {"reason": "文件误读"},
            code="231102009000", change_id=change,
        ),
        _call("POST /v1/areas/changes/imports", rows=[renamed | {"code": "231102008000"}]),
        _call("POST /v1/offices/{code}/changes", renamed, code="231102-new-station"),
        _call("POST /v1/offices/staff/imports", rows=[staff | {"office": "231102-new-station"}]),
        _call(
            "GET /v1/contract/events/{name}", name="registry.worker.registered.v1.schema.json"
        ),
        _call("POST /v1/calendar-days/imports", rows=[day]),
        _call("POST /v1/calendar-days/{day}/amendments", amended, day=day["day"]),
        _call("GET /v1/calendar-days/amendments"),
        _call("POST /v1/enterprise-closures/imports", rows=[closed]),
        _call(
            "POST /v1/enterprise-closures/{closure_id}/reversals", {"reason": "录入有误"},
            closure_id=closure,
        ),
        _call("GET /v1/status-lists/{name}", name="r1"),
        _call(
            "POST /v1/credentials/verifications",
            {"number": "23110020030000001", "check_code": "0000-0000"},
        ),
        _call("GET /v1/working-days", query="?start=2003-09-01&count=10"),
        _call("GET /v1/certificate-publications", query=f"?area_code={DISTRICT}"),
    ]  # fmt: skip


async def _staff(city: City) -> list[Call]:
    """Who works at an office, from when to when."""
    staff = {"account": "clerk-7", "role": "registry_clerk", "since": "2003-01-06"}
    path = f"/v1/offices/{OFFICE}/staff"
    await city.post("registry", path, staff | {"account": "clerk-6"})
    listed = await city.get("registry", path)
    return [
        _call("POST /v1/offices/{code}/staff", staff, code=OFFICE),
        _call("GET /v1/offices/{code}/staff", code=OFFICE),
        _call(
            "POST /v1/offices/{code}/staff/{staff_id}/ends", {"on": "2003-09-01"}, code=OFFICE,
            staff_id=listed["items"][0]["id"],
        ),
    ]  # fmt: skip


async def _facts(city: City) -> list[Further]:
    """What the insurance agency and civil affairs tell, end and take back."""
    forms = [worker_form(next(city.serial)) for _ in range(4)]
    await city.load("registry", "/v1/workers", forms)
    numbers = [form["id_number"] for form in forms]

    def dibao(n: int) -> dict[str, Any]:
        return {"id": str(new_id()), "id_number": numbers[n], "kind": "dibao", "on": ON}

    def paid(n: int, month: str) -> dict[str, Any]:
        return {
            "id": str(new_id()), "id_number": numbers[n], "month": month, "pension": True,
            "payer": "70289001-5", "base": "860.00",
        }  # fmt: skip

    def end(fact: dict[str, Any]) -> dict[str, Any]:
        return {"id": str(new_id()), "life_fact_id": fact["id"], "on": "2003-10-20"}

    def back(fact: dict[str, Any]) -> dict[str, Any]:
        return {"id": str(new_id()), "reverses": fact["id"], "reason": "误报"}

    def unpaid(line: dict[str, Any]) -> dict[str, Any]:
        return {"id": str(new_id()), "contribution_id": line["id"], "reason": "单位误报"}

    facts = [dibao(n) for n in range(4)]
    lines = [paid(n, "2003-05") for n in range(4)]
    told = [
        _call("POST /v1/life-facts", facts[0]),
        _call("POST /v1/life-facts/imports", rows=facts[1:]),
        _call("POST /v1/life-facts/ends", end(facts[0])),
        _call("POST /v1/life-facts/ends/imports", rows=[end(facts[1])]),
        _call("POST /v1/life-facts/reversals", back(facts[2])),
        _call("POST /v1/life-facts/reversals/imports", rows=[back(facts[3])]),
    ]
    paid_in = [
        _call("POST /v1/contributions", lines[0]),
        _call("POST /v1/contributions/imports", rows=lines[1:]),
        _call("POST /v1/contributions/reversals", unpaid(lines[0])),
        _call("POST /v1/contributions/reversals/imports", rows=[unpaid(lines[1])]),
    ]
    return [
        *(Further(call, CIVIL_AFFAIRS) for call in told),
        *(Further(call, AGENCY) for call in paid_in),
    ]


async def _people(city: City) -> list[Call]:
    """Placed and separated again; declared and taken back."""
    placed, declared = await people(city, 2)
    paper = {
        "on": "2003-03-03", "kind": "contract_ended", "evidence_kind": "separation_proof",
        "evidence_reference": "2003-028", "evidence_on": "2003-03-01",
    }  # fmt: skip
    path = "/v1/unemployment-registrations"
    case = await made(city, "registry", path, {"worker_id": placed, **paper})
    filed = f"{path}/{case}"
    await city.post(
        "registry", f"{filed}/hire-filings", {"on": ON, "form": "contract", "reference": "2003-101"},
        **await _version(city, filed),
    )  # fmt: skip
    status = f"/v1/workers/{declared}/labour-status"
    await city.post("registry", f"{status}/declarations", {"status": "jobless", "since": ON})
    standing = await city.get("registry", status)
    last = next(one["id"] for one in standing["declared"] if one["status"] == "jobless")
    return [
        _call(
            f"POST {path}/{{registration_id}}/separation-filings", {"on": "2003-10-20"},
            registration_id=case,
        ),
        _call(
            "POST /v1/workers/{worker_id}/labour-status/declarations/{declaration_id}/reversals",
            {"reason": "录入有误"}, worker_id=declared, declaration_id=last,
        ),
    ]  # fmt: skip


async def _version(city: City, path: str) -> dict[str, str]:
    seen = await city.world.client("registry").get(path)
    return {"If-Match": seen.headers.get("etag", '"v1"')}


async def _certificates(city: City) -> list[Further]:
    """Lost; inspected in the window of the year, by the office that issued it."""
    stories = [city.story() for _ in range(5)]
    lost, inspected, listed, found, uninspected = stories
    for story in stories:
        await city.registers(story)
    await city.applies(*stories)
    await city.issue(*stories, on="2004-10-11")
    one = "/v1/certificates/{certificate_id}"
    inspection = {"year": 2006, "inspected_on": "2006-11-10"}
    for story, act, body in (
        (found, "losses", {"on": "2005-06-02"}), (uninspected, "inspections", inspection),
    ):  # fmt: skip
        path = f"/v1/certificates/{story.certificate}"
        await city.post("registry", f"{path}/{act}", body, **await _version(city, path))
    loss = await city.get("registry", f"/v1/certificate-losses?certificate_id={found.certificate}")
    seen = await city.get("registry", f"/v1/certificates/{uninspected.certificate}/inspections")
    row = {"certificate_id": listed.certificate, **inspection}
    why = "?purpose=issue"
    prints = {"certificate_ids": [inspected.certificate], "paper": "card", "purpose": "issue"}
    return [
        Further(_call(f"POST {one}/credentials", {}, certificate_id=inspected.certificate)),
        Further(_call(f"GET {one}/credential", certificate_id=inspected.certificate)),
        Further(_call(f"GET {one}/card.pdf", query=why, certificate_id=inspected.certificate)),
        Further(_call(f"GET {one}/booklet.pdf", query=why, certificate_id=inspected.certificate)),
        Further(_call("POST /v1/credentials/prints", prints)),
        Further(_call(f"POST {one}/losses", {"on": "2005-06-02"}, certificate_id=lost.certificate)),
        Further(_call(f"POST {one}/inspections", inspection, certificate_id=inspected.certificate)),
        Further(_call(f"GET {one}/inspections", certificate_id=inspected.certificate)),
        Further(_call("POST /v1/certificates/inspections/imports", rows=[row])),
        Further(
            _call(
                f"POST {one}/losses/{{loss_id}}/reversals",
                {"reason": "录入有误"},
                certificate_id=found.certificate,
                loss_id=loss["items"][0]["id"],
            ),
            ANOTHER,
        ),
        Further(
            _call(
                f"POST {one}/inspections/{{inspection_id}}/reversals",
                {"reason": "录入有误"},
                certificate_id=uninspected.certificate,
                inspection_id=seen["items"][0]["id"],
            ),
            ANOTHER,
        ),
    ]


async def _acts(
    city: City, id: str, *acts: tuple[str, dict[str, Any]], subject: str = "another"
) -> None:
    """Acts on a certificate, one after the other, by one person."""
    role, area, office, _ = ANOTHER
    client = city.world["registry"].client(role, area=area, office=office, subject=subject)
    path = f"/v1/certificates/{id}"
    for act, body in acts:
        headers = await _version(city, path)
        answer = await client.post(f"{path}/{act}", json=body, headers=headers)
        assert answer.status_code == 201, answer.text


async def _custody(city: City) -> list[Further]:
    """With the employer and back; void and not to be had; taken in, and handed back."""
    given = {"on": "2006-11-01", "employer": "黑河市兴安商场"}
    taken = {"on": "2006-11-02", "place": "街道劳动保障所"}
    record = [{"kind": "investigation_record", "reference": "调查笔录 3 号"}]
    lent = {"effective_on": ON, "reason": "lent", "evidence": record}
    kept, returned = [await a_placed_person(city) for _ in range(2)]
    gone, back = [await city.a_laid_off_worker_with_certificate() for _ in range(2)]
    await _acts(city, returned.certificate, ("hand-overs", given))
    lending, void = [await city.a_laid_off_worker_with_certificate() for _ in range(2)]
    await _acts(city, void.certificate, ("revocations", lent))
    await _acts(city, gone.certificate, ("revocations", lent))
    await _acts(city, back.certificate, ("revocations", lent), ("collections", taken))
    right = {"note": "复核：系同名", "evidence": record}
    await _acts(city, back.certificate, ("restorations", right), subject="a third")
    one = "/v1/certificates/{certificate_id}"
    later = {"on": "2006-11-10"}
    applied = city.story()
    await city.registers(applied)
    await city.applies(applied)
    of_past = [{"worker_id": applied.worker, "issued_on": "2003-04-10"}]
    allowance = {
        "worker_id": lending.worker, "kind": "living-allowance", "valid_from": "2003-05-01",
        "valid_to": "2003-05-31", "amount": "208.00", "granted_by": "劳动局",
    }  # fmt: skip
    paid = (await city.post("registry", "/v1/benefits", allowance)).json()["id"]
    order = {"on": "2003-05-01", "reason": "多发"}
    await city.post("registry", f"/v1/benefits/{paid}/recovery-orders", order)
    repaid = {"on": "2003-09-01", "amount": "208.00", "document": "缴款书 1"}
    return [
        Further(_call("POST /v1/certificates/issues/imports", rows=of_past), ANOTHER),
        Further(
            _call("POST /v1/benefits/{benefit_id}/recoveries", repaid, benefit_id=paid), ANOTHER
        ),
        Further(_call(f"POST {one}/revocations", lent, certificate_id=lending.certificate), ANOTHER),
        Further(_call(f"POST {one}/collections", taken, certificate_id=void.certificate)),
        Further(_call(f"POST {one}/hand-overs", given, certificate_id=kept.certificate)),
        Further(_call(f"POST {one}/returns", later, certificate_id=returned.certificate)),
        Further(
            _call(
                f"POST {one}/write-offs", {**later, "note": "下落不明"},
                certificate_id=gone.certificate,
            )
        ),
        Further(
            _call(
                f"POST {one}/hand-backs", {**later, "in_person": True},
                certificate_id=back.certificate,
            )
        ),
    ]  # fmt: skip


async def _withdrawn_by_two(city: City) -> list[Further]:
    """Three deaths: one to be proposed, of two that were, one is confirmed by another and one dropped."""
    died = {
        "effective_on": ON, "reason": "deceased",
        "evidence": [{"kind": "death_certificate", "reference": "死亡证明 17"}],
    }  # fmt: skip
    one, two, three = [await city.a_laid_off_worker_with_certificate() for _ in range(3)]
    made = []
    for story in (two, three):
        path = f"/v1/certificates/{story.certificate}"
        headers = await _version(city, path)
        asked = await city.post("registry", f"{path}/revocation-proposals", died, **headers)
        made.append(asked.json()["id"])
    path = "/v1/revocation-proposals/{proposal_id}"
    propose = "POST /v1/certificates/{certificate_id}/revocation-proposals"
    dropped = {"on": "2006-11-10", "note": "系同名"}
    return [
        Further(_call(propose, died, certificate_id=one.certificate)),
        Further(_call(f"GET {path}", proposal_id=made[0])),
        Further(
            _call(f"POST {path}/confirmations", {"on": "2006-11-10"}, proposal_id=made[0]), THIRD
        ),
        Further(_call(f"POST {path}/refusals", dropped, proposal_id=made[1]), THIRD),
    ]


async def _batches(city: City) -> list[Further]:
    """What one took is checked by another, what was checked is posted, and what the district approved is
    confirmed by the city."""
    taken, checked, approved = [city.story() for _ in range(3)]
    for story in (taken, checked, approved):
        await city.registers(story)
    papers = ("id_card", "photo", "layoff_certificate", "centre_agreement")
    asked = {
        "worker_id": taken.worker, "applied_on": "2003-03-03",
        "evidence": [{"kind": kind, "reference": "档案 2003-1"} for kind in papers],
    }  # fmt: skip
    applied = (await city.post("registry", "/v1/certificates", asked)).json()["id"]
    asked["worker_id"] = checked.worker
    posted = (await city.post("registry", "/v1/certificates", asked)).json()["id"]
    await _acts(city, posted, ("checks", {"on": "2003-03-05"}))
    await city.applies(approved)
    await _acts(city, approved.certificate, ("issues", {"on": "2006-11-02"}))

    def declared(id: str, on: str) -> dict[str, Any]:
        digest = sha256(id.encode()).hexdigest()
        return {"on": on, "certificate_ids": [id], "count": 1, "digest": digest}

    path = "POST /v1/certificates"
    confirmed = declared(str(approved.certificate), "2006-11-03")
    return [
        Further(_call(f"{path}/check-batches", declared(applied, "2003-03-05")), ANOTHER),
        Further(_call(f"{path}/publication-batches", declared(posted, "2003-03-06"))),
        Further(_call(f"{path}/confirmation-batches", confirmed), THIRD),
    ]


async def _seen_by_two(city: City) -> list[Further]:
    """Three benefits that a window wrote by hand: one is confirmed, one in a batch, one is not."""
    clerk = city.world["registry"].client(
        "registry_clerk", area=DISTRICT, office=OFFICE, subject="a window"
    )
    made = []
    for _ in range(3):
        story = city.story()
        await city.registers(story)
        body = {
            "worker_id": story.worker, "kind": "living-allowance", "valid_from": "2003-05-01",
            "valid_to": "2003-05-31", "amount": "208.00", "granted_by": "劳动局",
        }  # fmt: skip
        headers = {"Idempotency-Key": str(new_id())}
        answer = await clerk.post("/v1/benefits", json=body, headers=headers)
        made.append(answer.json()["id"])
    path = "POST /v1/benefits/{benefit_id}"
    wrong = {"reason": "录入有误"}
    digest = sha256(made[2].encode()).hexdigest()
    batch = {"benefit_ids": made[2:], "count": 1, "amount": "208.00", "digest": digest}
    return [
        Further(_call(f"{path}/confirmations", benefit_id=made[0])),
        Further(_call(f"{path}/refusals", wrong, benefit_id=made[1])),
        Further(_call("POST /v1/benefits/confirmation-batches", batch)),
    ]


async def _picked_up(city: City) -> Further:
    """Issued on a day on which nobody else confirms, and collected by somebody for the holder."""
    story = city.story()
    await city.registers(story)
    await city.applies(story)
    await _acts(city, story.certificate, ("issues", {"on": "2006-10-20"}))
    body = {
        "on": "2006-10-23", "in_person": False, "relation": "spouse",
        "authorisation": "power_of_attorney", "document": "委托书 7",
    }  # fmt: skip
    path = "POST /v1/certificates/{certificate_id}/pick-ups"
    return Further(_call(path, body, certificate_id=story.certificate))


async def _confirmed(city: City) -> Further:
    """Approved by one on a day on which the city confirms, and confirmed by another."""
    story = city.story()
    await city.registers(story)
    await city.applies(story)
    await _acts(city, story.certificate, ("issues", {"on": "2006-11-02"}))
    call = _call(
        "POST /v1/certificates/{certificate_id}/confirmations", {"on": "2006-11-03"},
        certificate_id=story.certificate,
    )  # fmt: skip
    return Further(call, THIRD)


async def _said_by_two(city: City) -> Further:
    """Declared by one, confirmed by another, taken back by a third."""
    story = city.story()
    await city.registers(story)
    path = f"/v1/workers/{story.worker}/labour-status/declarations"
    died = {"status": "deceased", "since": ON, "document": "死亡证明 6", "document_on": ON}
    waiting = (await city.post("registry", path, died)).json()["awaiting"][0]["id"]
    role, area, office, subject = ANOTHER
    client = city.world["registry"].client(role, area=area, office=office, subject=subject)
    confirmed = await client.post(f"{path}/{waiting}/confirmations")
    assert confirmed.status_code == 201, confirmed.text
    call = _call(
        "POST /v1/workers/{worker_id}/labour-status/declarations/{declaration_id}/confirmations"
        "/reversals",
        {"reason": "录入有误"}, worker_id=story.worker, declaration_id=waiting,
    )  # fmt: skip
    return Further(call, THIRD)


async def _refund(city: City) -> Further:
    """An order that one proposed and another one gave is lifted by a third."""
    path = "/v1/unemployment-insurance"
    account = (await city.get("registry", path))["items"][0]["id"]
    proposal = {"on": ON, "ground": "隐瞒就业", "document": "调查笔录 3 号", "refund": "1200.00"}
    order = await made(city, "registry", f"{path}/{account}/refund-orders", proposal)
    role, area, office, subject = ANOTHER
    client = city.world["registry"].client(role, area=area, office=office, subject=subject)
    given = await client.post(
        f"/v1/insurance-refund-orders/{order}/confirmations", json={"on": ON},
        headers={"If-Match": '"v1"'},
    )  # fmt: skip
    assert given.status_code == 201, given.text
    call = _call(
        "POST /v1/insurance-refund-orders/{order_id}/reversals", {"on": ON, "note": "系同名"},
        order_id=order,
    )  # fmt: skip
    return Further(call, THIRD)


async def _insurance(city: City) -> list[Call]:
    """Two who drew unemployment insurance when they were hired, and sign to draw the rest later."""
    path = "/v1/unemployment-insurance"
    signing, signed = city.story(), city.story()
    for story in (signing, signed):
        form = {"labour_status": "unemployed", "status_since": "2003-01-06"}
        await city.registers(story, **form)
        await city.an_employer(story)
    numbers = [id_number(int(story.worker[-12:])) for story in (signing, signed)]
    rows = [
        {"id_number": number, "what": "started", "on": "2003-02-01", "months": 24, "years": 7,
         "authority": "失业保险经办机构"}
        for number in numbers
    ]  # fmt: skip
    await city.load("registry", f"{path}/facts", rows)
    await city.world.settle()
    for story in (signing, signed):
        await city.place(story)
    await city.world.settle()
    accounts = [
        (await city.get("registry", f"{path}?worker_id={story.worker}"))["items"][0]["id"]
        for story in (signing, signed)
    ]
    agreement = {"on": ON, "reference": "缓发2003-17"}
    one = f"{path}/{accounts[1]}"
    await city.post(
        "registry", f"{one}/deferral-agreements", agreement, **await _version(city, one)
    )
    facts = (await city.get("registry", one))["facts"]
    agreed = next(fact["id"] for fact in facts if fact["what"] == "deferred")
    return [
        _call(f"POST {path}/facts/imports", rows=[{**rows[0], "what": "drawn", "months": 3}]),
        _call(
            f"POST {path}/{{account_id}}/deferral-agreements", agreement, account_id=accounts[0]
        ),
        _call(
            f"POST {path}/{{account_id}}/deferral-agreements/{{agreement_id}}/reversals",
            {"reason": "录入有误"}, account_id=accounts[1], agreement_id=agreed,
        ),
    ]  # fmt: skip
