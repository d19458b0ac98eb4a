"""Who reaches the age of retirement is listed for the office, which confirms (R17, R18, R20).

Business day: 2003-10-31.
"""

from __future__ import annotations

from typing import Any

from .test_journey_insurance import Agency

PATH = "/v1/retirement-candidates"


async def holders(registry: Any, *born: tuple[str, str], **fields: Any) -> list[dict[str, Any]]:
    """People born on these days, each with a certificate."""
    forms = [registry.form(born=day, sex=sex, **fields) for day, sex in born]
    await registry.loaded("/v1/workers", forms)
    rows = [{"worker_id": form["id"], "applied_on": "2003-03-03"} for form in forms]
    await registry.loaded("/v1/certificates", rows)
    return forms


async def listed(registry: Any, **params: Any) -> list[tuple[str, str]]:
    page = await registry.get(PATH, **params)
    return [(one["worker_id"], one["reached_on"]) for one in page["items"]]


CADRE = {"cadre": True, "cadre_proof_reference": "干任字1985-12", "cadre_proof_on": "1985-03-01"}


async def test_men_at_sixty_women_at_fifty_and_cadres_at_fifty_five_and_only_from_that_day(
    registry: Any,
) -> None:
    man, young_man, worker, young = await holders(
        registry, ("19431031", "male"), ("19431101", "male"), ("19531031", "female"),
        ("19531101", "female"),
    )  # fmt: skip
    young_cadre, cadre = await holders(
        registry, ("19531031", "female"), ("19481031", "female"), **CADRE
    )
    due = [(man["id"], "2003-10-31"), (worker["id"], "2003-10-31"), (cadre["id"], "2003-10-31")]
    assert sorted(await listed(registry)) == sorted(due)
    ahead = {id for id, _ in await listed(registry, by="2003-11-01")}
    assert ahead == {id for id, _ in due} | {young_man["id"], young["id"]}
    assert young_cadre["id"] in {id for id, _ in await listed(registry, by="2008-10-31")}
    items = {one["worker_id"]: one for one in (await registry.get(PATH))["items"]}
    assert {
        id: (items[id]["cadre"], items[id]["parameter"], items[id]["age"], items[id]["clause"])
        for id in (worker["id"], cadre["id"])
    } == {
        worker["id"]: (False, "registry.retirement_age_female", 50, "国发[1978]104号 R18"),
        cadre["id"]: (True, "registry.retirement_age_female_cadre", 55, "国发[1978]104号 R18"),
    }
    assert items[worker["id"]]["certificate_state"] == "publicised"


async def test_who_shows_later_that_she_is_a_cadre_leaves_the_list(registry: Any) -> None:
    (form,) = await holders(registry, ("19530504", "female"))
    assert await listed(registry) == [(form["id"], "2003-05-04")]
    await registry.correct(form["id"], "cadre", {"reference": "干任字1985-12", "on": "1985-03-01"})
    assert await listed(registry) == []
    await registry.correct(form["id"], "cadre", None, on="2003-09-02")
    assert await listed(registry) == [(form["id"], "2003-05-04")]


async def test_who_draws_unemployment_insurance_is_listed(registry: Any) -> None:
    form = registry.form(born="19531031")
    await registry.post("/v1/workers", form)
    await Agency(registry, form).starts("2003-01-01")
    (item,) = (await registry.get(PATH))["items"]
    assert (item["worker_id"], item["certificate_id"]) == (form["id"], None)
    account = await registry.get(f"/v1/unemployment-insurance/{item['insurance_id']}")
    assert account["state"] == "drawing"


async def test_the_list_goes_on_where_a_page_ended(registry: Any) -> None:
    forms = await holders(registry, *[("19430601", "male"), ("19530601", "female")] * 3)
    found, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = await registry.get(PATH, limit=1, **more)
        found += [one["worker_id"] for one in page["items"]]
        cursor = page.get("next_cursor")
        if cursor is None:
            break
    assert found == sorted(form["id"] for form in forms)


async def test_nothing_ends_before_the_office_confirms_and_then_everything_from_that_day(
    registry: Any,
) -> None:
    (form,) = await holders(registry, ("19430601", "male"))
    await registry.loaded(
        "/v1/certificates/issues", [{"worker_id": form["id"], "issued_on": "2003-04-10"}]
    )
    (item,) = (await registry.get(PATH))["items"]
    assert item["certificate_state"] == "issued"
    await registry.declare(form["id"], "retired", item["reached_on"])
    after = await registry.get(f"/v1/certificates/{item['certificate_id']}")
    assert (after["state"], after["revoked_on"]) == ("revoked", "2003-06-01")
    assert await listed(registry) == []


async def test_who_holds_only_a_recognition_is_listed_until_the_office_confirms(
    registry: Any,
) -> None:
    worker = await registry.worker(born="19530601")
    asked = {"worker_id": worker, "recognised_on": "2003-03-03"}
    recognised = await registry.post("/v1/difficulties", asked)
    (item,) = (await registry.get(PATH))["items"]
    assert (item["worker_id"], item["certificate_id"], item["difficulty_id"]) == (
        worker, None, recognised["id"],
    )  # fmt: skip
    await registry.declare(worker, "retired", item["reached_on"])
    assert await listed(registry) == []


async def test_a_registration_is_listed_and_who_holds_nothing_is_not(registry: Any) -> None:
    await registry.worker(born="19430601", sex="male")
    registered = await registry.worker(
        born="19430601", sex="male", labour_status="unemployed", status_since="2003-01-06"
    )
    (item,) = (await registry.get(PATH))["items"]
    assert (item["worker_id"], item["certificate_id"]) == (registered, None)
    assert item["registration_id"] is not None


async def test_another_district_sees_none_and_every_reading_leaves_a_line(registry: Any) -> None:
    (form,) = await holders(registry, ("19430601", "male"))
    foreign = registry.thing.client("registry_clerk", area="231121000000", office="231121-x")
    assert (await foreign.get(PATH)).json()["items"] == []
    assert (await foreign.get(PATH, params={"area_code": "231102000000"})).json()["items"] == []
    assert [id for id, _ in await listed(registry, area_code="231102000000")] == [form["id"]]
    auditor = registry.thing.client("registry_supervisor")
    lines = (await auditor.get(f"/v1/workers/{form['id']}/readers")).json()["items"]
    assert "list_retirement_candidates" in {line["operation"] for line in lines}
