"""Merging over HTTP: shown before, done by verdict, taken back as if it had never been."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from kit.ids import new_id
from registry.duplicates import usecases as duplicates


async def found_same(registry: Any, one: str, other: str) -> str:
    """The job finds the pair and somebody says that they are one person; answers the verdict."""
    while await duplicates.find_next(registry.thing.runtime):
        pass
    pairs = (await registry.get("/v1/duplicates", worker_id=one))["items"]
    pair = next(p for p in pairs if {p["worker"]["id"], p["other"]["id"]} == {one, other})
    said = await registry.post(
        f"/v1/duplicates/{pair['id']}/adjudications",
        {"verdict": "same", "on": "2003-09-01", "reason": "核对户口簿"},
        **{"If-Match": f'"v{pair["version"]}"'},
    )
    return str(said["id"])


async def two(registry: Any, **more: Any) -> tuple[str, str]:
    """One person, registered twice."""
    return await registry.worker(), await registry.worker(**more)


async def merged(
    registry: Any, survivor: str, other: str, verdict: str, status: int = 201, *, by: Any = None,
    **fields: Any,
) -> Any:  # fmt: skip
    """By another person than who gave the verdict, unless one is named."""
    body = {
        "survivor_id": survivor, "merged_id": other, "adjudication_id": verdict,
        "merged_on": "2003-09-03", "reason": "系同一人", **fields,
    }  # fmt: skip
    return await registry.post(
        "/v1/merges", body, status, by=by or registry.checker, **{"Idempotency-Key": str(new_id())}
    )


async def unmerged(registry: Any, merge: Any, status: int = 201, **fields: Any) -> Any:
    return await registry.post(
        f"/v1/merges/{merge['id']}/reversals",
        {"on": "2003-09-20", "reason": "误并", **fields}, status,
        **{"If-Match": f'"v{merge["version"]}"'},
    )  # fmt: skip


async def test_a_merge_is_shown_done_and_told(registry: Any) -> None:
    survivor, other = await two(registry, labour_status="unemployed", status_since="2002-05-01")
    verdict = await found_same(registry, survivor, other)
    plan = await registry.post(
        "/v1/merges/previews", {"survivor_id": survivor, "merged_id": other}, 200
    )
    assert plan["survivor"]["labour_status"] == {"status": "laid_off", "since": "2001-03-01"}
    assert plan["after"]["labour_status"] == {"status": "unemployed", "since": "2002-05-01"}
    assert plan["after"]["records"] == [survivor, other]
    assert await registry.told("worker.merged") == []
    assert (await registry.get(f"/v1/workers/{other}"))["merged_into"] is None
    merge = await merged(registry, survivor, other, verdict)
    assert merge["plan"] == plan
    assert (merge["due_on"], merge["late"], merge["state"]) == ("2003-09-08", False, "merged")
    assert (await registry.get(f"/v1/workers/{other}"))["merged_into"] == survivor
    (event,) = await registry.told("worker.merged")
    assert str(event.entity_id) == other
    assert event.data == {"survivor_id": survivor, "merged_id": other}
    status = await registry.get(f"/v1/workers/{survivor}/labour-status")
    assert (status["status"], status["since"]) == ("unemployed", "2002-05-01")
    back = await unmerged(registry, merge)
    assert (back["state"], back["reversed_on"]) == ("reversed", "2003-09-20")
    (undone,) = await registry.told("worker.unmerged")
    assert (undone.reverses, undone.entity_id) == (event.id, event.entity_id)
    status = await registry.get(f"/v1/workers/{survivor}/labour-status")
    assert (status["status"], status["since"]) == ("laid_off", "2001-03-01")
    assert (await registry.get(f"/v1/workers/{other}"))["merged_into"] is None
    assert (await unmerged(registry, back, 409))["code"] == "merge-reversed"


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"adjudication_id": str(new_id())}, 409, "not-adjudicated"),
        ({"merged_on": "2003-11-03"}, 422, "in-the-future"),
        ({"merged_on": "2003-08-31"}, 422, "merge-out-of-order"),
        ({"merged_id": str(new_id())}, 404, "not-found"),
    ],
)
async def test_what_is_not_merged(
    registry: Any, fields: dict[str, str], status: int, code: str
) -> None:
    survivor, other = await two(registry)
    verdict = await found_same(registry, survivor, other)
    assert (await merged(registry, survivor, other, verdict, status, **fields))["code"] == code
    itself = await merged(registry, survivor, survivor, verdict, 422)
    assert itself["code"] == "same-record"


async def test_a_verdict_that_no_longer_stands_merges_nobody(registry: Any) -> None:
    survivor, other = await two(registry)
    verdict = await found_same(registry, survivor, other)
    (pair,) = (await registry.get("/v1/duplicates"))["items"]
    body = {"verdict": "not_same", "on": "2003-09-02", "reason": "复核，系两人"}
    path = f"/v1/duplicates/{pair['id']}/adjudications"
    await registry.post(path, body, 201, **{"If-Match": f'"v{pair["version"]}"'})
    assert (await merged(registry, survivor, other, verdict, 409))["code"] == "not-adjudicated"


async def test_whoever_gave_the_verdict_does_not_merge(registry: Any) -> None:
    survivor, other = await two(registry)
    verdict = await found_same(registry, survivor, other)
    mine = await merged(registry, survivor, other, verdict, 409, by=registry.http)
    assert mine["code"] == "maker-is-checker"
    assert (await registry.get(f"/v1/workers/{other}"))["merged_into"] is None
    assert (await merged(registry, survivor, other, verdict))["state"] == "merged"


async def test_what_is_merged_is_first_taken_apart(registry: Any) -> None:
    survivor, other = await two(registry)
    verdict = await found_same(registry, survivor, other)
    await merged(registry, survivor, other, verdict)
    again = await merged(registry, survivor, other, verdict, 409)
    assert again["code"] == "worker-merged"
    (pair,) = (await registry.get("/v1/duplicates"))["items"]
    body = {"verdict": "not_same", "on": "2003-09-02", "reason": "x"}
    path = f"/v1/duplicates/{pair['id']}/adjudications"
    refused = await registry.post(path, body, 409, **{"If-Match": f'"v{pair["version"]}"'})
    assert refused["code"] == "duplicate-merged"


async def test_late_is_said(registry: Any) -> None:
    survivor, other = await two(registry)
    verdict = await found_same(registry, survivor, other)
    merge = await merged(registry, survivor, other, verdict, merged_on="2003-09-09")
    assert (merge["due_on"], merge["late"]) == ("2003-09-08", True)


async def test_three_records_of_one_person(registry: Any) -> None:
    """A survivor may be merged in turn; taking the inner link away takes one record out."""
    a, b, c = [await registry.worker() for _ in range(3)]
    first = await merged(registry, b, c, await found_same(registry, b, c))
    await merged(registry, a, b, await found_same(registry, a, b))
    placed = new_id()
    await registry.thing.deliver(
        registry.thing.heard(
            "jobs-market.placement.confirmed.v1", placed,
            {"worker_id": c, "employer_id": str(new_id()), "channel": "contract",
             "started_on": "2003-06-01"},
        )
    )  # fmt: skip
    assert (await registry.get(f"/v1/workers/{a}/labour-status"))["status"] == "employed"
    await unmerged(registry, first)
    assert (await registry.get(f"/v1/workers/{a}/labour-status"))["status"] == "laid_off"
    assert (await registry.get(f"/v1/workers/{c}/labour-status"))["status"] == "employed"


async def test_who_sees_both_sees_the_merge(registry: Any) -> None:
    survivor, other = await two(registry)
    merge = await merged(registry, survivor, other, await found_same(registry, survivor, other))
    there = registry.thing.client("registry_supervisor", area="231121000000", office="231121-x")
    assert (await there.get(f"/v1/merges/{merge['id']}")).status_code == 404
    assert (await there.get("/v1/merges")).json()["items"] == []
    preview = await there.post(
        "/v1/merges/previews", json={"survivor_id": survivor, "merged_id": other}
    )
    assert preview.status_code == 404
    listed = await registry.get("/v1/merges", worker_id=other, state="merged")
    assert [one["id"] for one in listed["items"]] == [merge["id"]]


async def test_who_was_one_person_is_known_as_of_then(registry: Any) -> None:
    """Links are read as they were known at an instant."""
    from registry.identities import usecases as identities

    survivor, other = await two(registry)
    verdict = await found_same(registry, survivor, other)
    async with registry.thing.db.looking() as tx:
        before = await tx.fetchval("select clock_timestamp()")
    merge = await merged(registry, survivor, other, verdict)
    async with registry.thing.db.looking() as tx:
        during = await tx.fetchval("select clock_timestamp()")
    await unmerged(registry, merge)
    a, b = UUID(survivor), UUID(other)
    async with registry.thing.db.looking() as tx:
        assert await identities.person_of(tx, [b], before) == {b: b}
        assert await identities.person_of(tx, [b], during) == {b: a}
        assert await identities.members_of(tx, [a], during) == {a: [a, b]}
        assert await identities.person_of(tx, [b]) == {b: b}
