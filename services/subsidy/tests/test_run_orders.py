"""However a run is cut into chunks, and in whatever order its facts came, it is the same run."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kit.events import Event
from kit.testing import UnderTest

from .conftest import Desk
from .payroll import Payroll


def people(payroll: Payroll) -> list[Event]:
    """Four people, one of them without a certificate, one of them with a second record; and the events
    that tell it, which are not told yet."""
    world = payroll.world
    for certificate in (True, True, False, True):
        payroll.person(certificate=certificate, months=("2003-08", "2003-09"))
    payroll.person()
    both = {"survivor_id": str(world["p0"]), "merged_id": str(world["p4"])}
    world.say("registry.worker.merged", "p4", date(2003, 9, 1), **both)
    return list(world.events)


async def enrol(payroll: Payroll) -> None:
    """All of them, each under an id that follows from the name."""
    for n in range(5):
        id = str(payroll.world[f"enrolment {n}"])
        made = await payroll.officer.post("/v1/enrolments", payroll.enrolment(f"p{n}", id=id))
        assert made.status_code == 201, made.text


@pytest.mark.parametrize("shortage", ["refuse-all", "pro-rata"])
async def test_any_chunking_freezes_the_same(desk: Desk, shortage: str) -> None:
    payroll = await Payroll.opened(desk, "10000.00" if shortage == "refuse-all" else "3.00")
    people(payroll)
    await payroll.world.tell()
    await enrol(payroll)
    hashes = set()
    for chunk in (1, 2, 3, 4, 5_000):
        run = await payroll.frozen(chunk, shortage=shortage)
        # Whoever is on the roll under two records is granted the month once.
        assert (run["totals"]["granted"], run["totals"]["refused"]) == (3, 2)
        hashes.add(run["content_hash"])
        await payroll.done(run, "cancellations", on="2003-10-31")
    assert len(hashes) == 1
    other = await payroll.frozen(shortage=shortage, month="2003-08")
    assert other["content_hash"] not in hashes


async def test_any_order_of_the_same_events_freezes_the_same(running: Callable[..., Any]) -> None:
    names: dict[str, Any] = {}
    told: list[Event] = []
    outcomes: list[tuple[Any, ...]] = []
    for seed in (None, 1, 2, 3):
        service: UnderTest = await running("subsidy")
        desk = Desk(service, service.client("finance_officer"))
        payroll = await Payroll.opened(desk, names=names)
        if told:
            payroll.world.events = list(told)
        else:
            told = people(payroll)
        await payroll.world.tell(seed=seed)
        await enrol(payroll)
        run = await payroll.frozen(random.Random(seed).randint(1, 5))
        outcomes.append(
            (run["content_hash"], run["totals"], await payroll.months(), await payroll.money())
        )
    assert outcomes[0][1]["granted"] == 3
    assert all(one == outcomes[0] for one in outcomes)
