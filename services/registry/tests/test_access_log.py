"""Who read whose record is known, whoever asked and whatever they heard."""

from __future__ import annotations

from typing import Any

from kit.ids import new_id

from .conftest import DISTRICT, OFFICE, OTHER, Registry

RELIEF = {
    "kind": "other", "item": "other_departments", "authority": "公安局",
    "beneficiary_unit": "household", "beneficiary_id": str(new_id()), "amount": "20.00",
    "posted_on": "2003-06-01", "area_code": DISTRICT, "office": OFFICE,
}  # fmt: skip


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}


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
    assert [line["operation"] for line in await lines(registry)] == ["register_worker"]
    before = len(await lines(registry))
    await clerk.get(f"/v1/workers/{worker}")
    await clerk.get("/v1/workers")
    await clerk.post("/v1/workers/searches", json={"id_number": form["id_number"]})
    await clerk.get(f"/v1/workers/{worker}/labour-status")
    await clerk.get("/v1/certificates")
    await clerk.get(f"/v1/certificates/{certificate}")
    found = (await lines(registry))[before:]
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
    certificate = await registry.certificate(worker, issued_on="2003-04-10")
    number = (await registry.get(f"/v1/certificates/{certificate}"))["number"]
    pairing = {"worker_id": worker, "helper_office": OFFICE, "formed_on": "2003-02-01"}
    paired = (await registry.post("/v1/pairings", pairing))["id"]
    relief = (await registry.post("/v1/reliefs", RELIEF | {"worker_id": worker}, **key()))["id"]
    before = len(await lines(registry))
    foreign = registry.thing.client(
        "registry_clerk", area=OTHER, office="231121-station", subject="nosy"
    )
    for path in (
        f"/v1/workers/{worker}",
        f"/v1/workers/{worker}/labour-status",
        f"/v1/certificates/{certificate}",
        f"/v1/certificates/{certificate}/decision",
        f"/v1/pairings/{paired}",
        f"/v1/reliefs/{relief}",
    ):
        answer = await foreign.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["code"] == "not-found"
    searched = await foreign.post("/v1/workers/searches", json={"id_number": form["id_number"]})
    assert searched.json() == {"items": []}
    numbered = await foreign.get("/v1/certificates", params={"number": number})
    assert numbered.json()["items"] == []
    stepped = await foreign.post(
        f"/v1/workers/{worker}/labour-status/declarations",
        json={"status": "jobless", "since": "2003-06-01"},
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
        "get_pairing",
        "get_relief",
        "search_workers",
        "list_certificates",
        "declare_labour_status",
    ]


async def test_a_list_leaves_a_line_for_those_shown_only(registry: Registry) -> None:
    people = [await registry.worker() for _ in range(3)]
    clerk = registry.thing.client("registry_clerk", area=DISTRICT, office=OFFICE)
    await clerk.get("/v1/workers", params={"limit": 2})
    found = [line for line in await lines(registry) if line["operation"] == "list_workers"]
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


async def test_what_cannot_be_logged_is_not_shown(registry: Registry) -> None:
    worker = await registry.worker()
    registry.thing.runtime.audit.waiting_max = 0
    answer = await registry.http.get(f"/v1/workers/{worker}")
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert "王" not in answer.text
    foreign = registry.thing.client("station_clerk", area=OTHER, office="231121-station")
    assert (await foreign.get(f"/v1/workers/{worker}")).status_code == 503


async def test_a_persons_readers_are_told_newest_first(registry: Registry) -> None:
    worker = await registry.worker()
    clerk = registry.thing.client("registry_clerk", area=DISTRICT, office=OFFICE, subject="clerk-7")
    foreign = registry.thing.client("station_clerk", area=OTHER, office="231121-station")
    supervisor = registry.thing.client("registry_supervisor", subject="chief")
    await clerk.get(f"/v1/workers/{worker}")
    await clerk.get(f"/v1/workers/{worker}/labour-status")
    await foreign.get(f"/v1/workers/{worker}")
    path = f"/v1/workers/{worker}/readers"
    first = (await supervisor.get(path, params={"limit": 2})).json()
    rest = (await supervisor.get(path, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [(one["account"], one["operation"], one["outcome"]) for one in first["items"]] == [
        ("test-station_clerk", "get_worker", "denied"),
        ("clerk-7", "get_labour_status", "read"),
    ]
    assert rest["items"][-1]["fields"] == [
        "id_number_masked", "name_masked", "phone_masked", "address_masked", "sex", "birth_date", "claims", "place",
    ]  # fmt: skip
    assert rest["next_cursor"] is None
    newest = (await supervisor.get(path)).json()["items"][0]
    assert (newest["account"], newest["operation"]) == ("chief", "list_worker_readers")
    assert (await clerk.get(path)).status_code == 403
    away = registry.thing.client("registry_supervisor", area=OTHER, office="231121-bureau")
    assert (await away.get(path)).status_code == 404


async def test_a_breach_lists_people_fields_and_times_of_one_account(registry: Registry) -> None:
    people = sorted([await registry.worker() for _ in range(5)])
    thief = registry.thing.client("registry_clerk", area=DISTRICT, office=OFFICE, subject="thief")
    other = registry.thing.client("registry_clerk", area=DISTRICT, office=OFFICE, subject="other")
    for worker in people[:3]:
        await thief.get(f"/v1/workers/{worker}")
    await thief.get(f"/v1/workers/{people[0]}/labour-status")
    await other.get(f"/v1/workers/{people[4]}")
    supervisor = registry.thing.client("registry_supervisor")
    path, items, cursor = "/v1/access-log/people", [], None
    for _ in range(2):
        params = {"account": "thief", "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await supervisor.get(path, params=params)).json()
        items, cursor = items + page["items"], page["next_cursor"]
    assert cursor is None
    assert [one["worker_id"] for one in items] == people[:3]
    assert (items[0]["reads"], items[1]["reads"], items[0]["denied"]) == (2, 1, 0)
    assert set(items[0]["fields"]) - set(items[1]["fields"]) == {"labour_status"}
    assert items[0]["operations"] == ["get_labour_status", "get_worker"]
    assert items[0]["first_at"] < items[0]["last_at"]
    later = {"account": "thief", "since": items[-1]["last_at"]}
    found = (await supervisor.get(path, params=later)).json()["items"]
    assert {one["worker_id"] for one in found} == {people[0], people[2]}
    away = registry.thing.client("registry_supervisor", area=OTHER, office="231121-bureau")
    assert (await away.get(path, params={"account": "thief"})).json()["items"] == []
    assert (await thief.get(path, params={"account": "thief"})).status_code == 403
