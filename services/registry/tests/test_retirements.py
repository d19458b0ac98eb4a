"""Who reaches the age of retirement is listed for the office, which confirms (R17, R18, R20).

Business day: 2003-10-31.
"""

from __future__ import annotations

from typing import Any

PATH = "/v1/retirement-candidates"


async def holders(registry: Any, *born: tuple[str, str], **fields: Any) -> list[dict[str, Any]]:
    """People born on these days, each with a certificate."""
    forms = [registry.form(born=day, sex=sex, **fields) for day, sex in born]
    await registry.loaded("/v1/workers", forms)
    rows = [{"worker_id": form["id"], "applied_on": "2003-03-03"} for form in forms]
    await registry.loaded("/v1/certificates", rows)
    return forms


async def listed(registry: Any, **params: Any) -> list[tuple[str, str, bool]]:
    page = await registry.get(PATH, **params)
    return [(one["worker_id"], one["reached_on"], one["certain"]) for one in page["items"]]


async def test_men_at_sixty_and_women_from_fifty_are_listed_and_only_from_that_day(
    registry: Any,
) -> None:
    man, young_man, cadre_or_worker, certain, young = await holders(
        registry, ("19431031", "male"), ("19431101", "male"), ("19531031", "female"),
        ("19481031", "female"), ("19531101", "female"),
    )  # fmt: skip
    assert sorted(await listed(registry)) == sorted([
        (man["id"], "2003-10-31", True),
        (cadre_or_worker["id"], "2003-10-31", False),
        (certain["id"], "1998-10-31", True),
    ])  # fmt: skip
    assert {id for id, _, _ in await listed(registry, certain=True)} == {man["id"], certain["id"]}
    assert [id for id, _, _ in await listed(registry, certain=False)] == [cadre_or_worker["id"]]
    ahead = await listed(registry, by="2003-11-01")
    assert {young_man["id"], young["id"]} <= {id for id, _, _ in ahead}
    (item,) = (await registry.get(PATH, certain=False))["items"]
    assert (item["parameter"], item["age"], item["clause"]) == (
        "registry.retirement_age_female", 50, "国发[1978]104号 R18",
    )  # fmt: skip
    assert (item["certain_on"], item["certificate_state"]) == ("2008-10-31", "publicised")


async def test_the_list_goes_on_where_a_page_ended(registry: Any) -> None:
    born = [("19430101", "male"), ("19530101", "female")] * 3
    forms = await holders(registry, *born)
    women = sorted(form["id"] for form in forms[1::2])
    found, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = await registry.get(PATH, certain=False, limit=1, **more)
        found += [one["worker_id"] for one in page["items"]]
        cursor = page.get("next_cursor")
        if cursor is None:
            break
    assert found == women


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
    assert [id for id, _, _ in await listed(registry, area_code="231102000000")] == [form["id"]]
    auditor = registry.thing.client("registry_supervisor")
    lines = (await auditor.get(f"/v1/workers/{form['id']}/readers")).json()["items"]
    assert "list_retirement_candidates" in {line["operation"] for line in lines}
