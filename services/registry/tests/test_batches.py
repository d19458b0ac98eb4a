"""Batches with control totals: checked as the window imported them, posted, and confirmed by the city (R11).

Business day: 2003-10-31.
"""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from kit.ids import new_id

from .conftest import DISTRICT, OTHER
from .test_certificate_procedure import act, totals
from .test_city_confirms import CONFIRMED, approved, city, district
from .test_contributions_api import FORMER, a_worker, agency, load, paid

__all__ = ["city"]

CHECKS, CONFIRMATIONS = "/v1/certificates/check-batches", "/v1/certificates/confirmation-batches"
POSTINGS = "/v1/certificates/publication-batches"
ON = "2003-03-05"


async def imported(registry: Any, *forms: dict[str, Any], papers: Any = None) -> list[str]:
    """Applications that a window took over from a file; nobody has checked them."""
    rows = []
    for fields in forms:
        worker = await registry.worker(**fields)
        evidence = registry.papers if papers is None else papers
        rows.append(
            {
                "id": str(new_id()),
                "worker_id": worker,
                "applied_on": "2003-03-03",
                "evidence": evidence,
            }
        )
    window = registry.thing.client("registry_clerk", subject="window")
    answer = await window.post(
        "/v1/certificates/imports", content=b"\n".join(orjson.dumps(row) for row in rows),
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(new_id())},
    )  # fmt: skip
    assert answer.json()["accepted"] == len(rows), answer.text
    return sorted(row["id"] for row in rows)


async def batch(
    registry: Any, path: str, body: dict[str, Any], status: int = 201, *, by: Any = None
) -> dict[str, Any]:
    key = {"Idempotency-Key": str(new_id())}
    done: dict[str, Any] = await registry.post(path, body, status, by=by or registry.street, **key)
    return done


async def states(registry: Any, ids: list[str]) -> list[str]:
    return [(await registry.get(f"/v1/certificates/{id}"))["state"] for id in ids]


async def test_what_a_window_imported_is_checked_in_one_batch(registry: Any) -> None:
    """Each by the rule, with its decision; one that it refuses is no reason to stop."""
    ids = await imported(registry, {}, {}, {"category": "none"})
    done = await batch(registry, CHECKS, {"on": ON, "certificate_ids": ids, **totals(ids)})
    assert (done["act"], done["count"], done["actor"]) == ("check", 3, "street")
    outcome = {one["certificate_id"]: (one["state"], one["clause"]) for one in done["checked"]}
    refused = [id for id in ids if outcome[id][0] == "refused"]
    assert len(refused) == 1
    assert outcome[refused[0]][1].endswith("category-claimed")
    granted = [str(e.entity_id) for e in await registry.told("certificate.granted")]
    assert sorted([*granted, *refused]) == ids
    for id in ids:
        steps = (await registry.get(f"/v1/certificates/{id}/transitions"))["items"]
        assert (steps[-1]["actor"], len(steps[-1]["evidence"])) == ("street", 3)
        await registry.get(f"/v1/certificates/{id}/decision")
    (kept,) = (await registry.get("/v1/certificate-approvals"))["items"]
    assert (kept["id"], kept["act"], kept["digest"]) == (done["id"], "check", done["digest"])


async def test_an_area_is_selected_up_to_a_day(registry: Any) -> None:
    ids = await imported(registry, {}, {})
    nobody = {"on": ON, "area_code": OTHER, **totals([])}
    assert (await batch(registry, CHECKS, nobody))["checked"] == []
    early = {"on": ON, "applied_until": "2003-03-02", **totals(ids)}
    differ = await batch(registry, CHECKS, early, 409)
    assert differ["code"] == "control-totals-differ"
    assert await states(registry, ids) == ["applied", "applied"]
    done = await batch(registry, CHECKS, {"on": ON, "applied_until": "2003-03-03", **totals(ids)})
    assert sorted(one["certificate_id"] for one in done["checked"]) == ids
    both = {"on": ON, "applied_until": ON, "certificate_ids": ids, **totals(ids)}
    assert (await batch(registry, CHECKS, both, 422))["code"] == "validation-failed"


@pytest.mark.parametrize("why", ["maker", "papers", "state", "day"])
async def test_one_that_cannot_be_checked_stops_the_batch(registry: Any, why: str) -> None:
    ids = await imported(registry, {})
    body, by, code, status = {"on": ON}, registry.street, "", 409
    if why == "maker":
        mine = {"worker_id": await registry.worker(), "applied_on": "2003-03-03"}
        ids.append(
            (await registry.post("/v1/certificates", {**mine, "evidence": registry.papers}))["id"]
        )
        by, code = registry.http, "maker-is-checker"
    elif why == "papers":
        ids += await imported(registry, {}, papers=[])
        code = "evidence-missing"
    elif why == "state":
        ids.append(await registry.certificate(await registry.worker(), issued_on="2003-04-10"))
        body, code = {"on": "2003-04-11"}, "certificate-state"
    else:
        body, code, status = {"on": "2003-11-01"}, "in-the-future", 422
    refused = await batch(
        registry, CHECKS, {**body, "certificate_ids": sorted(ids), **totals(ids)}, status, by=by
    )
    assert refused["code"] == code
    assert (await states(registry, ids))[0] == "applied"
    assert (await registry.get("/v1/certificate-approvals"))["items"] == []


async def test_one_whose_employer_insured_it_stops_the_batch(registry: Any) -> None:
    worker, number = await a_worker(registry, **FORMER)
    asked = {"worker_id": worker, "applied_on": "2003-06-03", "evidence": registry.papers}
    ids = [(await registry.post("/v1/certificates", asked))["id"]]
    await load(agency(registry), [paid(number, "2003-04", payer="70289002-3")])
    body = {"on": "2003-06-05", "certificate_ids": ids, **totals(ids)}
    refused = await batch(registry, CHECKS, body, 409)
    assert refused["code"] == "insured-while-without-work"
    assert await states(registry, ids) == ["applied"]


async def test_all_that_is_refused_is_named_with_its_reason(registry: Any) -> None:
    """And only that: what could have been checked is not."""
    (good,) = await imported(registry, {})
    (bare,) = await imported(registry, {}, papers=[])
    done = await registry.certificate(await registry.worker())
    ids = sorted([good, bare, done])
    refused = await batch(registry, CHECKS, {"on": ON, "certificate_ids": ids, **totals(ids)}, 409)
    reasons = {one["pointer"]: one["code"] for one in refused["errors"]}
    assert reasons == {f"#/{bare}": "evidence-missing", f"#/{done}": "certificate-state"}
    assert refused["code"] == refused["errors"][0]["code"]
    assert await states(registry, [good, bare]) == ["applied", "applied"]


async def checked(registry: Any, count: int) -> list[str]:
    ids = await imported(registry, *[{}] * count)
    await batch(registry, CHECKS, {"on": ON, "certificate_ids": ids, **totals(ids)})
    return ids


HUNG = {"posted_as": "爱辉街道公示栏 2003 第 7 期"}


async def test_what_was_checked_is_posted_in_one_batch(registry: Any) -> None:
    """By a paper list from its day on, without one from today on; its days of publicity begin then."""
    papered, listed = await checked(registry, 2), await checked(registry, 2)
    body = {"on": "2003-03-06", "certificate_ids": papered, **HUNG, **totals(papered)}
    done = await batch(registry, POSTINGS, body)
    assert (done["act"], done["count"], done["actor"]) == ("publicise", 2, "street")
    assert {(one["certificate_id"], one["state"], one["posted_on"]) for one in done["posted"]} == {
        (id, "publicised", "2003-03-06") for id in papered
    }
    steps = (await registry.get(f"/v1/certificates/{papered[0]}/transitions"))["items"]
    assert (steps[-1]["actor"], steps[-1]["statement"]) == ("street", HUNG["posted_as"])
    early = {"on": "2003-03-06", "checked_until": "2003-03-04", **totals(listed)}
    assert (await batch(registry, POSTINGS, early, 409))["code"] == "control-totals-differ"
    today = await batch(registry, POSTINGS, {"on": "2003-03-06", **totals(listed)})
    assert {one["posted_on"] for one in today["posted"]} == {"2003-10-31"}
    page = await registry.get("/v1/certificate-publications", area_code=DISTRICT)
    assert sorted(one["certificate_id"] for one in page["items"]) == listed
    kept = (await registry.get("/v1/certificate-approvals"))["items"]
    assert [one["act"] for one in kept] == ["check", "check", "publicise", "publicise"]
    issue = {"on": "2003-03-10", "certificate_ids": papered, **totals(papered)}
    handed = await batch(registry, "/v1/certificates/approvals", issue, by=registry.checker)
    assert {one["state"] for one in handed["issued"]} == {"issued"}


@pytest.mark.parametrize("why", ["state", "day", "insured"])
async def test_one_that_cannot_be_posted_stops_the_batch(registry: Any, why: str) -> None:
    ids = await checked(registry, 1)
    day, code, status = "2003-03-06", "certificate-state", 409
    if why == "state":
        ids += await imported(registry, {})
    elif why == "day":
        day, code, status = "2003-03-04", "step-out-of-order", 422
    else:
        worker, number = await a_worker(registry, **FORMER)
        asked = {"worker_id": worker, "applied_on": "2003-06-03", "evidence": registry.papers}
        ids.append((await registry.post("/v1/certificates", asked))["id"])
        one = {"on": "2003-06-05", "certificate_ids": ids[1:], **totals(ids[1:])}
        await batch(registry, CHECKS, one)
        await load(agency(registry), [paid(number, "2003-04", payer="70289002-3")])
        day, code = "2003-06-06", "insured-while-without-work"
    body = {"on": day, "certificate_ids": sorted(ids), **totals(ids)}
    refused = await batch(registry, POSTINGS, body, status)
    assert refused["code"] == code
    assert [one["pointer"] for one in refused["errors"]] == [f"#/{ids[-1]}"]
    assert await states(registry, ids[:1]) == ["checked"]


async def test_another_district_posts_none_of_it(registry: Any) -> None:
    ids = await checked(registry, 1)
    foreign = registry.thing.client("registry_clerk", area=OTHER, office="231121-x")
    body = {"on": "2003-03-06", "certificate_ids": ids, **totals(ids)}
    refused = await batch(registry, POSTINGS, body, 422, by=foreign)
    assert refused["code"] == "unknown-certificate"


async def test_the_city_confirms_a_batch_of_its_districts(city: Any) -> None:
    ids = sorted([(await approved(city))[2] for _ in range(2)])
    body = {"on": CONFIRMED["on"], "approved_until": "2003-06-10", **totals(ids)}
    theirs = await batch(city, CONFIRMATIONS, body, 403, by=district(city))
    assert theirs["code"] == "not-the-city"
    mine = await batch(city, CONFIRMATIONS, body, 409, by=city.http)
    assert mine["code"] == "maker-is-checker"
    wrong = await batch(city, CONFIRMATIONS, {**body, **totals(ids[:1])}, 409, by=city.checker)
    assert wrong["code"] == "control-totals-differ"
    assert await states(city, ids) == ["approved", "approved"]
    done = await batch(city, CONFIRMATIONS, body, by=city.checker)
    assert [one["state"] for one in done["issued"]] == ["issued", "issued"]
    assert len({one["number"] for one in done["issued"]} - {""}) == 2
    assert sorted(str(e.entity_id) for e in await city.told("certificate.issued")) == ids
    listed = (await city.get("/v1/certificates-to-pick-up"))["items"]
    assert [one["certificate_id"] for one in listed] == ids
    (kept,) = (await city.get("/v1/certificate-approvals"))["items"]
    assert kept["act"] == "confirm"


async def test_one_that_the_city_cannot_confirm_stops_the_batch(city: Any) -> None:
    _, _, one = await approved(city)
    _, _, two = await approved(city)
    await act(city, two, "confirmations", CONFIRMED, by=city.checker)
    ids = sorted([one, two])
    body = {"on": CONFIRMED["on"], "certificate_ids": ids, **totals(ids)}
    refused = await batch(city, CONFIRMATIONS, body, 409, by=city.checker)
    assert refused["code"] == "certificate-state"
    assert (await city.get(f"/v1/certificates/{one}"))["state"] == "approved"
