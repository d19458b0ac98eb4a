"""What labour stations, streets and the bureau look through: by area, by what waits and for how long.

Business day: 2003-10-31.
"""

from __future__ import annotations

from typing import Any

from kit.ids import new_id

from .conftest import DISTRICT, OTHER
from .test_certificate_procedure import act, objected
from .test_merges_api import found_same, merged, two
from .test_places_api import COMMUNITY, NEXT, STREET, a_street

PATH = "/v1/awaiting-approvals"


async def waiting(registry: Any, **params: Any) -> list[tuple[str, str, int]]:
    """What the checker is waited for: kind, thing, working days."""
    answer = await registry.checker.get(PATH, params=params)
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["id"], one["working_days"]) for one in answer.json()["items"]]


async def test_certificates_are_listed_by_area(registry: Any) -> None:
    await a_street(registry)
    ids = {}
    for n, area in enumerate((COMMUNITY, NEXT, DISTRICT)):
        worker = await registry.worker(born=f"196{n}0504", area_code=area)
        ids[area] = await registry.certificate(worker)

    async def listed(**params: Any) -> set[str]:
        page = await registry.get("/v1/certificates", **params)
        return {one["id"] for one in page["items"]}

    assert await listed() == set(ids.values())
    assert await listed(area_code=COMMUNITY) == {ids[COMMUNITY]}
    assert await listed(area_code=STREET) == {ids[COMMUNITY], ids[NEXT]}
    assert await listed(area_code=STREET, state="issued") == set()
    first = await registry.get("/v1/certificates", area_code=STREET, limit=1)
    then = {"area_code": STREET, "limit": 1, "cursor": first["next_cursor"]}
    assert await listed(**then) == {ids[NEXT]}
    await registry.get("/v1/certificates", 400, **{**then, "area_code": DISTRICT})
    station = registry.thing.client("station_clerk", area=COMMUNITY)
    for asked in (NEXT, STREET, OTHER):
        answer = await station.get("/v1/certificates", params={"area_code": asked})
        assert answer.json()["items"] == [], asked


async def test_every_kind_waits_for_whoever_did_not_make_it_oldest_first(registry: Any) -> None:
    posted = await registry.certificate(await registry.worker(born="19600101"))  # 2003-03-03
    under, _ = await objected(registry)  # 2003-03-04
    lost = await registry.certificate(
        await registry.worker(born="19610101"), issued_on="2003-04-10"
    )
    await act(registry, lost, "losses", {"on": "2003-06-02"})
    one, other = [await registry.worker(born="19620101") for _ in range(2)]
    verdict = await found_same(registry, one, other)  # 2003-09-01
    asked = await registry.ask(one, "dibao", True, requested_on="2003-10-24")
    left = await registry.worker(born="19630101")
    path = f"/v1/workers/{left}/labour-status/declarations"
    body = {
        "status": "retired",
        "since": "2003-10-01",
        "document": "退休证 5",
        "document_on": "2003-10-01",
    }
    (declared,) = (await registry.post(path, body))["awaiting"]
    found = await waiting(registry)
    assert [(kind, id) for kind, id, _ in found] == [
        ("issue", posted), ("dismiss-objection", under), ("reissue", lost), ("merge", verdict),
        ("correction", asked["id"]), ("declaration", declared["id"]),
    ]  # fmt: skip
    days = {kind: days for kind, _, days in found}
    # 2003-10-24 was a Friday: five working days up to the next one. Written down now: none.
    assert (days["correction"], days["declaration"]) == (5, 0)
    assert days["issue"] > days["merge"] > 20
    # Nobody is waited for in what he or she made.
    assert (await registry.get(PATH))["items"] == []
    await registry.approve(asked, on="2003-10-31")
    await registry.declare(left, "retired", "2003-10-02")
    assert [kind for kind, _, _ in await waiting(registry)] == [
        "issue", "dismiss-objection", "reissue", "merge", "declaration",
    ]  # fmt: skip
    (merge,) = (await registry.checker.get(PATH, params={"kind": "merge"})).json()["items"]
    assert {merge["worker_id"], merge["other_id"]} == {one, other}
    await merged(registry, one, other, verdict)
    assert await waiting(registry, kind="merge") == []


async def test_a_page_goes_on_across_kinds_of_one_day(registry: Any) -> None:
    """Two of one kind and one of another on the same day, one at a time."""
    workers = [await registry.worker(born=f"196{n}0101") for n in range(3)]
    asked = [await registry.ask(w, "dibao", True, requested_on="2003-03-03") for w in workers[:2]]
    posted = [await registry.certificate(w) for w in workers[1:]]
    expected = [("correction", id) for id in sorted(one["id"] for one in asked)]
    expected += [("issue", id) for id in sorted(posted)]
    found, cursor = [], None
    while True:
        params = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = (await registry.checker.get(PATH, params=params)).json()
        found += [(one["kind"], one["id"]) for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == expected


async def test_the_worklist_holds_what_the_role_and_the_area_decide_on(registry: Any) -> None:
    worker = await registry.worker()
    asked = await registry.ask(worker, "dibao", True)
    posted = await registry.certificate(worker)

    async def of(role: str, area: str = DISTRICT, **params: Any) -> list[str]:
        client = registry.thing.client(role, area=area, subject=f"a {role}")
        answer = await client.get(PATH, params=params)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    assert await of("certificate_approver") == [posted]
    assert await of("registry_supervisor") == [asked["id"]]
    assert await of("station_clerk") == []
    assert await of("certificate_approver", OTHER) == []
    assert await of("certificate_approver", OTHER, area_code=DISTRICT) == []
    assert await of("certificate_approver", "231100000000", area_code=OTHER) == []
    nobody = registry.thing.client("finance_officer")
    assert (await nobody.get(PATH)).status_code == 403


async def test_what_is_not_publicised_long_enough_does_not_wait_yet(registry: Any) -> None:
    worker = await registry.worker()
    row = {"id": str(new_id()), "worker_id": worker, "applied_on": "2003-10-29"}
    await registry.loaded("/v1/certificates", [row])
    assert await waiting(registry) == []
    other = await registry.worker(born="19610504")
    over = {"id": str(new_id()), "worker_id": other, "applied_on": "2003-10-28"}
    await registry.loaded("/v1/certificates", [over])
    assert [id for _, id, _ in await waiting(registry)] == [over["id"]]


async def test_verdicts_that_no_merge_followed_in_time_are_listed(registry: Any) -> None:
    """Policy 4.1: merged within five working days; 2003-09-01 was a Monday."""
    path = "/v1/merges/awaiting"
    one, other = await two(registry)
    verdict = await found_same(registry, one, other)
    (late,) = (await registry.get(path, late=True))["items"]
    assert (late["adjudication_id"], late["due_on"]) == (verdict, "2003-09-08")
    assert {late["worker"]["id"], late["other"]["id"]} == {one, other}
    assert late["days_late"] > 30
    pairs = (await registry.get("/v1/duplicates"))["items"]
    said = f"/v1/duplicates/{pairs[0]['id']}/adjudications"

    async def decided(verdict: str, on: str, version: int) -> None:
        body = {"verdict": verdict, "on": on, "reason": "复核"}
        await registry.post(said, body, **{"If-Match": f'"v{version}"'})

    await decided("not_same", "2003-10-20", 2)
    assert (await registry.get(path))["items"] == []
    await decided("same", "2003-10-24", 3)  # a Friday: the last day in time is the next one
    assert (await registry.get(path, late=True))["items"] == []
    (waits,) = (await registry.get(path))["items"]
    assert (waits["due_on"], waits["days_late"]) == ("2003-10-31", 0)
    assert (await registry.get(path, area_code=OTHER))["items"] == []
    foreign = registry.thing.client("registry_supervisor", area=OTHER)
    assert (await foreign.get(path)).json()["items"] == []
    merge = await merged(
        registry, one, other, waits["adjudication_id"], merged_on="2003-10-30"
    )  # fmt: skip
    assert (await registry.get(path))["items"] == []
    await registry.post(
        f"/v1/merges/{merge['id']}/reversals", {"on": "2003-10-31", "reason": "误并"},
        **{"If-Match": f'"v{merge["version"]}"'},
    )  # fmt: skip
    assert len((await registry.get(path))["items"]) == 1


async def test_two_records_of_a_third_one_wait_for_no_merge_of_their_own(registry: Any) -> None:
    """A and B go into C one after the other: the verdict on A and B asks for nothing more."""
    a, b, c = [await registry.worker() for _ in range(3)]
    ab, ac, bc = [await found_same(registry, *pair) for pair in ((a, b), (a, c), (b, c))]
    await merged(registry, c, a, ac)
    left = (await registry.get("/v1/merges/awaiting"))["items"]
    assert {one["adjudication_id"] for one in left} == {ab, bc}
    await merged(registry, c, b, bc)
    assert (await registry.get("/v1/merges/awaiting"))["items"] == []
