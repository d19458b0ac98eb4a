"""Facts of life and merges over certificates: from the day of the fact, and back when reversed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kit import decisions
from kit.db import Tx
from kit.ids import new_id
from kit.policy import Policies
from registry import consequences
from registry.certificates.deciding import RULES, people_on
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status


async def a_holder(registry: Any, **fields: Any) -> tuple[str, str, str]:
    """Worker, ID number, certificate issued on 10 April 2003."""
    form = registry.form(**fields)
    await registry.post("/v1/workers", form)
    id = await registry.certificate(form["id"], issued_on="2003-04-10")
    return form["id"], form["id_number"], id


OFFICES = {
    "retired": "231100-insurance-agency", "dibao": "231100-civil-affairs",
    "enlisted": "231100-conscription-office", "incapacitated": "231100-labour-appraisal",
}  # fmt: skip


async def tell(registry: Any, number: str, kind: str, on: str, **more: str) -> str:
    """The authority for it tells a fact; answers its id."""
    office = OFFICES.get(kind, "231100-police")
    client = registry.thing.client("authority", office=office, subject=office)
    id = str(new_id())
    body = {"id": id, "id_number": number, "kind": kind, "on": on, **more}
    answer = await client.post("/v1/life-facts", json=body)
    assert answer.status_code == 201, answer.text
    return id


async def take_back(registry: Any, fact: str, kind: str = "") -> None:
    office = OFFICES.get(kind, "231100-police")
    client = registry.thing.client("authority", office=office, subject=office)
    answer = await client.post(
        "/v1/life-facts/reversals", json={"id": str(new_id()), "reverses": fact}
    )
    assert answer.status_code == 201, answer.text


async def standing(registry: Any, id: str) -> tuple[str, str | None, str | None]:
    body = await registry.get(f"/v1/certificates/{id}")
    return body["state"], body["revoked_on"], body["reason"]


async def told(registry: Any, id: str) -> list[Any]:
    return [e for e in await registry.thing.told() if str(e.entity_id) == id]


async def test_a_death_revokes_from_its_day_and_comes_back_when_it_was_not(registry: Any) -> None:
    worker, number, id = await a_holder(registry)
    for day in ("2003-05-01", "2003-08-10"):
        await registry.thing.deliver(
            registry.thing.heard(
                "jobs-market.placement.confirmed.v1", new_id(),
                {"worker_id": worker, "started_on": day},
            )
        )  # fmt: skip
    before = await registry.get(f"/v1/certificates/{id}")
    fact = await tell(registry, number, "deceased", "2003-06-10")
    assert await standing(registry, id) == ("revoked", "2003-06-10", "deceased")
    shown = await registry.get(f"/v1/certificates/{id}")
    assert (shown["held_state"], shown["allowed_actions"]) == ("issued", [])
    (event,) = await registry.told("certificate.revoked")
    (recorded,) = await registry.told("life-fact.recorded")
    assert (str(event.valid_from), event.causation_id) == ("2003-06-10", recorded.id)
    history = (await registry.get(f"/v1/certificates/{id}/transitions"))["items"]
    assert (history[-1]["actor"], history[-1]["evidence"]) == ("system:facts", [fact])
    written = (await registry.get("/v1/benefits", certificate_id=id))["items"]
    assert {one["valid_from"]: one["reversed"] for one in written} == {
        "2003-05-01": False, "2003-08-10": True,
    }  # fmt: skip
    await take_back(registry, fact)
    after = await registry.get(f"/v1/certificates/{id}")
    apart = {"version", "allowed_actions"}
    assert {k: v for k, v in after.items() if k not in apart} == {
        k: v for k, v in before.items() if k not in apart
    }
    events = await told(registry, id)
    assert [e.type.split(".")[2] for e in events] == ["granted", "issued", "revoked", "restored"]
    assert events[3].reverses == events[2].id
    assert events[3].data["state"] == "issued"


async def test_an_earlier_fact_moves_the_day_back(registry: Any) -> None:
    """Told in the wrong order: the same as in the right one, and each telling names the one before."""
    _, number, id = await a_holder(registry)
    late = await tell(registry, number, "deceased", "2003-08-01")
    await tell(registry, number, "imprisoned", "2003-06-01")
    assert await standing(registry, id) == ("revoked", "2003-06-01", "imprisoned")
    _, number, reference = await a_holder(registry, born="19610504")
    await tell(registry, number, "imprisoned", "2003-06-01")
    await tell(registry, number, "deceased", "2003-08-01")
    assert await standing(registry, reference) == await standing(registry, id)
    first, second = [e for e in await told(registry, id) if e.type.endswith("revoked.v1")]
    assert second.reverses == first.id
    await take_back(registry, late)
    assert await standing(registry, id) == ("revoked", "2003-06-01", "imprisoned")


async def test_a_fact_refuses_what_is_under_way_and_gives_it_back(registry: Any) -> None:
    form = registry.form()
    await registry.post("/v1/workers", form)
    id = await registry.certificate(form["id"])
    fact = await tell(registry, form["id_number"], "emigrated", "2003-03-20")
    assert await standing(registry, id) == ("refused", None, "emigrated")
    assert (await registry.get("/v1/certificates/counts"))["entitled"] == 0
    seen = await registry.http.get(f"/v1/certificates/{id}")
    blocked = await registry.post(
        f"/v1/certificates/{id}/issues", {"on": "2003-04-10"}, 409, by=registry.checker,
        **{"If-Match": seen.headers["etag"]},
    )  # fmt: skip
    assert blocked["code"] == "certificate-state"
    await take_back(registry, fact)
    assert await standing(registry, id) == ("publicised", None, None)
    events = await told(registry, id)
    assert [e.type.split(".")[2] for e in events] == ["granted", "refused", "granted"]
    assert [e.reverses for e in events] == [None, events[0].id, events[1].id]
    assert (await registry.get("/v1/certificates/counts"))["entitled"] == 1


async def test_dibao_takes_no_certificate(registry: Any) -> None:
    _, number, id = await a_holder(registry)
    await tell(registry, number, "dibao", "2003-06-01")
    assert (await standing(registry, id))[0] == "issued"


POOR = {
    "category": "dibao_long_term_unemployed", "labour_status": "unemployed",
    "status_since": "2002-01-07", "jobless_since": "2002-01-07", "former_enterprise_kind": "other",
    "centre_agreement_on": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("claims", "listed", "granted"),
    [
        (True, None, True),  # civil affairs know nobody of that number: the claim stands
        (False, None, False),
        (False, {}, True),
        (True, {"until": "2003-03-03"}, False),
        (True, {"until": "2003-03-04"}, True),
    ],
)
async def test_the_list_of_dibao_goes_before_the_claim(
    registry: Any, claims: bool, listed: dict[str, str] | None, granted: bool
) -> None:
    """On the day of application; a correction asks the list again."""
    form = registry.form(**POOR, dibao=claims)
    await registry.post("/v1/workers", form)
    if listed is not None:
        await tell(registry, form["id_number"], "dibao", "2002-02-01", **listed)
    id = await registry.certificate(form["id"])
    decision = await registry.get(f"/v1/certificates/{id}/decision")
    assert (decision["granted"], decision["clause"]) == (
        granted,
        None if granted else "劳社部发[2002]20号 R1a(4)/dibao",
    )
    async with registry.thing.db.looking() as tx:
        record = await decisions.load(tx, UUID(decision["id"]))
    assert record is not None
    assert decisions.rederive(record, RULES).same


async def test_a_set_of_applications_asks_the_list_once_and_only_for_its_category(
    registry: Any,
) -> None:
    poor, others = ([registry.form(**fields) for _ in range(25)] for fields in (POOR, {}))
    await registry.loaded("/v1/workers", [*poor, *others])

    async def statements(people: list[dict[str, Any]]) -> int:
        asked: list[str] = []
        days = {UUID(one["id"]): date(2003, 3, 1) for one in people}
        async with registry.thing.db.pool.acquire() as connection:
            connection.add_query_logger(lambda record: asked.append(record.query))
            async with connection.transaction():
                await people_on(registry.thing.runtime, Tx(connection), days)
        return len(asked)

    await statements(poor[:5])
    assert await statements(poor[5:]) == await statements(poor[:5]) > await statements(others)


async def test_a_correction_under_a_fact_stays_under_it(registry: Any) -> None:
    """Revoked for death, then found never entitled: reversed death leaves the correction."""
    worker, number, id = await a_holder(registry)
    fact = await tell(registry, number, "deceased", "2003-06-10")
    await registry.correct(worker, "category", "none")
    assert await standing(registry, id) == ("revoked", "2003-06-10", "deceased")
    await take_back(registry, fact)
    assert await standing(registry, id) == ("revoked", "2003-09-01", "category-corrected")


async def link(registry: Any, merged: str, survivor: str) -> UUID:
    """Two records are one person, with everything that follows."""
    merge, rt = new_id(), registry.thing.runtime
    async with rt.db.transaction() as tx:
        both = [UUID(merged), UUID(survivor)]
        await labour_status.hold(tx, both)
        await identities.link(tx, merge, *both)
        await consequences.follow(rt, tx, both, {})
    return merge


async def unlink(registry: Any, merge: UUID, *both: str) -> None:
    rt = registry.thing.runtime
    async with rt.db.transaction() as tx:
        await labour_status.hold(tx, [UUID(id) for id in both])
        await identities.unlink(tx, merge)
        await consequences.follow(rt, tx, [UUID(id) for id in both], {})


async def test_of_two_certificates_of_one_person_the_earlier_stays(registry: Any) -> None:
    early, _, first = await a_holder(registry)
    form = registry.form(born="19610504")
    await registry.post("/v1/workers", form)
    second = await registry.certificate(form["id"])
    await registry.loaded(
        "/v1/certificates/issues", [{"certificate_id": second, "issued_on": "2003-05-20"}]
    )
    before = [await standing(registry, id) for id in (first, second)]
    merge = await link(registry, form["id"], early)
    assert await standing(registry, first) == before[0]
    assert await standing(registry, second) == ("revoked", "2003-05-20", "merged")
    third = {"worker_id": form["id"], "applied_on": "2003-10-01"}
    taken = await registry.post("/v1/certificates", third, 409)
    assert taken["code"] == "worker-merged"
    await unlink(registry, merge, form["id"], early)
    assert [await standing(registry, id) for id in (first, second)] == before
    events = [e.type.split(".")[2] for e in await told(registry, second)]
    assert events == ["granted", "issued", "revoked", "restored"]


async def test_a_fact_of_either_record_touches_the_one_certificate(registry: Any) -> None:
    early, _, first = await a_holder(registry)
    form = registry.form(born="19610504")
    await registry.post("/v1/workers", form)
    await tell(registry, form["id_number"], "retired", "2003-07-01")
    assert (await standing(registry, first))[0] == "issued"
    merge = await link(registry, form["id"], early)
    assert await standing(registry, first) == ("revoked", "2003-07-01", "retired")
    await unlink(registry, merge, form["id"], early)
    assert (await standing(registry, first))[0] == "issued"


async def test_whoever_is_free_again_applies_again(registry: Any) -> None:
    """A term that was over before the application takes nothing from the new certificate."""
    worker, number, id = await a_holder(registry)
    fact = await tell(registry, number, "imprisoned", "2003-05-01")
    client = registry.thing.client("authority", office="231100-police", subject="231100-police")
    end = {"id": str(new_id()), "life_fact_id": fact, "on": "2003-08-01"}
    assert (await client.post("/v1/life-facts/ends", json=end)).status_code == 201
    assert (await standing(registry, id))[0] == "revoked"
    again = str(new_id())
    row = {"id": again, "worker_id": worker, "applied_on": "2003-09-01"}
    await registry.loaded("/v1/certificates", [row])
    assert (await standing(registry, again))[0] == "publicised"
    # The sentence itself was a mistake: the first one is back, and one person has one certificate.
    await take_back(registry, fact)
    assert (await standing(registry, id))[0] == "issued"
    assert await standing(registry, again) == ("refused", None, "merged")


async def test_what_withdraws_says_the_law_of_the_facts_own_day(
    registry: Any, tmp_path: Path
) -> None:
    """A kind that was added later does not reach back; one that was dropped later still withdrew.
    What began before the application is met on its day."""
    rt = registry.thing.runtime
    (tmp_path / "withdrawing.toml").write_text(
        'id = "registry.certificate_withdrawing_facts"\ntitle = "Facts"\ntitle_zh = "事实"\n'
        'unit = "codes"\n'
        '[[values]]\nsince = 2002-09-30\nvalue = ["emigrated"]\n'
        'cite = { document = "地方办法", clause = "R17", status = "to-verify" }\n'
        '[[values]]\nsince = 2003-06-01\nvalue = ["imprisoned"]\n'
        'cite = { document = "地方办法", clause = "R17", status = "to-verify" }\n',
        "utf-8",
    )
    rt.policies = Policies.load(rt.service.root / "policies", overlay=tmp_path)
    for kind, on, state in (
        ("imprisoned", "2003-05-31", "issued"),
        ("imprisoned", "2003-06-01", "revoked"),
        ("emigrated", "2003-05-31", "revoked"),
        ("emigrated", "2003-06-01", "issued"),
    ):
        _, number, id = await a_holder(registry)
        await tell(registry, number, kind, on)
        assert (await standing(registry, id))[0] == state, (kind, on)
