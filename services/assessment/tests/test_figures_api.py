"""Figures over HTTP, from events to the page of contributing facts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

CITY, DISTRICT, DIRECT = "231100000000", "231102000000", "231100-city-direct"


async def test_reemployed_and_employed_are_two_populations(city: Any) -> None:
    base, outside = city.worker("base"), city.worker("outside")
    await city.deliver(base, outside, city.placement(base), city.placement(outside))
    assert await city.value("reemployed.value") == "1"
    assert await city.value("employed.value") == "1"
    assert await city.value("reemployed_flexible.value") == "1"
    assert await city.value("reemployed_farming.value") == "0"


async def test_a_placement_may_arrive_before_its_worker(city: Any) -> None:
    worker = city.worker()
    await city.deliver(city.placement(worker))
    assert await city.value("reemployed.value") == "0"
    await city.deliver(worker)
    assert await city.value("reemployed.value") == "1"


async def test_a_voided_placement_counts_in_no_period_an_ended_one_in_its_own(city: Any) -> None:
    one, two = city.worker(), city.worker()
    void, ended = city.placement(one), city.placement(two)
    over = city.tell(
        "jobs-market.placement.ended.v1",
        {"worker_id": str(two.entity_id), "ended_on": "2003-08-01", "reason": "dismissed"},
        ended.entity_id,
        valid_from=date(2003, 8, 1),
    )
    await city.deliver(one, two, void, ended)
    assert await city.value("reemployed.value") == "2"
    await city.deliver(city.voided(void, valid_from=date(2003, 9, 1)), over)
    assert await city.value("reemployed.value") == "1"
    assert await city.value(f"reemployed.value.{CITY}.all.2003-07-31") == "1"


async def test_places_offices_and_periods(city: Any) -> None:
    one, two, three = (city.worker(area_code=DISTRICT) for _ in range(3))
    await city.deliver(
        one, two, three,
        city.placement(one, area_code=DISTRICT, valid_from=date(2003, 2, 1)),
        city.placement(two, office=DIRECT, valid_from=date(2003, 10, 5)),
        city.placement(three, area_code=DISTRICT, valid_from=date(2002, 12, 31)),
    )  # fmt: skip
    assert await city.value("reemployed.value") == "2"
    assert await city.value(f"reemployed.value.{DISTRICT}.all.2003-10-31") == "1"
    assert await city.value(f"reemployed.value.{CITY}.{DIRECT}.2003-10-31") == "1"
    assert await city.value(f"reemployed.value.{CITY}.all.cum-2003-10-31") == "3"
    assert await city.value(f"reemployed.value.{CITY}.all.mon-2003-10-31") == "1"
    assert await city.value(f"reemployed.value.{CITY}.all.ann-2002-12-31") == "1"
    assert await city.value(f"reemployed.growth.{CITY}.all.2003-10-31") is None
    grown = await city.figure(f"reemployed.growth.{CITY}.all.ann-2003-10-31")
    assert (grown["value"], grown["denominator"]["value"]) == ("100.00", "1")


async def test_growth_from_nothing_has_no_value_but_a_reason(city: Any) -> None:
    worker = city.worker()
    await city.deliver(worker, city.placement(worker))
    found = await city.figure("reemployed.growth")
    assert found["value"] is None
    assert [one["code"] for one in found["findings"]] == ["last-year-zero"]


async def test_a_rate_opens_into_numerator_and_denominator(city: Any) -> None:
    workers = [city.worker() for _ in range(3)]
    await city.deliver(*workers, city.placement(workers[0]))
    found = await city.figure("reemployment_rate.rate")
    assert found["value"] == "33"
    assert found["rounding"] == {"mode": "ROUND_HALF_UP", "decimals": 0, "unrounded": "100/3"}
    assert (found["numerator"]["value"], found["denominator"]["value"]) == ("1", "3")
    assert found["base"] == "registered-base-population"
    url = found["denominator"]["events_url"].removeprefix("/api/assessment")
    first = (await city.client.get(f"{url}&limit=2")).json()
    again = (await city.client.get(f"{url}&limit=2&cursor={first['next_cursor']}")).json()
    assert again["next_cursor"] is None
    listed = [one["entity"]["id"] for one in first["items"] + again["items"]]
    assert sorted(listed) == sorted(str(worker.entity_id) for worker in workers)
    one = first["items"][0]
    assert one["event_url"] == f"/api/registry/v1/events/{one['event_id']}"
    assert one["entity"]["url"] == f"/api/registry/v1/workers/{one['entity']['id']}"


async def test_completion_names_its_issuer_and_the_value_in_force(city: Any) -> None:
    workers = [city.worker() for _ in range(3)]
    await city.deliver(*workers, *(city.placement(worker) for worker in workers))
    province = await city.target("reemployed", "2")
    await city.target("reemployed", "4", issuer="city")
    assert await city.value(f"reemployed.completion.{CITY}.all.2003-10-31.province") == "150"
    found = await city.figure(f"reemployed.completion.{CITY}.all.2003-10-31.city")
    assert (found["value"], found["issuer"], found["target"]["value"]) == ("75", "city", "4")
    assert found["denominator"]["events_url"] is None
    answer = await city.client.post(
        f"/v1/targets/{province['id']}/adjustments",
        json={"issuer": "province", "value": "6", "effective_on": "2003-07-01", "document": "x"},
    )
    assert answer.status_code == 201, answer.text
    assert await city.value(f"reemployed.completion.{CITY}.all.2003-10-31.province") == "50"
    assert await city.value(f"reemployed.completion.{CITY}.all.2003-06-30.province") == "150"
    none = await city.figure(f"reemployed.completion.{CITY}.all.2003-10-31.district")
    assert none["value"] is None
    assert [one["code"] for one in none["findings"]] == ["no-target-in-force"]


async def test_gross_posts_against_a_net_target_show_both_series(city: Any) -> None:
    posts = [
        city.tell(
            "jobs-market.post.opened.v1",
            {
                "employer_id": str(city.worker().entity_id),
                "sector": "services",
                "new_investment": False,
            },
        )
        for _ in range(4)
    ]
    lost = city.tell(
        "jobs-market.post.lost.v1", {"employer_id": None, "sector": "services", "reason": "closed"}
    )
    await city.deliver(*posts, lost)
    await city.target("net_new_posts", "5")
    found = await city.figure(
        f"new_posts_gross.completion.{CITY}.all.2003-10-31.province.net_new_posts"
    )
    assert found["value"] == "80"
    assert "definition-differs" in [one["code"] for one in found["findings"]]
    assert await city.value(f"net_new_posts.completion.{CITY}.all.2003-10-31.province") == "60"


async def test_a_stated_total_that_is_not_the_sum_is_a_finding(city: Any) -> None:
    direct = {"office": DIRECT}
    await city.deliver(
        city.office(DIRECT, "city_direct", "市直"),
        city.relief("business_tax", "7000.00", "tax", **direct),
        city.relief("income_tax", "85000.00", "tax", **direct),
        city.stated("94000.00", **direct),
    )
    found = await city.figure(f"tax_relief.value.{CITY}.{DIRECT}.2003-10-31")
    assert (found["value"], found["stated"]) == ("9.2", "9.4")
    assert found["office_name"] == "市直"
    assert found["findings"][0]["code"] == "reconciliation-gap"
    assert "0.2" in found["findings"][0]["en"]
    whole = await city.figure("tax_relief.value")
    assert (whole["value"], whole["stated"], whole["findings"]) == ("9.2", None, [])


async def test_reliefs_round_half_up_and_persons_are_not_households(city: Any) -> None:
    await city.deliver(
        city.relief("registration", "29500.00"),
        city.relief("self_employed_management", "589000.00"),
        city.relief("market_management", "77000.00"),
    )
    found = await city.figure("fee_relief.value")
    assert (found["value"], found["numerator"]["value"]) == ("69.6", "69.55")
    assert await city.value("fee_relief_persons.value") == "3"
    assert await city.value("fee_relief_households.value") == "0"


async def test_certificates_granted_refused_and_revoked(city: Any) -> None:
    def certificate(verb: str, entity: Any = None, **more: Any) -> Any:
        data = {"worker_id": str(worker.entity_id), "category": "soe_laid_off", **more}
        return city.tell(f"registry.certificate.{verb}.v1", data, entity)

    worker = city.worker()
    one, two = certificate("granted"), certificate("granted")
    refused = certificate("refused", clause="R2")
    issued = certificate("issued", one.entity_id, valid_until="2005-12-31")
    await city.deliver(worker, one, two, refused, issued)
    assert await city.value("certificates_entitled.value") == "2"
    assert await city.value("certificate_issue_rate.rate") == "50"
    await city.deliver(certificate("refused", two.entity_id, clause="R1"))
    assert await city.value("certificates_entitled.value") == "1"
    await city.deliver(certificate("granted", two.entity_id))
    assert await city.value("certificates_entitled.value") == "2"
    await city.deliver(certificate("revoked", one.entity_id, reason="category"))
    assert await city.value("certificates_issued.value") == "0"
    assert await city.value("certificates_entitled.value") == "1"


async def test_loans_that_are_due_are_the_base_of_recovery(city: Any) -> None:
    def loan(due: str, principal: str) -> Any:
        data = {
            "worker_id": str(city.worker().entity_id), "principal": principal, "term_months": 12,
            "annual_rate": "5.31", "bank": "icbc", "due_on": due,
        }  # fmt: skip
        return city.tell("loans.loan.disbursed.v1", data, valid_from=date(2003, 1, 10))

    def repaid(of: Any, principal: str) -> Any:
        data = {
            "worker_id": of.data["worker_id"], "principal": principal, "interest": "0.00",
            "outstanding": "0.00",
        }  # fmt: skip
        return city.tell("loans.loan.repaid.v1", data, of.entity_id)

    due, not_due = loan("2003-09-30", "20000.00"), loan("2004-09-30", "10000.00")
    await city.deliver(due, not_due)
    await city.deliver(repaid(due, "5000.00"), repaid(due, "5000.00"), repaid(not_due, "9000.00"))
    assert await city.value("loan_recovery_rate.rate") == "50.00"
    assert await city.value("loans_repaid.value") == "1.9"
    assert await city.value("loan_borrowers.value") == "2"
    assert await city.value("loans_lent.value") == "3.0"


async def test_declared_statistics_are_shown_with_their_source(city: Any) -> None:
    assert await city.value("registered_unemployment_rate.stated") is None
    await city.load(
        "statistics",
        {
            "series": "registered_unemployment_rate", "area_code": CITY, "as_of": "2003-10-31",
            "value": "2.99", "unit": "%", "source": "统计局",
        },
    )  # fmt: skip
    await city.target("registered_unemployment_rate", "3.50")
    found = await city.figure("registered_unemployment_rate.value")
    assert (found["value"], found["source"], found["form"]) == ("2.99", "统计局", "stated")
    kept = await city.figure(
        f"registered_unemployment_rate.completion.{CITY}.all.2003-10-31.province"
    )
    assert kept["value"] is None
    assert [one["code"] for one in kept["findings"]] == ["cap-met"]


async def test_a_series_that_no_indicator_stands_for_is_shown_as_declared(city: Any) -> None:
    row = {"series": "full_employment_communities", "area_code": CITY, "as_of": "2003-10-31"}
    await city.load("statistics", {**row, "value": "12", "unit": "个社区", "source": "x"})
    found = await city.figure("full_employment_communities.stated")
    assert (found["value"], found["unit"]) == ("12", "个社区")


@pytest.mark.parametrize(
    "name",
    [
        "reemployed", "reemployed.value.2311.all.2003-10-31", "nothing.value.231100000000.all.2003-10-31",
        "reemployed.value.231100000000.all.2003-02-30", "reemployed.completion.231100000000.all.2003-10-31",
        "reemployed.value.231100000000.all.2003-10-31.province",
        "reemployed.value.231100000000.all.1990-10-31", "reemployed@9.value.231100000000.all.2003-10-31",
    ],
)  # fmt: skip
async def test_an_id_that_names_nothing_is_not_found(city: Any, name: str) -> None:
    for path in (f"/v1/figures/{name}", f"/v1/figures/{name}/events"):
        answer = await city.client.get(path)
        assert answer.status_code == 404, (path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_district_sees_its_own_figures_only(city: Any) -> None:
    here = city.service.client("auditor", area=DISTRICT)
    assert (
        await here.get(f"/v1/figures/reemployed.value.{DISTRICT}.all.2003-10-31")
    ).status_code == 200
    for path in ("", "/events"):
        answer = await here.get(f"/v1/figures/reemployed.value.{CITY}.all.2003-10-31{path}")
        assert answer.status_code == 404
    assert (await here.get("/v1/figures", params={"area": CITY})).status_code == 404


async def test_the_catalogue_lists_what_can_be_asked(city: Any) -> None:
    await city.target("reemployed", "2")
    names: list[str] = []
    cursor = None
    while True:
        params = {"limit": 100} | ({"cursor": cursor} if cursor else {})
        page = (await city.client.get("/v1/figures", params=params)).json()
        names += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(names) == len(set(names))
    assert f"reemployed.completion.{CITY}.all.2003-10-31.province" in names
    assert f"reemployment_rate.rate.{CITY}.all.2003-10-31" in names
    for name in names[::5]:
        assert (await city.client.get(f"/v1/figures/{name}")).status_code == 200, name
