"""A withdrawal by hand that was wrong: taken back by another person, as if it had never been."""

from __future__ import annotations

from typing import Any

import pytest

from kit.ids import new_id

from .test_certificate_facts import a_holder, standing, tell, told
from .test_certificate_procedure import RECORD, act

LENT = {"effective_on": "2003-08-01", "reason": "lent", "evidence": RECORD}
WRONG = {"note": "复核：系同名，未出借", "evidence": RECORD}


async def placed(registry: Any, worker: str, day: str) -> None:
    await registry.thing.deliver(
        registry.thing.heard(
            "jobs-market.placement.confirmed.v1", new_id(),
            {"worker_id": worker, "started_on": day},
        )
    )  # fmt: skip


async def test_what_was_withdrawn_wrongly_stands_as_it_stood(registry: Any) -> None:
    """The same number and days, the benefits back on it, the revocation named as what it reverses."""
    worker, _, id = await a_holder(registry)
    await placed(registry, worker, "2003-08-10")
    before = await registry.get(f"/v1/certificates/{id}")
    await act(registry, id, "revocations", LENT)
    (benefit,) = (await registry.get("/v1/benefits", certificate_id=id))["items"]
    assert benefit["reversed"]
    mine = await act(registry, id, "restorations", WRONG, 409)
    assert mine["code"] == "maker-is-checker"
    await act(registry, id, "restorations", {**WRONG, "evidence": []}, 422, by=registry.checker)
    theirs = (await registry.checker.get(f"/v1/certificates/{id}")).json()
    assert theirs["allowed_actions"] == ["restore"]
    after = await act(registry, id, "restorations", WRONG, by=registry.checker)
    changing = {"version", "allowed_actions"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    (benefit,) = (await registry.get("/v1/benefits", certificate_id=id))["items"]
    assert not benefit["reversed"]
    events = await told(registry, id)
    assert [e.type.split(".")[2] for e in events] == ["granted", "issued", "revoked", "restored"]
    assert events[-1].reverses == events[-2].id
    last = (await registry.get(f"/v1/certificates/{id}/transitions"))["items"][-1]
    assert (last["state"], last["day"], last["actor"], last["statement"]) == (
        "issued", "2003-04-10", "checker", WRONG["note"],
    )  # fmt: skip
    again = await act(registry, id, "restorations", WRONG, 409, by=registry.street)
    assert again["code"] == "certificate-state"


async def test_a_lost_one_is_lost_again(registry: Any) -> None:
    _, _, id = await a_holder(registry)
    await act(registry, id, "losses", {"on": "2003-06-02"})
    await act(registry, id, "revocations", LENT)
    back = await act(registry, id, "restorations", WRONG, by=registry.checker)
    assert (back["state"], back["state_on"], back["revoked_on"]) == ("lost", "2003-06-02", None)


async def test_facts_told_meanwhile_stand_over_what_comes_back(registry: Any) -> None:
    """Somebody died after the day of the withdrawal: the death ends it instead."""
    _, number, id = await a_holder(registry)
    await act(registry, id, "revocations", LENT)
    await tell(registry, number, "deceased", "2003-09-01")
    assert await standing(registry, id) == ("revoked", "2003-08-01", "lent")
    back = await act(registry, id, "restorations", WRONG, by=registry.checker)
    assert (back["state"], back["reason"], back["held_state"]) == ("revoked", "deceased", "issued")
    assert await standing(registry, id) == ("revoked", "2003-09-01", "deceased")


async def test_whoever_has_another_one_by_now_keeps_that(registry: Any) -> None:
    worker, _, id = await a_holder(registry)
    await act(registry, id, "revocations", LENT)
    await registry.post("/v1/certificates", {"worker_id": worker, "applied_on": "2003-10-01"})
    two = await act(registry, id, "restorations", WRONG, 409, by=registry.checker)
    assert two["code"] == "certificate-exists"


@pytest.mark.parametrize("how", ["correction", "fact"])
async def test_what_others_revoked_is_not_given_back_by_hand(registry: Any, how: str) -> None:
    worker, number, id = await a_holder(registry)
    if how == "fact":
        await tell(registry, number, "deceased", "2003-09-01")
    else:
        await registry.correct(worker, "category", "none")
    assert (await registry.get(f"/v1/certificates/{id}"))["allowed_actions"] == []
    refused = await act(registry, id, "restorations", WRONG, 409, by=registry.street)
    assert refused["code"] == "certificate-state"
