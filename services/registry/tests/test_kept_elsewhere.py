"""What other nouns keep of a person's benefits, in the one ledger. Business day: 2003-10-31."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .conftest import OTHER
from .test_benefits_api import benefit, used, write
from .test_credentials_printing import printed, text_of
from .test_journey_insurance import Agency
from .test_journey_life_facts import CIVIL, Person
from .test_merged_benefits import merge, unmerge

AGENCY = "黑河市失业保险经办机构"


@pytest.fixture
async def agency(registry: Any) -> Agency:
    form = registry.form(labour_status="unemployed", status_since="2003-01-06")
    await registry.post("/v1/workers", form)
    return Agency(registry, form)


async def ledger(registry: Any, worker: str, **params: Any) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = (await registry.get("/v1/benefits", worker_id=worker, **params))[
        "items"
    ]
    return lines


async def test_months_of_insurance_that_were_drawn_stand_in_the_ledger(agency: Agency) -> None:
    registry = agency.registry
    start = agency.fact("started", "2003-02-10", months=18, years=7)
    await agency.tells(start, *(agency.fact("drawn", f"2003-0{n}-01") for n in (2, 3, 3)))
    (line,) = await ledger(registry, agency.worker)
    assert (line["kind"], line["kept_by"]) == ("unemployment-insurance", "unemployment-insurance")
    assert (line["valid_from"], line["valid_to"]) == ("2003-02-01", "2003-03-31")
    assert (line["months"], line["amount"]) == (["2003-02", "2003-03"], None)
    assert (line["granted_by"], line["source_event"]) == (AGENCY, start["id"])
    insurance = await used(registry, agency.worker, "unemployment-insurance")
    assert (insurance["used"], insurance["limit"], insurance["remaining"]) == (2, 18, 16)
    assert "R21" in insurance["clause"]
    # A month that was told wrongly is none.
    wrong = agency.fact("drawn", "2003-04-01")
    await agency.tells(wrong, agency.fact("reversed", "2003-04-01", reverses=wrong["id"]))
    assert (await used(registry, agency.worker, "unemployment-insurance"))["used"] == 2


async def test_a_new_grant_of_insurance_counts_by_itself(agency: Agency) -> None:
    """R21 bounds each grant: what was drawn of the one before is had, and does not bind."""
    await agency.tells(
        agency.fact("started", "2002-03-01", months=12, years=1),
        *(agency.fact("drawn", f"2002-0{n}-01") for n in (3, 4, 5)),
        agency.fact("started", "2003-02-01", months=14, years=1),
        agency.fact("drawn", "2003-02-01"),
    )
    lines = await ledger(agency.registry, agency.worker)
    assert [line["months"] for line in lines] == [["2002-03", "2002-04", "2002-05"], ["2003-02"]]
    insurance = await used(agency.registry, agency.worker, "unemployment-insurance")
    assert (insurance["used"], insurance["limit"], insurance["remaining"]) == (4, 14, 13)


async def test_nobody_has_more_insurance_than_the_law_gives_one_grant(agency: Agency) -> None:
    """Written by an authority itself, where the agency tells nothing: 24 months a grant (R21)."""
    long = benefit(
        agency.worker, kind="unemployment-insurance", valid_from="2001-01-01", valid_to="2003-01-31"
    )
    refused = await write(agency.registry, long, 409)
    assert refused["code"] == "benefit-over-limit"
    assert "2003-01" in refused["detail"]
    await write(agency.registry, {**long, "valid_to": "2002-12-31"})
    insurance = await used(agency.registry, agency.worker, "unemployment-insurance")
    assert (insurance["limit"], insurance["remaining"]) == (24, 0)
    # Another grant, by new contributions, is bounded by itself.
    await write(agency.registry, {**long, "valid_from": "2003-01-01"})


async def test_months_of_dibao_follow_from_what_civil_affairs_told(registry: Any) -> None:
    person = Person(registry, registry.form())
    await person.registers()
    first = await person.is_told(CIVIL, "dibao", "2003-02-10")
    await person.no_longer(CIVIL, first, "2003-04-01")
    await person.is_told(CIVIL, "dibao", "2003-09-15")
    lines = await ledger(registry, person.id)
    # The end is the first day without it; what has not ended runs to the business day.
    assert [(one["valid_to"], one["months"]) for one in lines] == [
        ("2003-03-31", ["2003-02", "2003-03"]), (None, ["2003-09", "2003-10"]),
    ]  # fmt: skip
    assert {(one["kind"], one["granted_by"], one["kept_by"]) for one in lines} == {
        ("dibao", CIVIL, "life-facts")
    }
    told = [str(event.id) for event in await registry.told("life-fact.recorded")]
    assert [one["source_event"] for one in lines] == told
    dibao = await used(registry, person.id, "dibao")
    assert (dibao["used"], dibao["limit"]) == (4, None)
    await person.was_told_wrongly(CIVIL, first)
    assert (await used(registry, person.id, "dibao"))["months"] == ["2003-09", "2003-10"]


async def test_a_month_that_an_authority_wrote_itself_stands_once(registry: Any) -> None:
    person = Person(registry, registry.form())
    await person.registers()
    await person.is_told(CIVIL, "dibao", "2003-08-01")
    await write(
        registry,
        benefit(
            person.id, kind="dibao", valid_from="2003-09-01", valid_to="2003-09-30", amount="208.00"
        ),
    )
    lines = {one["kept_by"]: one for one in await ledger(registry, person.id)}
    assert (lines["benefits"]["months"], lines["benefits"]["amount"]) == (["2003-09"], "208.00")
    assert lines["life-facts"]["months"] == ["2003-08", "2003-10"]
    dibao = await used(registry, person.id, "dibao")
    assert (dibao["used"], dibao["months"]) == (3, ["2003-08", "2003-09", "2003-10"])


async def test_an_authority_writes_interest_subsidies_with_period_and_amount(registry: Any) -> None:
    """loans tells of no interest subsidy: whoever grants it writes it (L9)."""
    worker = await registry.worker()
    quarter = benefit(
        worker, kind="interest-subsidy", valid_from="2003-04-01", valid_to="2003-06-30",
        amount="164.70", granted_by="财政局",
    )  # fmt: skip
    await write(registry, quarter)
    (line,) = await ledger(registry, worker)
    assert (line["kind"], line["amount"], line["granted_by"]) == (
        "interest-subsidy", "164.70", "财政局",
    )  # fmt: skip
    assert (await used(registry, worker, "interest-subsidy"))["used"] == 3
    assert (await write(registry, quarter, 409))["code"] == "benefit-months-taken"


async def test_dossier_booklet_and_pages_of_the_list_show_all(registry: Any) -> None:
    person = Person(registry, registry.form())
    await person.registers()
    agency = Agency(registry, person.form)
    certificate = await registry.certificate(agency.worker, issued_on="2003-04-10")
    written = await write(registry, benefit(agency.worker))
    await agency.starts("2003-02-01")
    await agency.tells(agency.fact("drawn", "2003-02-01"))
    await person.is_told(CIVIL, "dibao", "2003-09-01")
    whole = await ledger(registry, agency.worker)
    assert {one["kind"] for one in whole} == {"living-allowance", "unemployment-insurance", "dibao"}
    dossier = await registry.get(f"/v1/workers/{agency.worker}/dossier")
    assert dossier["benefits"]["items"] == whole
    text = re.sub(r"\s", "", text_of(await printed(registry, certificate, "booklet")))
    assert "最低生活保障" in text
    assert "民政部门" in text
    assert "失业保险金" in text
    seen, cursor = [], None
    for _ in whole:
        page = await registry.get(
            "/v1/benefits",
            worker_id=agency.worker,
            limit=1,
            **({"cursor": cursor} if cursor else {}),
        )
        seen += page["items"]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (whole, None)
    # Only what is annotated stands under the certificate; another office sees nothing of it.
    (on_it,) = (await registry.get("/v1/benefits", certificate_id=certificate))["items"]
    assert on_it["id"] == written["id"]
    stranger = registry.thing.client("registry_clerk", area=OTHER, office="231121-bureau")
    answer = await stranger.get("/v1/benefits", params={"worker_id": agency.worker})
    assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_what_two_records_have_is_had_once_while_they_are_one_person(registry: Any) -> None:
    people = [Person(registry, registry.form(born="19620504")) for _ in range(2)]
    for person, day in zip(people, ("2003-07-10", "2003-09-01"), strict=True):
        await person.registers()
        await person.is_told(CIVIL, "dibao", day)
    one, other = people
    months = ["2003-07", "2003-08", "2003-09", "2003-10"]
    apart = [await used(registry, p.id, "dibao") for p in people]
    assert [u["months"] for u in apart] == [months, months[2:]]
    link = await merge(registry, one.id, other.id)
    for person in people:
        together = await used(registry, person.id, "dibao")
        assert (together["used"], together["months"]) == (4, months)
        assert sum(len(line["months"]) for line in await ledger(registry, person.id)) == 4
    await unmerge(registry, link, one.id, other.id)
    assert [await used(registry, p.id, "dibao") for p in people] == apart
