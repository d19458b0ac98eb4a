"""Merge then un-merge equals never merged: for the ledger and for recognitions, with grants, payments,
recoveries, work and exits in between. Merging itself is done by its noun; here the link is set, and
everything folded."""

from __future__ import annotations

import random
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kit.ids import new_id
from registry import consequences
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status

PERIODS = [("2003-04-01", "2003-05-31"), ("2003-05-01", "2003-06-30"), ("2003-06-15", "2003-08-15")]


async def merge(registry: Any, survivor: str, merged: str) -> UUID:
    id = new_id()
    async with registry.thing.db.transaction() as tx:
        await labour_status.hold(tx, [UUID(survivor), UUID(merged)])
        await identities.link(tx, id, UUID(merged), UUID(survivor))
        await consequences.follow(registry.thing.runtime, tx, [UUID(survivor), UUID(merged)], {})
    return id


async def unmerge(registry: Any, id: UUID, survivor: str, merged: str) -> None:
    async with registry.thing.db.transaction() as tx:
        await labour_status.hold(tx, [UUID(survivor), UUID(merged)])
        await identities.unlink(tx, id)
        await consequences.follow(registry.thing.runtime, tx, [UUID(survivor), UUID(merged)], {})


def opened(registry: Any, worker: str, id: UUID, period: tuple[str, str]) -> Any:
    return registry.thing.heard(
        "subsidy.entitlement.opened.v1", id,
        {"worker_id": worker, "programme": "si-enterprise", "from": period[0], "to": period[1],
         "months": 3},
        valid_from=date.fromisoformat(period[0]),
    )  # fmt: skip


async def seen(registry: Any, worker: str, named: dict[str, str]) -> dict[str, Any]:
    """What stands of one record, with made ids replaced by what they are in the story."""
    benefits = (await registry.get("/v1/benefits", worker_id=worker, limit=50))["items"]
    overlaps = (await registry.get("/v1/benefits/overlaps", worker_id=worker))["items"]
    months = (await registry.get(f"/v1/workers/{worker}/benefit-months"))["kinds"]
    difficulties = (await registry.get("/v1/difficulties", worker_id=worker))["items"]
    return {
        "benefits": sorted(
            (named[b["id"]], b["months"], b["months_paid"], b["amount"] or "", b["reversed"],
             bool(b["certificate_id"]))
            for b in benefits
        ),
        "overlaps": sorted(
            (o["cause"], named[o["benefit_id"]], named.get(o["other_id"] or "", ""), o["months"])
            for o in overlaps
        ),
        "used": {k["kind"]: k["months"] for k in months if k["used"]},
        "difficulties": sorted(
            (d["state"], d["recognised_on"], d["exited_on"] or "", d["exit_reason"] or "")
            for d in difficulties
        ),
    }  # fmt: skip


class Story:
    """The same things happen to two records; in one world they are one person for a while."""

    def __init__(self, registry: Any, seed: int) -> None:
        self.registry, self.chance = registry, random.Random(seed)
        self.named: dict[str, str] = {}
        self.grants: list[tuple[str, UUID]] = []
        self.openings: dict[UUID, Any] = {}
        self.paid: list[tuple[str, Any]] = []
        self.jobs: list[tuple[str, Any]] = []

    def heard(self, n: int, step: str, worker: str) -> Any:
        """The next event; None when there is nothing to void or to stop."""
        thing, period, pick = self.registry.thing, self.chance.choice(PERIODS), self.chance.random()
        day, id = date.fromisoformat(period[0]), new_id()
        if step == "grant":
            self.named[str(id)] = f"grant {n}"
            self.grants.append((worker, id))
            self.openings[id] = opened(self.registry, worker, id, period)
            return self.openings[id]
        if step == "work":
            self.named[str(id)] = f"job {n}"
            data = {"worker_id": worker, "started_on": period[0]}
            event = thing.heard("jobs-market.placement.confirmed.v1", id, data, valid_from=day)
            self.jobs.append((worker, event))
            return event
        if step == "void" and self.jobs:
            worker, event = self.jobs[int(pick * len(self.jobs))]
            return thing.heard(
                "jobs-market.placement.voided.v1", event.entity_id,
                {"worker_id": worker, "reason": "fraud"}, valid_from=event.valid_from,
                reverses=event.id,
            )  # fmt: skip
        if step == "stop" and self.grants:
            worker, grant = self.grants[int(pick * len(self.grants))]
            return thing.heard(
                "subsidy.entitlement.closed.v1", grant,
                {"worker_id": worker, "reason": "placement-ended"}, valid_from=date(2003, 6, 1),
            )  # fmt: skip
        if step == "take back" and self.openings:
            grant, opening = sorted(self.openings.items())[int(pick * len(self.openings))]
            del self.openings[grant]
            return thing.heard(
                "subsidy.entitlement.closed.v1", grant, {**opening.data, "reason": "facts-changed"},
                valid_from=opening.valid_from, reverses=opening.id,
            )  # fmt: skip
        if step == "open again" and len(self.openings) < len(self.grants):
            worker, grant = next(one for one in self.grants if one[1] not in self.openings)
            self.openings[grant] = opened(self.registry, worker, grant, period)
            self.named[str(self.openings[grant].id)] = f"opening {n}"
            return self.openings[grant]
        return self._money(n, step, worker, period, pick)

    def _money(self, n: int, step: str, worker: str, period: tuple[str, str], pick: float) -> Any:
        """A month is paid, of a grant or by itself, or comes back in part or whole."""
        thing, line = self.registry.thing, new_id()
        if step == "pay":
            about = None
            if self.grants and pick < 0.7:
                worker, about = self.grants[int(pick / 0.7 * len(self.grants))]
            self.named[str(line)] = f"line {n}"
            data = {
                "worker_id": worker, "from": period[0], "to": f"{period[0][:7]}-30",
                "programme": "si-enterprise" if about else "post-subsidy", "amount": "100.00",
                "entitlement_id": str(about) if about else None, "decision_id": str(new_id()),
            }  # fmt: skip
            event = thing.heard("subsidy.benefit.paid.v1", line, data)
            self.paid.append((worker, event))
            return event
        if step == "recover" and self.paid:
            worker, event = self.paid[int(pick * len(self.paid))]
            data = {"worker_id": worker, "amount": "50.00", "whole": pick < 0.6}
            return thing.heard(
                "subsidy.benefit.recovered.v1", event.entity_id, data, reverses=event.id
            )
        return None


STEPS = [
    "grant", "grant", "work", "void", "stop", "take back", "open again", "pay", "pay", "pay",
    "recover", "recover",
]  # fmt: skip


async def story(registry: Any, seed: int, *, merged: bool) -> list[dict[str, Any]]:
    told = Story(registry, seed)
    first, second = [await registry.worker(born="19620504") for _ in range(2)]
    await registry.certificate(first, issued_on="2003-04-10")
    for one in (first, second):
        await registry.post("/v1/difficulties", {"worker_id": one, "recognised_on": "2003-05-04"})
    steps = ["grant", *told.chance.choices(STEPS, k=15)]
    begin, end = sorted(told.chance.sample(range(len(steps)), 2))
    link: UUID | None = None
    for n, step in enumerate(steps):
        if merged and n == begin:
            link = await merge(registry, first, second)
        if link is not None and n == end:
            await unmerge(registry, link, first, second)
        event = told.heard(n, step, told.chance.choice([first, second]))
        if event is not None:
            await registry.thing.deliver(event)
    assert await registry.thing.dead() == []
    return [await seen(registry, one, told.named) for one in (first, second)]


@pytest.mark.parametrize("seed", range(10))
async def test_merged_and_parted_equals_never_merged(registry: Any, seed: int) -> None:
    assert await story(registry, seed, merged=True) == await story(registry, seed, merged=False)


async def test_overlaps_of_two_records_are_found_while_they_are_one_person(registry: Any) -> None:
    first, second = [await registry.worker(born="19620504") for _ in range(2)]
    await registry.certificate(first, issued_on="2003-04-10")
    mine, theirs = new_id(), new_id()
    await registry.thing.deliver(
        opened(registry, first, mine, PERIODS[0]), opened(registry, second, theirs, PERIODS[1])
    )
    ids = [
        (await registry.post("/v1/difficulties", {"worker_id": w, "recognised_on": day}))["id"]
        for w, day in ((first, "2003-05-04"), (second, "2003-06-04"))
    ]
    link = await merge(registry, first, second)
    (found,) = (await registry.get("/v1/benefits/overlaps"))["items"]
    assert (found["cause"], found["worker_id"], found["months"]) == ("merge", first, ["2003-05"])
    assert (found["benefit_id"], found["other_id"]) == (str(theirs), str(mine))
    kinds = (await registry.get(f"/v1/workers/{first}/benefit-months"))["kinds"]
    used = next(k for k in kinds if k["kind"] == "social-insurance-subsidy")
    assert used["months"] == ["2003-04", "2003-05", "2003-06"]
    listed = (await registry.get("/v1/benefits", worker_id=first))["items"]
    assert {one["id"] for one in listed} == {str(mine), str(theirs)}
    # Of the person's two recognitions of one kind, the earlier holds.
    states = [(await registry.get(f"/v1/difficulties/{id}"))["exit_reason"] for id in ids]
    assert states == [None, "superseded"]
    refused = await registry.http.post(
        "/v1/benefits",
        json={"worker_id": first, "kind": "social-insurance-subsidy", "granted_by": "劳动局",
              "valid_from": "2003-06-01", "valid_to": "2003-06-30"},
        headers={"Idempotency-Key": str(new_id())},
    )  # fmt: skip
    assert (refused.status_code, refused.json()["code"]) == (409, "benefit-months-taken")

    await unmerge(registry, link, first, second)
    # Parted, the second record has no certificate again.
    (left,) = (await registry.get("/v1/benefits/overlaps"))["items"]
    assert (left["cause"], left["worker_id"]) == ("without-certificate", second)
    states = [(await registry.get(f"/v1/difficulties/{id}"))["state"] for id in ids]
    assert states == ["recognised", "recognised"]
    news = [await registry.told(f"benefit.overlap-{name}") for name in ("cleared", "found")]
    (cleared,), (told,) = ([e for e in some if e.data["cause"] == "merge"] for some in news)
    assert cleared.reverses == told.id
