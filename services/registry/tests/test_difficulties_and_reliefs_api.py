"""Recognitions, reliefs and pairings over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from kit.ids import new_id

from .test_benefits_api import overlaps
from .test_certificate_facts import take_back, tell

PLACE = {"area_code": "231102000000", "office": "231102-employment-bureau"}


async def test_recognition_and_exit(registry: Any) -> None:
    worker = await registry.worker(born="19620504")
    one = await registry.post(
        "/v1/difficulties", {"worker_id": worker, "recognised_on": "2003-05-04"}
    )
    assert one["state"] == "recognised"
    again = {"worker_id": worker, "recognised_on": "2003-06-04"}
    assert (await registry.post("/v1/difficulties", again, 409))["code"] == "already-recognised"
    left = await registry.post(
        f"/v1/difficulties/{one['id']}/exits",
        {"on": "2003-09-01", "reason": "retired"},
        **{"If-Match": '"v1"'},
    )
    assert left["state"] == "exited"
    kinds = [(await registry.told(f"difficulty.{verb}"))[0] for verb in ("recognised", "exited")]
    assert [event.sequence for event in kinds] == [1, 2]
    assert kinds[1].data == {"worker_id": worker, "kind": "4050", "reason": "retired"}


async def test_too_young_is_a_kept_refusal(registry: Any) -> None:
    worker = await registry.worker(born="19640504")
    rows = [{"worker_id": worker, "recognised_on": "2003-05-04"}]
    await registry.loaded("/v1/difficulties", rows)
    (one,) = (await registry.get("/v1/difficulties", state="refused"))["items"]
    assert one["clause"] == "中发[2002]12号 R4/age-4050"
    decision = await registry.get(f"/v1/difficulties/{one['id']}/decision")
    assert decision["facts"]["birth_date"] == "1964-05-04"
    assert await registry.told("difficulty.recognised") == []


def relief(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "fee", "item": "registration", "authority": "工商局", "beneficiary_unit": "household",
        "beneficiary_id": str(new_id()), "amount": "23.50", "posted_on": "2003-06-01", **PLACE,
        **fields,
    }  # fmt: skip


@pytest.mark.parametrize("first", ["relief", "death"])
async def test_a_relief_of_a_dead_person_is_listed_until_the_death_is_taken_back(
    registry: Any, first: str
) -> None:
    """4.6, E8: it is kept as posted, and found, whichever is known first."""
    form = registry.form()
    worker = (await registry.post("/v1/workers", form))["id"]
    fact = None
    if first == "death":
        fact = await tell(registry, form["id_number"], "deceased", "2003-05-20")
    ids = []
    for day in ("2003-05-19", "2003-08-09"):
        body = relief(
            kind="tax", item="income_tax", authority="地税局", worker_id=worker, posted_on=day
        )
        key = {"Idempotency-Key": f"relief-{day}"}
        ids.append((await registry.post("/v1/reliefs", body, **key))["id"])
    if fact is None:
        assert await overlaps(registry) == []
        fact = await tell(registry, form["id_number"], "deceased", "2003-05-20")
    page = await registry.get("/v1/benefits", worker_id=worker)
    (after,) = [one["id"] for one in page["items"] if one["valid_from"] == "2003-08-09"]
    assert await overlaps(registry) == [("after-life-fact", after, None, ["2003-08"])]
    (found,) = await registry.told("benefit.overlap-found")
    assert (found.data["kind"], found.data["worker_id"]) == ("tax-relief", worker)
    await take_back(registry, fact)
    assert await overlaps(registry) == []


async def test_reliefs_are_posted_once(registry: Any) -> None:
    key = {"Idempotency-Key": "relief-0001"}
    body = relief()
    first = await registry.post("/v1/reliefs", body, **key)
    assert await registry.post("/v1/reliefs", body, **key) == first
    (event,) = await registry.told("relief.posted")
    assert event.data["amount"] == "23.50"
    await registry.post("/v1/reliefs", body, 400)
    assert (await registry.get(f"/v1/reliefs/{first['id']}"))["amount"] == "23.50"
    await registry.post("/v1/reliefs", relief(amount="1"), 422, **key)


async def test_a_relief_of_a_person_is_written_on_the_certificate(registry: Any) -> None:
    """R16: tax and commerce annotate at once; and whoever gets a certificate later has it too."""
    worker = await registry.worker()
    await registry.certificate(worker, issued_on="2003-04-10")
    own = {"beneficiary_unit": "person", "beneficiary_id": worker, "worker_id": worker}
    await registry.loaded(
        "/v1/reliefs", [relief(**own), relief(**own, kind="tax", item="income_tax"), relief()]
    )
    page = (await registry.get("/v1/benefits", worker_id=worker))["items"]
    assert {(one["kind"], one["amount"], one["months"] == []) for one in page} == {
        ("fee-relief", "23.50", True), ("tax-relief", "23.50", True),
    }  # fmt: skip
    assert all(one["certificate_id"] for one in page)
    posted = {event.id for event in await registry.told("relief.posted")}
    annotated = await registry.told("benefit.annotated")
    assert {UUID(event.data["source_event"]) for event in annotated} < posted


async def test_reliefs_in_bulk_and_the_law_of_their_day(registry: Any) -> None:
    rows = [
        relief(),
        relief(kind="tax", item="income_tax", posted_on="2002-12-31"),
        relief(kind="tax", item="registration"),
        relief(posted_on="2002-10-16"),
        relief(worker_id=str(new_id())),
        relief(amount="1.234"),
    ]
    body = (await registry.load("/v1/reliefs", rows, mode="good")).json()
    assert [(e["line"], e["code"]) for e in body["errors"]] == [
        (2, "relief-not-in-force"), (3, "relief-item-kind"), (4, "relief-not-in-force"),
        (5, "unknown-worker"), (6, "yuan"),
    ]  # fmt: skip
    assert len((await registry.get("/v1/reliefs", kind="fee"))["items"]) == 1


async def test_a_stated_total_stands_beside_the_postings(registry: Any) -> None:
    body = {
        "kind": "tax", "authority": "地税局", "amount": "94000.00", "period_from": "2003-01-01",
        "period_to": "2003-10-31", **PLACE,
    }  # fmt: skip
    total = await registry.post("/v1/reliefs/totals", body, **{"Idempotency-Key": "total-0001"})
    assert (await registry.get(f"/v1/reliefs/totals/{total['id']}"))["amount"] == "94000.00"
    assert len((await registry.get("/v1/reliefs/totals"))["items"]) == 1
    (event,) = await registry.told("relief.total-stated")
    assert event.data["document"] is None
    wrong = {**body, "period_from": "2003-11-01"}
    await registry.post("/v1/reliefs/totals", wrong, 422, **{"Idempotency-Key": "total-0002"})


async def test_pairing_once(registry: Any) -> None:
    worker = await registry.worker()
    body = {"worker_id": worker, "helper_office": PLACE["office"], "formed_on": "2003-02-01"}
    one = await registry.post("/v1/pairings", body)
    assert (await registry.get(f"/v1/pairings/{one['id']}"))["placement_id"] is None
    assert (await registry.post("/v1/pairings", body, 409))["code"] == "already-paired"
    other = {
        **body,
        "worker_id": await registry.worker(born="19610101"),
        "helper_office": "231102-x",
    }
    assert (await registry.post("/v1/pairings", other, 422))["code"] == "unknown-office"
