"""Lists for which a rule is asked row by row look at so many rows in one request and go on from there; lists
of one person hold what all records have."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from registry.certificates import reading as certificates
from registry.certificates.deciding import again
from registry.differing import among
from registry.difficulties import census

from .test_consumers import confirmed
from .test_difficulties_api import OLD, recognise
from .test_merges_api import found_same, merged, two, unmerged

EVERYWHERE = "^"


async def people(registry: Any, *born: str) -> list[str]:
    """Registered in this order, which is that of their ids."""
    forms = [registry.form(born=one) for one in born]
    await registry.loaded("/v1/workers", forms)
    return [form["id"] for form in forms]


@pytest.mark.parametrize(("looked", "pages"), [(1, 6), (2, 3), (4, 2), (5, 2), (100, 1)])
async def test_the_census_looks_at_so_many_people_and_goes_on(
    registry: Any, looked: int, pages: int
) -> None:
    """Whatever the number: the same people, in the same order, and an end. A page may be empty."""
    young = "19700504"
    ids = await people(registry, OLD, young, young, young, OLD)
    found: list[str] = []
    after: UUID | None = None
    asked = 0
    while asked < 10:
        asked += 1
        page = await census.census(
            registry.thing.runtime, EVERYWHERE, "4050", after, 10, looked=looked
        )
        found += [str(one.worker_id) for one in page.items]
        after = page.ended
        if after is None:
            break
    assert (found, asked) == ([ids[0], ids[-1]], pages)


@pytest.mark.parametrize("looked", [1, 2, 3, 100])
async def test_the_counts_of_a_census_are_the_sum_of_their_pages(
    registry: Any, looked: int
) -> None:
    young = "19700504"
    ids = await people(registry, OLD, young, OLD, OLD)
    await recognise(registry, ids[2])
    possible, recognised, after = 0, 0, None
    while True:
        counts = await census.census_counts(
            registry.thing.runtime, EVERYWHERE, after, looked=looked
        )
        possible += counts.possible["4050"]
        recognised += counts.recognised.get("4050", 0)
        after = counts.ended
        if after is None:
            break
    assert (possible, recognised) == (2, 1)


@pytest.mark.parametrize("looked", [1, 2, 3, 100])
async def test_decisions_are_asked_again_so_many_at_a_time(registry: Any, looked: int) -> None:
    ids = await people(registry, OLD, OLD, OLD, OLD)
    given = [await registry.certificate(id) for id in ids]
    late = {given[0], given[3]}
    for id in (ids[0], ids[3]):
        event = confirmed(registry, id, UUID(int=UUID(id).int ^ 1), "2003-01-10")
        await registry.thing.deliver(event)

    async def read(tx: Any, after: UUID | None, limit: int) -> Any:
        return await certificates.page(tx, EVERYWHERE, None, None, after, limit)

    found: list[str] = []
    after: UUID | None = None
    for _ in range(10):
        page = await among(
            registry.thing.runtime, read, again, lambda one: one.applied_on, after, 1, looked=looked
        )
        assert len(page.items) <= 1
        found += [str(one.id) for one in page.items]
        after = page.ended
        if after is None:
            break
    assert found == sorted(late)


async def pages_of(registry: Any, path: str) -> list[dict[str, Any]]:
    """A whole list over HTTP, one row per page."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await registry.get(path, limit=1, **cursor)
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def test_the_pages_of_such_lists_end_and_hold_each_row_once(registry: Any) -> None:
    ids = await people(registry, OLD, OLD, OLD)
    given = [await registry.certificate(id) for id in ids]
    for id in ids[:2]:
        event = confirmed(registry, id, UUID(int=UUID(id).int ^ 1), "2003-01-10")
        await registry.thing.deliver(event)
    listed = await pages_of(registry, "/v1/certificates/differing")
    assert [one["id"] for one in listed] == sorted(given[:2])
    asked = await pages_of(registry, "/v1/difficulties/census")
    assert [one["worker_id"] for one in asked] == [ids[2]]
    counts = await registry.get("/v1/difficulties/census/counts")
    assert (counts["items"][0]["possible"], counts["next_cursor"]) == (1, None)


async def test_lists_of_a_person_hold_what_all_records_have(registry: Any) -> None:
    """By whichever of the records it is asked; apart again, each has its own."""
    survivor, other = await two(registry)
    own = {id: await registry.certificate(id) for id in (survivor, other)}
    recognised = {
        id: (await recognise(registry, id, "2003-05-05"))["id"] for id in (survivor, other)
    }

    async def of(id: str) -> tuple[set[str], set[str]]:
        lists = [
            await registry.get(path, worker_id=id)
            for path in ("/v1/certificates", "/v1/difficulties")
        ]
        found = [{one["id"] for one in page["items"]} for page in lists]
        return found[0], found[1]

    assert await of(survivor) == ({own[survivor]}, {recognised[survivor]})
    merge = await merged(registry, survivor, other, await found_same(registry, survivor, other))
    for id in (survivor, other):
        assert await of(id) == (set(own.values()), set(recognised.values()))
    await unmerged(registry, merge)
    assert await of(other) == ({own[other]}, {recognised[other]})
