"""A renaming, a merger or an end of an area that was wrong: taken back, it never happened."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kit.ids import new_id
from registry.areas.domain import Area, Change, Name

from .conftest import DISTRICT, OTHER, Registry
from .test_succession import clerk, ids, merged

WRONG = {"reason": "文件误读"}
STREET, COMMUNITY = "231121001000", "231121001001"


async def changes(registry: Registry, code: str) -> list[dict[str, Any]]:
    page = await registry.get(f"/v1/areas/{code}/changes")
    found: list[dict[str, Any]] = page["items"]
    return found


async def take_back(
    registry: Registry, code: str, change: str, status: int = 201
) -> dict[str, Any]:
    return await registry.post(f"/v1/areas/{code}/changes/{change}/reversals", WRONG, status)


async def changed(registry: Registry, code: str, kind: str, on: str, **more: Any) -> str:
    """Something happens to an area; answers the name of the change."""
    id = str(new_id())
    body = {"id": id, "kind": kind, "on": on, **more}
    await registry.post(f"/v1/areas/{code}/changes", body)
    return id


async def test_a_wrong_name_was_never_borne(registry: Registry) -> None:
    """Out of order: the first of two renamings goes, the later one stays; then that one, too."""
    before = await registry.get(f"/v1/areas/{OTHER}")
    first = await changed(registry, OTHER, "renamed", "2003-03-01", name="嫩江新县")
    second = await changed(registry, OTHER, "renamed", "2003-06-01", name="嫩江市")
    after = await take_back(registry, OTHER, first)
    assert [one["name"] for one in after["names"]] == ["嫩江县", "嫩江市"]
    assert (await registry.get(f"/v1/areas/{OTHER}", on="2003-04-01"))["name"] == "嫩江县"
    again = await take_back(registry, OTHER, first, 409)
    assert again["code"] == "unknown-area-change"
    assert await take_back(registry, OTHER, second) == before
    assert [one["reversed"] for one in await changes(registry, OTHER)] == [True, True]
    told = await registry.told("area.renamed")
    undone = await registry.told("area.change-reversed")
    assert [(one.reverses, one.valid_from) for one in undone] == [
        (one.id, one.valid_from) for one in told
    ]
    assert [one.data["name"] for one in undone] == ["嫩江市", "嫩江县"]


async def test_a_wrong_merger_gives_the_codes_back(registry: Registry) -> None:
    """The successor sees no more what lies under the code, and it may be used again; the right end of
    the area can be told afterwards."""
    worker = await registry.worker(area_code=OTHER)
    successor = clerk(registry, DISTRICT)
    await merged(registry, OTHER, DISTRICT)
    assert await ids(successor, "/v1/workers") == [worker]
    refused = await registry.post("/v1/workers", registry.form(area_code=OTHER,
                                  registered_on="2003-09-10"), 422)  # fmt: skip
    assert refused["code"] == "area-not-in-force"
    (merger,) = await changes(registry, OTHER)
    back = await take_back(registry, OTHER, merger["id"])
    assert (back["ended_on"], back["successor_code"]) == (None, None)
    assert await ids(successor, "/v1/workers") == []
    assert (await successor.get(f"/v1/workers/{worker}")).status_code == 404
    await registry.worker(area_code=OTHER, registered_on="2003-09-10")
    (ended,) = await registry.told("area.ended")
    (undone,) = await registry.told("area.change-reversed")
    assert (undone.reverses, undone.data["kind"]) == (ended.id, "merged")
    await changed(registry, OTHER, "abolished", "2003-10-01")
    assert (await registry.get(f"/v1/areas/{OTHER}"))["ended_on"] == "2003-10-01"


async def test_a_part_does_not_come_back_below_what_has_ended(registry: Registry) -> None:
    for code, name in ((STREET, "嫩江街道"), (COMMUNITY, "嫩江社区")):
        await registry.post(
            "/v1/areas", {"code": code, "name": name, "established_on": "2000-01-01"}
        )
    part = await changed(registry, COMMUNITY, "abolished", "2003-05-01")
    whole = await changed(registry, STREET, "abolished", "2003-06-01")
    early = await take_back(registry, COMMUNITY, part, 409)
    assert (early["code"], STREET in early["detail"]) == ("parent-area-ended", True)
    await take_back(registry, STREET, whole)
    assert (await take_back(registry, COMMUNITY, part))["ended_on"] is None


async def test_nobody_takes_back_what_happened_elsewhere(registry: Registry) -> None:
    """Neither by another area's name nor from another district."""
    change = await changed(registry, OTHER, "renamed", "2003-03-01", name="嫩江市")
    other = await take_back(registry, DISTRICT, change, 409)
    assert other["code"] == "unknown-area-change"
    foreign = registry.thing.client("loader", area=DISTRICT, subject="district")
    path = f"/v1/areas/{OTHER}/changes"
    assert (await foreign.post(f"{path}/{change}/reversals", json=WRONG)).status_code == 403
    assert (await foreign.get(path)).status_code == 404


@given(
    told=st.lists(st.tuples(st.integers(1, 28), st.booleans()), max_size=6),
    seed=st.integers(0, 99),
)
def test_what_was_taken_back_never_happened_in_whatever_order(
    told: list[tuple[int, bool]], seed: int
) -> None:
    area = Area(new_id(), OTHER, (Name("嫩江县", date(2000, 1, 1)),), date(2000, 1, 1))
    made = [
        Change(new_id(), OTHER, "renamed", date(2003, 3, day), f"名{n}", reversed=gone)
        for n, (day, gone) in enumerate(told)
    ]
    end = Change(new_id(), OTHER, "abolished", date(2003, 5, 1), reversed=True)
    shuffled = [*made, end]
    random.Random(seed).shuffle(shuffled)
    stand = [one for one in made if not one.reversed]
    assert area.after(shuffled) == area.after(stand)
