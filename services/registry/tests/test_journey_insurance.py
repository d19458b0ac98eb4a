"""Unemployment insurance beside a person's work, in the words of the office (policy 4.1, R21–R23, E9).

Business day: 2003-10-31.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kit import decisions
from kit.db import Tx
from kit.ids import new_id
from registry.certificates.deciding import RULES as CERTIFICATE_RULES
from registry.certificates.deciding import people_on
from registry.unemployment_insurance import usecases as insurance

from .conftest import Registry
from .test_consumers import confirmed, voided
from .test_journey_unemployment import refusal

PATH = "/v1/unemployment-insurance"


class Agency:
    """The insurance agency, a person who draws, and the window where agreements are signed."""

    def __init__(self, registry: Registry, form: dict[str, Any]) -> None:
        self.registry, self.form, self.worker = registry, form, form["id"]
        self.case: dict[str, Any] = {}

    def fact(self, what: str, on: str, **fields: Any) -> dict[str, Any]:
        return {
            "id": str(new_id()), "id_number": self.form["id_number"], "what": what, "on": on,
            "authority": "黑河市失业保险经办机构", **fields,
        }  # fmt: skip

    async def tells(self, *facts: dict[str, Any]) -> None:
        await self.registry.loaded(f"{PATH}/facts", list(facts))

    async def starts(self, on: str, months: int = 18, years: int = 7) -> None:
        await self.tells(self.fact("started", on, months=months, years=years))

    async def looks(self) -> tuple[str, str]:
        page = await self.registry.get(PATH, worker_id=self.worker)
        (row,) = page["items"]
        self.case = await self.registry.get(f"{PATH}/{row['id']}")
        return self.case["state"], self.case["since"]

    async def signs(self, on: str, status: int = 201) -> dict[str, Any]:
        await self.looks()
        path = f"{PATH}/{self.case['id']}/deferral-agreements"
        version = f'"v{self.case["version"]}"'
        body = {"on": on, "reference": "缓发2003-17"}
        return await self.registry.post(path, body, status, **{"If-Match": version})

    async def findings(self) -> list[tuple[str, str]]:
        page = await self.registry.get(f"{PATH}/findings")
        return [(f["kind"], f["on"]) for f in page["items"]]

    async def told(self) -> list[Any]:
        events = await self.registry.thing.told()
        return [e for e in events if e.noun == "unemployment-insurance"]


@pytest.fixture
async def agency(registry: Registry) -> Agency:
    form = registry.form(labour_status="unemployed", status_since="2003-01-06")
    await registry.post("/v1/workers", form)
    return Agency(registry, form)


async def test_drawing_deferred_at_work_and_drawing_again(agency: Agency) -> None:
    """∅ → DRAWING → (at work) → DEFERRED → DRAWING, the months frozen meanwhile."""
    registry, placement = agency.registry, new_id()
    await agency.starts("2003-02-01")
    await agency.tells(agency.fact("drawn", "2003-02-01"), agency.fact("drawn", "2003-03-01"))
    assert await agency.looks() == ("drawing", "2003-02-01")
    assert (agency.case["months_drawn"], agency.case["months_left"]) == (2, 16)
    refused = await agency.signs("2003-04-01", 409)
    assert refused["code"] == "not-employed-while-drawing"

    hired = confirmed(registry, agency.worker, placement, "2003-04-10")
    await registry.thing.deliver(hired)
    assert await agency.looks() == ("employed", "2003-04-10")
    assert agency.case["allowed_actions"] == ["sign-deferral"]
    early = await agency.signs("2003-04-09", 409)
    assert early["code"] == "agreement-before-work"
    await agency.signs("2003-04-15")
    assert await agency.looks() == ("deferred", "2003-04-15")
    assert agency.case["episodes"] == [{"employed_on": "2003-04-10", "deferred_on": "2003-04-15"}]
    await agency.signs("2003-04-16", 409)

    ended = registry.thing.heard(
        "jobs-market.placement.ended.v1", placement,
        {"worker_id": agency.worker, "ended_on": "2003-09-01", "reason": "expired"},
    )  # fmt: skip
    await registry.thing.deliver(ended)
    assert await agency.looks() == ("drawing", "2003-09-01")
    assert agency.case["months_left"] == 16
    assert await agency.findings() == []

    told = await agency.told()
    assert [e.type.split(".")[2] for e in told] == ["started", "employed", "deferred", "resumed"]
    assert [e.sequence for e in told] == [1, 2, 3, 4]
    assert told[1].data == {"worker_id": agency.worker, "employed_on": "2003-04-10"}
    assert told[1].causation_id == hired.id
    assert told[2].data == {
        "worker_id": agency.worker, "employed_on": "2003-04-10", "deferred_on": "2003-04-15",
        "months_left": 16,
    }  # fmt: skip
    assert told[3].data["months_left"] == 16


async def test_the_deferral_rate_is_counted_from_events_alone(registry: Registry) -> None:
    """I11: agreements by those employed while drawing; a voided job counts in neither."""
    people = []
    for _ in range(4):
        form = registry.form(labour_status="unemployed", status_since="2003-01-06")
        await registry.post("/v1/workers", form)
        people.append(Agency(registry, form))
        await people[-1].starts("2003-02-01")
    jobs = [confirmed(registry, one.worker, new_id(), "2003-04-10") for one in people[:3]]
    await registry.thing.deliver(*jobs)
    await people[0].signs("2003-04-15")
    await people[1].signs("2003-04-15")
    undone = voided(registry, people[1].worker, jobs[1].entity_id, jobs[1])
    await registry.thing.deliver(undone)
    told = await people[0].told()
    standing: dict[str, set[tuple[str, str]]] = {"employed": set(), "deferred": set()}
    for event in told:
        name = event.type.split(".")[2]
        key = (event.data["worker_id"], event.data.get("employed_on", ""))
        if name in standing:
            standing[name].add(key)
        elif name.endswith("-voided"):
            of = {"employment-voided": "employed", "deferral-voided": "deferred"}[name]
            standing[of].remove(key)
            assert event.reverses in {e.id for e in told}
    assert (len(standing["deferred"]), len(standing["employed"])) == (1, 2)
    assert await people[1].looks() == ("drawing", "2003-02-01")


async def test_what_the_agency_told_wrongly_is_found_and_taken_back(agency: Agency) -> None:
    """R21: the duration is checked, never changed; a reversal lifts the finding."""
    wrong = agency.fact("started", "2003-02-01", months=24, years=7)
    await agency.tells(wrong)
    await agency.looks()
    assert agency.case["months_granted"] == 24
    assert await agency.findings() == [("duration-differs", "2003-02-01")]
    right = agency.fact("started", "2003-02-01", months=18, years=7)
    undo = agency.fact("reversed", "2003-02-01", reverses=wrong["id"])
    await agency.tells(undo, right)
    await agency.tells(undo, right, wrong)
    await agency.looks()
    assert (agency.case["state"], agency.case["months_granted"]) == ("drawing", 18)
    assert await agency.findings() == []
    names = [e.type.split(".")[2] for e in await agency.told()]
    assert names == ["started", "finding-noted", "finding-lifted"]


async def test_drawing_while_at_work_insured_or_dead_is_found(agency: Agency) -> None:
    """4.6: a month drawn while employed, one insured by an employer, one after death."""
    registry = agency.registry
    await agency.starts("2003-02-01")
    await registry.post(
        "/v1/contributions",
        {
            "id": str(new_id()), "id_number": agency.form["id_number"], "month": "2003-03",
            "pension": True, "payer": "70289001-5", "base": "860.00",
        },
    )  # fmt: skip
    await agency.tells(agency.fact("drawn", "2003-03-01"))
    assert await agency.findings() == [("drawing-while-employed", "2003-03-01")]
    await registry.thing.deliver(confirmed(registry, agency.worker, new_id(), "2003-04-10"))
    await agency.tells(agency.fact("drawn", "2003-04-01"), agency.fact("drawn", "2003-05-01"))
    assert ("drawing-while-employed", "2003-05-01") in await agency.findings()
    assert len(await agency.findings()) == 2
    death = {
        "id": str(new_id()), "id_number": agency.form["id_number"], "kind": "deceased",
        "on": "2003-06-10",
    }  # fmt: skip
    police = registry.thing.client("authority", office="231100-police", subject="police")
    told = await police.post("/v1/life-facts", json=death)
    assert told.status_code == 201, told.text
    await agency.tells(agency.fact("drawn", "2003-07-01"))
    assert ("drawing-while-withdrawn", "2003-07-01") in await agency.findings()
    assert await agency.looks() == ("stopped", "2003-06-10")
    assert agency.case["reason"] == "deceased"


async def test_who_refuses_a_referral_while_drawing_is_found_for_the_agency(
    agency: Agency,
) -> None:
    """R22: told to whom it concerns, whichever is known first, and lifted with the drawing."""
    registry = agency.registry
    await registry.thing.deliver(refusal(registry, agency.worker, date(2003, 4, 2)))
    assert await agency.findings() == []
    begun = agency.fact("started", "2003-02-01", months=18, years=7)
    await agency.tells(begun)
    await registry.thing.deliver(refusal(registry, agency.worker, date(2003, 5, 6)))
    assert await agency.findings() == [
        ("refused-while-drawing", "2003-04-02"), ("refused-while-drawing", "2003-05-06"),
    ]  # fmt: skip
    assert await agency.looks() == ("drawing", "2003-02-01")
    noted = [e for e in await agency.told() if e.type.endswith("finding-noted.v1")]
    assert [(e.data["kind"], str(e.valid_from)) for e in noted] == await agency.findings()
    await agency.tells(agency.fact("stopped", "2003-05-01", reason="refused_job"))
    assert await agency.findings() == [("refused-while-drawing", "2003-04-02")]


async def test_the_agency_may_tell_before_the_person_is_registered(registry: Registry) -> None:
    form = registry.form(labour_status="unemployed", status_since="2003-01-06")
    agency = Agency(registry, form)
    await agency.starts("2003-02-01")
    assert (await registry.get(PATH))["items"] == []
    await registry.post("/v1/workers", form)
    assert await agency.looks() == ("drawing", "2003-02-01")


@pytest.mark.parametrize(
    ("what", "fields", "code"),
    [
        ("started", {"on": "2003-11-01", "months": 12, "years": 1}, "in-the-future"),
        ("started", {"on": "2003-02-01"}, "insurance-months-missing"),
        ("stopped", {"on": "2003-02-01"}, "stop-reason-missing"),
        ("reversed", {"on": "2003-02-01"}, "reversal-names-nothing"),
        ("drawn", {"on": "2003-02-01", "reverses": str(new_id())}, "reversal-names-nothing"),
        ("reversed", {"on": "2003-02-01", "reverses": str(new_id())}, "unknown-insurance-fact"),
    ],
)
async def test_what_the_agency_cannot_tell(
    agency: Agency, what: str, fields: dict[str, Any], code: str
) -> None:
    row = agency.fact(what, fields.pop("on"), **fields)
    answer = await agency.registry.load(f"{PATH}/facts", [row])
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]
    assert "id_number" not in answer.text


async def test_only_the_agency_tells_and_it_reads_nothing(agency: Agency) -> None:
    """The police know nothing about insurance; the agency's account sees no list."""
    registry = agency.registry
    row = agency.fact("drawn", "2003-02-01")
    for office, status in (("231100-police", 422), ("231100-insurance-agency", 200)):
        registry.http = registry.thing.client("authority", office=office, subject=office)
        answer = await registry.load(f"{PATH}/facts", [row])
        assert answer.status_code == status
        assert (await registry.http.get(PATH)).status_code == 403


async def test_nobody_takes_back_what_was_told_of_another(agency: Agency) -> None:
    registry = agency.registry
    told = agency.fact("started", "2003-02-01", months=18, years=7)
    await agency.tells(told)
    other = {**agency.fact("reversed", "2003-02-01", reverses=told["id"])}
    other["id_number"] = registry.form()["id_number"]
    answer = await registry.load(f"{PATH}/facts", [other])
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown-insurance-fact"]


async def test_an_agreement_is_taken_back_by_name(agency: Agency) -> None:
    registry = agency.registry
    await agency.starts("2003-02-01")
    await registry.thing.deliver(confirmed(registry, agency.worker, new_id(), "2003-04-10"))
    await agency.signs("2003-04-15")
    await agency.looks()
    (signed,) = [f for f in agency.case["facts"] if f["what"] == "deferred"]
    path = f"{PATH}/{agency.case['id']}/deferral-agreements/{signed['id']}/reversals"
    stale = await registry.post(path, {"reason": "误"}, 412, **{"If-Match": '"v99"'})
    assert stale["code"] == "precondition-failed"
    version = f'"v{agency.case["version"]}"'
    await registry.post(path, {"reason": "录入有误"}, **{"If-Match": version})
    assert await agency.looks() == ("employed", "2003-04-10")
    names = [e.type.split(".")[2] for e in await agency.told()]
    assert names == ["started", "employed", "deferred", "deferral-voided"]


async def test_whether_somebody_drew_on_a_day_is_answered_where_the_mirror_knows(
    agency: Agency,
) -> None:
    """What the certificate's rule may ask in place of what was claimed."""
    registry = agency.registry
    await agency.starts("2003-02-01")
    await registry.thing.deliver(confirmed(registry, agency.worker, new_id(), "2003-04-10"))
    person, stranger = UUID(agency.worker), UUID(await registry.worker())
    rt = registry.thing.runtime
    async with registry.thing.db.reading() as tx:
        for day, state in (
            ("2003-01-31", "not_started"), ("2003-02-01", "drawing"), ("2003-04-10", "employed"),
        ):  # fmt: skip
            on = date.fromisoformat(day)
            assert await insurance.state_on(rt, tx, {person: on, stranger: on}) == {person: state}


async def applied(agency: Agency, on: str) -> dict[str, Any]:
    """The decision on an application of that day."""
    id = str(new_id())
    await agency.registry.loaded(
        "/v1/certificates", [{"id": id, "worker_id": agency.worker, "applied_on": on}]
    )
    return await agency.registry.get(f"/v1/certificates/{id}/decision")


DRAWS = "劳社部发[2002]20号 R1a(2)"
#: Somebody of the category that must draw, who says so at the window or does not.
SAYS, SAYS_NOT = (
    {"category": "soe_unemployed", "labour_status": "unemployed", "status_since": "2003-01-06",
     "drawing_unemployment_insurance": says}
    for says in (True, False)
)  # fmt: skip


@pytest.mark.parametrize(
    ("says", "started", "granted"),
    [
        (SAYS, None, True),  # the agency knows nobody of that number: the word at the window stands
        (SAYS_NOT, None, False),
        (SAYS_NOT, "2003-02-01", True),
        (SAYS, "2003-03-02", False),
    ],
)
async def test_the_certificate_asks_the_agency_before_the_claim(
    registry: Registry, says: dict[str, Any], started: str | None, granted: bool
) -> None:
    agency = Agency(registry, registry.form(**says))
    await registry.post("/v1/workers", agency.form)
    if started:
        await agency.starts(started)
    decision = await applied(agency, "2003-03-01")
    assert (decision["granted"], decision["clause"]) == (
        granted,
        None if granted else f"{DRAWS}/drawing-unemployment-insurance",
    )


async def test_what_the_agency_says_later_leaves_the_decision_as_it_was_made(
    registry: Registry,
) -> None:
    """The record holds the agency's word; a correction asks again."""
    agency = Agency(registry, registry.form(**SAYS))
    await registry.post("/v1/workers", agency.form)
    wrong = agency.fact("started", "2003-03-02", months=18, years=7)
    await agency.tells(wrong)
    before = await applied(agency, "2003-03-01")
    assert before["granted"] is False
    await agency.tells(agency.fact("reversed", "2003-03-02", reverses=wrong["id"]))
    async with registry.thing.db.looking() as tx:
        record = await decisions.load(tx, UUID(before["id"]))
        assert record is not None
        assert record["facts"]["unemployment_insurance"] == "not_started"
        assert decisions.rederive(record, CERTIFICATE_RULES).same
    await registry.correct(agency.worker, "category", "none")
    outcome = await registry.correct(agency.worker, "category", "soe_unemployed")
    assert outcome["entitled"] is True


async def test_a_set_of_applications_asks_the_mirror_once_and_only_for_its_category(
    registry: Registry,
) -> None:
    """As many statements for forty as for five; fewer when nobody's category must draw."""
    drawers, others = ([registry.form(**says) for _ in range(45)] for says in (SAYS, {}))
    await registry.loaded("/v1/workers", [*drawers, *others])

    async def statements(people: list[dict[str, Any]]) -> int:
        asked: list[str] = []
        days = {UUID(one["id"]): date(2003, 3, 1) for one in people}
        async with registry.thing.db.pool.acquire() as connection:
            connection.add_query_logger(lambda record: asked.append(record.query))
            async with connection.transaction():
                await people_on(registry.thing.runtime, Tx(connection), days)
        return len(asked)

    await statements(drawers[:5])
    assert await statements(drawers[5:]) == await statements(drawers[:5]) > await statements(others)


async def test_another_district_sees_nothing_and_signs_nothing(agency: Agency) -> None:
    registry = agency.registry
    await agency.starts("2003-02-01")
    await agency.looks()
    foreign = registry.thing.client("registry_clerk", area="231121000000", office="231121-x")
    assert (await foreign.get(PATH)).json()["items"] == []
    assert (await foreign.get(f"{PATH}/{agency.case['id']}")).status_code == 404
    signed = await foreign.post(
        f"{PATH}/{agency.case['id']}/deferral-agreements",
        json={"on": "2003-04-15", "reference": "x"}, headers={"If-Match": '"v1"'},
    )  # fmt: skip
    assert signed.status_code == 404
