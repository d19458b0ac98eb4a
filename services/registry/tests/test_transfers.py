"""A person moves to another office: the cases go along, what was done stays where it was done."""

from __future__ import annotations

from typing import Any

import pytest

from kit.ids import new_id
from registry.transfers import store

from .conftest import DISTRICT, OFFICE, OTHER, Registry
from .test_merges_api import found_same, merged, unmerged

OTHER_OFFICE = "231121-employment-bureau"
HERE = {"area_code": DISTRICT, "office": OFFICE}
THERE = {"area_code": OTHER, "office": OTHER_OFFICE}
CASES = {
    "certificate": "/v1/certificates", "difficulty": "/v1/difficulties",
    "registration": "/v1/unemployment-registrations", "account": "/v1/unemployment-insurance",
    "pairing": "/v1/pairings", "request": "/v1/correction-requests",
}  # fmt: skip


class Two:
    """Two districts, each with its bureau, and a person of the first who has everything."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        thing = registry.thing
        self.old = thing.client("loader", area=DISTRICT, office=OFFICE, subject="old")
        self.new = thing.client("loader", area=OTHER, office=OTHER_OFFICE, subject="new")
        self.cases: dict[str, str] = {}

    async def settle(self) -> None:
        await self.registry.post(
            "/v1/offices",
            {"code": OTHER_OFFICE, "name": "嫩江县就业局", "kind": "bureau", "staff": 3,
             "area_code": OTHER, "opened_on": "2000-01-01"},
        )  # fmt: skip

    async def person(self) -> str:
        registry = self.registry
        form = registry.form(
            born="19500504", sex="male", category="soe_unemployed", labour_status="unemployed",
            status_since="2003-01-06",
        )  # fmt: skip
        worker = str(form["id"])
        await registry.post("/v1/workers", form)
        drawing = {
            "id": str(new_id()), "id_number": form["id_number"], "what": "started",
            "on": "2003-02-01", "months": 18, "years": 7, "authority": "失业保险经办机构",
        }  # fmt: skip
        await registry.loaded("/v1/unemployment-insurance/facts", [drawing])
        self.cases["certificate"] = await registry.certificate(worker)
        path = f"/v1/certificates/{self.cases['certificate']}"
        version = {"If-Match": (await self.old.get(path)).headers["etag"]}
        answer = await self.old.post(f"{path}/issues", json={"on": "2003-04-10"}, headers=version)
        assert answer.status_code == 201, answer.text
        recognised = {"worker_id": worker, "recognised_on": "2003-05-04"}
        self.cases["difficulty"] = (await registry.post("/v1/difficulties", recognised))["id"]
        pairing = {"worker_id": worker, "helper_office": OFFICE, "formed_on": "2003-06-01"}
        self.cases["pairing"] = (await registry.post("/v1/pairings", pairing))["id"]
        for name in ("registration", "account"):
            (row,) = (await registry.get(CASES[name], worker_id=worker))["items"]
            self.cases[name] = row["id"]
        self.cases["request"] = (await registry.ask(worker, "dibao", True))["id"]
        return worker

    async def moves(self, worker: str, place: dict[str, str], on: str = "2003-09-10") -> None:
        await self.registry.correct(worker, "place", place, on, valid_from=on)

    async def seen(self, client: Any) -> set[str]:
        """Which of the cases this office sees, each by itself and in its list."""
        found = set()
        for name, path in CASES.items():
            alone = await client.get(f"{path}/{self.cases[name]}")
            listed = {one["id"] for one in (await client.get(path)).json()["items"]}
            assert (alone.status_code == 200) == (self.cases[name] in listed), name
            assert alone.status_code in (200, 404)
            if alone.status_code == 200:
                found.add(name)
        return found

    async def writes(self, client: Any) -> dict[str, int]:
        """One act on each case that has acts, as this office."""
        acts = {
            "certificate": ("losses", {"on": "2003-09-20"}),
            "difficulty": ("exits", {"on": "2003-09-20", "reason": "wish_ended"}),
            "registration": ("contacts", {"on": "2003-09-20", "channel": "phone"}),
            "request": ("approvals", {"on": "2003-09-20"}),
        }
        found = {}
        for name, (act, body) in acts.items():
            path = f"{CASES[name]}/{self.cases[name]}"
            version = (await self.registry.get(path)).get("version", 1)
            answer = await client.post(
                f"{path}/{act}", json=body, headers={"If-Match": f'"v{version}"'}
            )
            found[name] = answer.status_code
        return found


@pytest.fixture
async def two(registry: Registry) -> Two:
    both = Two(registry)
    await both.settle()
    return both


async def test_every_case_goes_to_the_receiving_office_and_leaves_the_old_one(two: Two) -> None:
    worker = await two.person()
    assert (await two.seen(two.old), await two.seen(two.new)) == (set(CASES), set())
    await two.moves(worker, THERE)
    assert (await two.seen(two.old), await two.seen(two.new)) == (set(), set(CASES))
    assert set((await two.writes(two.old)).values()) == {404}
    assert set((await two.writes(two.new)).values()) == {201}


async def test_whoever_comes_back_brings_everything_back(two: Two) -> None:
    worker = await two.person()
    await two.moves(worker, THERE)
    await two.moves(worker, HERE, "2003-09-20")
    assert (await two.seen(two.old), await two.seen(two.new)) == (set(CASES), set())


async def test_what_is_told_from_now_on_names_the_new_place(two: Two) -> None:
    worker = await two.person()
    await two.moves(worker, THERE)
    await two.writes(two.new)
    told = await two.registry.thing.told()
    (moved,) = [n for n, e in enumerate(told) if e.type == "registry.worker.corrected.v1"
                and e.data["attributes"] == ["place"]]  # fmt: skip
    about = {"certificate", "difficulty", "worker"}
    places = [
        {(e.area_code, e.office) for e in some if e.noun in about}
        for some in (told[:moved], told[moved:])
    ]
    assert places == [{tuple(HERE.values())}, {tuple(THERE.values())}]
    names = {e.type.split(".", 1)[1] for e in told[moved:]}
    assert {"certificate.lost.v1", "difficulty.exited.v1"} <= names


async def test_what_was_done_stays_where_it_was_done(two: Two) -> None:
    """Decided requests and numbers declared void: the old office goes on showing them."""
    registry = two.registry
    worker = await two.person()
    await registry.approve({"id": two.cases["request"], "version": 1})
    assert (await two.writes(two.old))["certificate"] == 201
    before = (await two.old.get("/v1/certificate-losses")).json()["items"]
    await two.moves(worker, THERE)
    assert (await two.old.get(f"/v1/correction-requests/{two.cases['request']}")).status_code == 200
    assert (await two.old.get("/v1/certificate-losses")).json()["items"] == before != []
    issued = await two.new.get(f"/v1/certificates/{two.cases['certificate']}")
    assert issued.json()["issued_by"] == OFFICE


async def test_the_receiving_office_inspects_in_the_issuers_place(two: Two) -> None:
    """R13 names the issuer, who no longer sees the holder."""
    worker = await two.person()
    path = f"/v1/certificates/{two.cases['certificate']}"

    async def may(client: Any) -> bool:
        return "inspect" in (await client.get(path)).json()["allowed_actions"]

    assert await may(two.old)
    stranger = two.registry.thing.client("loader", area=OTHER, office="231121-street", subject="x")
    await two.moves(worker, THERE)
    assert await may(two.new)
    assert not await may(stranger)


async def test_of_two_records_in_two_districts_the_survivors_office_works_everything(
    two: Two,
) -> None:
    """And when they are taken apart each office has its own again."""
    registry = two.registry
    other = await two.person()
    survivor = await registry.worker(
        born="19500504", sex="male", category="soe_unemployed", labour_status="unemployed", **THERE
    )
    verdict = await found_same(registry, survivor, other)
    merge = await merged(registry, survivor, other, verdict)
    path = f"/v1/certificates/{two.cases['certificate']}"
    assert [(await c.get(path)).status_code for c in (two.old, two.new)] == [404, 200]
    assert (await two.new.get(f"/v1/merges/{merge['id']}")).status_code == 404  # not both
    await unmerged(registry, merge)
    assert [(await c.get(path)).status_code for c in (two.old, two.new)] == [200, 404]
    assert await two.seen(two.old) == set(CASES)


async def test_what_is_between_two_records_is_seen_by_who_sees_both(two: Two) -> None:
    registry = two.registry
    one, other = await registry.worker(), await registry.worker()
    verdict = await found_same(registry, one, other)
    (pair,) = (await registry.get("/v1/duplicates"))["items"]
    merge = await merged(registry, one, other, verdict)
    paths = [f"/v1/duplicates/{pair['id']}", f"/v1/merges/{merge['id']}"]

    async def codes(client: Any) -> list[int]:
        return [(await client.get(path)).status_code for path in paths]

    assert await codes(two.old) == [200, 200]
    await two.moves(one, THERE)
    assert await codes(two.old) == await codes(two.new) == [404, 404]
    assert await codes(registry.http) == [200, 200]


async def test_every_table_about_a_person_that_has_a_place_is_decided_upon(registry: Any) -> None:
    """A new table with a place goes along, or stays, by a decision."""
    async with registry.thing.db.looking() as tx:
        rows = await tx.fetch(
            "select table_name from information_schema.columns where column_name = 'area_code'"
            " and table_schema = current_schema() and table_name in (select table_name"
            " from information_schema.columns where column_name = 'office')"
        )
    tables = {row["table_name"] for row in rows}
    decided = [store.GOES.keys(), store.BETWEEN.keys(), store.STAYS, store.PERSON]
    # About events, and about accounts of offices: no person's rows.
    others = {"event_log", "event_outbox", "staff_finding"}
    assert tables - set().union(*decided) == others & tables
    assert sum(map(len, decided)) == len(set().union(*decided))
    assert set().union(*decided) <= tables
