"""The programmes over HTTP: what holds on a day, and what given facts would come to."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kit.testing import UnderTest
from subsidy.programmes.bodies import _EXAMPLE


@pytest.fixture
def reader(subsidy: UnderTest) -> httpx.AsyncClient:
    return subsidy.client("auditor")


async def one(reader: httpx.AsyncClient, code: str, on: str) -> dict[str, Any]:
    answer = await reader.get(f"/v1/programmes/{code}", params={"on": on})
    assert answer.status_code == 200
    shown: dict[str, Any] = answer.json()
    return shown


async def test_all_programmes_with_what_holds_on_the_day(reader: httpx.AsyncClient) -> None:
    answer = await reader.get("/v1/programmes", params={"on": "2003-09-01"})
    in_force = {shown["code"]: shown["in_force"] for shown in answer.json()}
    assert in_force == {
        "community-work": "2002", "job-introduction": "2002", "living-allowance": None,
        "market-building": "2002", "post-subsidy": "2002", "si-enterprise": "2003",
        "si-flexible-4050": None, "si-public-welfare": "2002", "training-subsidy": "2002",
    }  # fmt: skip


async def test_a_programme_shows_versions_clauses_and_parameters(reader: httpx.AsyncClient) -> None:
    shown = await one(reader, "si-enterprise", "2003-09-01")
    assert [version["since"] for version in shown["versions"]] == [
        "2002-12-03", "2003-08-23", "2006-01-01", "2008-02-03",
    ]  # fmt: skip
    term = next(c for c in shown["versions"][1]["clauses"] if c["code"] == "contract-term")
    assert (term["cite"], term["status"]) == ("财税[2003]192 R28", "found")
    assert term["zh"] == "劳动合同期限不少于规定期限"
    parameters = {one["role"]: one for one in shown["parameters"]}
    assert parameters["contract_months_min"]["value"] == 12
    assert parameters["contract_months_min"]["looked_up"] == "law"
    assert parameters["rates"]["value"] == {"pension": 20, "medical": 6, "unemployment": 2}
    assert parameters["rates"]["cite"]["status"] == "to-verify"


async def test_what_the_city_must_set_is_said(reader: httpx.AsyncClient) -> None:
    shown = await one(reader, "post-subsidy", "2006-03-01")
    missing = {one["id"] for one in shown["parameters"] if one["missing"]}
    assert missing == {"subsidy.minimum_wage", "subsidy.post_subsidy_standard"}


async def test_an_ended_programme_says_since_when(reader: httpx.AsyncClient) -> None:
    shown = await one(reader, "living-allowance", "2003-06-30")
    assert (shown["in_force"], shown["ended_on"]) == ("1998", "2003-07-01")
    assert (await one(reader, "living-allowance", "2003-07-01"))["in_force"] is None


async def test_given_facts_are_assessed_and_nothing_is_kept(reader: httpx.AsyncClient) -> None:
    path = "/v1/programmes/si-enterprise/assessments"
    granted = (await reader.post(path, json=_EXAMPLE)).json()
    assert (granted["granted"], granted["amount"], granted["version"]) == (True, "132.00", "2003")
    assert granted["steps"][-1]["zh"] == "合计 120.00 + 12.00 = 132.00 元"
    facts: Any = _EXAMPLE["facts"]
    old_post = {"facts": {**facts, "work": {**facts["work"], "new_post": False}}}
    refused = (await reader.post(path, json=old_post)).json()
    assert (refused["granted"], refused["amount"]) == (False, "0.00")
    assert refused["clause"] == "财社[2002]107 B6/new-post"


async def test_what_is_no_programme_or_no_fact_of_it_is_refused(reader: httpx.AsyncClient) -> None:
    assert (await reader.get("/v1/programmes/nothing")).status_code == 404
    assert (await reader.get("/v1/programmes/minimum-wage")).status_code == 404
    assert (
        await reader.post("/v1/programmes/nothing/assessments", json=_EXAMPLE)
    ).status_code == 404
    other = await reader.post("/v1/programmes/training-subsidy/assessments", json=_EXAMPLE)
    assert (other.status_code, other.json()["code"]) == (422, "other-facts")
    facts: Any = _EXAMPLE["facts"]
    for wrong in ({"month": "2003-13"}, {"of": "luck"}, {"used": {"si-months": -1}}):
        answer = await reader.post(
            "/v1/programmes/si-enterprise/assessments", json={"facts": {**facts, **wrong}}
        )
        assert answer.status_code == 422
