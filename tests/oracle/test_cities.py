"""Random cities through all five services: every value of the report against the oracle."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.db import Database
from kit.testing import Signer
from local.city.case import parse
from local.city.load import load_case
from local.city.report import as_json, lines
from tests.oracle import municipality
from tests.oracle.oracle import Oracle
from tests.oracle.random_city import Maker
from tests.world import World, world_of


@pytest.fixture
async def later_world(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> AsyncIterator[World]:
    """Five services on the business day of the made cities."""
    async with world_of(make_database, signer, keys_file, business_day=date(2004, 10, 31)) as five:
        yield five


async def loaded(world: World, made: dict[str, Any], **place: str) -> dict[str, dict[str, Any]]:
    """Load a case into empty services and read the report, by id of the published value.

    ``place``: area and office of the loader where they are not the world's usual ones.
    """
    case = parse(made)
    strangers: dict[tuple[str, str], httpx.AsyncClient] = {}

    def as_one(persona: str, role: str, service: str) -> httpx.AsyncClient:
        if not place:
            return world.client(service, persona)
        if (persona, service) not in strangers:
            strangers[persona, service] = world[service].client(role, subject=persona, **place)
        return strangers[persona, service]

    client = partial(as_one, "loader", "loader")
    approver = partial(as_one, "issuer", "loader")

    async def settle(_publisher: str, _consumer: str) -> None:
        await world.settle()

    await load_case(case, client, settle, approver=approver)
    await world.settle()
    assert await world.waiting() == {}
    rows = await lines(client("assessment"))
    prefix = f"{made['case']}."
    return {row["id"].removeprefix(prefix): row for row in as_json(rows)}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_random_city_agrees_with_the_oracle(later_world: World, seed: int) -> None:
    made = Maker(seed).make()
    oracle = Oracle(made)
    rows = await loaded(later_world, made)
    assert len(rows) == len(made["published"])
    for value in made["published"]:
        row = rows[value["id"]]
        assert row["computed"] == oracle.printed(value), (value, row)
        assert row["verdict"] == value["expect"], (value, row)


@pytest.mark.timeout(240)
async def test_a_load_that_is_repeated_changes_nothing(later_world: World) -> None:
    """What an interrupted load does when it is started again: the same requests, the same keys."""
    made = Maker(5).make()
    first = await loaded(later_world, made)
    events = {name: await logged(thing.db) for name, thing in later_world.services.items()}
    assert await loaded(later_world, made) == first
    assert {name: await logged(thing.db) for name, thing in later_world.services.items()} == events


async def logged(db: Database) -> int:
    """How many events a service ever told."""
    async with db.reading() as tx:
        return int(await tx.fetchval("select count(*) from event_log"))


def change(made: dict[str, Any], fact: str, **fields: Any) -> dict[str, Any]:
    """A copy of the case with one fact told differently; what it published stays."""
    copied: dict[str, Any] = json.loads(json.dumps(made))
    next(one for one in copied["facts"] if one["id"] == fact).update(fields)
    return copied


CHANGES: list[tuple[str, Callable[[dict[str, Any]], dict[str, Any]], set[str]]] = [
    (
        "guarantee-city",
        lambda fact: {"amount": "77.7 万元"},
        {"guarantee_fund", "guarantee_fund_city"},
    ),
    (
        "posts-lost-office",
        lambda fact: {"count": fact["count"] - 1},
        {"posts_lost", "net_new_posts"},
    ),
    (
        "reemployed",
        lambda fact: {
            "count": fact["count"] + 1,
            "channels": {**fact["channels"], "farming": fact["channels"]["farming"] + 1},
        },
        {"reemployed", "reemployed_farming", "reemployment_rate"},
    ),
    (
        "taxes-office",
        lambda fact: {"items": {**fact["items"], "income_tax": "4321.09 元"}},
        {"tax_relief", "relief_income_tax"},
    ),
]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("name", "update", "indicators"), CHANGES, ids=[c[0] for c in CHANGES])
async def test_one_fact_changes_what_depends_on_it_and_nothing_else(
    later_world: World,
    name: str,
    update: Callable[[dict[str, Any]], dict[str, Any]],
    indicators: set[str],
) -> None:
    """The base city is not loaded: that services and oracle agree on it is proven above."""
    made = Maker(1).make()
    fact = next(one for one in made["facts"] if one["id"] == name)
    changed = change(made, name, **update(fact))
    before, after = Oracle(made), Oracle(changed)
    rows = await loaded(later_world, changed)
    moved = {
        value["id"]: value["indicator"]
        for value in made["published"]
        if rows[value["id"]]["computed"] != before.printed(value)
    }
    expected = {
        value["id"] for value in made["published"] if after.printed(value) != before.printed(value)
    }
    assert set(moved) == expected
    assert set(moved.values()) == indicators


@pytest.mark.timeout(240)
async def test_one_category_corrected_moves_the_entitled_by_one(later_world: World) -> None:
    """The generator sends facts: who is entitled follows from them, also when one is corrected."""
    made = Maker(4).make()
    rows = await loaded(later_world, made)
    entitled = next(
        v["id"] for v in made["published"]
        if v["indicator"] == "certificates_entitled" and not v.get("area") and not v.get("office")
    )  # fmt: skip
    registry = later_world.client("registry")
    found = (await registry.get("/v1/certificates", params={"state": "publicised"})).json()
    worker = next(c for c in found["items"] if c["category"] == "soe_unemployed")["worker_id"]
    asked = await registry.post(
        f"/v1/workers/{worker}/correction-requests",
        json={
            "attribute": "category", "value": "none", "requested_on": "2004-10-01",
            "reason": "原单位性质有误",
        },
        headers={
            "Idempotency-Key": "correction-0001",
            "If-Match": (await registry.get(f"/v1/workers/{worker}")).headers["ETag"],
        },
    )  # fmt: skip
    assert asked.is_success, asked.text
    answer = await later_world.client("registry", "supervisor").post(
        f"/v1/correction-requests/{asked.json()['id']}/approvals",
        json={"on": "2004-10-01"},
        headers={"If-Match": asked.headers["ETag"]},
    )
    assert answer.is_success, answer.text
    await later_world.settle()
    after = {row["id"]: row for row in await lines(later_world.client("assessment"))}
    now = after[f"{made['case']}.{entitled}"]["computed"]
    assert int(now) == int(rows[entitled]["computed"]) - 1


@pytest.mark.timeout(240)
async def test_a_municipality_of_another_year(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> None:
    """Growth, cumulated loans, recovery, plans, declared series and mixed periods in one report."""
    made = municipality.case()
    async with world_of(
        make_database,
        signer,
        keys_file,
        business_day=date(2007, 11, 30),
    ) as world:
        rows = await loaded(world, made, area="500000000000", office="500000-employment-bureau")
    for value in made["published"]:
        row = rows[value["id"]]
        assert (row["computed"], row["verdict"]) == (value["value"], "agrees"), (value, row)
