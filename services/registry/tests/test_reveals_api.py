"""Names and numbers in plain: for a purpose, at a rate, and never without a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from kit.ids import new_id

from .conftest import DISTRICT, OFFICE, OTHER, Registry, settled

ASKED = {"fields": ["name", "phone"], "purpose": "contact", "text": "通知本人领证"}


def clerk(registry: Registry, *roles: str, **token: Any) -> httpx.AsyncClient:
    return registry.thing.client(
        *(roles or ("registry_clerk",)), area=DISTRICT, office=OFFICE, **token
    )


async def lines(registry: Registry, operation: str) -> list[Any]:
    async with registry.thing.db.looking() as tx:
        return await tx.fetch(
            "select * from access_log where operation = $1 order by id", operation
        )


async def test_a_reveal_shows_what_was_asked_for_and_says_who_looked_and_why(
    registry: Registry,
) -> None:
    form = registry.form(name="欧阳小明", phone="0456-8291234")
    worker = (await registry.post("/v1/workers", form))["id"]
    path = f"/v1/workers/{worker}/reveals"
    asked = {**ASKED, "fields": ["phone", "name", "name", "address"]}
    answer = await clerk(registry, subject="clerk-7").post(path, json=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["name"], body["phone"]) == ("欧阳小明", "0456-8291234")
    assert (body["id_number"], body["address"], body["household_number"]) == (None, None, None)
    (line,) = await lines(registry, "reveal_identity")
    assert (line["account"], str(line["subject_id"])) == ("clerk-7", worker)
    assert line["fields"] == ["phone", "name", "address"]
    assert line["purpose"] == "contact: 通知本人领证"
    number = await clerk(registry).post(path, json={**asked, "fields": ["id_number"]})
    assert number.json()["id_number"] == form["id_number"]
    assert number.json()["name"] is None


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"purpose": None}, "#/body/purpose"),
        ({"purpose": "curiosity"}, "#/body/purpose"),
        ({"text": ""}, "#/body/text"),
        ({"text": "查 11010519491231002X"}, "#/body/text"),
        ({"text": "通知\0本人"}, "#/body/text"),
        ({"fields": []}, "#/body/fields"),
        ({"fields": ["password"]}, "#/body/fields/0"),
    ],
)
async def test_without_a_purpose_nothing_is_shown(
    registry: Registry, changed: dict[str, Any], pointer: str
) -> None:
    worker = await registry.worker()
    body = {key: value for key, value in {**ASKED, **changed}.items() if value is not None}
    answer = await clerk(registry).post(f"/v1/workers/{worker}/reveals", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert "王小明" not in answer.text
    assert await lines(registry, "reveal_identity") == []


async def test_a_reveal_needs_its_scope_and_the_persons_area(registry: Registry) -> None:
    worker = await registry.worker()
    path = f"/v1/workers/{worker}/reveals"
    for role in ("auditor", "station_clerk", "certificate_approver", "city_administrator"):
        assert (await clerk(registry, role).post(path, json=ASKED)).status_code == 403
    away = registry.thing.client("registry_clerk", area=OTHER, office="231121-bureau")
    assert (await away.post(path, json=ASKED)).status_code == 404
    (line,) = await lines(registry, "reveal_identity")
    assert (line["outcome"], str(line["subject_id"]), line["fields"]) == ("denied", worker, [])
    nobody = await clerk(registry).post(f"/v1/workers/{new_id()}/reveals", json=ASKED)
    assert nobody.status_code == 404


CONTACTS = {"fields": ["phone", "address"], "purpose": "home-visit", "text": "入户走访"}


async def test_a_station_reaches_its_people_and_sees_no_names_or_numbers(
    registry: Registry,
) -> None:
    """Masked for whoever reads the record; in plain for a purpose, with a line, in its own area."""
    form = registry.form(phone="13904561234", address="爱辉区花园街道东兴社区12号楼")
    worker = (await registry.post("/v1/workers", form))["id"]
    station = clerk(registry, "station_clerk", subject="station-3")
    shown = (await station.get(f"/v1/workers/{worker}")).json()
    assert (shown["phone_masked"], shown["address_masked"]) == ("13*******34", "爱辉区花园***")
    assert form["phone"] not in str(shown)
    path = f"/v1/workers/{worker}/contact-reveals"
    answer = await station.post(path, json=CONTACTS)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "worker_id": worker, "phone": form["phone"], "address": form["address"]
    }  # fmt: skip
    (line,) = await lines(registry, "reveal_contacts")
    assert (line["account"], line["fields"], line["purpose"]) == (
        "station-3", ["phone", "address"], "home-visit: 入户走访",
    )  # fmt: skip
    only = (await station.post(path, json={**CONTACTS, "fields": ["phone"]})).json()
    assert (only["phone"], only["address"]) == (form["phone"], None)
    for wrong in ({"fields": ["name"]}, {"fields": ["id_number"]}, {"purpose": None}):
        assert (await station.post(path, json={**CONTACTS, **wrong})).status_code == 422, wrong
    assert (
        await station.post(f"/v1/workers/{worker}/reveals", json=ASKED)
    ).status_code == 403  # fmt: skip
    for role in ("auditor", "certificate_approver", "loans_officer"):
        assert (await clerk(registry, role).post(path, json=CONTACTS)).status_code == 403
    away = registry.thing.client("station_clerk", area=OTHER, office="231121-station")
    assert (await away.post(path, json=CONTACTS)).status_code == 404
    assert (await lines(registry, "reveal_contacts"))[-1]["outcome"] == "denied"


async def test_who_told_no_contacts_shows_none(registry: Registry) -> None:
    worker = await registry.worker()
    shown = await registry.get(f"/v1/workers/{worker}")
    assert (shown["has_phone"], shown["phone_masked"]) == (False, None)
    assert (shown["has_address"], shown["address_masked"]) == (False, None)
    path = f"/v1/workers/{worker}/contact-reveals"
    answer = (await clerk(registry, "station_clerk").post(path, json=CONTACTS)).json()
    assert (answer["phone"], answer["address"]) == (None, None)


async def test_contacts_count_with_everything_else_that_is_seen_in_plain(
    running: Callable[..., Any],
) -> None:
    registry = await settled(await running("registry", reveal_rate="2/minute"))
    worker = await registry.worker()
    greedy = clerk(registry, subject="greedy")
    asked = [("reveals", ASKED), ("contact-reveals", CONTACTS), ("contact-reveals", CONTACTS)]
    status = [
        (await greedy.post(f"/v1/workers/{worker}/{path}", json=body)).status_code
        for path, body in asked
    ]
    assert status == [200, 200, 429]


async def test_an_account_looks_at_so_many_and_waits(running: Callable[..., Any]) -> None:
    registry = await settled(await running("registry", reveal_rate="3/minute"))
    worker = await registry.worker()
    path = f"/v1/workers/{worker}/reveals"
    greedy, other = clerk(registry, subject="greedy"), clerk(registry, subject="other")
    status = [(await greedy.post(path, json=ASKED)).status_code for _ in range(4)]
    assert status == [200, 200, 200, 429]
    refused = await greedy.post(path, json=ASKED)
    assert refused.json()["code"] == "too-many-requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "王小明" not in refused.text
    assert (await other.post(path, json=ASKED)).status_code == 200
    assert len(await lines(registry, "reveal_identity")) == 4


async def test_masked_names_come_in_the_order_of_the_question(registry: Registry) -> None:
    first, second = await registry.worker(name="欧阳小明"), await registry.worker(name="王红")
    foreign = await registry.post("/v1/workers", registry.form(area_code=OTHER, name="李四方"), 201)
    asked = {"ids": [second, str(new_id()), foreign["id"], first, second]}
    answer = await clerk(registry, "loans_officer", subject="loans-3").post(
        "/v1/workers/names", json=asked
    )
    assert answer.json()["items"] == [
        {"worker_id": second, "name_masked": "王*"},
        {"worker_id": first, "name_masked": "欧***"},
    ]
    found = await lines(registry, "list_masked_names")
    told = {(str(line["subject_id"]), line["outcome"]) for line in found}
    assert told == {(first, "read"), (second, "read"), (foreign["id"], "denied")}
    many = {"ids": [str(new_id()) for _ in range(501)]}
    assert (await clerk(registry).post("/v1/workers/names", json=many)).status_code == 422
