"""Insurance contributions: told by the agency, kept of registered people, held against what they
declared."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import httpx
import orjson
import pytest

from kit.ids import new_id
from registry.contributions import domain as contributions
from registry.labour_status.domain import LabourStatus, Spell

AGENCY = "231100-insurance-agency"
UNEMPLOYED = {"labour_status": "unemployed", "status_since": "2003-02-10"}


def agency(registry: Any, office: str = AGENCY) -> httpx.AsyncClient:
    client: httpx.AsyncClient = registry.thing.client("authority", office=office, subject=office)
    return client


def paid(number: str, month: str = "2003-05", **more: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()), "id_number": number, "month": month, "pension": True,
        "unemployment": True, "payer": "70289001-5", "base": "860.00", **more,
    }  # fmt: skip


async def load(
    client: httpx.AsyncClient, rows: list[Any], path: str = "", mode: str = "all"
) -> httpx.Response:
    return await client.post(
        f"/v1/contributions{path}/imports?mode={mode}",
        content=b"\n".join(orjson.dumps(row) for row in rows),
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(new_id())},
    )


async def a_worker(registry: Any, **fields: Any) -> tuple[str, str]:
    form = registry.form(**fields)
    await registry.post("/v1/workers", form)
    return form["id"], form["id_number"]


async def conflicts(registry: Any, **query: Any) -> list[tuple[str, str, list[str]]]:
    page = await registry.get("/v1/contributions/conflicts", **query)
    return [(one["worker_id"], one["month"], one["payers"]) for one in page["items"]]


async def test_a_contribution_is_kept_and_published(registry: Any) -> None:
    worker, number = await a_worker(registry)
    line = paid(number)
    answer = await agency(registry).post("/v1/contributions", json=line)
    assert (answer.status_code, answer.json()) == (201, {"id": line["id"], "outcome": "accepted"})
    (event,) = await registry.told("contribution.recorded")
    assert (str(event.entity_id), event.valid_from) == (line["id"], date(2003, 5, 1))
    assert event.data == {
        "worker_id": worker, "month": "2003-05", "insurances": ["pension", "unemployment"],
        "payer": "70289001-5", "base": "860.00",
    }  # fmt: skip
    page = await registry.get("/v1/contributions", worker_id=worker, month="2003-05")
    assert [(one["base"], one["reversed"]) for one in page["items"]] == [("860.00", False)]
    assert number not in orjson.dumps(page).decode()


async def test_repeats_and_reversals(registry: Any) -> None:
    _, number = await a_worker(registry)
    line = paid(number)
    back = {"id": str(new_id()), "contribution_id": line["id"], "reason": "单位误报"}
    for _ in range(2):
        await load(agency(registry), [line, line])
    for _ in range(2):
        done = await agency(registry).post("/v1/contributions/reversals", json=back)
        assert done.status_code == 201
    (recorded,) = await registry.told("contribution.recorded")
    (reversed_,) = await registry.told("contribution.reversed")
    assert reversed_.reverses == recorded.id
    # Another line cannot take the id; the agency does not hear whether the first one was kept.
    await load(agency(registry), [line | {"base": "900.00"}])
    page = await registry.get("/v1/contributions")
    assert [(one["base"], one["reversed"]) for one in page["items"]] == [("860.00", True)]


async def test_a_reversal_may_come_first(registry: Any) -> None:
    _, number = await a_worker(registry)
    line = paid(number)
    back = {"id": str(new_id()), "contribution_id": line["id"]}
    assert (await load(agency(registry), [back], "/reversals")).status_code == 200
    assert (await load(agency(registry), [line])).status_code == 200
    assert await registry.told("contribution.recorded") == []
    page = await registry.get("/v1/contributions")
    assert [one["reversed"] for one in page["items"]] == [True]


async def test_nobody_elses_contributions(registry: Any) -> None:
    """Another authority may not tell any; a listed one takes back only its own."""
    _, number = await a_worker(registry)
    line = paid(number)
    await load(agency(registry), [line])
    back = {"id": str(new_id()), "contribution_id": line["id"]}
    for path, body in (("", paid(number)), ("/reversals", back)):
        refused = await agency(registry, "231100-police").post(
            f"/v1/contributions{path}", json=body
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "authority-may-not-tell")
    other = await agency(registry, "231100-employment-bureau").post(
        "/v1/contributions/reversals", json=back
    )
    assert other.status_code == 201
    assert await registry.told("contribution.reversed") == []


async def test_strangers_are_not_kept_and_taken_in_when_sent_again(registry: Any) -> None:
    form = registry.form()
    line = paid(form["id_number"])
    first = await load(agency(registry), [line])
    assert (first.json()["accepted"], first.json()["rejected"]) == (1, 0)
    async with registry.thing.db.looking() as tx:
        assert await tx.fetchval("select count(*) from contribution") == 0
    await registry.post("/v1/workers", form)
    assert (await registry.get("/v1/contributions"))["items"] == []
    await load(agency(registry), [line])
    (event,) = await registry.told("contribution.recorded")
    assert event.data["worker_id"] == form["id"]


async def test_the_agency_does_not_learn_who_is_registered(registry: Any) -> None:
    _, known = await a_worker(registry)
    lines = [paid(known), paid(registry.id_number())]
    changed = [line | {"base": "1.00"} for line in lines]
    backs = [{"id": str(new_id()), "contribution_id": line["id"]} for line in lines]
    for path, bodies in (("", lines), ("", changed), ("/reversals", backs)):
        seen = []
        for body in bodies:
            answer = await agency(registry).post(f"/v1/contributions{path}", json=body)
            headers = {k: v for k, v in answer.headers.items() if k != "x-request-id"}
            seen.append((answer.status_code, answer.json()["outcome"], headers))
        assert seen[0] == seen[1]
        assert "event-id" not in seen[0][2]
    assert len(await registry.told("contribution.reversed")) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"month": "2003-11"}, "in-the-future"),
        ({"month": "1960-04"}, "contribution-before-birth"),
        ({"pension": False, "unemployment": False}, "nothing-insured"),
        ({"month": "2003-13"}, "validation-failed"),
        ({"base": "0.00"}, "validation-failed"),
        ({"base": 860}, "validation-failed"),
        ({"payer": "11010519491231002X"}, "validation-failed"),
        ({"id_number": "110105194912310021"}, "validation-failed"),
    ],
)
async def test_what_is_refused(registry: Any, change: dict[str, Any], code: str) -> None:
    for number in ((await a_worker(registry))[1], registry.id_number()):
        answer = await agency(registry).post("/v1/contributions", json=paid(number) | change)
        assert answer.json()["code"] == code
    assert await registry.told("contribution.recorded") == []


async def test_insured_by_an_employer_while_unemployed(registry: Any) -> None:
    """Found for the whole months of the unemployment; not when the person pays, nor in the month in
    which the work ended."""
    worker, number = await a_worker(registry, **UNEMPLOYED)
    _, others_number = await a_worker(registry)
    rows = [paid(number, month) for month in ("2003-01", "2003-02", "2003-03", "2003-04")]
    rows += [paid(number, "2003-05") | {"payer": None}, paid(others_number, "2003-03")]
    assert (await load(agency(registry), rows)).status_code == 200
    employer = ["70289001-5"]
    assert await conflicts(registry) == [
        (worker, "2003-03", employer), (worker, "2003-04", employer),
    ]  # fmt: skip
    assert await conflicts(registry, month="2003-04") == [(worker, "2003-04", employer)]
    elsewhere = registry.thing.client("registry_clerk", area="231121000000", office="231121-x")
    assert (await elsewhere.get("/v1/contributions/conflicts")).json()["items"] == []
    # The line was wrong: the finding goes.
    back = {"id": str(new_id()), "contribution_id": rows[3]["id"]}
    await load(agency(registry), [back], "/reversals")
    assert await conflicts(registry) == [(worker, "2003-03", employer)]


async def test_the_employment_that_explains_it_comes_later(registry: Any) -> None:
    """A placement that was confirmed late, and one that is voided."""
    worker, number = await a_worker(registry, **UNEMPLOYED)
    await load(agency(registry), [paid(number, "2003-04"), paid(number, "2003-05")])
    assert [month for _, month, _ in await conflicts(registry)] == ["2003-04", "2003-05"]
    placement = new_id()
    confirmed = registry.thing.heard(
        "jobs-market.placement.confirmed.v1", placement,
        {"worker_id": worker, "started_on": "2003-05-12", "channel": "private_economy"},
        valid_from=date(2003, 5, 12),
    )  # fmt: skip
    await registry.thing.deliver(confirmed)
    assert [month for _, month, _ in await conflicts(registry)] == ["2003-04"]
    await registry.thing.deliver(
        registry.thing.heard(
            "jobs-market.placement.voided.v1",
            placement,
            {"worker_id": worker, "reason": "fraud"},
            reverses=confirmed.id,
        )
    )
    assert [month for _, month, _ in await conflicts(registry)] == ["2003-04", "2003-05"]


async def test_a_file_of_many_twice_at_once(registry: Any) -> None:
    forms = [registry.form(**UNEMPLOYED) for _ in range(60)]
    await registry.loaded("/v1/workers", forms)
    numbers = [form["id_number"] for form in forms] + [registry.id_number() for _ in range(60)]
    rows = [paid(number, "2003-05") for number in numbers]
    answers = await asyncio.gather(
        load(agency(registry), rows, mode="good"), load(agency(registry), rows[::-1], mode="good")
    )
    assert [(a.status_code, a.json()["accepted"]) for a in answers] == [(200, 120)] * 2
    assert len(await registry.told("contribution.recorded")) == 60
    async with registry.thing.db.looking() as tx:
        assert await tx.fetchval("select count(*) from contribution_conflict") == 60


FORMER = {"former_employer": "爱辉区第二机械厂", "former_employer_code": "702890015"}


async def found(registry: Any, **query: Any) -> list[tuple[str, str, list[str]]]:
    page = await registry.get("/v1/contributions/conflicts", **query)
    return [(one["finding"], one["month"], one["payers"]) for one in page["items"]]


async def test_laid_off_and_insured_by_another_employer(registry: Any) -> None:
    """4.6: the former employer still insures whom it laid off; another one has hired them."""
    worker, number = await a_worker(registry, **FORMER)
    _, unknown = await a_worker(registry)
    jobless, jobless_number = await a_worker(registry, labour_status="jobless")
    other = "70289002-3"
    rows = [
        paid(number, "2003-03"), paid(number, "2003-04", payer=other),
        paid(unknown, "2003-04", payer=other), paid(jobless_number, "2003-05", payer=other),
    ]  # fmt: skip
    await load(agency(registry), rows)
    assert await found(registry) == [
        ("insured-by-another", "2003-04", [other]), ("insured-by-another", "2003-05", [other]),
    ]  # fmt: skip
    told = await registry.told("contribution.conflict-found")
    assert {e.data["worker_id"] for e in told} == {worker, jobless}
    assert [e.data["payers"] for e in told] == [[other], [other]]
    # The form named the wrong enterprise: corrected, nothing contradicts any more.
    await registry.correct(
        worker, "former_employer", {"name": "爱辉区第三机械厂", "code": "702890023"}
    )
    assert sorted(await found(registry)) == [
        ("insured-by-another", "2003-03", ["70289001-5"]),
        ("insured-by-another", "2003-05", [other]),
    ]  # fmt: skip
    (cleared,) = await registry.told("contribution.conflict-cleared")
    assert (cleared.data["month"], cleared.data["explained"]) == ("2003-04", False)
    assert cleared.reverses in {e.id for e in told}


async def test_what_the_office_explains_stands_again_when_another_one_pays(registry: Any) -> None:
    _, number = await a_worker(registry, **UNEMPLOYED)
    await load(agency(registry), [paid(number, "2003-04")])
    (one,) = (await registry.get("/v1/contributions/conflicts"))["items"]
    path = f"/v1/contributions/conflicts/{one['id']}/explanations"
    body = {"reason": "补缴以前月份，已查证"}
    foreign = registry.thing.client("station_clerk", area="231121000000", office="231121-x")
    assert (await foreign.post(path, json=body)).status_code == 404
    explained = await registry.post(path, body)
    assert (explained["standing"], explained["explanation"]) == (False, body["reason"])
    again = await registry.post(path, body, 409)
    assert again["code"] == "conflict-not-standing"
    (told,) = await registry.told("contribution.conflict-found")
    (cleared,) = await registry.told("contribution.conflict-cleared")
    assert (cleared.reverses, cleared.data["explained"]) == (told.id, True)
    assert body["reason"] not in str(cleared.data)
    # The same employer in the same month again says nothing new; another one does.
    await load(agency(registry), [paid(number, "2003-04", base="10.00")])
    assert await found(registry) == []
    assert len(await found(registry, standing=False)) == 1
    await load(agency(registry), [paid(number, "2003-04", payer="70289002-3")])
    assert await found(registry) == [
        ("insured-while-unemployed", "2003-04", ["70289001-5", "70289002-3"])
    ]
    (stands,) = (await registry.get("/v1/contributions/conflicts"))["items"]
    assert (stands["id"], stands["explanation"]) == (one["id"], None)
    assert len(await registry.told("contribution.conflict-found")) == 2


MONTH = date(2003, 4, 1)


@pytest.mark.parametrize(
    ("status", "payer", "former", "kind"),
    [
        ("unemployed", "70289001-5", ["702890015"], "insured-while-unemployed"),
        ("laid_off", "70289001-5", ["702890015"], None),
        ("laid_off", "70289002-3", ["702890015"], "insured-by-another"),
        ("laid_off", "70289002-3", [], None),
        ("to_be_placed", "70289002-3", ["702890015", "7028900-23"], None),
        ("jobless", "70289002-3", [], "insured-by-another"),
        ("new_entrant", "70289002-3", ["702890015"], None),
        ("employed", "70289002-3", ["702890015"], None),
    ],
)
def test_which_employer_contradicts_which_status(
    status: LabourStatus, payer: str, former: list[str], kind: str | None
) -> None:
    spells = [Spell(status, date(2001, 1, 1))]
    says = contributions.contradicting({MONTH: [payer]}, spells, former)
    assert {month: one.kind for month, one in says.items()} == ({MONTH: kind} if kind else {})
    begun = [*spells, Spell("retired", date(2003, 4, 30))]
    assert contributions.contradicting({MONTH: [payer]}, begun, former) == {}


async def test_an_application_waits_until_what_contradicts_it_is_explained(registry: Any) -> None:
    """4.6: who is insured by another employer while laid off is not checked, and what is posted is not
    issued, before somebody has looked into it."""
    applicant, number = await a_worker(registry, **FORMER)
    posted_for, posted_number = await a_worker(registry, **FORMER)
    body = {"worker_id": applicant, "applied_on": "2003-06-03", "evidence": registry.papers}
    application = (await registry.post("/v1/certificates", body))["id"]
    posted = await registry.certificate(posted_for)
    other = "70289002-3"
    await load(agency(registry), [paid(n, "2003-04", payer=other) for n in (number, posted_number)])

    async def step(id: str, path: str, body: dict[str, str], status: int, by: Any) -> Any:
        etag = (await registry.http.get(f"/v1/certificates/{id}")).headers["etag"]
        headers = {"If-Match": etag, "Idempotency-Key": str(new_id())}
        return await registry.post(f"/v1/certificates/{id}/{path}", body, status, by=by, **headers)

    steps = (
        (application, "checks", {"on": "2003-06-05"}, registry.street, "check"),
        (posted, "issues", {"on": "2003-06-05"}, registry.checker, "issue"),
    )
    for id, path, on, by, name in steps:
        refused = await step(id, path, on, 409, by)
        assert (refused["code"], "2003-04" in refused["detail"]) == (
            "insured-while-without-work",
            True,
        )
        shown = (await by.get(f"/v1/certificates/{id}")).json()
        assert (shown["contradicted_months"], name in shown["allowed_actions"]) == (
            ["2003-04"],
            False,
        )
    for one in (await registry.get("/v1/contributions/conflicts"))["items"]:
        explanation = f"/v1/contributions/conflicts/{one['id']}/explanations"
        await registry.post(explanation, {"reason": "补缴以前月份，已查证"})
    for id, path, on, by, name in steps:
        shown = (await by.get(f"/v1/certificates/{id}")).json()
        assert (shown["contradicted_months"], name in shown["allowed_actions"]) == ([], True)
        assert (await step(id, path, on, 201, by))["state"] in ("checked", "issued")
