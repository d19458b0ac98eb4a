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
