"""A benefit that a window writes by hand counts once a second person has confirmed it (4.6).

Business day: 2003-10-31.
"""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from kit.ids import new_id

from .conftest import DISTRICT, OFFICE
from .test_benefits_api import act, benefit, overlaps, used, write
from .test_certificate_facts import tell

WRONG = {"reason": "录入有误"}


def window(registry: Any) -> httpx.AsyncClient:
    client: httpx.AsyncClient = registry.thing.client(
        "registry_clerk", area=DISTRICT, office=OFFICE, subject="window"
    )
    return client


def supervisor(registry: Any, subject: str = "supervisor", *more: str) -> httpx.AsyncClient:
    client: httpx.AsyncClient = registry.thing.client(
        "registry_supervisor", *more, area=DISTRICT, office=OFFICE, subject=subject
    )
    return client


async def entered(registry: Any, worker: str, **fields: Any) -> dict[str, Any]:
    """A window writes a benefit by hand."""
    answer: dict[str, Any] = await registry.post(
        "/v1/benefits", benefit(worker, **fields), by=window(registry),
        **{"Idempotency-Key": str(new_id())},
    )  # fmt: skip
    return answer


async def decide(
    registry: Any, id: str, what: str, status: int = 201, *, by: Any
) -> dict[str, Any]:
    body = WRONG if what == "refusals" else {}
    return await act(registry, id, what, body, status, by=by)


async def waiting(client: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    page = (await client.get("/v1/awaiting-approvals", params={"kind": "benefit"})).json()
    return [(one["id"], one["since"], one["made_by"]) for one in page["items"]]


async def test_it_counts_once_somebody_else_has_seen_it(registry: Any) -> None:
    worker = await registry.worker()
    one = await entered(registry, worker)
    assert (one["waiting"], one["months"], one["reversed"]) == (True, [], False)
    assert (await used(registry, worker, "living-allowance"))["used"] == 0
    assert await registry.told("benefit.granted") == []
    assert await waiting(supervisor(registry)) == [(one["id"], "2003-10-31", "window")]
    assert await waiting(window(registry)) == []
    done = await decide(registry, one["id"], "confirmations", by=supervisor(registry))
    assert (done["waiting"], done["months"]) == (False, ["2003-05", "2003-06", "2003-07"])
    assert (await used(registry, worker, "living-allowance"))["used"] == 3
    (told,) = await registry.told("benefit.granted")
    assert (str(told.entity_id), str(told.id)) == (one["id"], one["source_event"])
    assert await waiting(supervisor(registry)) == []
    again = await decide(registry, one["id"], "confirmations", 409, by=supervisor(registry))
    assert again["code"] == "benefit-not-waiting"
    acts = (await registry.get(f"/v1/benefits/{one['id']}/acts"))["items"]
    assert [(a["act"], a["on"]) for a in acts] == [("confirmed", "2003-10-31")]


async def test_nobody_confirms_their_own_and_no_clerk_confirms_at_all(registry: Any) -> None:
    """Also not who has both roles."""
    one = await entered(registry, await registry.worker())
    key = {"Idempotency-Key": str(new_id())}
    path = f"/v1/benefits/{one['id']}/confirmations"
    assert (await window(registry).post(path, json={}, headers=key)).status_code == 403
    both = supervisor(registry, "window", "registry_clerk")
    for what in ("confirmations", "refusals"):
        mine = await decide(registry, one["id"], what, 409, by=both)
        assert mine["code"] == "maker-is-checker"


async def test_what_was_refused_never_was(registry: Any) -> None:
    worker = await registry.worker()
    one = await entered(registry, worker)
    gone = await decide(registry, one["id"], "refusals", by=supervisor(registry))
    assert (gone["waiting"], gone["reversed"], gone["months"]) == (False, True, [])
    late = await decide(registry, one["id"], "confirmations", 409, by=supervisor(registry))
    assert late["code"] == "benefit-not-waiting"
    second = await entered(registry, worker)
    await decide(registry, second["id"], "confirmations", by=supervisor(registry))
    assert len(await registry.told("benefit.granted")) == 1


async def test_what_came_first_meanwhile_keeps_the_months(registry: Any) -> None:
    """It holds no month while it waits; what an authority wrote counts at once."""
    worker = await registry.worker()
    one, two = [await entered(registry, worker) for _ in range(2)]
    first = await write(registry, benefit(worker, valid_from="2003-07-01"))
    assert (first["waiting"], first["months"]) == (False, ["2003-07"])
    refused = await decide(registry, one["id"], "confirmations", 409, by=supervisor(registry))
    assert refused["code"] == "benefit-months-taken"
    other = await entered(registry, worker, valid_from="2003-04-01", valid_to="2003-04-30")
    await decide(registry, other["id"], "confirmations", by=supervisor(registry))
    await decide(registry, two["id"], "refusals", by=supervisor(registry))


async def test_a_death_told_meanwhile_is_found_before_anything_was(registry: Any) -> None:
    form = registry.form()
    await registry.post("/v1/workers", form)
    one = await entered(registry, form["id"])
    await tell(registry, form["id_number"], "deceased", "2003-06-01")
    assert await overlaps(registry) == []
    refused = await decide(registry, one["id"], "confirmations", 409, by=supervisor(registry))
    assert refused["code"] == "benefit-after-life-fact"


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("stops", {"on": "2003-06-01", "reason": "已就业"}),
        ("recovery-orders", {"on": "2003-06-01", "amount": "1.00", "reason": "多发"}),
        ("recoveries", {"on": "2003-06-01", "amount": "1.00", "document": "缴款书 1"}),
    ],
)
async def test_there_is_nothing_to_stop_or_take_back_before(
    registry: Any, what: str, body: dict[str, Any]
) -> None:
    one = await entered(registry, await registry.worker())
    refused = await act(registry, one["id"], what, body, 409)
    assert refused["code"] == "benefit-awaits-second-person"


async def test_it_stands_on_the_certificate_once_it_counts(registry: Any) -> None:
    """And a file of a window waits line by line."""
    worker = await registry.holder()
    rows = [benefit(worker), benefit(worker, kind="social-insurance-subsidy")]
    answer = await window(registry).post(
        "/v1/benefits/imports", content=b"\n".join(map(orjson.dumps, rows)),
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(new_id())},
    )  # fmt: skip
    assert answer.json()["accepted"] == 2, answer.text
    ids = [id for id, _, _ in await waiting(supervisor(registry))]
    assert len(ids) == 2
    assert await registry.told("benefit.annotated") == []
    for id in ids:
        done = await decide(registry, id, "confirmations", by=supervisor(registry))
        assert done["certificate_id"] is not None
    assert len(await registry.told("benefit.annotated")) == 2


async def test_an_authoritys_own_account_has_its_second_person_there(registry: Any) -> None:
    form = registry.form()
    await registry.post("/v1/workers", form)
    own = registry.thing.client("authority", subject="231100-civil-affairs")
    body = {**benefit("", kind="dibao"), "id_number": form["id_number"]}
    del body["worker_id"]
    key = {"Idempotency-Key": str(new_id())}
    answer = await own.post("/v1/benefits", json=body, headers=key)
    assert (answer.status_code, answer.json()["waiting"]) == (201, False)
    assert await waiting(supervisor(registry)) == []
