"""Finding a person by name in the caller's area: exactly, masked, at a rate, with a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from registry.workers.api import NAMED_MAX

from .conftest import DISTRICT, OTHER, Registry, settled
from .test_reveals_api import clerk, lines

PATH = "/v1/workers/name-searches"


async def found(registry: Registry, name: str, **body: Any) -> list[str]:
    answer = await registry.post(PATH, {"name": name, **body}, 200)
    return [one["id"] for one in answer["items"]]


async def test_a_name_is_found_as_it_is_written_and_no_other(registry: Registry) -> None:
    dilmurat = await registry.worker(name="迪丽努尔·艾合买提")
    wang = await registry.worker(name="王小明")
    same_sound = await registry.worker(name="王晓明")
    for name in ("迪丽努尔·艾合买提", "迪丽努尔•艾合买提", "迪丽努尔 艾合买提"):
        assert await found(registry, name) == [dilmurat]
    assert await found(registry, "王小明") == [wang]
    assert await found(registry, "王晓明") == [same_sound]
    assert await found(registry, "王小") == []
    (shown,) = (await registry.post(PATH, {"name": "王小明"}, 200))["items"]
    assert (shown["name_masked"], "王小明" in str(shown)) == ("王**", False)
    await registry.correct(wang, "name", "王大明")
    assert (await found(registry, "王小明"), await found(registry, "王大明")) == ([], [wang])


async def test_the_birth_date_tells_namesakes_apart(registry: Registry) -> None:
    older = await registry.worker(born="19550101")
    younger = await registry.worker(born="19600101")
    assert await found(registry, "王小明") == [older, younger]
    assert await found(registry, "王小明", birth_date="1960-01-01") == [younger]
    assert await found(registry, "王小明", birth_date="1960-01-02") == []


async def test_more_namesakes_than_fit_are_not_shown(registry: Registry) -> None:
    forms = [registry.form(born=f"19600{1 + n // 28}{1 + n % 28:02d}") for n in range(NAMED_MAX)]
    await registry.loaded("/v1/workers", forms)
    full = await registry.post(PATH, {"name": "王小明"}, 200)
    assert (len(full["items"]), full["more"]) == (NAMED_MAX, False)
    await registry.worker(born="19700101")
    full = await registry.post(PATH, {"name": "王小明"}, 200)
    assert (len(full["items"]), full["more"]) == (NAMED_MAX, True)


async def test_only_people_of_the_callers_area_are_found_and_every_search_leaves_a_line(
    registry: Registry,
) -> None:
    mine = await registry.worker()
    theirs = await registry.worker(area_code=OTHER)
    answer = await clerk(registry, "station_clerk", subject="s-1").post(
        PATH, json={"name": "王小明"}
    )
    assert [one["id"] for one in answer.json()["items"]] == [mine]
    away = registry.thing.client("registry_clerk", area=OTHER, subject="o-1")
    answer = await away.post(PATH, json={"name": "王小明"})
    assert [one["id"] for one in answer.json()["items"]] == [theirs]
    await away.post(PATH, json={"name": "李四方"})
    seen = [
        (line["account"], line["outcome"], str(line["subject_id"] or ""))
        for line in await lines(registry, "search_workers_by_name")
    ]
    assert seen == [("s-1", "read", mine), ("o-1", "read", theirs), ("o-1", "absent", "")]
    outsider = registry.thing.client("finance_officer", area=DISTRICT)
    assert (await outsider.post(PATH, json={"name": "王小明"})).status_code == 403


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "王\n明"}, {"birth_date": "1960-01-01"}]
)
async def test_no_search_without_a_name(registry: Registry, body: dict[str, str]) -> None:
    assert (await registry.post(PATH, body, 422))["code"] == "validation-failed"


async def test_an_account_searches_so_often_and_waits(running: Callable[..., Any]) -> None:
    registry = await settled(await running("registry", search_rate="2/minute"))
    greedy, other = clerk(registry, subject="greedy"), clerk(registry, subject="other")
    asked = {"name": "王小明"}
    assert [(await greedy.post(PATH, json=asked)).status_code for _ in range(3)] == [200, 200, 429]
    assert (await other.post(PATH, json=asked)).status_code == 200
