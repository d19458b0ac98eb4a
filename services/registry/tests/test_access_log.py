"""Who read whose record is known, whoever asked and whatever they heard."""

from __future__ import annotations

from typing import Any

import pytest

from kit.ids import new_id

from .conftest import DISTRICT, OFFICE, OTHER, Registry


async def lines(registry: Registry) -> list[Any]:
    async with registry.thing.db.looking() as tx:
        return await tx.fetch("select * from access_log order by id")


def told(line: Any) -> tuple[Any, ...]:
    return line["account"], line["operation"], line["outcome"], str(line["subject_id"])


async def test_every_way_of_reading_a_person_leaves_its_line(registry: Registry) -> None:
    form = registry.form()
    worker = (await registry.post("/v1/workers", form))["id"]
    certificate = await registry.certificate(worker)
    clerk = registry.thing.client("registry_clerk", area=DISTRICT, office=OFFICE, subject="clerk-7")
    assert await lines(registry) == []
    await clerk.get(f"/v1/workers/{worker}")
    await clerk.get("/v1/workers")
    await clerk.post("/v1/workers/searches", json={"id_number": form["id_number"]})
    await clerk.get(f"/v1/workers/{worker}/labour-status")
    await clerk.get("/v1/certificates")
    await clerk.get(f"/v1/certificates/{certificate}")
    found = await lines(registry)
    assert [line["operation"] for line in found] == [
        "get_worker",
        "list_workers",
        "search_workers",
        "get_labour_status",
        "list_certificates",
        "get_certificate",
    ]
    assert {(line["account"], line["office"]) for line in found} == {("clerk-7", OFFICE)}
    assert {str(line["subject_id"]) for line in found} == {worker}
    assert {line["outcome"] for line in found} == {"read"}
    assert "name_masked" in found[0]["fields"]
    assert "labour_status" in found[3]["fields"]


async def test_a_station_that_asks_for_anothers_people_hears_404_and_leaves_a_line(
    registry: Registry,
) -> None:
    form = registry.form()
    worker = (await registry.post("/v1/workers", form))["id"]
    certificate = await registry.certificate(worker)
    number = (await registry.get(f"/v1/certificates/{certificate}"))["number"]
    before = len(await lines(registry))
    foreign = registry.thing.client(
        "station_clerk", area=OTHER, office="231121-station", subject="nosy"
    )
    for path in (
        f"/v1/workers/{worker}",
        f"/v1/workers/{worker}/labour-status",
        f"/v1/certificates/{certificate}",
        f"/v1/certificates/{certificate}/decision",
    ):
        answer = await foreign.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["code"] == "not-found"
    searched = await foreign.post("/v1/workers/searches", json={"id_number": form["id_number"]})
    assert searched.json() == {"items": []}
    stepped = await foreign.post(
        f"/v1/workers/{worker}/labour-status/declarations",
        json={"status": "unemployed", "since": "2003-06-01"},
    )
    assert stepped.status_code == 404
    denied = (await lines(registry))[before:]
    assert {told(line)[0::2][:2] for line in denied} == {("nosy", "denied")}
    assert {str(line["subject_id"]) for line in denied} == {worker}
    assert [line["operation"] for line in denied] == [
        "get_worker",
        "get_labour_status",
        "get_certificate",
        "get_certificate_decision",
        "search_workers",
        "declare_labour_status",
    ]
    assert (
        number is None
        or not (await foreign.get("/v1/certificates", params={"number": number})).json()["items"]
    )


async def test_a_list_leaves_a_line_for_those_shown_only(registry: Registry) -> None:
    people = [await registry.worker() for _ in range(3)]
    clerk = registry.thing.client("registry_clerk", area=DISTRICT, office=OFFICE)
    await clerk.get("/v1/workers", params={"limit": 2})
    found = await lines(registry)
    assert sorted(str(line["subject_id"]) for line in found) == sorted(people)[:2]
    assert len({line["request_id"] for line in found}) == 1


async def test_who_does_not_exist_is_searched_for_in_the_log_too(registry: Registry) -> None:
    await registry.post("/v1/workers/searches", {"id_number": registry.id_number()}, 200)
    (line,) = await lines(registry)
    assert (line["operation"], line["outcome"], line["subject_id"]) == (
        "search_workers",
        "absent",
        None,
    )
    await registry.get(f"/v1/workers/{new_id()}", 404)


async def test_what_cannot_be_logged_is_not_shown(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = await registry.worker()
    monkeypatch.setattr("kit.audit.WAITING_MAX", 0)
    answer = await registry.http.get(f"/v1/workers/{worker}")
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert "王" not in answer.text
    foreign = registry.thing.client("station_clerk", area=OTHER, office="231121-station")
    assert (await foreign.get(f"/v1/workers/{worker}")).status_code == 503
