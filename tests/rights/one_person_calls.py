"""Calls about records that may be one person: registry."""

from __future__ import annotations

from kit.ids import new_id
from registry.duplicates import usecases as duplicates
from tests.journeys.city import City
from tests.rights.calls import ON, Calls, made, people


async def one_person_calls(city: City, calls: Calls) -> None:
    """Possible duplicates, and merging them."""
    note = calls.of("registry")
    a, b, c = await people(city, 3, born="19531231")
    runtime = city.world["registry"].runtime
    while await duplicates.find_next(runtime):
        pass

    async def pair(one: str, other: str) -> dict[str, str]:
        found = (await city.get("registry", f"/v1/duplicates?worker_id={one}&limit=100"))["items"]
        return next(p for p in found if other in (p["worker"]["id"], p["other"]["id"]))

    async def same(one: str, other: str) -> str:
        said = {"verdict": "same", "on": ON, "reason": "核对户口簿"}
        path = f"/v1/duplicates/{(await pair(one, other))['id']}/adjudications"
        answer = await city.post(
            "registry", path, said, persona="supervisor", **{"If-Match": '"v1"'}
        )
        return str(answer.json()["id"])

    undecided = (await pair(b, c))["id"]
    join = {"survivor_id": a, "merged_id": b, "merged_on": ON, "reason": "系同一人"}
    join["adjudication_id"] = await same(a, b)
    other = {**join, "merged_id": c, "adjudication_id": await same(a, c)}
    merge = await made(city, "registry", "/v1/merges", join)
    form = {"name": "王小明", "birth_date": "1953-12-31", "sex": "female"}
    note("POST /v1/duplicates/searches", form)
    note("GET /v1/duplicates")
    note("GET /v1/duplicates/{duplicate_id}", duplicate_id=undecided)
    verdict = {"verdict": "not_same", "on": ON, "reason": "系两人"}
    adjudications = "/v1/duplicates/{duplicate_id}/adjudications"
    note(f"POST {adjudications}", verdict, duplicate_id=undecided)
    note(f"GET {adjudications}", duplicate_id=undecided)
    note("POST /v1/merges/previews", {"survivor_id": a, "merged_id": c})
    note("GET /v1/merges/awaiting")
    note("POST /v1/merges", other)
    note("GET /v1/merges")
    note("GET /v1/merges/{merge_id}", merge_id=merge)
    note("POST /v1/merges/{merge_id}/reversals", {"on": ON, "reason": "误并"}, merge_id=merge)
    ask = {"attribute": "dibao", "value": True, "requested_on": ON, "reason": "证明有误"}
    path = f"/v1/workers/{c}/correction-requests"
    asked = (await city.post("registry", path, ask, **{"If-Match": '"v1"'})).json()["id"]
    await city.post(
        "registry", f"/v1/correction-requests/{asked}/approvals", {"on": ON},
        persona="supervisor", **{"If-Match": '"v1"'},
    )  # fmt: skip
    answer = {"worker_id": c, "asked_on": ON, "answer": "declines"}
    await city.post("registry", "/v1/difficulties/census/answers", answer)
    thing, resolved = city.world["registry"], "jobs-market.referral.resolved.v1"
    refused = {"worker_id": c, "vacancy_id": str(new_id()), "outcome": "refused"}
    await thing.deliver(thing.heard(resolved, new_id(), refused))
    for tail in ("record", "changes", "dossier", "census-answers", "refused-referrals"):
        note("GET /v1/workers/{worker_id}/" + tail, worker_id=c)
