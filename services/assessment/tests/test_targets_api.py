"""Targets, indicators and statistics over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

CITY, DISTRICT = "231100000000", "231102000000"


def row(**more: Any) -> dict[str, Any]:
    plain = {
        "issuer": "city", "level": "city", "indicator": "reemployed", "year": 2003,
        "value": "30950", "area_code": CITY, "signed_on": "2003-02-20",
    }  # fmt: skip
    return {**plain, **more}


async def test_a_draft_is_signed_once_then_adjusted_by_its_issuer_only(city: Any) -> None:
    draft = await city.target("reemployed", "12100", signed_on=None)
    path = f"/v1/targets/{draft['id']}"
    assert draft["state"] == "draft"
    early = {"issuer": "province", "value": "1", "effective_on": "2003-07-01", "document": "d"}
    assert (await city.client.post(f"{path}/adjustments", json=early)).json()[
        "code"
    ] == "target-not-signed"
    signed = await city.client.post(f"{path}/signatures", json={"signed_on": "2003-02-20"})
    assert (signed.status_code, signed.json()["state"]) == (201, "in_force")
    again = await city.client.post(f"{path}/signatures", json={"signed_on": "2003-02-21"})
    assert (again.status_code, again.json()["code"]) == (409, "target-already-signed")
    other = await city.client.post(f"{path}/adjustments", json={**early, "issuer": "city"})
    assert (other.status_code, other.json()["code"]) == (409, "not-the-issuer")
    stale = await city.client.post(f"{path}/adjustments", json=early, headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    done = await city.client.post(
        f"{path}/adjustments", json=early, headers={"If-Match": signed.headers["etag"]}
    )
    assert done.status_code == 201
    assert (done.json()["value"], done.json()["current"]) == ("12100", "1")
    assert done.json()["adjustments"][0]["value_before"] == "12100"
    same_day = await city.client.post(f"{path}/adjustments", json=early)
    assert same_day.json()["code"] == "effective-too-early"
    told = await city.service.told()
    assert [event.type for event in told] == [
        "assessment.target.signed.v1",
        "assessment.target.adjusted.v1",
    ]
    assert told[0].data["value"] == "12100"
    assert told[1].data["value_before"] == "12100"


async def test_parts_are_added_up_against_the_whole(city: Any) -> None:
    whole, other = str(uuid4()), str(uuid4())
    await city.load(
        "targets",
        row(id=whole, value="100"),
        row(id=other, indicator="registered_unemployment_rate", value="3.5"),
        row(parent_id=whole, value="60", area_code=DISTRICT, level="district"),
        row(
            parent_id=other, value="3.5", area_code=DISTRICT, level="district",
            indicator="registered_unemployment_rate",
        ),
    )  # fmt: skip
    found = (await city.client.get(f"/v1/targets/{whole}/decomposition")).json()
    assert (found["whole"], found["sum_of_parts"], found["gap"], found["covered"]) == (
        "100", "60", "-40", False,
    )  # fmt: skip
    await city.load(
        "targets", row(parent_id=whole, value="45", office="231100-city-direct", level="office")
    )
    found = (await city.client.get(f"/v1/targets/{whole}/decomposition")).json()
    assert (found["gap"], found["covered"], len(found["parts"])) == ("5", True, 2)
    limit = (await city.client.get(f"/v1/targets/{other}/decomposition")).json()
    assert (limit["gap"], limit["covered"]) == ("0", True)


async def test_bad_lines_of_an_import_are_named(city: Any) -> None:
    await city.load("targets", row())
    answer = await city.load(
        "targets",
        row(),
        row(indicator="no_such_thing"),
        row(area_code="110000000000"),
        row(parent_id=str(uuid4()), area_code=DISTRICT),
        row(value="-1"),
        row(issuer="province"),
        status=422,
    )
    assert {error["line"]: error["code"] for error in answer["errors"]} == {
        1: "target-exists",
        2: "unknown-indicator",
        3: "outside-your-area",
        4: "parent-does-not-fit",
        5: "greater-than-equal",
    }


async def test_one_target_for_an_issuer_place_and_year(city: Any) -> None:
    await city.target("reemployed", "5")
    body = row(issuer="province", value="6")
    assert (await city.client.post("/v1/targets", json=body)).json()["code"] == "target-exists"
    unknown = await city.client.post("/v1/targets", json=row(indicator="nope_nope"))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-indicator")
    orphan = await city.client.post("/v1/targets", json=row(parent_id=str(uuid4())))
    assert orphan.json()["code"] == "parent-does-not-fit"


async def test_targets_of_another_area_do_not_exist_for_a_district(city: Any) -> None:
    mine = await city.target("reemployed", "5", area_code=DISTRICT)
    whole = await city.target("reemployed", "9")
    client = city.service.client("city_administrator", area=DISTRICT)
    assert (await client.get(f"/v1/targets/{mine['id']}")).status_code == 200
    assert (await client.get(f"/v1/targets/{whole['id']}")).status_code == 404
    assert (await client.get(f"/v1/targets/{whole['id']}/decomposition")).status_code == 404
    foreign = await client.post("/v1/targets", json=row())
    assert (foreign.status_code, foreign.json()["code"]) == (403, "outside-your-area")
    listed = (await client.get("/v1/targets")).json()["items"]
    assert [one["id"] for one in listed] == [mine["id"]]


async def test_definitions_are_shown_by_version(city: Any) -> None:
    listed = (await city.client.get("/v1/indicators")).json()["items"]
    assert len(listed) > 70
    one = (await city.client.get("/v1/indicators/net_new_posts")).json()
    assert one["numerator"][1] == {
        "source": "items", "kind": "post-lost", "aggregate": "count", "sign": -1,
    }  # fmt: skip
    for path in (
        one["url"].removeprefix("/api/assessment"),
        "/v1/indicators/net_new_posts/versions",
    ):
        assert (await city.client.get(path)).status_code == 200
    for path in ("/v1/indicators/nope", "/v1/indicators/net_new_posts/versions/7"):
        assert (await city.client.get(path)).status_code == 404


async def test_statistics_are_declared_told_and_corrected_by_a_later_row(city: Any) -> None:
    body = {
        "series": "registered_unemployment_rate", "area_code": CITY, "as_of": "2003-10-31",
        "value": "3.10", "unit": "%", "source": "统计局",
    }  # fmt: skip
    made = await city.client.post("/v1/statistics", json=body)
    assert made.status_code == 201, made.text
    assert "event-id" in made.headers
    await city.client.post("/v1/statistics", json={**body, "value": "2.99", "source": "更正"})
    assert await city.value("registered_unemployment_rate.stated") == "2.99"
    assert (await city.client.get(f"/v1/statistics/{made.json()['id']}")).json()["value"] == "3.10"
    assert len((await city.client.get("/v1/statistics")).json()["items"]) == 2
    twice = {**body, "id": made.json()["id"]}
    errors = (await city.load("statistics", twice, {**body, "source": ""}, status=422))["errors"]
    assert {one["line"]: one["code"] for one in errors} == {
        1: "already-declared",
        2: "string-too-short",
    }
    told = await city.service.told("assessment.statistic.declared.v1")
    assert [event.data["value"] for event in told] == ["3.10", "2.99"]
