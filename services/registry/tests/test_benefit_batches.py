"""What windows imported of benefits is confirmed in batches with control totals (4.6).

Business day: 2003-10-31.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from kit.auth import Actor
from kit.db import Tx
from kit.ids import new_id
from registry.grants import usecases as grants

from .conftest import DISTRICT, OFFICE, OTHER
from .test_benefits_api import benefit, used, write
from .test_benefits_by_window import entered, supervisor, waiting, window
from .test_certificate_facts import tell
from .test_certificate_procedure import totals

PATH = "/v1/benefits/confirmation-batches"
SUBSIDY = {"kind": "social-insurance-subsidy", "amount": "100.50"}


async def imported(
    registry: Any, *rows: dict[str, Any], by: httpx.AsyncClient | None = None
) -> list[str]:
    """A window imports benefits from a file; answers their ids, sorted."""
    named = [{"id": str(new_id()), **row} for row in rows]
    answer = await (by or window(registry)).post(
        "/v1/benefits/imports", content=b"\n".join(map(orjson.dumps, named)),
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(new_id())},
    )  # fmt: skip
    assert answer.json()["accepted"] == len(rows), answer.text
    return sorted(row["id"] for row in named)


async def confirm(
    registry: Any, body: dict[str, Any], status: int = 201, *, by: httpx.AsyncClient | None = None
) -> dict[str, Any]:
    key = {"Idempotency-Key": str(new_id())}
    done: dict[str, Any] = await registry.post(
        PATH, body, status, by=by or supervisor(registry), **key
    )
    return done


def listed(ids: list[str], amount: str) -> dict[str, Any]:
    return {"benefit_ids": ids, "amount": amount, **totals(ids)}


async def waits(registry: Any) -> list[str]:
    return sorted(id for id, _, _ in await waiting(supervisor(registry)))


async def test_a_file_of_a_window_counts_once_somebody_confirms_it_whole(registry: Any) -> None:
    one, two = await registry.worker(), await registry.holder()
    ids = await imported(registry, benefit(one), benefit(two), benefit(two, **SUBSIDY))
    assert await waits(registry) == ids
    done = await confirm(registry, listed(ids, "1348.50"))
    assert (done["count"], done["amount"], done["confirmed_on"], done["actor"]) == (
        3, "1348.50", "2003-10-31", "supervisor",
    )  # fmt: skip
    assert done["benefit_ids"] == ids
    assert await waits(registry) == []
    assert sorted(str(e.entity_id) for e in await registry.told("benefit.granted")) == ids
    assert len(await registry.told("benefit.annotated")) == 2
    assert (await used(registry, one, "living-allowance"))["used"] == 3
    for id in ids:
        acts = (await registry.get(f"/v1/benefits/{id}/acts"))["items"]
        assert [(a["act"], a["on"]) for a in acts] == [("confirmed", "2003-10-31")]
    (kept,) = (await registry.get(PATH))["items"]
    assert {**kept, "benefit_ids": ids} == done
    again = await confirm(registry, listed(ids, "1348.50"), 409)
    assert {one["code"] for one in again["errors"]} == {"benefit-not-waiting"}


async def test_what_one_window_wrote_in_an_area_until_a_day_is_selected(registry: Any) -> None:
    ids = await imported(registry, benefit(await registry.worker()))
    another = registry.thing.client(
        "registry_clerk",
        area="231102000000",
        office="231102-employment-bureau",
        subject="next door",
    )
    theirs = await imported(registry, benefit(await registry.worker()), by=another)
    mine = {"written_by": "window", "amount": "624.00", **totals(ids)}
    nobody = {**mine, "area_code": OTHER}
    assert (await confirm(registry, nobody, 409))["code"] == "control-totals-differ"
    early = {**mine, "written_until": "2003-10-30"}
    assert (await confirm(registry, early, 409))["code"] == "control-totals-differ"
    assert (await confirm(registry, mine))["benefit_ids"] == ids
    assert await waits(registry) == theirs
    everybody = {"amount": "624.00", **totals(theirs)}
    assert (await confirm(registry, everybody))["benefit_ids"] == theirs
    both = {**listed(ids, "624.00"), "written_by": "window"}
    assert (await confirm(registry, both, 422))["code"] == "validation-failed"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"count": 1}, "control-totals-differ"),
        ({"digest": "0" * 64}, "control-totals-differ"),
        ({"amount": "624.00"}, "control-amount-differs"),
    ],
)
async def test_nothing_counts_while_a_total_differs(
    registry: Any, wrong: dict[str, Any], code: str
) -> None:
    ids = await imported(registry, *[benefit(await registry.worker()) for _ in range(2)])
    refused = await confirm(registry, {**listed(ids, "1248.00"), **wrong}, 409)
    assert refused["code"] == code
    assert await waits(registry) == ids
    assert (await registry.get(PATH))["items"] == []


async def test_every_line_that_cannot_be_confirmed_is_named_and_none_counts(registry: Any) -> None:
    """Written by who confirms, written twice, taken meanwhile, or of the dead by now."""
    form = registry.form()
    await registry.post("/v1/workers", form)
    free, twice, taken = [await registry.worker() for _ in range(3)]
    (good,) = await imported(registry, benefit(free))
    (late,) = await imported(registry, benefit(taken))
    (dead,) = await imported(registry, benefit(form["id"]))
    first, second = sorted([(await imported(registry, benefit(twice)))[0] for _ in range(2)])
    both = supervisor(registry, "both", "registry_clerk")
    (own,) = await imported(registry, benefit(await registry.worker()), by=both)
    await write(registry, benefit(taken, valid_from="2003-07-01"))
    await tell(registry, form["id_number"], "deceased", "2003-06-01")
    ids = sorted([good, late, dead, first, second, own])
    refused = await confirm(registry, listed(ids, "3744.00"), 409, by=both)
    assert {one["pointer"]: one["code"] for one in refused["errors"]} == {
        f"#/{late}": "benefit-months-taken",
        f"#/{dead}": "benefit-after-life-fact",
        f"#/{second}": "benefit-months-taken",
        f"#/{own}": "maker-is-checker",
    }
    assert (await used(registry, free, "living-allowance"))["used"] == 0
    told = [str(e.entity_id) for e in await registry.told("benefit.granted")]
    assert set(told).isdisjoint(ids)
    rest = sorted([good, first])
    assert (await confirm(registry, listed(rest, "1248.00"), by=both))["benefit_ids"] == rest


async def test_one_of_another_district_is_not_there_and_no_clerk_confirms(registry: Any) -> None:
    one = await entered(registry, await registry.worker())
    body = listed([one["id"]], "624.00")
    foreign = registry.thing.client("registry_supervisor", area=OTHER, office="231121-x")
    assert (await confirm(registry, body, 422, by=foreign))["code"] == "unknown-benefit"
    assert (await foreign.get(PATH)).json()["items"] == []
    await confirm(registry, body, 403, by=window(registry))
    made_up = listed([str(new_id())], "0.00")
    assert (await confirm(registry, made_up, 422))["code"] == "unknown-benefit"


async def test_the_same_request_again_answers_the_same(registry: Any) -> None:
    ids = await imported(registry, benefit(await registry.worker()))
    key = {"Idempotency-Key": str(new_id())}
    body = listed(ids, "624.00")
    answers = [await registry.post(PATH, body, by=supervisor(registry), **key) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(await registry.told("benefit.granted")) == 1


async def test_a_batch_takes_no_more_statements_however_large_it_is(registry: Any) -> None:
    """No loop over benefits or people."""
    rows = [benefit(await registry.holder(), amount="1.00") for _ in range(7)]
    ids = [UUID(id) for id in await imported(registry, *rows)]
    actor = Actor(subject="supervisor", office=OFFICE, area_code=DISTRICT)

    async def statements(some: list[UUID]) -> int:
        asked: list[str] = []
        async with registry.thing.db.pool.acquire() as connection:
            connection.add_query_logger(lambda record: asked.append(record.query))
            async with connection.transaction():
                done = await grants.confirm_all(registry.thing.runtime, Tx(connection), actor, some)
        assert done == [None] * len(some)
        return len(asked)

    await statements(ids[:1])
    assert await statements(ids[1:2]) == await statements(ids[2:])
