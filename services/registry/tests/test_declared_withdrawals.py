"""What a window declares of a person takes the certificate as an authority's word does (4.1, R17), from
the day of the fact, and gives it back when it is taken back."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from kit.ids import new_id
from registry import consequences
from registry.labour_status import domain
from registry.labour_status import usecases as labour_status
from registry.labour_status.domain import WITHDRAWN, Declared, Withdrawal
from registry.life_facts.domain import LifeFact

from .conftest import DISTRICT, OFFICE
from .test_certificate_facts import a_holder, standing, take_back, tell, told
from .test_journey_unemployment import PATH, Window


def third(registry: Any) -> Any:
    """Somebody who may confirm, and neither declared nor confirmed."""
    return registry.thing.client("registry_supervisor", area=DISTRICT, subject="third")


async def undeclare(
    registry: Any, worker: str, declaration: str, status: int = 201, by: Any = None
) -> Any:
    """Take back what was confirmed, as the third person or as somebody else."""
    path = f"/v1/workers/{worker}/labour-status/declarations/{declaration}/confirmations/reversals"
    return await registry.post(path, {"reason": "录入有误"}, status, by=by or third(registry))


async def test_one_clerk_alone_ends_nothing(registry: Any) -> None:
    """4.1: a dated document, and a second person; until then it may be taken back."""
    worker, _, id = await a_holder(registry)
    path = f"/v1/workers/{worker}/labour-status/declarations"
    body = {"status": "deceased", "since": "2003-06-10", "document": "死亡证明 5",
            "document_on": "2003-06-11"}  # fmt: skip
    answer = await registry.post(path, body)
    assert (answer["status"], len(answer["declared"])) == ("laid_off", 1)
    (waiting,) = answer["awaiting"]
    assert (waiting["status"], waiting["document_on"]) == ("deceased", "2003-06-11")
    assert (await standing(registry, id))[0] == "issued"
    confirmations = f"{path}/{waiting['id']}/confirmations"
    mine = await registry.post(confirmations, None, 409)
    assert mine["code"] == "maker-is-checker"
    clerk = registry.thing.client("station_clerk", area=DISTRICT, subject="another")
    assert (await clerk.post(confirmations)).status_code == 403
    after = await registry.post(f"{path}/{waiting['id']}/reversals", {"reason": "同名"})
    assert after["awaiting"] == []
    gone = await registry.post(confirmations, None, 404, by=registry.checker)
    assert gone["code"] == "unknown-declaration"
    again = (await registry.post(path, body))["awaiting"][0]["id"]
    supervisor = registry.thing.client("registry_supervisor", area=DISTRICT, subject="head")
    confirmed = await supervisor.post(f"{path}/{again}/confirmations")
    assert (confirmed.status_code, confirmed.json()["status"]) == (201, "deceased")
    assert await standing(registry, id) == ("revoked", "2003-06-10", "deceased")
    assert (await registry.get("/v1/awaiting-declarations"))["items"] == []
    twice = await registry.post(confirmations.replace(waiting["id"], again), None, 404)
    assert twice["code"] == "unknown-declaration"


async def test_what_two_persons_said_one_clerk_does_not_take_back(registry: Any) -> None:
    """Neither the clerk's own act, nor one of the two who said it: a third who may confirm."""
    worker, _, id = await a_holder(registry)
    declaration = await registry.declare(worker, "deceased", "2003-06-10")
    path = f"/v1/workers/{worker}/labour-status/declarations/{declaration}"
    clerk = registry.thing.client("station_clerk", area=DISTRICT, office=OFFICE, subject="lone")
    alone = await clerk.post(f"{path}/reversals", json={"reason": "同名"})
    assert (alone.status_code, alone.json()["code"]) == (409, "declaration-confirmed")
    no_right = await clerk.post(f"{path}/confirmations/reversals", json={"reason": "同名"})
    assert no_right.status_code == 403
    for one_of_two in (registry.http, registry.checker):
        refused = await undeclare(registry, worker, declaration, 409, by=one_of_two)
        assert refused["code"] == "declaration-confirmed"
    assert await standing(registry, id) == ("revoked", "2003-06-10", "deceased")
    await undeclare(registry, worker, declaration)
    assert (await standing(registry, id))[0] == "issued"
    assert (await undeclare(registry, worker, declaration, 404))["code"] == "unknown-declaration"
    jobless = await registry.declare(worker, "jobless", "2003-07-01")
    assert (await undeclare(registry, worker, jobless, 404))["code"] == "unknown-declaration"


@pytest.mark.parametrize("status", WITHDRAWN)
async def test_a_declared_withdrawal_revokes_from_its_day_and_back(
    registry: Any, status: str
) -> None:
    worker, _, id = await a_holder(registry)
    before = await standing(registry, id)
    declaration = await registry.declare(worker, status, "2003-06-10")
    assert await standing(registry, id) == ("revoked", "2003-06-10", status)
    history = (await registry.get(f"/v1/certificates/{id}/transitions"))["items"]
    assert (history[-1]["actor"], history[-1]["evidence"]) == ("system:facts", [declaration])
    await undeclare(registry, worker, declaration)
    assert await standing(registry, id) == before
    events = await told(registry, id)
    assert [e.type.split(".")[2] for e in events] == ["granted", "issued", "revoked", "restored"]
    assert (str(events[2].valid_from), events[3].reverses) == ("2003-06-10", events[2].id)


async def test_who_leaves_the_register_for_a_pension_gives_the_certificate_back(
    registry: Any,
) -> None:
    """R20 and R17 by one filing; the filing taken back gives both back."""
    says = {"category": "soe_unemployed", "labour_status": "unemployed",
            "status_since": "2003-01-06", "drawing_unemployment_insurance": True}  # fmt: skip
    worker, _, id = await a_holder(registry, **says)
    window = Window(registry, worker)
    await window.files("cancellations", on="2003-07-01", reason="pension", reference="退休证 7")
    assert (await standing(registry, id))[0] == "issued"
    (waiting,) = (await registry.get("/v1/awaiting-declarations"))["items"]
    path = f"/v1/workers/{worker}/labour-status/declarations/{waiting['id']}/confirmations"
    await registry.post(path, None, by=registry.checker)
    assert await standing(registry, id) == ("revoked", "2003-07-01", "retired")
    filings = await registry.get(f"{PATH}/{window.case['id']}/filings")
    (filing,) = [f for f in filings["items"] if f["what"] == "cancelled"]
    refused = await window.files("reversals", 409, filing_id=filing["id"], reason="同名误报")
    assert refused["code"] == "declaration-confirmed"
    assert (await standing(registry, id))[0] == "revoked"
    await undeclare(registry, worker, filing["id"])
    assert (await standing(registry, id))[0] == "issued"
    assert (await window.looks())[0] == "registered"
    filings = await registry.get(f"{PATH}/{window.case['id']}/filings")
    assert filings["items"][-1]["what"] == "reversed"


async def test_an_authority_and_a_window_say_it_both_and_one_of_them_is_enough(
    registry: Any,
) -> None:
    worker, number, id = await a_holder(registry)
    fact = await tell(registry, number, "imprisoned", "2003-06-01")
    declaration = await registry.declare(worker, "emigrated", "2003-05-15")
    assert await standing(registry, id) == ("revoked", "2003-05-15", "emigrated")
    await undeclare(registry, worker, declaration)
    assert await standing(registry, id) == ("revoked", "2003-06-01", "imprisoned")
    await registry.declare(worker, "incapacitated", "2003-05-20")
    await take_back(registry, fact)
    assert await standing(registry, id) == ("revoked", "2003-05-20", "incapacitated")


async def test_whoever_was_back_before_the_application_keeps_the_certificate(registry: Any) -> None:
    """A declaration holds until the next one: prison that was over takes nothing."""
    worker, _, id = await a_holder(registry)
    await registry.declare(worker, "imprisoned", "2002-01-10")
    assert (await standing(registry, id))[0] == "revoked"  # for all that the office knows
    await registry.declare(worker, "laid_off", "2002-11-01")
    assert (await standing(registry, id))[0] == "issued"


async def test_an_application_written_down_late_is_not_issued_to_who_is_gone(
    registry: Any,
) -> None:
    """Applied for on a day before the pension, entered after it: the same as in the other order."""
    states = []
    for late in (False, True):
        worker = await registry.worker()
        if late:
            await registry.declare(worker, "retired", "2003-06-10")
        id = await registry.certificate(worker)
        if not late:
            await registry.declare(worker, "retired", "2003-06-10")
        row = {"worker_id": worker, "issued_on": "2003-06-20"}
        answer = await registry.load("/v1/certificates/issues", [row], mode="good")
        assert answer.json()["accepted"] == 0, answer.text
        states.append(await standing(registry, id))
    assert states == [("refused", None, "retired")] * 2


async def facts_told(registry: Any, worker: str) -> list[Any]:
    events = await registry.thing.told()
    return [e for e in events if e.noun == "life-fact" and e.data["worker_id"] == worker]


@pytest.mark.parametrize("by", ["authority", "office"])
@pytest.mark.parametrize("status", sorted(WITHDRAWN))
async def test_others_hear_of_a_withdrawal_whoever_confirmed_it(
    registry: Any, status: str, by: str
) -> None:
    """E8: an authority's word and the office's own are told alike, of whoever is registered, and
    taken back alike."""
    form = registry.form()
    worker = (await registry.post("/v1/workers", form))["id"]
    if by == "authority":
        fact = await tell(registry, form["id_number"], status, "2003-06-10")
        await take_back(registry, fact, status)
    else:
        fact = await registry.declare(worker, status, "2003-06-10")
        await undeclare(registry, worker, fact)
    recorded, reversal = await facts_told(registry, worker)
    kinds = [e.type.split(".")[2] for e in (recorded, reversal)]
    assert kinds == ["recorded", "reversed"]
    assert recorded.data | {"authority": None} == {
        "worker_id": worker, "kind": status, "on": "2003-06-10", "until": None, "authority": None,
    }  # fmt: skip
    assert (str(recorded.entity_id), reversal.entity_id) == (fact, recorded.entity_id)
    assert (str(recorded.valid_from), reversal.reverses) == ("2003-06-10", recorded.id)
    if by == "office":
        assert recorded.data["authority"] == "employment-bureau"
    (changed, back) = [
        e for e in await registry.thing.told()
        if e.noun == "labour-status" and e.data["worker_id"] == worker
    ]  # fmt: skip
    assert (changed.causation_id, back.causation_id) == (recorded.id, reversal.id)


async def test_what_awaits_is_not_told_and_what_is_over_is_told_as_ended(registry: Any) -> None:
    worker = await registry.worker()
    path = f"/v1/workers/{worker}/labour-status/declarations"
    body = {"status": "imprisoned", "since": "2003-05-10", "document": "判决书 5",
            "document_on": "2003-05-11"}  # fmt: skip
    waiting = (await registry.post(path, body))["awaiting"][0]["id"]
    assert await facts_told(registry, worker) == []
    await registry.post(f"{path}/{waiting}/confirmations", None, by=registry.checker)
    free = await registry.declare(worker, "laid_off", "2003-09-01")
    assert [(e.type.split(".")[2], e.data.get("until")) for e in await facts_told(registry, worker)] == [
        ("recorded", None), ("ended", "2003-09-01"),
    ]  # fmt: skip
    await registry.post(f"{path}/{free}/reversals", {"reason": "录入有误"})
    await undeclare(registry, worker, waiting)
    _, ended, again, gone = await facts_told(registry, worker)
    assert (again.reverses, again.data["what"], gone.data["what"]) == (ended.id, "end", "fact")


SAID = [("imprisoned", date(2003, 5, 1)), ("laid_off", date(2003, 7, 1)),
        ("emigrated", date(2003, 6, 1)), ("incapacitated", date(2003, 8, 1))]  # fmt: skip


async def test_any_order_of_declarations_gives_the_same_certificate(registry: Any) -> None:
    rt = registry.thing.runtime
    found = set()
    for order in list(permutations(range(len(SAID))))[::5]:
        worker, _, id = await a_holder(registry)
        ids = [new_id() for _ in SAID]
        for n in order:
            async with rt.db.transaction() as tx:
                await labour_status.hold(tx, [UUID(worker)])
                fact = Declared(*SAID[n], ids[n])  # type: ignore[arg-type]
                await labour_status.declare_all(tx, [(UUID(worker), fact)], "clerk")
                await consequences.follow(rt, tx, [UUID(worker)], {})
        found.add(await standing(registry, id))
    assert found == {("revoked", "2003-05-01", "imprisoned")}


def test_a_declaration_holds_until_the_next_one_and_the_last_ones_for_good() -> None:
    ids = [UUID(int=n) for n in range(1, 6)]
    declared = [
        Declared("laid_off", date(2001, 1, 1), ids[0]),
        Declared("imprisoned", date(2003, 1, 1), ids[1]),
        Declared("unemployed", date(2003, 6, 1), ids[2]),
        Declared("retired", date(2004, 1, 1), ids[3]),
        Declared("unemployed", date(2004, 2, 1), ids[4]),
    ]
    dibao = LifeFact(UUID(int=8), UUID(int=9), "dibao", date(2003, 1, 1))
    army = LifeFact(UUID(int=7), UUID(int=9), "enlisted", date(2002, 1, 1), date(2002, 9, 1))
    expected = [
        Withdrawal(army.id, "enlisted", army.on, army.until),
        Withdrawal(ids[1], "imprisoned", date(2003, 1, 1), date(2003, 6, 1)),
        Withdrawal(ids[3], "retired", date(2004, 1, 1), None),
    ]
    for order in permutations(declared):
        assert domain.withdrawals(order, [dibao, army]) == expected
