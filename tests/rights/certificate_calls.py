"""Calls about certificates of the district, beyond the plain way from application to issue."""

from __future__ import annotations

from hashlib import sha256

from tests.journeys.city import AS_OF, City
from tests.rights.calls import NOBODY, ON, Calls, a_placed_person, made, people

#: What a window asks for before it checks an application.
PAPERS = [
    {"kind": kind, "reference": "档案 2003-1"}
    for kind in ("id_card", "photo", "layoff_certificate")
]


async def certificate_calls(city: City, calls: Calls) -> None:
    """Objections, approvals, losses and what is late."""
    note = calls.of("registry")
    posted = [city.story() for _ in range(4)]
    for story in posted:
        await city.registers(story)
    await city.applies(*posted)
    await city.post(
        "registry", "/v1/certificates",
        {"worker_id": (await people(city, 1))[0], "applied_on": "2003-03-03"},
    )  # fmt: skip
    note("GET /v1/certificates/overdue")
    certificate = "/v1/certificates/{certificate_id}"
    objected, batch, lost, wrong = (story.certificate for story in posted)
    objection = {"filed_on": "2003-03-04", "ground": "reemployed", "note": "群众反映已在经营"}
    filed = await made(city, "registry", f"/v1/certificates/{objected}/objections", objection)
    note(f"POST {certificate}/objections", objection, certificate_id=objected)
    note(f"GET {certificate}/objections", certificate_id=objected)
    note(
        f"POST {certificate}/objections/{{objection_id}}/findings",
        {"on": "2003-03-10", "upheld": False, "note": "经查未经营"},
        certificate_id=objected,
        objection_id=filed,
    )
    totals = {"count": 1, "digest": sha256(batch.encode()).hexdigest()}
    declared = {"on": "2003-04-10", "certificate_ids": [batch], **totals}
    note("POST /v1/certificates/approvals", declared)
    note("POST /v1/certificates/check-batches", declared)
    note("POST /v1/certificates/publication-batches", declared)
    note("POST /v1/certificates/confirmation-batches", declared, own_area="231100000000")
    note("GET /v1/certificate-approvals")
    note(f"POST {certificate}/evidence", {"evidence": PAPERS}, certificate_id=objected)
    await city.issue(posted[2])
    seen = await city.world.client("registry").get(f"/v1/certificates/{lost}")
    await city.post(
        "registry", f"/v1/certificates/{lost}/losses", {"on": "2003-06-02"},
        **{"If-Match": seen.headers["etag"]},
    )  # fmt: skip
    page = await city.get("registry", f"/v1/certificate-losses?certificate_id={lost}")
    wrong_words = {"reason": "录入有误"}
    note(
        f"POST {certificate}/losses/{{loss_id}}/reversals", wrong_words, certificate_id=lost,
        loss_id=page["items"][0]["id"],
    )  # fmt: skip
    note(
        f"POST {certificate}/inspections/{{inspection_id}}/reversals", wrong_words,
        certificate_id=lost, inspection_id=NOBODY,
    )  # fmt: skip
    note("GET /v1/certificate-losses")
    note(f"POST {certificate}/losses", {"on": "2003-06-02"}, certificate_id=lost)
    note(f"POST {certificate}/reissues", {"on": "2003-06-20"}, certificate_id=lost)
    inspection = {"year": 2003, "inspected_on": "2003-10-10"}
    note(f"POST {certificate}/inspections", inspection, certificate_id=lost)
    record = [{"kind": "investigation_record", "reference": "调查笔录 3 号"}]
    revocation = {"effective_on": "2003-08-01", "reason": "lent", "evidence": record}
    note(f"POST {certificate}/revocations", revocation, certificate_id=lost)
    note(
        f"POST {certificate}/confirmations", {"on": ON}, certificate_id=lost,
        own_area="231100000000",
    )  # fmt: skip
    await _custody(city, calls, lost)
    await _proposals(city, calls, lost)
    await city.issue(posted[3])
    await city.post(
        "registry", f"/v1/certificates/{wrong}/revocations", revocation,
        **{"If-Match": await _seen(city, wrong)},
    )  # fmt: skip
    back = {"note": "复核：系同名", "evidence": record}
    note(f"POST {certificate}/restorations", back, certificate_id=wrong)


async def _custody(city: City, calls: Calls, id: str) -> None:
    """Where certificates are, and the acts on one of them."""
    note, certificate = calls.of("registry"), "/v1/certificates/{certificate_id}"
    await _with_employer(city)
    for listing in (
        "uncollected-certificates",
        "employer-kept-certificates",
        "certificates-to-pick-up",
    ):
        note(f"GET /v1/{listing}")
    for act, body in {
        "pick-ups": {"on": ON, "in_person": True},
        "hand-overs": {"on": ON, "employer": "黑河市兴安商场"},
        "returns": {"on": ON},
        "collections": {"on": ON, "place": "街道劳动保障所"},
        "write-offs": {"on": ON, "note": "下落不明"},
        "hand-backs": {"on": ON, "in_person": True},
    }.items():
        note(f"POST {certificate}/{act}", body, certificate_id=id)
    note(f"GET {certificate}/custody", certificate_id=id)


async def _proposals(city: City, calls: Calls, id: str) -> None:
    """A death that one person proposes; another one confirms or drops it."""
    note, proposal = calls.of("registry"), "/v1/revocation-proposals/{proposal_id}"
    story = await city.a_laid_off_worker_with_certificate()
    died = {
        "effective_on": ON, "reason": "deceased",
        "evidence": [{"kind": "death_certificate", "reference": "死亡证明 17"}],
    }  # fmt: skip
    asked = await city.post(
        "registry", f"/v1/certificates/{story.certificate}/revocation-proposals", died,
        **{"If-Match": await _seen(city, story.certificate)},
    )  # fmt: skip
    made = asked.json()["id"]
    note("POST /v1/certificates/{certificate_id}/revocation-proposals", died, certificate_id=id)
    note("GET /v1/revocation-proposals")
    note(f"GET {proposal}", proposal_id=made)
    note(f"POST {proposal}/confirmations", {"on": AS_OF}, proposal_id=made)
    note(f"POST {proposal}/refusals", {"on": AS_OF, "note": "系同名"}, proposal_id=made)


async def _seen(city: City, certificate: object) -> str:
    seen = await city.world.client("registry").get(f"/v1/certificates/{certificate}")
    return seen.headers["etag"]


async def _with_employer(city: City) -> None:
    """A certificate that the holder's employer keeps."""
    story = await a_placed_person(city)
    await city.post(
        "registry", f"/v1/certificates/{story.certificate}/hand-overs",
        {"on": AS_OF, "employer": "黑河市兴安商场"},
        **{"If-Match": await _seen(city, story.certificate)},
    )  # fmt: skip
