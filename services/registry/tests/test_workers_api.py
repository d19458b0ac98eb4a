"""Areas, offices and workers over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from registry.labour_status.domain import WITHDRAWN


async def test_a_worker_is_registered_and_shown_masked(registry: Any) -> None:
    form = registry.form(phone="0456-8220000")
    shown = await registry.post("/v1/workers", form)
    assert shown["name_masked"] == "王**"
    assert form["id_number"] not in str(shown)
    assert form["name"] not in str(shown)
    assert (shown["sex"], shown["birth_date"], shown["has_phone"]) == ("female", "1960-05-04", True)
    (event,) = await registry.told("worker.registered")
    assert event.data == {
        "sex": "female", "birth_date": "1960-05-04", "labour_status": "laid_off",
        "status_since": "2001-03-01", "category": "soe_laid_off", "population": "base",
        "centre_agreement_on": "2001-03-01", "cadre": False,
    }  # fmt: skip
    assert (event.area_code, event.office) == (form["area_code"], form["office"])


async def test_nothing_personal_is_readable_in_the_database(registry: Any) -> None:
    form = registry.form(phone="0456-8220000")
    await registry.post("/v1/workers", form)
    async with registry.thing.db.looking() as tx:
        tables = await tx.fetch(
            "select table_name as t from information_schema.tables where table_schema = 'public'"
        )
        for table in tables:
            dump = await tx.fetchval(f"select string_agg(x::text, '') from {table['t']} x") or ""
            for value in (form["id_number"], form["name"], form["phone"]):
                assert value not in dump
                assert value.encode().hex() not in dump


async def test_search_by_number_in_every_form(registry: Any) -> None:
    form = registry.form()
    await registry.post("/v1/workers", form)
    old = form["id_number"][:6] + form["id_number"][8:17]
    for number in (form["id_number"], form["id_number"].lower(), old):
        found = await registry.post("/v1/workers/searches", {"id_number": number}, 200)
        assert [one["id"] for one in found["items"]] == [form["id"]]
    other = await registry.post("/v1/workers/searches", {"id_number": registry.id_number()}, 200)
    assert other["items"] == []


async def test_the_same_number_twice(registry: Any) -> None:
    form = registry.form()
    await registry.post("/v1/workers", form)
    twin = {**registry.form(), "id_number": form["id_number"]}
    problem = await registry.post("/v1/workers", twin, 409)
    assert problem["code"] == "id-number-taken"
    assert form["id_number"] not in str(problem)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"sex": "male"}, "sex-differs-from-id-number"),
        ({"birth_date": "1960-05-05"}, "birth-date-differs-from-id-number"),
        ({"registered_on": "2003-11-01"}, "in-the-future"),
        ({"status_since": "1950-01-01"}, "fact-before-birth"),
        ({"centre_agreement_ended_on": "2001-01-01"}, "agreement-dates-wrong"),
        ({"area_code": "231181000000"}, "unknown-area"),
        ({"office": "231102-nobody"}, "unknown-office"),
        ({"id_number": "991000196005040020"}, "validation-failed"),
        ({"unknown": 1}, "validation-failed"),
        ({"name": ""}, "validation-failed"),
    ],
)
async def test_a_wrong_form(registry: Any, fields: dict[str, Any], code: str) -> None:
    form = {**registry.form(), **fields}
    problem = await registry.post("/v1/workers", form, 422)
    assert problem["code"] == code
    assert form["id_number"] not in str(problem)


async def test_a_bulk_import_names_bad_lines_and_keeps_the_good(registry: Any) -> None:
    rows = [registry.form() for _ in range(6)]
    rows[1]["id_number"] = rows[0]["id_number"]
    rows[3]["area_code"] = "231181000000"
    rows[4]["sex"] = "male"
    refused = await registry.load("/v1/workers", rows)
    assert refused.status_code == 422
    assert (await registry.get("/v1/workers"))["items"] == []
    taken = await registry.load("/v1/workers", rows, mode="good")
    body = taken.json()
    assert (body["accepted"], body["rejected"]) == (3, 3)
    assert [(e["line"], e["code"]) for e in body["errors"]] == [
        (2, "id-number-taken"), (4, "unknown-area"), (5, "sex-differs-from-id-number"),
    ]  # fmt: skip
    assert rows[0]["id_number"] not in taken.text
    assert len((await registry.get("/v1/workers"))["items"]) == 3
    assert len(await registry.told("worker.registered")) == 3


async def test_people_see_the_subtree_of_their_office(registry: Any) -> None:
    mine = await registry.worker()
    clerk = registry.thing.client("registry_clerk", area="231121000000", office="231121-bureau")
    assert (await clerk.get(f"/v1/workers/{mine}")).status_code == 404
    assert (await clerk.get("/v1/workers")).json()["items"] == []
    assert (await clerk.get(f"/v1/workers/{mine}/labour-status")).status_code == 404
    foreign = await clerk.post("/v1/workers", json=registry.form())
    assert (foreign.status_code, foreign.json()["code"]) == (403, "outside-your-area")
    form = registry.form()
    await registry.post("/v1/workers", form)
    found = await clerk.post("/v1/workers/searches", json={"id_number": form["id_number"]})
    assert found.json()["items"] == []
    reader = registry.thing.client("auditor")
    assert (await reader.post("/v1/workers", json=registry.form())).status_code == 403
    assert (await reader.get(f"/v1/workers/{mine}")).status_code == 200


async def test_lists_go_on_where_they_ended(registry: Any) -> None:
    await registry.loaded("/v1/workers", [registry.form() for _ in range(5)])
    first = await registry.get("/v1/workers", limit=3)
    rest = await registry.get("/v1/workers", limit=3, cursor=first["next_cursor"])
    ids = [one["id"] for one in first["items"] + rest["items"]]
    assert len(set(ids)) == 5
    assert ids == sorted(ids)
    assert rest["next_cursor"] is None
    assert (await registry.get("/v1/workers", category="none"))["items"] == []


async def test_declared_labour_status(registry: Any) -> None:
    worker = await registry.worker()
    path = f"/v1/workers/{worker}/labour-status"
    assert (await registry.get(path))["population"] == "base"
    after = await registry.post(
        f"{path}/declarations", {"status": "jobless", "since": "2003-05-01"}
    )
    assert (after["status"], after["since"], len(after["spells"])) == ("jobless", "2003-05-01", 2)
    (event,) = await registry.told("labour-status.changed")
    assert event.data["previous"] == "laid_off"
    assert str(event.entity_id) == after["id"] != worker
    paper = {"document": "退休证 1", "document_on": "2003-05-01"}
    for status, since, more, code, problem in (
        ("employed", "2003-06-01", {}, 422, "employment-needs-placement"),
        ("unemployed", "2003-06-01", {}, 422, "unemployment-needs-registration"),
        ("jobless", "2003-06-01", {}, 409, "labour-status-unchanged"),
        ("retired", "2004-01-01", paper, 422, "in-the-future"),
        ("retired", "2003-06-01", {}, 422, "declaration-document"),
        ("retired", "2003-06-01", {**paper, "document_on": "2003-11-01"}, 422, "in-the-future"),
        ("retired", "2003-06-01", {"document": "退休证 1"}, 422, "validation-failed"),
    ):
        refused = await registry.post(
            f"{path}/declarations", {"status": status, "since": since, **more}, code
        )
        assert refused["code"] == problem, status


@pytest.mark.parametrize("status", ["employed", *WITHDRAWN])
async def test_nobody_is_registered_with_a_status_that_rests_on_another_word(
    registry: Any, status: str
) -> None:
    refused = await registry.post("/v1/workers", registry.form(labour_status=status), 422)
    assert refused["errors"][0]["pointer"] == "#/body/labour_status"


async def test_unemployed_from_the_first_day_on_with_paper_and_of_age(registry: Any) -> None:
    """One by one and in bulk: the paper is named, and the age is that of the first day without work."""
    bare = {"status_document_kind": None, "status_document": None}
    of = {"labour_status": "unemployed", "status_since": "2002-11-30"}
    rows = [
        registry.form(**of),
        registry.form(**of, **bare),
        registry.form(**of, born="19861201"),
        registry.form(**of, born="19861130"),
        registry.form(**of, born="19421130", sex="male"),
        registry.form(**of, born="19421201", sex="male"),
        registry.form(**bare),
    ]
    answer = (await registry.load("/v1/workers", rows, mode="good")).json()
    assert [(e["line"], e["code"]) for e in answer["errors"]] == [
        (2, "unemployment-paper-missing"), (3, "unemployed-outside-working-age"),
        (5, "unemployed-outside-working-age"),
    ]  # fmt: skip
    page = await registry.get("/v1/unemployment-registrations", state="registered")
    assert {one["worker_id"] for one in page["items"]} == {rows[n]["id"] for n in (0, 3, 5)}
    refused = await registry.post("/v1/workers", registry.form(**of, **bare), 422)
    assert refused["code"] == "unemployment-paper-missing"


async def test_areas_and_offices(registry: Any) -> None:
    assert [a["code"] for a in (await registry.get("/v1/areas"))["items"]] == [
        "231100000000", "231102000000", "231121000000",
    ]  # fmt: skip
    assert (await registry.get("/v1/areas/231102000000"))["parent_code"] == "231100000000"
    again = {"code": "231102000000", "name": "x", "established_on": "2000-01-01"}
    assert (await registry.post("/v1/areas", again, 409))["code"] == "area-exists"
    assert (await registry.load("/v1/areas", [again])).status_code == 422
    abroad = {**again, "code": "230100000000"}
    assert (await registry.post("/v1/areas", abroad, 403))["code"] == "outside-your-area"
    office = await registry.get("/v1/offices/231102-employment-bureau")
    assert office["staff"] == 9
    assert len((await registry.get("/v1/offices"))["items"]) == 1
    asked = ("code", "name", "kind", "staff", "area_code", "opened_on")
    body = {k: office[k] for k in asked}
    assert (await registry.post("/v1/offices", body, 409))["code"] == "office-exists"
    await registry.get("/v1/offices/231102-nobody", 404)
    (opened,) = await registry.told("office.opened")
    assert opened.data == {
        "code": office["code"], "name": office["name"], "kind": "bureau", "staff": 9,
    }  # fmt: skip


async def test_unknown_worker(registry: Any) -> None:
    await registry.get(f"/v1/workers/{uuid4()}", 404)
