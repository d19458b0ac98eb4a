"""After a merger: who saw nothing of the ended district sees it now, and works on it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kit import areas
from kit.ids import new_id
from registry.areas.domain import gone_into

from .conftest import DISTRICT, OFFICE, OTHER, Registry

THIRD, FOURTH = "231181000000", "231182000000"
GONE_OFFICE = "231121-employment-bureau"


@pytest.mark.parametrize(
    ("prefix", "mergers", "former"),
    [
        ("231102", [], ()),
        ("231102", [(OTHER, DISTRICT)], ("231121",)),
        ("231121", [(OTHER, DISTRICT)], ()),  # the ended one gets nothing
        ("2311", [(OTHER, DISTRICT)], ()),  # lies in it anyway
        ("231102", [(THIRD, OTHER), (OTHER, DISTRICT)], ("231121", "231181")),
        # A community went to another district; then its own street did.
        ("231102", [("231121001001", "231102001001")], ("231121001001",)),
        ("231102001", [("231121001001", "231102001001")], ("231121001001",)),
        ("231102002", [("231121001001", "231102001001")], ()),
        (
            "231102",
            [("231121001001", "231102001001"), ("231121001000", "231102001000")],
            ("231121001",),
        ),
    ],
)
def test_what_went_into_an_area(
    prefix: str, mergers: list[tuple[str, str]], former: tuple[str, ...]
) -> None:
    assert gone_into(prefix, mergers) == former
    assert gone_into(prefix, mergers[::-1]) == former


@pytest.mark.parametrize(
    ("prefixes", "pattern"),
    [
        (["231102"], "^231102"),
        ([""], "^"),
        (["231102", "231121"], "^2311(?:02|21)"),
        (["231102", "231102001"], "^231102"),
    ],
)
def test_a_pattern_begins_with_what_all_share(prefixes: list[str], pattern: str) -> None:
    assert areas.pattern(prefixes) == pattern


@pytest.fixture
async def town(registry: Registry) -> Registry:
    """Three districts more, of which one has an office and goes into the first one later."""
    for code, name in ((THIRD, "北安市"), (FOURTH, "五大连池市")):
        await registry.post(
            "/v1/areas", {"code": code, "name": name, "established_on": "2000-01-01"}
        )
    office = {
        "code": GONE_OFFICE, "name": "嫩江县就业局", "kind": "bureau", "staff": 5,
        "area_code": OTHER, "opened_on": "2000-01-01",
    }  # fmt: skip
    await registry.post("/v1/offices", office)
    return registry


def clerk(registry: Registry, area: str, **who: str) -> httpx.AsyncClient:
    named = {"office": f"{area[:6]}-employment-bureau", "subject": f"clerk of {area[:6]}", **who}
    return registry.thing.client("registry_clerk", area=area, **named)


async def merged(registry: Registry, code: str, successor: str, on: str = "2003-09-01") -> None:
    body = {"kind": "merged", "on": on, "successor_code": successor}
    await registry.post(f"/v1/areas/{code}/changes", body)


async def ids(client: httpx.AsyncClient, path: str, **params: Any) -> list[str]:
    """A whole list, one line per page."""
    found: list[str] = []
    more: dict[str, Any] | None = {}
    while more is not None:
        page = (await client.get(path, params={"limit": 1, **params, **more})).json()
        found += [one["id"] for one in page["items"]]
        more = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
    return found


async def denied(registry: Registry) -> list[tuple[str, str]]:
    async with registry.thing.db.looking() as tx:
        rows = await tx.fetch(
            "select account, operation from access_log where outcome = 'denied' order by id"
        )
    return [tuple(row) for row in rows]


async def test_the_successor_sees_lists_and_decides(town: Registry) -> None:
    form = town.form(area_code=OTHER, office=GONE_OFFICE)
    worker = (await town.post("/v1/workers", form))["id"]
    own = await town.worker()
    applied = await clerk(town, OTHER).post(
        "/v1/certificates",
        json={"worker_id": worker, "applied_on": "2003-08-01", "evidence": town.papers},
    )
    assert applied.status_code == 201, applied.text
    certificate = applied.json()["id"]
    successor = clerk(town, DISTRICT)
    assert (await successor.get(f"/v1/workers/{worker}")).status_code == 404
    assert await denied(town) == [("clerk of 231102", "get_worker")]

    await merged(town, OTHER, DISTRICT)

    seen = await successor.get(f"/v1/workers/{worker}")
    assert (seen.status_code, seen.json()["area_code"]) == (200, OTHER)  # the code of its day
    assert await ids(successor, "/v1/workers") == sorted([worker, own])
    assert await ids(successor, "/v1/certificates") == [certificate]
    found = await successor.post("/v1/workers/searches", json={"id_number": form["id_number"]})
    assert [one["id"] for one in found.json()["items"]] == [worker]
    assert (await successor.get("/v1/certificates/counts")).json()["applied"] == 1
    # An area that is named brings what went into it, and so does what everybody may read.
    late = {"area_code": DISTRICT}
    assert await ids(successor, "/v1/certificates/overdue", **late) == [certificate]

    hung = {"posted_as": "街道公示栏 2003"}
    for step, body in (("checks", {}), ("publications", hung)):
        shown = await successor.get(f"/v1/certificates/{certificate}")
        done = await successor.post(
            f"/v1/certificates/{certificate}/{step}", json={"on": "2003-09-02", **body},
            headers={"If-Match": shown.headers["etag"]},
        )  # fmt: skip
        assert done.status_code == 201, done.text
    chief = town.thing.client(
        "certificate_approver", area=DISTRICT, office=OFFICE, subject="chief of 231102"
    )
    shown = await chief.get(f"/v1/certificates/{certificate}")
    issued = await chief.post(
        f"/v1/certificates/{certificate}/issues", json={"on": "2003-09-15"},
        headers={"If-Match": shown.headers["etag"]},
    )  # fmt: skip
    assert (issued.status_code, issued.json()["issued_by"]) == (201, OFFICE)
    feed = town.thing.client(area=DISTRICT, subject="feed of 231102")
    told = (await feed.get("/v1/events", params={"limit": 1000})).json()["items"]
    assert worker in {event["subject"].split("/")[1] for event in told}


async def test_others_and_the_ended_district_see_what_was_theirs(town: Registry) -> None:
    worker = await town.worker(area_code=OTHER, office=GONE_OFFICE)
    await merged(town, OTHER, DISTRICT)
    after = await town.worker()
    third, ended = clerk(town, THIRD), clerk(town, OTHER)
    assert (await third.get(f"/v1/workers/{worker}")).status_code == 404
    assert await denied(town) == [("clerk of 231181", "get_worker")]
    assert await ids(third, "/v1/workers") == []
    # A token of the ended district still opens its archive, and nothing of the successor.
    assert await ids(ended, "/v1/workers") == [worker]
    assert (await ended.get(f"/v1/workers/{after}")).status_code == 404
    form = town.form(area_code=OTHER, office=GONE_OFFICE, registered_on="2003-09-01")
    refused = await ended.post("/v1/workers", json=form)
    assert (refused.status_code, refused.json()["code"]) == (422, "area-not-in-force")


async def test_a_chain_of_mergers_ends_with_the_last_one(town: Registry) -> None:
    worker = await town.worker(area_code=THIRD)
    await merged(town, THIRD, OTHER, "2003-03-01")
    assert await ids(clerk(town, OTHER), "/v1/workers") == [worker]
    await merged(town, OTHER, DISTRICT)
    assert await ids(clerk(town, DISTRICT), "/v1/workers") == [worker]
    assert await ids(clerk(town, OTHER), "/v1/workers") == [worker]
    assert await ids(clerk(town, FOURTH), "/v1/workers") == []


async def test_the_successor_inspects_what_the_ended_office_issued(registry_2007: Registry) -> None:
    registry = registry_2007
    await registry.post(
        "/v1/offices",
        {"code": GONE_OFFICE, "name": "嫩江县就业局", "kind": "bureau", "staff": 5,
         "area_code": OTHER, "opened_on": "2000-01-01"},
    )  # fmt: skip
    worker = await registry.worker(
        area_code=OTHER, office=GONE_OFFICE, born="19650504", status_since="2005-01-01",
        centre_agreement_on=None, registered_on="2006-01-09",
    )  # fmt: skip
    id = str(new_id())
    await registry.loaded(
        "/v1/certificates", [{"id": id, "worker_id": worker, "applied_on": "2006-03-01"}]
    )
    issuer = registry.thing.client(area=OTHER, office=GONE_OFFICE, subject="issuer")
    shown = await issuer.get(f"/v1/certificates/{id}")
    issued = await issuer.post(
        f"/v1/certificates/{id}/issues", json={"on": "2006-03-20"},
        headers={"If-Match": shown.headers["etag"]},
    )  # fmt: skip
    assert issued.json()["issued_by"] == GONE_OFFICE, issued.text
    await merged(registry, OTHER, DISTRICT, "2006-06-01")
    inspector = clerk(registry, DISTRICT)
    shown = await inspector.get(f"/v1/certificates/{id}")
    assert "inspect" in shown.json()["allowed_actions"]
    inspected = await inspector.post(
        f"/v1/certificates/{id}/inspections", json={"year": 2006, "inspected_on": "2006-11-10"},
        headers={"If-Match": shown.headers["etag"]},
    )  # fmt: skip
    assert inspected.status_code == 201, inspected.text
