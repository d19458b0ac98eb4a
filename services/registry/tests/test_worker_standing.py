"""Where a person's record stands: every state of the table is reached, and the table is what happens."""

from __future__ import annotations

from typing import Any

from registry.workers.standing import ACTS, STATES

from .test_certificate_facts import take_back, tell
from .test_merges_api import found_same, merged, two, unmerged


def test_the_table_knows_the_states_of_the_policy() -> None:
    assert {act.target for act in ACTS} == set(STATES)
    arrows = {(act.source, act.target, act.name) for act in ACTS}
    assert {(None, "active", "register"), ("active", "merged", "merge")} <= arrows
    assert ("retired", "deceased", "deceased") in arrows  # death follows retirement
    assert ("deceased", "retired", "retired") not in arrows
    assert ("imprisoned", "active", "ended") in arrows
    assert ("retired", "active", "ended") not in arrows
    assert ("retired", "active", "reversed") in arrows


async def state(registry: Any, worker: str, **on: str) -> str:
    record = await registry.get(f"/v1/workers/{worker}/record", **on)
    return str(record["state"])


async def test_a_record_follows_the_table(registry: Any) -> None:
    """Each arrow from active, of a day and back again."""
    form = registry.form()
    await registry.post("/v1/workers", form)
    worker, number = form["id"], form["id_number"]
    assert await state(registry, worker) == "active"
    fact = await tell(registry, number, "imprisoned", "2003-05-01")
    assert await state(registry, worker) == "imprisoned"
    assert await state(registry, worker, on="2003-04-30") == "active"
    await take_back(registry, fact)
    assert await state(registry, worker) == "active"
    await tell(registry, number, "emigrated", "2003-06-01")
    await tell(registry, number, "deceased", "2003-07-01")
    assert await state(registry, worker, on="2003-06-30") == "emigrated"
    assert await state(registry, worker) == "deceased"


async def test_a_merged_record_stands_still_until_it_is_another_person_again(registry: Any) -> None:
    survivor, other = await two(registry)
    merge = await merged(registry, survivor, other, await found_same(registry, survivor, other))
    assert [await state(registry, id) for id in (survivor, other)] == ["active", "merged"]
    await unmerged(registry, merge)
    assert [await state(registry, id) for id in (survivor, other)] == ["active", "active"]
