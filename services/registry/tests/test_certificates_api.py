"""Certificates over HTTP: every step, in bulk, and what a correction does."""

from __future__ import annotations

from typing import Any

import pytest

from kit.decisions import rederive
from kit.ids import new_id
from registry.certificates import applying
from registry.certificates.deciding import RULES
from registry.difficulties.usecases import RULES as DIFFICULTY_RULES

#: Steps that a second person takes.
APPROVALS = {"issues", "refusals", "reissues"}


async def step(registry: Any, id: str, name: str, on: str, status: int = 201, **more: Any) -> Any:
    seen = await registry.http.get(f"/v1/certificates/{id}")
    return await registry.post(
        f"/v1/certificates/{id}/{name}",
        {"on": on, **more},
        status,
        by=registry.checker if name in APPROVALS else registry.street if name == "checks" else None,
        **{"If-Match": seen.headers["etag"]},
    )


async def test_from_application_to_issue(registry: Any) -> None:
    worker = await registry.worker()
    applied = await registry.post(
        "/v1/certificates",
        {"worker_id": worker, "applied_on": "2003-03-03", "evidence": registry.papers},
    )
    id = applied["id"]
    assert (applied["state"], applied["entitled"]) == ("applied", False)
    await registry.get(f"/v1/certificates/{id}/decision", 404)
    checked = await step(registry, id, "checks", "2003-03-05")
    assert (checked["state"], checked["entitled"]) == ("checked", True)
    await step(registry, id, "publications", "2003-03-06", posted_as="街道公示栏 3")
    early = await step(registry, id, "issues", "2003-03-08", 409)
    assert early["code"] == "publicity-not-over"
    issued = await step(registry, id, "issues", "2003-03-09")
    assert issued["state"] == "issued"
    assert issued["valid_until"] == "2006-03-09"
    found = await registry.get("/v1/certificates", number=issued["number"])
    assert [one["id"] for one in found["items"]] == [id]
    history = await registry.get(f"/v1/certificates/{id}/transitions")
    assert [one["state"] for one in history["items"]] == [
        "applied", "checked", "publicised", "issued",
    ]  # fmt: skip
    assert [one["statement"] for one in history["items"]] == [None, None, "街道公示栏 3", None]
    events = [e for e in await registry.thing.told() if str(e.entity_id) == id]
    assert [(e.type, e.sequence) for e in events] == [
        ("registry.certificate.granted.v1", 1), ("registry.certificate.issued.v1", 2),
    ]  # fmt: skip
    assert str(events[1].valid_from) == "2003-03-09"


async def test_a_refusal_names_its_clause_in_both_languages(registry: Any) -> None:
    worker = await registry.worker(former_enterprise_kind="collective")
    id = await registry.certificate(worker)
    refused = await registry.get(f"/v1/certificates/{id}")
    assert (refused["state"], refused["clause"]) == (
        "refused", "中发[2002]12号 R1/former-enterprise-state-owned",
    )  # fmt: skip
    decision = await registry.get(f"/v1/certificates/{id}/decision")
    assert decision["granted"] is False
    assert decision["clause"] == refused["clause"]
    assert "不符合：原单位为国有企业〔中发[2002]12号 R1〕" in decision["explanation"]
    english = await registry.http.get(
        f"/v1/certificates/{id}/decision", headers={"Accept-Language": "en"}
    )
    assert any("not met: worked for a state-owned" in one for one in english.json()["explanation"])
    assert {p["id"] for p in decision["parameters"]} == {
        "registry.certificate_law", "registry.certificate_categories",
        "registry.certificate_dibao_jobless_months", "registry.certificate_settled_before",
        "registry.certificate_exhausted_insurance", "registry.retirement_age_male",
        "registry.retirement_age_female", "registry.retirement_age_female_cadre",
    }  # fmt: skip
    (event,) = await registry.told("certificate.refused")
    assert event.data["clause"] == refused["clause"]
    assert event.data["decision_id"] == refused["decision_id"]


async def test_every_decision_derives_again_from_its_record(registry: Any) -> None:
    from kit import decisions

    forms = [
        registry.form(),
        registry.form(internally_retired=True),
        registry.form(category="none"),
        registry.form(
            category="dibao_long_term_unemployed", labour_status="unemployed", dibao=True,
            jobless_since="2002-03-03", former_enterprise_kind="other",
        ),
        registry.form(
            category="soe_unemployed", labour_status="unemployed",
            drawing_unemployment_insurance=True,
        ),
    ]  # fmt: skip
    await registry.loaded("/v1/workers", forms)
    rows = [{"worker_id": form["id"], "applied_on": "2003-03-03"} for form in forms]
    await registry.loaded("/v1/certificates", rows)
    await registry.loaded(
        "/v1/difficulties", [{"worker_id": f["id"], "recognised_on": "2003-03-03"} for f in forms]
    )
    async with registry.thing.db.looking() as tx:
        ids = await tx.fetch("select id from decision")
        assert len(ids) == 10
        for row in ids:
            record = await decisions.load(tx, row["id"])
            assert record is not None
            assert rederive(record, {**RULES, **DIFFICULTY_RULES}).same
    counts = await registry.get("/v1/certificates/counts")
    assert (counts["entitled"], counts["refused"]) == (3, 2)


async def test_one_category_moves_the_number_of_those_entitled_by_one(registry: Any) -> None:
    forms = [registry.form() for _ in range(4)]
    await registry.loaded("/v1/workers", forms)
    rows = [{"worker_id": form["id"], "applied_on": "2003-03-03"} for form in forms]
    await registry.loaded("/v1/certificates", rows)
    assert (await registry.get("/v1/certificates/counts"))["entitled"] == 4
    outcome = await registry.correct(forms[0]["id"], "category", "none")
    assert (outcome["certificate_state"], outcome["entitled"]) == ("refused", False)
    assert (await registry.get("/v1/certificates/counts"))["entitled"] == 3
    await registry.correct(forms[0]["id"], "category", "soe_laid_off")
    assert (await registry.get("/v1/certificates/counts"))["entitled"] == 4
    entity = outcome["certificate_id"]
    events = [e for e in await registry.thing.told() if str(e.entity_id) == entity]
    assert [e.type.split(".")[2] for e in events] == ["granted", "refused", "granted"]
    assert [e.reverses for e in events] == [None, events[0].id, events[1].id]
    corrected = await registry.told("worker.category-corrected")
    assert [e.reverses for e in corrected] == [None, corrected[0].id]
    assert [e.data for e in corrected] == [
        {"category": "none", "previous": "soe_laid_off"},
        {"category": "soe_laid_off", "previous": "none"},
    ]
    listed = await registry.get(f"/v1/workers/{forms[0]['id']}/correction-requests")
    assert len(listed["items"]) == 2


async def test_an_issued_certificate_is_revoked_by_a_correction(registry: Any) -> None:
    worker = await registry.worker()
    id = await registry.certificate(worker, issued_on="2003-04-10")
    await registry.correct(worker, "category", "none")
    certificate = await registry.get(f"/v1/certificates/{id}")
    assert (certificate["state"], certificate["revoked_on"]) == ("revoked", "2003-09-01")
    (issued,) = await registry.told("certificate.issued")
    (revoked,) = await registry.told("certificate.revoked")
    assert revoked.reverses == issued.id
    assert revoked.data == {"worker_id": worker, "reason": "category-corrected"}


async def test_a_correction_needs_the_version_that_was_seen(registry: Any) -> None:
    worker = await registry.worker()
    path = f"/v1/workers/{worker}/correction-requests"
    body = {
        "attribute": "category", "value": "none", "requested_on": "2003-09-01", "reason": "x",
    }  # fmt: skip
    await registry.post(path, body, 428)
    for other in ('"v7"', "*", "v1", ""):
        stale = await registry.post(path, body, 412, **{"If-Match": other})
        assert stale["code"] == "precondition-failed"
    await registry.post(path, body | {"reason": ""}, 422, **{"If-Match": "*"})
    assert (await registry.ask(worker, "category", "soe_laid_off", 409))["code"] == (
        "attribute-unchanged"
    )


async def test_many_applications_are_kept_slice_by_slice_as_one_set(registry: Any) -> None:
    """More than one slice: who applied in the first one has a certificate when the last is decided, and
    everything of everybody is there, told in the order of the lines."""
    forms = [registry.form() for _ in range(applying.SLICE + 50)]
    await registry.loaded("/v1/workers", forms)
    rows = [{"worker_id": form["id"], "applied_on": "2003-03-03"} for form in [*forms, forms[0]]]
    body = (await registry.load("/v1/certificates", rows, mode="good")).json()
    assert (body["accepted"], body["rejected"]) == (len(forms), 1)
    assert [(e["line"], e["code"]) for e in body["errors"]] == [(len(rows), "certificate-exists")]
    told = await registry.told("certificate.granted")
    assert [event.data["worker_id"] for event in told] == [form["id"] for form in forms]
    async with registry.thing.db.looking() as tx:
        counts = await tx.fetchrow(
            "select (select count(*) from certificate) as certificates,"
            " (select count(*) from certificate_transition) as steps,"
            " (select count(*) from decision where noun = 'certificate') as decisions"
        )
    assert tuple(counts) == (len(forms), 3 * len(forms), len(forms))


async def test_one_person_one_certificate(registry: Any) -> None:
    worker = await registry.worker()
    await registry.certificate(worker)
    again = {"worker_id": worker, "applied_on": "2003-04-01"}
    assert (await registry.post("/v1/certificates", again, 409))["code"] == "certificate-exists"
    body = (await registry.load("/v1/certificates", [again, again], mode="good")).json()
    assert [e["code"] for e in body["errors"]] == ["certificate-exists"] * 2


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"worker_id": str(new_id()), "applied_on": "2003-03-03"}, "unknown-worker"),
        ({"applied_on": "2003-11-03"}, "in-the-future"),
        ({"applied_on": "2002-09-29"}, "law-not-in-force"),
        ({"applied_on": "2003-03-03", "publicised_on": "2003-03-02"}, "step-out-of-order"),
    ],
)
async def test_bad_lines_of_applications(registry: Any, row: dict[str, str], code: str) -> None:
    line = {"worker_id": await registry.worker(), **row}
    body = (await registry.load("/v1/certificates", [line], mode="good")).json()
    assert [(e["line"], e["code"]) for e in body["errors"]] == [(1, code)]


async def test_bulk_issue_by_worker_or_certificate(registry: Any) -> None:
    forms = [registry.form() for _ in range(3)]
    await registry.loaded("/v1/workers", forms)
    ids = [str(new_id()) for _ in forms]
    await registry.loaded(
        "/v1/certificates",
        [
            {"id": id, "worker_id": f["id"], "applied_on": "2003-03-03"}
            for id, f in zip(ids, forms, strict=True)
        ],
    )
    rows = [
        {"certificate_id": ids[0], "issued_on": "2003-04-10"},
        {"worker_id": forms[1]["id"], "issued_on": "2003-04-11"},
        {"worker_id": forms[1]["id"], "issued_on": "2003-04-11"},
        {"worker_id": forms[2]["id"], "issued_on": "2003-03-05"},
        {"certificate_id": str(new_id()), "issued_on": "2003-04-11"},
        {"issued_on": "2003-04-11"},
    ]
    body = (await registry.load("/v1/certificates/issues", rows, mode="good")).json()
    assert [(e["line"], e["code"]) for e in body["errors"]] == [
        (3, "certificate-state"), (4, "publicity-not-over"), (5, "unknown-certificate"),
        (6, "value-error"),
    ]  # fmt: skip
    counts = await registry.get("/v1/certificates/counts")
    assert (counts["issued"], counts["entitled"]) == (2, 3)
    listed = (await registry.get("/v1/certificates", state="issued"))["items"]
    assert len({one["number"] for one in listed}) == 2


async def test_a_person_may_refuse_after_an_objection(registry: Any) -> None:
    worker = await registry.worker()
    id = await registry.certificate(worker)
    refused = await step(registry, id, "refusals", "2003-03-10", reason="proof-false")
    assert (refused["state"], refused["entitled"]) == ("refused", False)
    (event,) = await registry.told("certificate.refused")
    assert event.data["clause"] == "proof-false"
    await registry.correct(worker, "category", "none")
    await registry.correct(worker, "category", "soe_laid_off")
    assert (await registry.get(f"/v1/certificates/{id}"))["state"] == "refused"


async def test_checking_and_approving_are_different_roles(registry: Any) -> None:
    worker = await registry.worker()
    id = await registry.certificate(worker)
    clerk = registry.thing.client("registry_clerk")
    issue = await clerk.post(
        f"/v1/certificates/{id}/issues", json={"on": "2003-04-01"}, headers={"If-Match": '"v1"'}
    )
    assert issue.status_code == 403
    approver = registry.thing.client("certificate_approver")
    stale = await approver.post(
        f"/v1/certificates/{id}/issues", json={"on": "2003-04-01"}, headers={"If-Match": '"v9"'}
    )
    assert stale.status_code == 412
    done = await approver.post(
        f"/v1/certificates/{id}/issues", json={"on": "2003-04-01"}, headers={"If-Match": '"v3"'}
    )
    assert done.status_code == 201
    abroad = registry.thing.client("certificate_approver", area="231121000000", office="231121-b")
    assert (await abroad.get(f"/v1/certificates/{id}")).status_code == 404


async def test_the_status_of_the_day_of_application_counts(registry: Any) -> None:
    """A job that began after the application takes nothing away, whenever the rule is asked."""
    worker = await registry.worker()
    await registry.thing.deliver(
        registry.thing.heard(
            "jobs-market.placement.confirmed.v1",
            new_id(),
            {"worker_id": worker, "started_on": "2003-05-01"},
        )
    )
    id = await registry.certificate(worker)
    assert (await registry.get(f"/v1/certificates/{id}"))["entitled"] is True
    late = await registry.worker(born="19610504")
    await registry.thing.deliver(
        registry.thing.heard(
            "jobs-market.placement.confirmed.v1",
            new_id(),
            {"worker_id": late, "started_on": "2003-03-01"},
        )
    )
    refused = await registry.get(f"/v1/certificates/{await registry.certificate(late)}")
    assert refused["clause"].endswith("/not-reemployed")
