"""The record of a person through time: any day, as known at any instant; decisions from it alone."""

from __future__ import annotations

import random
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.decisions import rederive
from kit.ids import new_id
from registry.certificates.rule import ASKS_INSURANCE
from registry.filings import domain as filings
from registry.rederiving import RULES
from registry.rederiving import rederive as rederive_all
from registry.workers import record
from registry.workers.domain import Claims
from registry.workers.record import Change

T0 = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = [None, date(2003, 1, 1), date(2003, 5, 1), date(2003, 9, 1)]


def change(value: str, valid_from: date | None, at: int, previous: str) -> Change:
    return Change(
        new_id(), new_id(), "category", value, previous, valid_from, new_id(), "a", None,
        T0 + timedelta(seconds=at),
    )  # fmt: skip


def written(steps: list[tuple[str, int]]) -> list[Change]:
    """Changes as they would have been recorded one after another."""
    made: list[Change] = []
    for at, (value, day) in enumerate(steps, 1):
        held = record.timeline("v0", T0, made)
        made.append(change(value, DAYS[day], at, record.on(DAYS[day], held).value))
    return made


STEPS = st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 3)), max_size=6)


@given(STEPS, st.randoms(use_true_random=False))
def test_any_order_and_repetition_of_changes_gives_the_same_record(
    steps: list[tuple[str, int]], chance: random.Random
) -> None:
    made = written(steps)
    shuffled = [*made, *made[:2]]
    chance.shuffle(shuffled)
    now = record.timeline("v0", T0, made)[-1].value
    assert record.timeline(now, T0, shuffled) == record.timeline(now, T0, made)


@given(STEPS, st.integers(0, 6))
def test_what_was_known_then_is_what_stood_then(steps: list[tuple[str, int]], then: int) -> None:
    """Reading the past equals having stopped there: later changes say nothing about it."""
    made = written(steps)
    now = record.timeline("v0", T0, made)[-1].value
    stopped = record.timeline("v0", T0, made[:then])
    read = record.timeline(now, T0, made, T0 + timedelta(seconds=then))
    assert [(h.value, h.since) for h in read] == [(h.value, h.since) for h in stopped]


def test_a_correction_of_a_correction_gives_back_what_was() -> None:
    made = written([("none", 0), ("v0", 0)])
    assert [h.value for h in record.timeline("v0", T0, made)] == ["v0"]


def test_a_late_correction_of_the_beginning_leaves_later_changes() -> None:
    made = written([("moved", 2), ("was-wrong", 0)])
    held = record.timeline("moved", T0, made)
    assert [(h.value, h.since) for h in held] == [("was-wrong", None), ("moved", DAYS[2])]


# --- over HTTP, with decisions


async def instant(registry: Any) -> str:
    async with registry.thing.db.looking() as tx:
        return str((await tx.fetchval("select clock_timestamp()")).isoformat())


async def test_as_of_any_day_and_as_known_at_any_instant(registry: Any) -> None:
    before = await instant(registry)
    worker = await registry.worker(phone="0456-8220000")
    path = f"/v1/workers/{worker}/record"
    registered = await instant(registry)
    await registry.correct(worker, "category", "none", valid_from="2003-08-01")
    changed = await instant(registry)
    await registry.correct(worker, "category", "soe_unemployed")
    await registry.correct(worker, "name", "李大红", valid_from="2003-08-15")

    async def category(on: str, known_at: str | None = None) -> Any:
        params = {"on": on} | ({"known_at": known_at} if known_at else {})
        answer = await registry.get(path, **params)
        return next(a["value"] for a in answer["attributes"] if a["attribute"] == "category")

    await registry.get(path, 404, on="2003-09-01", known_at=before)
    grid = [
        [await category(on, known) for on in ("2003-03-01", "2003-07-31", "2003-08-01")]
        for known in (registered, changed, None)
    ]
    assert grid == [
        ["soe_laid_off"] * 3,
        ["soe_laid_off", "soe_laid_off", "none"],
        ["soe_unemployed", "soe_unemployed", "none"],
    ]
    shown = await registry.get(path, on="2003-08-20")
    named = {a["attribute"]: a for a in shown["attributes"]}
    assert (named["name"]["value"], named["name"]["since"]) == ("李**", "2003-08-15")
    assert named["phone"]["value"] == "***"
    assert "李大红" not in str(shown)
    listed = await registry.get(f"/v1/workers/{worker}/changes")
    assert [(c["attribute"], c["value"], c["previous"]) for c in listed["items"]] == [
        ("category", "none", "soe_laid_off"),
        ("category", "soe_unemployed", "soe_laid_off"),
        ("name", "李**", "王**"),
    ]
    foreign = registry.thing.client("registry_clerk", area="231121000000", office="231121-x")
    for tail in ("record", "changes", "dossier"):
        assert (await foreign.get(f"/v1/workers/{worker}/{tail}")).status_code == 404


def from_record(shown: Any, law_on: str, claimed: dict[str, Any]) -> dict[str, Any]:
    """The facts of a certificate decision, read from the record and nothing else."""
    held = {a["attribute"]: a["value"] for a in shown["attributes"]}
    spell = shown["labour_status"] or {"status": "new_entrant", "since": law_on}
    facts = {name: held[name] for name in claimed if name in held}
    if "cadre" in claimed:  # the record holds the paper
        facts["cadre"] = held["cadre"] is not None
    if "labour_status" in claimed:
        facts["labour_status"] = spell["status"]
    if "status_since" in claimed:
        facts["status_since"] = spell["since"]
    if "unemployment_insurance" in claimed:
        asked = facts["category"] in ASKS_INSURANCE
        facts["unemployment_insurance"] = shown["unemployment_insurance"] if asked else None
    if "wishes_work" in claimed:  # a recognition: civil affairs may have told of dibao
        told = {fact["kind"] for fact in shown["life_facts"]}
        facts["dibao"] = facts["dibao"] or "dibao" in told
    facts.pop("jobless_since", None)  # of a recognition: counted over all spells
    return facts


#: What the record must give of each rule's facts; of an end the window gives them.
LOOKED_AT: dict[str, set[str]] = {
    "registry.certificate": {"category", "labour_status", "dibao", "status_since"},
    "registry.difficulty": {"category", "labour_status", "dibao", "sex"},
    filings.REGISTRATION: {"labour_status", "cadre", "sex", "birth_date"},
    filings.CANCELLATION: set(),
}


@pytest.mark.parametrize("seed", range(4))
async def test_every_decision_is_derived_again_from_the_record(registry: Any, seed: int) -> None:
    """As-of x as-known: whatever was corrected, placed, declared or told afterwards, the record read
    as of the decision's day and as known when it was made gives the decision's facts. Of
    certificates, of recognitions, of which one person may ask for several, and of unemployment
    registrations and their ends."""
    chance = random.Random(seed)
    forms = [registry.form(born="19600504") for _ in range(3)]
    await registry.loaded("/v1/workers", forms)
    numbers = {form["id"]: form["id_number"] for form in forms}
    people = list(numbers)
    applied: dict[str, str] = {}
    for step in range(18):
        worker = chance.choice(people)
        on = f"2003-0{chance.randint(3, 8)}-{chance.randint(1, 28):02d}"
        what = chance.choice(
            [
                "apply",
                "recognise",
                "claim",
                "claim",
                "place",
                "declare",
                "tell",
                "register",
                "leave",
            ]
        )
        fixed = {3: "apply", 6: "recognise", 9: "apply", 12: "recognise", 14: "register"}
        what = fixed.get(step, what)
        if what == "apply" and worker not in applied:
            row = {"worker_id": worker, "applied_on": on}
            await registry.load("/v1/certificates", [row], mode="good")
            applied[worker] = on
        elif what == "recognise":
            row = {"worker_id": worker, "recognised_on": on}
            await registry.load("/v1/difficulties", [row], mode="good")
        elif what == "tell":
            await _tell(registry, chance, numbers[worker], on)
        elif what == "claim":
            attribute, values = chance.choice(
                [("category", ["none", "soe_laid_off", "soe_unemployed"]), ("dibao", [True, False]),
                 ("internally_retired", [True, False])]
            )  # fmt: skip
            await _claim(registry, chance, worker, attribute, values)
        else:
            await _works(registry, chance, what, worker, on)
    gone = await registry.worker()
    for what, on in (("register", "2003-09-01"), ("leave", "2003-10-01")):
        await _works(registry, chance, what, gone, on)
    async with registry.thing.db.looking() as tx:
        rows = await tx.fetch(
            "select d.id, d.rule, d.recorded_at,"
            " coalesce(c.worker_id, r.worker_id, d.entity_id) as worker_id"
            " from decision d left join certificate c on c.id = d.entity_id"
            " left join difficulty r on r.id = d.entity_id order by d.recorded_at"
        )
    assert {row["rule"].split("@")[0] for row in rows} == LOOKED_AT.keys()
    for row in rows:
        dossier = await registry.get(f"/v1/workers/{row['worker_id']}/dossier")
        files = [*dossier["certificates"]["items"], *dossier["recognitions"]["items"]]
        told = [one for file in files for one in file["decisions"]]
        told += dossier["unemployment"]["decisions"]["items"]
        decision = next(one for one in told if one["id"] == str(row["id"]))
        shown = await registry.get(
            f"/v1/workers/{row['worker_id']}/record", on=decision["law_on"],
            known_at=row["recorded_at"].isoformat(),
        )  # fmt: skip
        facts = from_record(shown, decision["law_on"], decision["facts"])
        assert facts.items() <= decision["facts"].items(), decision["id"]
        assert LOOKED_AT[decision["rule"]] <= facts.keys()
        again = {**decision, "facts": {**decision["facts"], **facts}, "outcome": {}}
        assert rederive(again, RULES).same
    async with registry.thing.db.reading() as tx:
        found = await rederive_all(tx, None)
    assert (found["holds"], found["decisions"]) == (True, len(rows))


async def _works(registry: Any, chance: random.Random, what: str, worker: str, on: str) -> None:
    """Work is found, a status declared, a registration filed or left."""
    if what == "register":
        await _register(registry, worker, on)
    elif what == "leave":
        await _leave(registry, chance, worker, on)
    elif what == "declare":
        await registry.http.post(
            f"/v1/workers/{worker}/labour-status/declarations",
            json={"status": chance.choice(["jobless", "laid_off"]), "since": on},
        )
    else:
        event = registry.thing.heard(
            "jobs-market.placement.confirmed.v1", new_id(),
            {"worker_id": worker, "employer_id": str(new_id()), "channel": "contract",
             "started_on": on},
        )  # fmt: skip
        await registry.thing.deliver(event)


async def _register(registry: Any, worker: str, on: str) -> None:
    """Registered as unemployed, where the rule grants it."""
    body = {"worker_id": worker, "on": on, "kind": "contract_ended", "evidence_kind": "separation_proof",
            "evidence_reference": "2003-028", "evidence_on": on}  # fmt: skip
    await registry.http.post("/v1/unemployment-registrations", json=body)


async def _leave(registry: Any, chance: random.Random, worker: str, on: str) -> None:
    """The end of a registration, where there is one and the rule grants it."""
    path = "/v1/unemployment-registrations"
    for case in (await registry.get(path, worker_id=worker))["items"]:
        seen = await registry.http.get(f"{path}/{case['id']}")
        body = {
            "on": on,
            "reason": chance.choice(["refused_three", "no_contact", "ended_job_wish"]),
        }
        await registry.http.post(
            f"{path}/{case['id']}/cancellations", json=body,
            headers={"If-Match": seen.headers["etag"]},
        )  # fmt: skip


async def _tell(registry: Any, chance: random.Random, number: str, on: str) -> None:
    """An authority tells something of the person: dibao, or of unemployment insurance."""
    if chance.random() < 0.4:
        office = "231100-civil-affairs"
        client = registry.thing.client("authority", office=office, subject=office)
        body = {"id": str(new_id()), "id_number": number, "kind": "dibao", "on": on}
        assert (await client.post("/v1/life-facts", json=body)).status_code == 201
        return
    fact = {"id": str(new_id()), "id_number": number, "on": on, "authority": "失业保险经办机构"}
    fact |= chance.choice(
        [
            {"what": "started", "months": 12, "years": 4},
            {"what": "stopped", "reason": "refused_job"},
        ]
    )
    await registry.loaded("/v1/unemployment-insurance/facts", [fact])


async def _claim(
    registry: Any, chance: random.Random, worker: str, attribute: str, values: list[Any]
) -> None:
    seen = await registry.http.get(f"/v1/workers/{worker}")
    valid_from = chance.choice([None, "2003-04-15", "2003-06-15"])
    body = {"attribute": attribute, "value": chance.choice(values), "requested_on": "2003-09-01",
            "reason": "复核", "valid_from": valid_from}  # fmt: skip
    asked = await registry.http.post(
        f"/v1/workers/{worker}/correction-requests", json=body,
        headers={"If-Match": seen.headers["etag"]},
    )  # fmt: skip
    if asked.status_code == 201:
        await registry.approve(asked.json())


async def test_the_dossier_holds_everything(registry: Any) -> None:
    worker = await registry.worker()
    certificate = await registry.certificate(worker, issued_on="2003-04-10")
    await registry.correct(worker, "dibao", True)
    dossier = await registry.get(f"/v1/workers/{worker}/dossier")
    (file,) = dossier["certificates"]["items"]
    assert file["certificate"]["id"] == certificate
    assert [step["state"] for step in file["steps"]][-1] == file["certificate"]["state"]
    assert file["decisions"][0]["explanation"]
    assert dossier["certificates"]["more"] is None
    assert [c["attribute"] for c in dossier["corrections"]["items"]] == ["dibao"]
    assert [c["attribute"] for c in dossier["changes"]["items"]] == ["dibao"]
    assert dossier["record"]["labour_status"]["status"] == "laid_off"
    assert {a["attribute"] for a in dossier["record"]["attributes"]} >= {
        field.name for field in fields(Claims)
    }
    assert all(a["label_zh"] != a["attribute"] for a in dossier["record"]["attributes"])
    auditor = registry.thing.client("registry_supervisor")
    readers = (await auditor.get(dossier["readers"])).json()["items"]
    assert "get_dossier" in {line["operation"] for line in readers}
