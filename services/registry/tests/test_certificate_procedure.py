"""The certificate's procedure over HTTP: objections, the public list, losses, withdrawals, batches."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from kit.ids import new_id
from kit.policy import Policies
from kit.rates import Rates
from registry.labour_status import usecases as labour_status

from .conftest import PAPERS, PAST, waited_for

DISTRICT, OFFICE = "231102000000", "231102-employment-bureau"


async def seen(registry: Any, id: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The case, and the header that its next step needs."""
    answer = await registry.http.get(f"/v1/certificates/{id}")
    body: dict[str, Any] = answer.json()
    return body, {"If-Match": answer.headers["etag"], "Idempotency-Key": str(new_id())}


async def act(
    registry: Any, id: str, path: str, body: Any, status: int = 201, *, by: Any = None
) -> dict[str, Any]:
    """One step, by the first person unless another one is named."""
    _, headers = await seen(registry, id)
    done: dict[str, Any] = await registry.post(
        f"/v1/certificates/{id}/{path}", body, status, by=by, **headers
    )
    return done


def totals(ids: list[str]) -> dict[str, Any]:
    return {"count": len(ids), "digest": sha256("\n".join(sorted(ids)).encode()).hexdigest()}


RECORD = [{"kind": "investigation_record", "reference": "调查笔录 3 号"}]
OBJECTION = {"filed_on": "2003-03-05", "ground": "reemployed", "note": "群众反映已在市场经营"}


async def objected(registry: Any) -> tuple[str, list[str]]:
    """A posted application with two objections."""
    id = await registry.certificate(await registry.worker())
    filed = [await act(registry, id, "objections", {**OBJECTION, "filed_on": day})
             for day in ("2003-03-04", "2003-03-05")]  # fmt: skip
    return id, [one["id"] for one in filed]


async def test_the_list_is_public_and_forgets(registry: Any, running: Any) -> None:
    """Masked names for everybody; gone after the days of publicity, or when somebody objects."""
    fresh = await registry.worker()
    old = await registry.worker(born="19610504")
    rows = [
        {"id": str(new_id()), "worker_id": fresh, "applied_on": "2003-10-29"},
        {"id": str(new_id()), "worker_id": old, "applied_on": "2003-10-28"},
    ]
    await registry.loaded("/v1/certificates", rows)
    nobody = registry.thing.client()
    del nobody.headers["Authorization"]
    listed = (await nobody.get(f"/v1/certificate-publications?area_code={DISTRICT}")).json()
    (entry,) = listed["items"]
    assert entry == {
        "certificate_id": rows[0]["id"], "name_masked": "王**", "category": "soe_laid_off",
        "area_code": DISTRICT, "office": OFFICE, "posted_on": "2003-10-29", "until": "2003-10-31",
    }  # fmt: skip
    elsewhere = await nobody.get("/v1/certificate-publications?area_code=231121000000")
    assert elsewhere.json()["items"] == []
    await act(registry, rows[0]["id"], "objections", {**OBJECTION, "filed_on": "2003-10-30"})
    again = await nobody.get(f"/v1/certificate-publications?area_code={DISTRICT}")
    assert again.json()["items"] == []


async def test_what_was_recorded_late_stands_on_the_list_first(registry: Any) -> None:
    """A posting of the past that no paper list showed begins on the day on which it is recorded, in
    bulk and by a step; nobody is handed a certificate before its days are over."""
    rows = [
        {"id": str(new_id()), "worker_id": await registry.worker(), "applied_on": "2003-03-03",
         "publicised_on": "2003-03-10", "posted_as": None},
        {"id": str(new_id()), "worker_id": await registry.worker(), "applied_on": "2003-03-03"},
    ]  # fmt: skip
    late, papered = (row["id"] for row in rows)
    await registry.loaded("/v1/certificates", rows)
    body = {"worker_id": await registry.worker(), "applied_on": "2003-03-03",
            "evidence": registry.papers}  # fmt: skip
    single = (await registry.post("/v1/certificates", body))["id"]
    await act(registry, single, "checks", {"on": "2003-03-05"}, by=registry.street)
    posted = await act(registry, single, "publications", {"on": "2003-03-06"})
    assert (posted["state"], posted["state_on"]) == ("publicised", "2003-03-06")
    nobody = registry.thing.client()
    listed = (await nobody.get(f"/v1/certificate-publications?area_code={DISTRICT}")).json()
    assert {(one["certificate_id"], one["posted_on"], one["until"]) for one in listed["items"]} == {
        (late, "2003-10-31", "2003-11-02"), (single, "2003-10-31", "2003-11-02"),
    }  # fmt: skip
    for id in (late, single):
        early = await act(registry, id, "issues", {"on": "2003-10-31"}, 409, by=registry.checker)
        assert (early["code"], early["detail"]) == (
            "publicity-not-over", "2003-10-31 起公示 3 天",
        )  # fmt: skip
    waiting = {"on": "2003-10-31", "posted_until": "2003-10-30", **totals([papered])}
    key = {"Idempotency-Key": "batch-0001"}
    path = "/v1/certificates/approvals"
    done = await registry.post(path, waiting, by=registry.checker, **key)
    assert [one["certificate_id"] for one in done["issued"]] == [papered]
    steps = (await registry.get(f"/v1/certificates/{papered}/transitions"))["items"]
    assert [one["statement"] for one in steps] == [None, *PAST.values(), None]
    due = (await seen(registry, late))[0]["due_on"]
    assert due == "2003-11-12", "the district's days begin when those of publicity are over"


async def test_who_is_posted_again_stands_on_the_list_again(registry: Any) -> None:
    """After an objection of the past, too, when no paper list is named."""
    id = await registry.certificate(await registry.worker())
    filed = await act(registry, id, "objections", {**OBJECTION, "filed_on": "2003-03-04"})
    finding = {"on": "2003-03-10", "upheld": False, "note": "经查未经营"}
    path = f"objections/{filed['id']}/findings"
    back = await act(registry, id, path, finding, by=registry.checker)
    assert (back["state"], back["state_on"]) == ("publicised", "2003-03-10")
    early = await act(registry, id, "issues", {"on": "2003-10-31"}, 409, by=registry.checker)
    assert early["code"] == "publicity-not-over"
    nobody = registry.thing.client()
    listed = (await nobody.get(f"/v1/certificate-publications?area_code={DISTRICT}")).json()
    assert [one["certificate_id"] for one in listed["items"]] == [id]


async def test_what_a_correction_grants_stands_on_the_list_first(registry: Any) -> None:
    """A correction approved for a day of the past opens no way around the days of publicity."""
    worker = await registry.worker(category="none")
    id = await registry.certificate(worker)
    assert (await seen(registry, id))[0]["state"] == "refused"
    await registry.correct(worker, "category", "soe_laid_off")
    posted = (await seen(registry, id))[0]
    assert (posted["state"], posted["state_on"]) == ("publicised", "2003-09-01")
    third = registry.thing.client(subject="third")
    early = await act(registry, id, "issues", {"on": "2003-10-31"}, 409, by=third)
    assert early["code"] == "publicity-not-over"
    listed = await third.get(f"/v1/certificate-publications?area_code={DISTRICT}")
    assert [one["posted_on"] for one in listed.json()["items"]] == ["2003-10-31"]


async def test_a_batch_says_which_papers_were_seen(registry: Any) -> None:
    """Line by line or declared for all; a line without either is not taken."""
    line = {"worker_id": await registry.worker(), "applied_on": "2003-03-03", "papers_seen": None}
    for papers, kinds in ((PAPERS[:2], "category_proof"), ([], "id_card")):
        bare = {**line, "evidence": papers}
        answer = (await registry.load("/v1/certificates", [bare], mode="good")).json()
        assert [error["code"] for error in answer["errors"]] == ["evidence-missing"], kinds
    assert (await registry.get("/v1/certificates/counts"))["entitled"] == 0
    await registry.loaded("/v1/certificates", [{**line, "evidence": PAPERS}])
    declared = {**line, "worker_id": await registry.worker(), "papers_seen": "街道档案 9"}
    await registry.loaded("/v1/certificates", [declared])
    assert (await registry.get("/v1/certificates/counts"))["entitled"] == 2


async def test_what_a_window_imports_is_taken_and_checked_by_another_person(registry: Any) -> None:
    """Nobody takes, checks and posts in one call, nor tells of papers and lists that nobody saw."""
    path = "/v1/certificates"
    clerk, street = (registry.thing.client("registry_clerk", subject=one) for one in ("a", "b"))
    mine = {"applied_on": "2003-03-03", "evidence": PAPERS}
    lines = [
        {**mine, "id": str(new_id()), "worker_id": await registry.worker(), **of_past}
        for of_past in ({}, {"posted_as": "公示栏"}, {"papers_seen": "档案"},
                        {"publicised_on": "2003-03-04"}, {})
    ]  # fmt: skip
    answer = await clerk.post(
        f"{path}/imports?mode=good", content=b"\n".join(orjson.dumps(line) for line in lines),
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(new_id())},
    )  # fmt: skip
    errors = [(error["line"], error["code"]) for error in answer.json()["errors"]]
    assert errors == [(n, "past-by-loader") for n in (2, 3, 4)]
    for line in (lines[0], lines[4]):
        taken = await clerk.get(f"{path}/{line['id']}")
        assert (taken.json()["state"], taken.json()["decision_id"]) == ("applied", None)
    tail = {"json": {"on": "2003-03-04"}, "headers": {"If-Match": taken.headers["etag"]}}
    own = await clerk.post(f"{path}/{lines[4]['id']}/checks", **tail)
    assert (own.status_code, own.json()["code"]) == (409, "maker-is-checker")
    checked = await street.post(f"{path}/{lines[4]['id']}/checks", **tail)
    assert (checked.status_code, checked.json()["state"]) == (201, "checked")


async def test_certificates_of_the_past_are_loaded_by_the_loader_only(registry: Any) -> None:
    """An office of today approves batches with their control totals."""
    worker = await registry.worker()
    await registry.certificate(worker)
    line = b'{"worker_id": "%s", "issued_on": "2003-04-10"}' % worker.encode()
    for role in ("certificate_approver", "registry_clerk", "city_administrator"):
        answer = await registry.thing.client(role, subject="other").post(
            "/v1/certificates/issues/imports", content=line,
            headers={"Content-Type": "application/x-ndjson"},
        )  # fmt: skip
        assert answer.status_code == 403, role
    assert (await registry.get("/v1/certificates/counts"))["issued"] == 0


async def test_one_address_may_not_read_the_public_list_without_end(registry: Any) -> None:
    registry.thing.app.state.public_rates = Rates("2/minute")
    nobody = registry.thing.client()
    path = f"/v1/certificate-publications?area_code={DISTRICT}"
    answers = [await nobody.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 61
    assert answers[-1].json()["code"] == "too-many-requests"
    responses = registry.thing.app.openapi()["paths"]["/v1/certificate-publications"]["get"][
        "responses"
    ]
    assert "Retry-After" in responses["429"]["headers"]


async def test_an_objection_is_investigated_and_dismissed(registry: Any) -> None:
    id, (first, second) = await objected(registry)
    case, _ = await seen(registry, id)
    assert case["state"] == "under_investigation"
    early = await act(registry, id, "issues", {"on": "2003-04-01"}, 409, by=registry.checker)
    assert early["code"] == "certificate-state"
    finding = {
        "on": "2003-03-10", "upheld": False, "note": "经查未经营", "posted_as": "街道公示栏 4",
    }  # fmt: skip
    one = await act(registry, id, f"objections/{first}/findings", finding, by=registry.checker)
    assert one["state"] == "under_investigation", "another one is open"
    twice = await act(
        registry, id, f"objections/{first}/findings", finding, 409, by=registry.checker
    )
    assert twice["code"] == "objection-decided"
    back = await act(registry, id, f"objections/{second}/findings", finding, by=registry.checker)
    assert (back["state"], back["state_on"]) == ("publicised", "2003-03-10")
    too_soon = await act(registry, id, "issues", {"on": "2003-03-12"}, 409, by=registry.checker)
    assert too_soon["code"] == "publicity-not-over", "posted again, for its days again"
    issued = await act(registry, id, "issues", {"on": "2003-03-13"}, by=registry.checker)
    assert issued["state"] == "issued"
    told = [e.type.split(".")[2] for e in await registry.thing.told() if str(e.entity_id) == id]
    assert told == ["granted", "investigation-opened", "investigation-closed", "issued"]
    both = (await registry.get(f"/v1/certificates/{id}/objections"))["items"]
    assert [one["upheld"] for one in both] == [False, False]


async def test_an_objection_that_holds_refuses(registry: Any) -> None:
    id, (first, _) = await objected(registry)
    finding = {
        "on": "2003-03-10", "upheld": True, "note": "属实",
        "evidence": [{"kind": "other", "reference": "调查笔录 3 号"}],
    }  # fmt: skip
    path = f"objections/{first}/findings"
    mine = await act(registry, id, path, finding, 409)
    assert mine["code"] == "maker-is-checker"
    wrong = await act(registry, id, path, {**finding, "on": "2003-03-03"}, 422, by=registry.checker)
    assert wrong["code"] == "finding-before-objection"
    refused = await act(registry, id, path, finding, by=registry.checker)
    assert (refused["state"], refused["entitled"], refused["reason"]) == (
        "refused", False, "objection-upheld",
    )  # fmt: skip
    (granted,) = await registry.told("certificate.granted")
    (told,) = await registry.told("certificate.refused")
    assert (told.reverses, told.data["clause"]) == (granted.id, "objection-upheld")
    history = (await registry.get(f"/v1/certificates/{id}/transitions"))["items"]
    assert first in history[-1]["evidence"]
    papers = (await registry.get(f"/v1/certificates/{id}/evidence"))["items"]
    assert [paper["kind"] for paper in papers] == ["other"]


async def test_an_objection_under_the_same_key_is_one(registry: Any) -> None:
    id = await registry.certificate(await registry.worker())
    key = {"Idempotency-Key": "objection-0001"}
    path = f"/v1/certificates/{id}/objections"
    first = await registry.post(path, OBJECTION, **key)
    assert (await registry.post(path, OBJECTION, **key))["id"] == first["id"]
    assert len((await registry.get(path))["items"]) == 1
    other = {**OBJECTION, "id": first["id"]}
    taken = await registry.post(path, other, 409, **{"Idempotency-Key": "objection-0003"})
    assert taken["code"] == "conflict"
    late = {**OBJECTION, "filed_on": "2003-12-01"}
    future = await registry.post(path, late, 422, **{"Idempotency-Key": "objection-0002"})
    assert future["code"] == "in-the-future"


async def test_papers_are_asked_for_before_the_check(registry: Any) -> None:
    worker = await registry.worker()
    body = {"worker_id": worker, "applied_on": "2003-03-03", "evidence": registry.papers[:2]}
    id = (await registry.post("/v1/certificates", body))["id"]
    mine = await act(registry, id, "checks", {"on": "2003-03-05"}, 409)
    assert mine["code"] == "maker-is-checker", "the community takes it, the street investigates"
    missing = await act(registry, id, "checks", {"on": "2003-03-05"}, 409, by=registry.street)
    assert (missing["code"], missing["detail"]) == ("evidence-missing", "缺少：category_proof")
    proof = {"kind": "centre_agreement", "reference": "协议 17 号", "sha256": "ab" * 32}
    added = await registry.post(f"/v1/certificates/{id}/evidence", {"evidence": [proof]})
    assert added["items"][0]["sha256"] == "ab" * 32
    checked = await act(registry, id, "checks", {"on": "2003-03-05"}, by=registry.street)
    assert (checked["state"], checked["allowed_actions"]) == ("checked", ["publicise"])
    history = (await registry.get(f"/v1/certificates/{id}/transitions"))["items"]
    assert len(history[1]["evidence"]) == 3
    personal = {"kind": "other", "reference": "身份证 11010519491231002X"}
    await registry.post(f"/v1/certificates/{id}/evidence", {"evidence": [personal]}, 422)


async def test_a_lost_certificate_gets_a_new_number(registry: Any) -> None:
    """The old number is void and found nowhere; what was annotated stays on the certificate."""
    worker = await registry.worker()
    id = await registry.certificate(worker, issued_on="2003-04-10")
    await registry.thing.deliver(
        registry.thing.heard(
            "jobs-market.placement.confirmed.v1", new_id(),
            {"worker_id": worker, "started_on": "2003-05-01"},
        )
    )  # fmt: skip
    before, _ = await seen(registry, id)
    lost = await act(registry, id, "losses", {"on": "2003-06-02"})
    assert (lost["state"], lost["allowed_actions"]) == ("lost", ["revoke"])
    mine = await act(registry, id, "reissues", {"on": "2003-06-20"}, 409)
    assert mine["code"] == "maker-is-checker"
    early = await act(registry, id, "reissues", {"on": "2003-06-08"}, 409, by=registry.checker)
    assert early["code"] == "loss-notice-not-over"
    again = await act(registry, id, "reissues", {"on": "2003-06-09"}, by=registry.checker)
    assert again["state"] == "issued"
    assert again["valid_until"] == before["valid_until"]
    assert again["number"] != before["number"]
    (void,) = (await registry.get("/v1/certificate-losses", number=before["number"]))["items"]
    assert (void["replaced_by"], void["notice_until"]) == (again["number"], "2003-06-08")
    assert (await registry.get("/v1/certificates", number=before["number"]))["items"] == []
    (annotated,) = (await registry.get("/v1/benefits", certificate_id=id))["items"]
    assert annotated["kind"] == "re-employment"
    told = [e.type.split(".")[2] for e in await registry.thing.told() if str(e.entity_id) == id]
    assert told == ["granted", "issued", "lost", "reissued"]


async def test_a_lent_certificate_is_withdrawn_from_the_day_it_was_lent(registry: Any) -> None:
    """Benefits from that day on go off it; the day may lie before other steps."""
    worker = await registry.worker()
    id = await registry.certificate(worker, issued_on="2003-04-10")
    for day in ("2003-05-01", "2003-08-10"):
        await registry.thing.deliver(
            registry.thing.heard(
                "jobs-market.placement.confirmed.v1", new_id(),
                {"worker_id": worker, "started_on": day},
            )
        )  # fmt: skip
    lost = await act(registry, id, "losses", {"on": "2003-09-01"})
    assert lost["state"] == "lost"
    body = {"effective_on": "2003-08-01", "reason": "lent", "evidence": RECORD}
    clerk = registry.thing.client("registry_clerk")
    refused = await clerk.post(
        f"/v1/certificates/{id}/revocations", json=body, headers={"If-Match": '"v1"'}
    )
    assert refused.status_code == 403
    bare = await act(registry, id, "revocations", {**body, "evidence": []}, 409)
    assert (bare["code"], bare["detail"]) == ("evidence-missing", "缺少：investigation_record")
    early = await act(registry, id, "revocations", {**body, "effective_on": "2003-03-01"}, 422)
    assert early["code"] == "step-out-of-order"
    issuer = await act(registry, id, "revocations", body, 409, by=registry.checker)
    assert issuer["code"] == "maker-is-checker"
    done = await act(registry, id, "revocations", body)
    assert (done["state"], done["revoked_on"], done["reason"]) == ("revoked", "2003-08-01", "lent")
    (told,) = await registry.told("certificate.revoked")
    assert (str(told.valid_from), told.reverses) == ("2003-08-01", None)
    benefits = (await registry.get("/v1/benefits", certificate_id=id))["items"]
    assert sorted((one["valid_from"], one["reversed"]) for one in benefits) == [
        ("2003-05-01", False), ("2003-08-10", True),
    ]  # fmt: skip
    again = {"worker_id": worker, "applied_on": "2003-10-01"}
    assert (await registry.post("/v1/certificates", again))["state"] == "applied"


async def test_whoever_took_the_application_neither_issues_nor_refuses(registry: Any) -> None:
    worker = await registry.worker()
    id = await registry.certificate(worker)
    for path, body in (("issues", {}), ("refusals", {"reason": "proof-false"})):
        mine = await act(registry, id, path, {"on": "2003-04-10", **body}, 409)
        assert mine["code"] == "maker-is-checker"
    line = b'{"worker_id": "%s", "issued_on": "2003-04-10"}' % worker.encode()
    bulk = await registry.http.post(
        "/v1/certificates/issues/imports?mode=good", content=line,
        headers={"Content-Type": "application/x-ndjson"},
    )  # fmt: skip
    assert [error["code"] for error in bulk.json()["errors"]] == ["maker-is-checker"]
    case, _ = await seen(registry, id)
    assert case["allowed_actions"] == ["object"]
    theirs = (await registry.checker.get(f"/v1/certificates/{id}")).json()
    assert theirs["allowed_actions"] == ["object", "refuse", "issue"]


async def test_a_batch_is_issued_whole_or_not_at_all(registry: Any) -> None:
    forms = [registry.form() for _ in range(3)]
    await registry.loaded("/v1/workers", forms)
    ids = [str(new_id()) for _ in forms]
    days = ("2003-03-03", "2003-03-03", "2003-10-30")
    await registry.loaded(
        "/v1/certificates",
        [{"id": id, "worker_id": form["id"], "applied_on": day}
         for id, form, day in zip(ids, forms, days, strict=True)],
    )  # fmt: skip
    path, chosen = "/v1/certificates/approvals", {"on": "2003-10-31", "posted_until": "2003-04-01"}

    async def approve(body: Any, status: int, key: str, by: Any = None) -> dict[str, Any]:
        done: dict[str, Any] = await registry.post(
            path, body, status, by=by or registry.checker, **{"Idempotency-Key": key}
        )
        return done

    wrong = await approve({**chosen, **totals(ids)}, 409, "batch-0001")
    assert wrong["code"] == "control-totals-differ"
    assert "申报 3 件" in wrong["detail"]
    assert "选取 2 件" in wrong["detail"]
    assert totals(ids[:2])["digest"] in wrong["detail"]
    other = await approve({**chosen, **totals([ids[0], ids[2]])}, 409, "batch-0002")
    assert other["code"] == "control-totals-differ", "as many, but not these"
    listed = {"on": "2003-10-31", "certificate_ids": ids, **totals(ids)}
    early = await approve(listed, 409, "batch-0003")
    assert early["code"] == "publicity-not-over"
    mine = await approve({**chosen, **totals(ids[:2])}, 409, "batch-0004", by=registry.http)
    assert mine["code"] == "maker-is-checker"
    assert (await registry.get("/v1/certificates/counts"))["issued"] == 0
    done = await approve({**chosen, **totals(ids[:2])}, 201, "batch-0005")
    assert sorted(one["certificate_id"] for one in done["issued"]) == sorted(ids[:2])
    assert len({one["number"] for one in done["issued"]}) == 2
    assert await approve({**chosen, **totals(ids[:2])}, 201, "batch-0005") == done
    kept = (await registry.get("/v1/certificate-approvals"))["items"]
    assert [(one["count"], one["actor"]) for one in kept] == [(2, "checker")]
    abroad = registry.thing.client("certificate_approver", area="231121000000", office="231121-b")
    foreign = {"on": "2003-10-31", "certificate_ids": [ids[2]], **totals([ids[2]])}
    unknown = await abroad.post(path, json=foreign, headers={"Idempotency-Key": "batch-0006"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-certificate")


async def test_a_batch_locks_the_holders_first(registry: Any) -> None:
    """Whoever folds a person's facts holds the person and goes on to the certificate."""
    worker = await registry.worker()
    id = await registry.certificate(worker)
    body = {"on": "2003-10-31", "certificate_ids": [id], **totals([id])}
    async with registry.thing.db.transaction() as tx:
        await labour_status.hold(tx, [UUID(worker)])
        batch = asyncio.create_task(
            registry.post(
                "/v1/certificates/approvals", body, by=registry.checker,
                **{"Idempotency-Key": "batch-0001"},
            )
        )  # fmt: skip
        await waited_for(registry, tx)
        locked = "select id from certificate where id = $1 for update nowait"
        assert await tx.fetchval(locked, UUID(id)) == UUID(id)
    assert [one["certificate_id"] for one in (await batch)["issued"]] == [id]


async def test_what_is_late_is_shown_and_refused_to_nobody(registry: Any) -> None:
    """Limits in working days: five for the street, then seven for the district after publicity."""
    waiting = await registry.worker()
    body = {"worker_id": waiting, "applied_on": "2003-10-13", "evidence": registry.papers}
    id = (await registry.post("/v1/certificates", body))["id"]
    posted = await registry.certificate(await registry.worker(born="19610504"))
    fresh = await registry.worker(born="19620504")
    await registry.post("/v1/certificates", {"worker_id": fresh, "applied_on": "2003-10-30"})
    case, _ = await seen(registry, id)
    assert (case["due_on"], case["days_late"], case["due_provisional"]) == ("2003-10-20", 9, True)
    late = (await registry.get("/v1/certificates/overdue"))["items"]
    assert {one["id"] for one in late} == {id, posted}
    of = {one["id"]: one["due_on"] for one in late}
    assert of[posted] == "2003-03-17"
    by_step = await registry.get("/v1/certificates/overdue", step="publicised")
    assert [one["id"] for one in by_step["items"]] == [posted]
    elsewhere = await registry.get("/v1/certificates/overdue", area_code="231121000000")
    assert elsewhere["items"] == []
    paged = await registry.get("/v1/certificates/overdue", limit=1)
    then = await registry.get("/v1/certificates/overdue", limit=1, cursor=paged["next_cursor"])
    assert {paged["items"][0]["id"], then["items"][0]["id"]} == {id, posted}
    checked = await act(registry, id, "checks", {"on": "2003-10-31"}, by=registry.street)
    assert checked["state"] == "checked"


async def test_days_of_the_notice_count(registry: Any) -> None:
    """The limit moves with the published calendar."""
    body = {"worker_id": await registry.worker(), "applied_on": "2003-09-29"}
    id = (await registry.post("/v1/certificates", body))["id"]
    case, _ = await seen(registry, id)
    assert (case["due_on"], case["due_provisional"]) == ("2003-10-09", True)
    days = [
        {"day": f"2003-10-0{n}", "working": False, "name": "国庆节", "document": "国办通知"}
        for n in range(1, 8)
    ]
    await registry.loaded("/v1/calendar-days", days)
    case, _ = await seen(registry, id)
    assert (case["due_on"], case["due_provisional"]) == ("2003-10-13", False)


async def test_a_city_that_takes_other_papers_takes_them_at_registration_and_at_the_check(
    registry: Any, tmp_path: Path
) -> None:
    rt = registry.thing.runtime
    (tmp_path / "proofs.toml").write_text(
        'id = "registry.category_proofs"\ntitle = "Papers"\ntitle_zh = "材料"\nunit = "codes"\n'
        '[[values]]\nsince = 2002-09-30\nvalue = ["soe_laid_off:employer-statement"]\n'
        'cite = { document = "地方办法", clause = "R1a", status = "to-verify" }\n',
        "utf-8",
    )
    rt.policies = Policies.load(rt.service.root / "policies", overlay=tmp_path)
    shown = {"proof_reference": "证 5 号", "proof_on": "2002-10-01"}
    wrong = registry.form(proof_kind="layoff-certificate", **shown)
    assert (await registry.post("/v1/workers", wrong, 422))["code"] == "proof-does-not-fit"
    worker = await registry.worker(proof_kind="employer-statement", **shown)
    body = {"worker_id": worker, "applied_on": "2003-03-03", "evidence": registry.papers}
    id = (await registry.post("/v1/certificates", body))["id"]
    missing = await act(registry, id, "checks", {"on": "2003-03-05"}, 409, by=registry.street)
    assert (missing["code"], missing["detail"]) == ("evidence-missing", "缺少：category_proof")
    statement = {"kind": "employer_statement", "reference": "证 5 号"}
    await registry.post(f"/v1/certificates/{id}/evidence", {"evidence": [statement]})
    checked = await act(registry, id, "checks", {"on": "2003-03-05"}, by=registry.street)
    assert checked["state"] == "checked"


async def test_what_can_no_longer_be_issued_is_refused_for_that_and_before_it_is_not(
    registry_2009: Any,
) -> None:
    """R12: posted in the programme's last days, and its days of publicity end after them."""
    registry = registry_2009
    worker = await registry.worker(
        status_since="2005-01-01", centre_agreement_on=None, registered_on="2006-01-09",
        born="19650504",
    )  # fmt: skip
    id = str(new_id())
    row = {"id": id, "worker_id": worker, "applied_on": "2008-12-22"}
    await registry.loaded("/v1/certificates", [row])
    over = {"reason": "validity-would-be-over", "evidence": RECORD}
    early = {**over, "on": "2008-12-31"}
    asked = await act(registry, id, "refusals", early, 409, by=registry.checker)
    assert asked["code"] == "validity-not-over"
    done = await act(registry, id, "refusals", {**over, "on": "2009-01-01"}, by=registry.checker)
    assert (done["state"], done["entitled"]) == ("refused", False)
    (told,) = await registry.told("certificate.refused")
    assert told.data["clause"] == "validity-would-be-over"
