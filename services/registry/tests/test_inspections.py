"""The annual inspection, and what the calendar does to certificates: suspended, expired."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kit.ids import new_id
from registry.certificates import ending
from registry.inspections import domain, usecases
from registry.labour_status import usecases as labour_status

from .conftest import DISTRICT, OTHER, settled, waited_for
from .conftest import OFFICE as BUREAU

OFFICE, ELSEWHERE = "231100-employment-bureau", "231121-employment-bureau"


async def holder(
    registry: Any, *, issued_on: str = "2006-03-20", born: str = "19650504", **fields: Any
) -> str:
    """A certificate of the second round, issued by the city's bureau."""
    worker = await registry.worker(
        born=born, status_since="2005-01-01", centre_agreement_on=None, registered_on="2006-01-09",
        **fields,
    )  # fmt: skip
    id = str(new_id())
    applied = f"{issued_on[:8]}01"
    await registry.loaded(
        "/v1/certificates", [{"id": id, "worker_id": worker, "applied_on": applied}]
    )
    await registry.loaded(
        "/v1/certificates/issues", [{"certificate_id": id, "issued_on": issued_on}]
    )
    return id


#: What a late inspection asks to see.
LATE = [{"kind": kind, "reference": "补检 2007-3"} for kind in ("id_card", "layoff_certificate")]


async def inspect(
    registry: Any, id: str, on: str, year: int = 2006, status: int = 201, by: Any = None,
    papers: Any = (),
) -> dict[str, Any]:  # fmt: skip
    seen = await registry.http.get(f"/v1/certificates/{id}")
    body: dict[str, Any] = await registry.post(
        f"/v1/certificates/{id}/inspections",
        {"year": year, "inspected_on": on, "evidence": list(papers)}, status, by=by,
        **{"If-Match": seen.headers["etag"]},
    )  # fmt: skip
    return body


async def test_after_a_transfer_the_receiving_office_inspects(registry_2007: Any) -> None:
    """R13 names the issuer; a district's bureau does not see who has moved to another district."""
    registry, thing = registry_2007, registry_2007.thing
    await registry.post(
        "/v1/offices",
        {"code": ELSEWHERE, "name": "嫩江县就业局", "kind": "bureau", "staff": 3,
         "area_code": OTHER, "opened_on": "2000-01-01"},
    )  # fmt: skip
    old = thing.client("loader", area=DISTRICT, office=BUREAU, subject="old")
    new = thing.client("loader", area=OTHER, office=ELSEWHERE, subject="new")
    registry.checker, city = old, registry.checker
    id = await holder(registry)
    registry.checker = city
    worker = (await registry.get(f"/v1/certificates/{id}"))["worker_id"]
    place = {"area_code": OTHER, "office": ELSEWHERE}
    await registry.correct(worker, "place", place, "2006-09-01", valid_from="2006-09-01")
    for client, status in ((old, 404), (city, 403), (new, 201)):
        await inspect(registry, id, "2006-10-01", status=status, by=client)


async def state(registry: Any, id: str) -> tuple[str, str]:
    body = await registry.get(f"/v1/certificates/{id}")
    return body["state"], body["state_on"]


async def test_missed_suspended_and_inspected_late(registry_2007: Any) -> None:
    """A journey: two are inspected in the window, the third is suspended and comes back."""
    registry = registry_2007
    one, two, three = [await holder(registry, born=f"196{n}0504") for n in (5, 6, 7)]
    fresh = await holder(registry, issued_on="2006-11-20", born="19680504")
    await inspect(registry, one, "2006-10-01")
    number = (await registry.get(f"/v1/certificates/{two}"))["number"]
    lines = [{"number": number, "year": 2006, "inspected_on": "2006-12-31"}]
    await registry.loaded("/v1/certificates/inspections", lines)
    await usecases.suspend_uninspected(registry.thing.runtime)
    await usecases.suspend_uninspected(registry.thing.runtime)  # safe to run twice
    states = [await state(registry, id) for id in (one, two, three, fresh)]
    assert states == [
        ("issued", "2006-03-20"), ("issued", "2006-03-20"), ("suspended", "2007-01-01"),
        ("issued", "2006-11-20"),
    ]  # fmt: skip
    (told,) = await registry.told("certificate.suspended")
    assert (str(told.entity_id), str(told.valid_from), told.data["year"]) == (
        three, "2007-01-01", 2006,
    )  # fmt: skip
    back = await inspect(registry, three, "2007-01-15", papers=LATE)
    assert (back["state"], back["state_on"]) == ("issued", "2007-01-15")
    await usecases.suspend_uninspected(registry.thing.runtime)
    assert (await state(registry, three))[0] == "issued"
    kept = (await registry.get(f"/v1/certificates/{three}/inspections"))["items"]
    assert [(one["year"], one["late"], one["office"]) for one in kept] == [(2006, True, OFFICE)]
    assert len(await registry.told("certificate.inspected")) == 2
    assert len(await registry.told("certificate.reinstated")) == 1
    history = (await registry.get(f"/v1/certificates/{three}/transitions"))["items"]
    assert [(step["state"], step["actor"]) for step in history[-2:]] == [
        ("suspended", "system:calendar"), ("issued", "test-loader"),
    ]  # fmt: skip
    papers = (await registry.get(f"/v1/certificates/{three}/evidence"))["items"]
    assert [paper["kind"] for paper in papers] == ["id_card", "layoff_certificate"]
    assert history[-1]["evidence"] == [kept[0]["id"], *(paper["id"] for paper in papers)]


async def test_a_late_inspection_is_of_the_missed_year_and_on_papers(registry_2007: Any) -> None:
    registry = registry_2007
    id = await holder(registry)
    await usecases.suspend_uninspected(registry.thing.runtime)
    other = await inspect(registry, id, "2007-01-15", year=2007, status=409, papers=LATE)
    assert (other["code"], other["detail"]) == ("inspection-other-year", "应补检 2006 年度")
    for seen, lacking in (([], "id_card, category_proof"), (LATE[:1], "category_proof")):
        bare = await inspect(registry, id, "2007-01-15", status=409, papers=seen)
        assert (bare["code"], bare["detail"]) == ("evidence-missing", f"缺少：{lacking}")
    line = {"certificate_id": id, "year": 2006, "inspected_on": "2007-01-15"}
    bulk = (await registry.load("/v1/certificates/inspections", [line], mode="good")).json()
    assert [error["code"] for error in bulk["errors"]] == ["evidence-missing"]
    assert (await state(registry, id))[0] == "suspended"
    await registry.loaded("/v1/certificates/inspections", [{**line, "evidence": LATE}])
    assert await state(registry, id) == ("issued", "2007-01-15")


async def test_the_next_years_inspection_gives_nothing_back(running: Any) -> None:
    """The late days of 2006 are over: neither 2006 nor 2007, in its window or late, brings it back."""
    thing = await running("registry", business_day=date(2008, 2, 1))
    registry = await settled(thing)
    id = await holder(registry)
    await ending.suspend_uninspected(thing.runtime, 2006, date(2006, 10, 1), date(2007, 1, 1))
    for on, year in (("2007-04-01", 2006), ("2007-10-10", 2007), ("2008-01-15", 2007)):
        late = await inspect(registry, id, on, year=year, status=409, papers=LATE)
        assert late["code"] == "late-inspection-over"
        assert "2007-03-31" in late["detail"]
    assert await state(registry, id) == ("suspended", "2007-01-01")


async def test_a_suspension_and_what_it_takes_off_are_one_transaction(registry_2007: Any) -> None:
    """Whoever works on a person is waited for before anything is written: a process that dies leaves
    either both or neither."""
    registry, runtime = registry_2007, registry_2007.thing.runtime
    id = await holder(registry)
    worker = (await registry.get(f"/v1/certificates/{id}"))["worker_id"]
    subsidy = {
        "worker_id": worker, "kind": "social-insurance-subsidy", "valid_from": "2006-11-01",
        "valid_to": "2007-03-31", "granted_by": "劳动局",
    }  # fmt: skip
    await registry.post("/v1/benefits", subsidy, **{"Idempotency-Key": "subsidy-0001"})
    async with registry.thing.db.transaction() as tx:
        await labour_status.hold(tx, [UUID(worker)])
        sweep = asyncio.create_task(usecases.suspend_uninspected(runtime))
        await waited_for(registry, tx)
        assert (await state(registry, id))[0] == "issued"
        locked = "select id from certificate where id = $1 for update nowait"
        assert await tx.fetchval(locked, UUID(id)) == UUID(id), "people before certificates"
    await sweep
    assert (await state(registry, id))[0] == "suspended"
    (found,) = (await registry.get("/v1/benefits/overlaps"))["items"]
    assert found["months"] == ["2007-01", "2007-02", "2007-03"]


async def test_a_late_inspection_locks_the_holder_first(registry_2007: Any) -> None:
    registry = registry_2007
    id = await holder(registry)
    worker = (await registry.get(f"/v1/certificates/{id}"))["worker_id"]
    await usecases.suspend_uninspected(registry.thing.runtime)
    async with registry.thing.db.transaction() as tx:
        await labour_status.hold(tx, [UUID(worker)])
        late = asyncio.create_task(inspect(registry, id, "2007-01-15", papers=LATE))
        await waited_for(registry, tx)
        locked = "select id from certificate where id = $1 for update nowait"
        assert await tx.fetchval(locked, UUID(id)) == UUID(id)
    assert (await late)["state"] == "issued"


async def test_another_office_may_not_inspect(registry_2007: Any) -> None:
    """An office of the same city sees it and may write, and is refused by a code of its own."""
    registry = registry_2007
    id = await holder(registry)
    other = registry.thing.client("loader", office=ELSEWHERE, subject="elsewhere")
    refused = await inspect(registry, id, "2006-10-10", status=403, by=other)
    assert refused["code"] == "not-issuing-office"
    line = f'{{"certificate_id": "{id}", "year": 2006, "inspected_on": "2006-10-10"}}'
    bulk = await other.post(
        "/v1/certificates/inspections/imports?mode=good", content=line.encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )  # fmt: skip
    assert [error["code"] for error in bulk.json()["errors"]] == ["not-issuing-office"]
    shown = (await other.get(f"/v1/certificates/{id}")).json()
    assert "inspect" not in shown["allowed_actions"]
    assert "inspect" in (await registry.get(f"/v1/certificates/{id}"))["allowed_actions"]


@pytest.mark.parametrize(
    ("on", "year", "status", "code"),
    [
        ("2006-09-30", 2006, 409, "inspection-window"),
        ("2005-10-10", 2005, 422, "inspection-not-in-force"),
        ("2007-02-02", 2006, 422, "in-the-future"),
        ("2006-03-10", 2006, 422, "step-out-of-order"),
    ],
)
async def test_inspections_that_are_refused(
    registry_2007: Any, on: str, year: int, status: int, code: str
) -> None:
    id = await holder(registry_2007)
    assert (await inspect(registry_2007, id, on, year, status))["code"] == code


async def test_one_inspection_a_year(registry_2007: Any) -> None:
    id = await holder(registry_2007)
    await inspect(registry_2007, id, "2006-10-10")
    again = await inspect(registry_2007, id, "2006-11-10", status=409)
    assert again["code"] == "already-inspected"


def test_a_window_may_reach_into_the_next_year() -> None:
    of = domain.window(2006, opens="12-01", closes="01-31", late_days=30)
    assert (of.opens, of.closes, of.late_until) == (
        date(2006, 12, 1), date(2007, 1, 31), date(2007, 3, 2),
    )  # fmt: skip


async def test_validity_ends_by_itself(registry_2009: Any) -> None:
    """Three years, retirement or the end of the programme, whichever is first; then no application."""
    registry = registry_2009
    whole = await holder(registry)
    retiring = await holder(registry, born="19570504")
    found = [
        (await registry.get(f"/v1/certificates/{id}"))["valid_until"] for id in (whole, retiring)
    ]
    assert found == ["2008-12-31", "2007-05-03"]
    assert await ending.expire_outlived(registry.thing.runtime) == 2
    assert await ending.expire_outlived(registry.thing.runtime) == 0
    assert await state(registry, whole) == ("expired", "2009-01-01")
    assert await state(registry, retiring) == ("expired", "2007-05-04")
    told = await registry.told("certificate.expired")
    assert sorted(str(event.valid_from) for event in told) == ["2007-05-04", "2009-01-01"]
    late = await registry.worker(born="19700504")
    body = (
        await registry.load(
            "/v1/certificates", [{"worker_id": late, "applied_on": "2009-01-01"}], mode="good"
        )
    ).json()
    assert [error["code"] for error in body["errors"]] == ["scheme-ended"]


async def test_months_of_a_suspended_certificate_are_found(registry_2007: Any) -> None:
    """E4: what was given for months that began while it had no force is to be recovered; nothing
    new is written for them; the late inspection gives the rest back."""
    registry = registry_2007
    id = await holder(registry)
    worker = (await registry.get(f"/v1/certificates/{id}"))["worker_id"]
    subsidy = {
        "worker_id": worker, "kind": "social-insurance-subsidy", "valid_from": "2006-11-01",
        "valid_to": "2007-03-31", "granted_by": "劳动局",
    }  # fmt: skip
    key = {"Idempotency-Key": "subsidy-0001"}
    await registry.post("/v1/benefits", subsidy, **key)
    await usecases.suspend_uninspected(registry.thing.runtime)

    async def found() -> list[tuple[str, list[str]]]:
        page = await registry.get("/v1/benefits/overlaps")
        return [(one["cause"], one["months"]) for one in page["items"]]

    assert await found() == [("while-suspended", ["2007-01", "2007-02", "2007-03"])]
    post = {**subsidy, "kind": "post-subsidy", "valid_from": "2007-01-10"}
    key = {"Idempotency-Key": "subsidy-0002"}
    refused = await registry.post("/v1/benefits", post, 409, **key)
    assert refused["code"] == "benefit-certificate-not-in-force"
    await inspect(registry, id, "2007-01-15", papers=LATE)
    assert await found() == [("while-suspended", ["2007-01"])]
