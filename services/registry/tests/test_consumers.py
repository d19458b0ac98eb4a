"""What other services say: in any order, once or twice, with the same effect."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from kit.events import Event
from kit.ids import new_id


def confirmed(
    registry: Any, worker: str, placement: UUID, on: str = "2003-05-01", **fields: str
) -> Event:
    event: Event = registry.thing.heard(
        "jobs-market.placement.confirmed.v1",
        placement,
        {
            "worker_id": worker,
            "started_on": on,
            "channel": "private_economy",
            "news": 1,
            **fields,
        },
        valid_from=date.fromisoformat(on),
    )
    return event


def voided(registry: Any, worker: str, placement: UUID, of: Event) -> Event:
    event: Event = registry.thing.heard(
        "jobs-market.placement.voided.v1",
        placement,
        {"worker_id": worker, "reason": "fraud"},
        valid_from=of.valid_from,
        reverses=of.id,
    )
    return event


async def status(registry: Any, worker: str) -> tuple[str, str]:
    standing = await registry.get(f"/v1/workers/{worker}/labour-status")
    return standing["status"], standing["since"]


async def benefits(registry: Any, worker: str) -> list[tuple[str, bool]]:
    """What is, or was, written on the certificate."""
    page = await registry.get("/v1/benefits", worker_id=worker)
    written = [one for one in page["items"] if one["certificate_id"]]
    return [(one["kind"], one["reversed"]) for one in written]


async def test_a_placement_and_its_voiding(registry: Any) -> None:
    worker = await registry.worker()
    certificate = await registry.certificate(worker, issued_on="2003-04-10")
    await registry.loaded(
        "/v1/pairings",
        [
            {
                "worker_id": worker,
                "helper_office": "231102-employment-bureau",
                "formed_on": "2003-04-01",
            }
        ],
    )
    placement = new_id()
    first = confirmed(registry, worker, placement)
    await registry.thing.deliver(first)
    await registry.thing.deliver(first)
    assert await status(registry, worker) == ("employed", "2003-05-01")
    assert await benefits(registry, worker) == [("re-employment", False)]
    (annotated,) = await registry.told("benefit.annotated")
    assert annotated.data == {
        "worker_id": worker, "certificate_id": certificate, "kind": "re-employment",
        "from": "2003-05-01", "to": None, "amount": None, "granted_by": "jobs-market",
        "source_event": str(first.id),
    }  # fmt: skip
    assert (annotated.causation_id, annotated.correlation_id) == (first.id, first.correlation_id)
    (placed,) = await registry.told("pairing.placed")
    assert placed.data == {"worker_id": worker, "placement_id": str(placement)}
    undone = voided(registry, worker, placement, first)
    await registry.thing.deliver(undone)
    assert await status(registry, worker) == ("laid_off", "2001-03-01")
    assert await benefits(registry, worker) == [("re-employment", True)]
    (reversed_,) = await registry.told("benefit.reversed")
    assert (reversed_.reverses, reversed_.causation_id) == (annotated.id, undone.id)
    (unplaced,) = await registry.told("pairing.unplaced")
    assert unplaced.reverses == placed.id
    changes = await registry.told("labour-status.changed")
    assert [e.data["status"] for e in changes] == ["employed", "laid_off"]
    assert changes[1].reverses == changes[0].id
    assert await registry.thing.dead() == []


async def test_an_ended_placement_leads_back_and_stays_written(registry: Any) -> None:
    worker = await registry.worker()
    await registry.certificate(worker, issued_on="2003-04-10")
    placement = new_id()
    await registry.thing.deliver(confirmed(registry, worker, placement))
    await registry.thing.deliver(
        registry.thing.heard(
            "jobs-market.placement.ended.v1",
            placement,
            {"worker_id": worker, "ended_on": "2003-08-01", "reason": "expired"},
        )
    )
    assert await status(registry, worker) == ("laid_off", "2003-08-01")
    assert await benefits(registry, worker) == [("re-employment", False)]


@pytest.mark.parametrize("order", list(permutations(("place", "apply", "pair"))))
async def test_whatever_comes_first(registry: Any, order: tuple[str, ...]) -> None:
    """Placement, certificate and pairing in any order: the same annotation, the same success."""
    worker = await registry.worker()
    for what in order:
        if what == "place":
            await registry.thing.deliver(confirmed(registry, worker, new_id()))
        elif what == "apply":
            await registry.certificate(worker, issued_on="2003-04-10")
        else:
            await registry.loaded(
                "/v1/pairings",
                [
                    {
                        "worker_id": worker,
                        "helper_office": "231102-employment-bureau",
                        "formed_on": "2003-04-01",
                    }
                ],
            )
    assert await benefits(registry, worker) == [("re-employment", False)]
    assert len(await registry.told("pairing.placed")) == 1
    assert await status(registry, worker) == ("employed", "2003-05-01")


async def test_later_events_of_a_placement_wait_for_earlier_ones(registry: Any) -> None:
    worker = await registry.worker()
    await registry.certificate(worker, issued_on="2003-04-10")
    placement = new_id()
    first = confirmed(registry, worker, placement)
    second = voided(registry, worker, placement, first)
    await registry.thing.deliver(second)
    await registry.thing.deliver(first)
    assert await status(registry, worker) == ("laid_off", "2001-03-01")
    assert await benefits(registry, worker) == [("re-employment", True)]
    assert await registry.thing.dead() == []


async def test_only_holders_are_annotated(registry: Any) -> None:
    worker = await registry.worker(category="none")
    await registry.certificate(worker)
    await registry.thing.deliver(confirmed(registry, worker, new_id()))
    assert await benefits(registry, worker) == []
    assert await status(registry, worker) == ("employed", "2003-05-01")


async def test_revoking_takes_off_what_came_after(registry: Any) -> None:
    worker = await registry.worker()
    await registry.certificate(worker, issued_on="2003-04-10")
    await registry.thing.deliver(confirmed(registry, worker, new_id(), "2003-05-01"))
    await registry.thing.deliver(confirmed(registry, worker, new_id(), "2003-09-02"))
    assert await benefits(registry, worker) == [("re-employment", False)] * 2
    await registry.correct(worker, "category", "none")
    assert await benefits(registry, worker) == [("re-employment", False), ("re-employment", True)]


async def test_entitlements_and_loans_are_written(registry: Any) -> None:
    worker = await registry.worker()
    await registry.certificate(worker, issued_on="2003-04-10")
    entitlement, loan = new_id(), new_id()
    opened = registry.thing.heard(
        "subsidy.entitlement.opened.v1",
        entitlement,
        {
            "worker_id": worker,
            "programme": "si-enterprise",
            "from": "2003-09-01",
            "to": "2004-08-31",
            "months": 12,
        },
    )
    lent = registry.thing.heard(
        "loans.loan.disbursed.v1",
        loan,
        {"worker_id": worker, "principal": "20000.00", "due_on": "2005-06-01"},
    )
    await registry.thing.deliver(opened, lent)
    page = await registry.get("/v1/benefits", worker_id=worker)
    found = {one["kind"]: one for one in page["items"]}
    assert found["small-loan"]["amount"] == "20000.00"
    assert found["social-insurance-subsidy"]["valid_to"] == "2004-08-31"
    ended = registry.thing.heard(
        "subsidy.entitlement.closed.v1",
        entitlement,
        {"worker_id": worker, "reason": "placement-ended"},
    )
    await registry.thing.deliver(ended)
    assert ("social-insurance-subsidy", False) in await benefits(registry, worker)
    undone = registry.thing.heard(
        "subsidy.entitlement.closed.v1",
        entitlement,
        {"worker_id": worker, "reason": "placement-voided"},
        reverses=opened.id,
    )
    await registry.thing.deliver(undone)
    assert ("social-insurance-subsidy", True) in await benefits(registry, worker)


async def test_a_batch_of_many_is_one_set(registry: Any) -> None:
    forms = [registry.form() for _ in range(40)]
    await registry.loaded("/v1/workers", forms)
    rows = [{"worker_id": f["id"], "applied_on": "2003-03-03"} for f in forms]
    await registry.loaded("/v1/certificates", rows)
    issues = [{"worker_id": f["id"], "issued_on": "2003-04-10"} for f in forms[:30]]
    await registry.loaded("/v1/certificates/issues", issues)
    events = [confirmed(registry, f["id"], new_id()) for f in forms]
    await registry.thing.deliver(*events)
    annotated = await registry.told("benefit.annotated")
    assert {e.causation_id for e in annotated} == {e.id for e in events[:30]}
    assert len(await registry.told("labour-status.changed")) == 40


async def test_a_poison_event_is_parked_alone(registry: Any) -> None:
    worker = await registry.worker()
    broken = registry.thing.heard(
        "jobs-market.placement.confirmed.v1", new_id(), {"worker_id": "?"}
    )
    await registry.thing.deliver(confirmed(registry, worker, new_id()), broken)
    assert await status(registry, worker) == ("employed", "2003-05-01")
    assert [row["state"] for row in await registry.thing.dead()] == ["poison"]
