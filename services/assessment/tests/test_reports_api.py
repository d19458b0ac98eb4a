"""The report over HTTP: published values in, verdicts out."""

from __future__ import annotations

from typing import Any

CITY, DIRECT = "231100000000", "231100-city-direct"
PERIOD = "2003-01-01/2003-10-31"


def printed(id: str, indicator: str, value: str, **more: Any) -> dict[str, Any]:
    plain = {
        "id": id, "indicator": indicator, "form": "value", "area_code": CITY, "period": PERIOD,
        "unit": "person", "value": value, "expect": "agrees",
    }  # fmt: skip
    return {**plain, **more}


async def report(city: Any, **params: Any) -> dict[str, dict[str, Any]]:
    answer = await city.client.get("/v1/reports", params=params)
    assert answer.status_code == 200, answer.text
    return {line["id"]: line for line in answer.json()}


async def test_every_verdict_and_its_reason(city: Any) -> None:
    workers = [city.worker() for _ in range(5)]
    posts = [
        city.tell(
            "jobs-market.post.opened.v1",
            {"employer_id": None, "sector": "services", "new_investment": False},
        )
        for _ in range(4)
    ]
    await city.deliver(
        *workers,
        *(city.placement(worker) for worker in workers[:2]),
        *posts,
        city.tell("jobs-market.post.lost.v1", {"employer_id": None, "sector": "services"}),
        city.office(DIRECT, "city_direct", "市直"),
        city.relief("income_tax", "92000.00", "tax", office=DIRECT),
        city.stated("94000.00", office=DIRECT),
    )
    await city.target("reemployed", "4")
    await city.target("net_new_posts", "5")
    await city.load(
        "publications",
        printed("r", "reemployed", "2", title="再就业"),
        printed("rate", "reemployment_rate", "40", form="rate", unit="%", semantics="YTD"),
        printed("done", "reemployed", "50", form="completion", unit="%", issuer="province"),
        printed(
            "posts", "new_posts_gross", "80", form="completion", unit="%", issuer="province",
            against="net_new_posts", expect="definition-differs",
        ),
        printed(
            "tax", "tax_relief", "9.4", unit="wan_yuan", decimals=1, office=DIRECT,
            expect="does-not-reconcile",
        ),
        printed("wan", "reemployed", "0.00", unit="wan_person", decimals=2),
        printed("cum", "certificates_issued", "0", unit="certificate", period="2003-03-01/2003-10-31"),
        printed("least", "reemployed", "1", qualifier="at_least"),
        printed("unknown", "no_such_thing", "1"),
        printed("unit", "reemployed", "2", unit="household"),
        printed("scaled", "reemployed", "200", scale="0.01"),
    )  # fmt: skip
    found = await report(city)
    assert {id: line["verdict"] for id, line in found.items()} == {
        "r": "agrees",
        "rate": "agrees",
        "done": "agrees",
        "posts": "definition-differs",
        "tax": "does-not-reconcile",
        "wan": "agrees",
        "cum": "agrees",
        "least": "agrees",
        "unknown": "does-not-reconcile",
        "unit": "does-not-reconcile",
        "scaled": "scaled",
    }
    assert list(found) == ["r", "rate", "done", "posts", "tax", "wan", "cum", "least", "unknown",
                           "unit", "scaled"]  # fmt: skip
    assert found["r"] == {
        "id": "r", "figure": f"reemployed.value.{CITY}.all.2003-10-31", "title": "再就业",
        "area": CITY, "area_name": None, "office": None, "office_name": None, "period": PERIOD,
        "semantics": "YTD", "issuer": None, "unit": "person", "qualifier": "exact",
        "published": "2", "computed": "2", "unrounded": "2", "verdict": "agrees",
        "expect": "agrees", "reason": None, "reason_en": None, "printed": True,
        "url": f"/api/assessment/v1/figures/reemployed.value.{CITY}.all.2003-10-31",
    }  # fmt: skip
    assert "新增就业岗位（毛） 4，完成 80%" in found["posts"]["reason"]
    assert "净增就业岗位 3，完成 60%" in found["posts"]["reason"]
    assert "9.4" in found["tax"]["reason"]
    assert "0.2" in found["tax"]["reason"]
    assert found["tax"]["office_name"] == "市直"
    assert found["cum"]["period"] == "../2003-10-31"
    assert found["unknown"]["computed"] is None
    for line in found.values():
        path = line["url"].removeprefix("/api/assessment")
        opened = await city.client.get(path)
        assert opened.status_code == (404 if line["id"] == "unknown" else 200)
    assert list(await report(city, after="tax", limit=2)) == ["wan", "cum"]
    assert await report(city, as_of="2003-09-30") == {}


async def test_changing_one_fact_changes_the_figures_that_depend_on_it(city: Any) -> None:
    worker, other = city.worker(), city.worker()
    await city.deliver(worker, other, city.placement(worker))
    await city.load(
        "publications",
        printed("r", "reemployed", "1"),
        printed("rate", "reemployment_rate", "50", form="rate", unit="%"),
        printed("e", "employed", "0"),
    )
    assert {line["verdict"] for line in (await report(city)).values()} == {"agrees"}
    await city.deliver(city.placement(other))
    after = await report(city)
    assert {id: line["computed"] for id, line in after.items()} == {
        "r": "2",
        "rate": "100",
        "e": "0",
    }
    assert after["r"]["reason"] == "公布 1，由事实得 2，相差 -1"


async def test_bad_lines_are_named_and_nothing_is_loaded(city: Any) -> None:
    answer = await city.load(
        "publications",
        printed("a", "reemployed", "2"),
        printed("b", "reemployed", "68", form="completion", unit="%"),
        printed("c", "reemployed", "2.5"),
        printed("d", "reemployed", "2", period="2003-02-30"),
        printed("e", "reemployed", "2", period="2003-03-01/2003-10-31", semantics="YTD"),
        printed("f", "reemployed", "2", area_code="110000000000"),
        printed("a", "reemployed", "2"),
        status=422,
    )
    assert [(error["line"], error["code"]) for error in answer["errors"]] == [
        (2, "issuer-and-form"),
        (3, "more-decimals"),
        (4, "no-such-day"),
        (5, "period-differs"),
        (6, "outside-your-area"),
        (7, "already-published"),
    ]
    assert await report(city) == {}
    await city.load("publications", printed("a", "reemployed", "2"))
    again = await city.load("publications", printed("a", "reemployed", "3"), status=422)
    assert again["errors"][0]["code"] == "already-published"
    listed = (await city.client.get("/v1/publications")).json()
    assert [(one["id"], one["value"]) for one in listed["items"]] == [("a", "2")]


async def test_a_district_reads_its_own_report(city: Any) -> None:
    here = "231102000000"
    await city.load(
        "publications",
        printed("city", "reemployed", "0"),
        printed("district", "reemployed", "0", area_code=here),
    )
    client = city.service.client("auditor", area=here)
    lines = (await client.get("/v1/reports")).json()
    assert [line["id"] for line in lines] == ["district"]
