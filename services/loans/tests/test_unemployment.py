"""Who is registered as unemployed may borrow without a certificate (L2), by what is told of it now."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from kit.events import Event
from kit.testing import UnderTest
from loans.borrowers import usecases as borrowers

from .conftest import Desk, registration
from .test_one_person import merged

APRIL = "2006-04-10"


@pytest.fixture
async def desk(running: Any) -> Desk:
    service: UnderTest = await running("loans", business_day=date(2006, 12, 31))
    return Desk(service, service.client("loans_officer", "finance_officer"))


def told(
    desk: Desk, worker: UUID, fact: str, on: str, spell: int = 1, *, of: Event | None = None,
    reverses: Event | None = None,
) -> Event:  # fmt: skip
    """``of``: an event of the same registration, if it is not the first of it."""
    data = {"worker_id": str(worker), "since": on, "spell": spell}
    return desk.service.heard(
        f"registry.unemployment.{fact}.v1", of.entity_id if of else uuid4(),
        {"worker_id": str(worker)} if fact == "voided" else data,
        valid_from=date.fromisoformat(on), reverses=reverses.id if reverses else None,
    )  # fmt: skip


async def worker_known(desk: Desk, status: str = "laid_off") -> UUID:
    worker = uuid4()
    await desk.service.deliver(registration(desk.service, worker, status=status))
    return worker


async def review(desk: Desk, worker: UUID, on: str = APRIL) -> dict[str, Any]:
    """A loan is asked for, recommended and reviewed on that day; the decision. It is declined after."""
    loan = (await desk.apply(worker, applied_on=on)).json()["id"]
    steps = (
        ("recommendations", {"recommended_on": on, "community": "西兴社区"}),
        ("labour-reviews", {"reviewed_on": on}),
    )
    for path, body in steps:
        assert (await desk.post(f"/v1/loans/{loan}/{path}", body)).status_code == 201
    decision: dict[str, Any] = (await desk.client.get(f"/v1/loans/{loan}/decision")).json()
    assert decision["rederives"]
    if decision["granted"]:
        no = {"declined_on": on, "reason": "撤回"}
        assert (await desk.post(f"/v1/loans/{loan}/refusals", no)).status_code == 201
    return decision


async def test_who_registers_later_may_borrow_from_that_day_on(desk: Desk) -> None:
    worker = await worker_known(desk)
    assert not (await review(desk, worker))["granted"]
    event = told(desk, worker, "registered", "2006-04-01")
    await desk.service.deliver(event)
    assert not (await review(desk, worker, "2006-03-31"))["granted"]
    decision = await review(desk, worker)
    assert decision["granted"]
    assert str(event.id) in decision["record"]["events"].values()


async def test_who_found_work_may_not_and_who_lost_it_may_again(desk: Desk) -> None:
    worker = await worker_known(desk, "unemployed")
    assert (await review(desk, worker))["granted"], "as registered, while nothing else is told"
    began = told(desk, worker, "registered", "2006-03-01")
    job = told(desk, worker, "employed", "2006-04-05", of=began)
    await desk.service.deliver(began, job)
    assert (await review(desk, worker, "2006-04-04"))["granted"]
    refused = await review(desk, worker)
    assert not refused["granted"]
    assert any("certificate" in line for line in refused["explained_en"])
    await desk.service.deliver(told(desk, worker, "resumed", "2006-06-01", 2, of=began))
    assert not (await review(desk, worker, "2006-05-31"))["granted"]
    assert (await review(desk, worker, "2006-06-01"))["granted"]


async def test_what_is_taken_back_never_was(desk: Desk) -> None:
    worker = await worker_known(desk, "unemployed")
    began = told(desk, worker, "registered", "2006-03-01")
    job = told(desk, worker, "employed", "2006-04-05", of=began)
    await desk.service.deliver(began, job)
    assert not (await review(desk, worker))["granted"]
    again = told(desk, worker, "resumed", "2006-03-01", of=began, reverses=job)
    await desk.service.deliver(again)
    assert (await review(desk, worker))["granted"], "there was no job"
    voided = told(desk, worker, "voided", "2006-03-01", of=began, reverses=again)
    await desk.service.deliver(voided)
    assert not (await review(desk, worker))["granted"], "there was no registration"


async def test_a_registration_counts_under_every_record_of_the_person(desk: Desk) -> None:
    one, other = await worker_known(desk), await worker_known(desk)
    await desk.service.deliver(told(desk, other, "registered", "2006-03-01"))
    assert not (await review(desk, one))["granted"]
    await desk.service.deliver(merged(desk.service, other, one))
    assert (await review(desk, one))["granted"]


async def test_any_order_and_twice_come_to_the_same(desk: Desk) -> None:
    """Events of two registrations of one person, each as often as it likes."""
    (consumer,) = desk.service.runtime.consumers
    days = [date(2006, 3, 1), date(2006, 4, 5), date(2006, 5, 31), date(2006, 6, 1)]
    for order in permutations(range(4)):
        worker = await worker_known(desk, "unemployed")
        began = told(desk, worker, "registered", "2006-03-01")
        events = [
            began,
            told(desk, worker, "employed", "2006-04-05", of=began),
            told(desk, worker, "resumed", "2006-06-01", 2, of=began),
            told(desk, worker, "cancelled", "2006-09-01"),
        ]
        async with desk.service.db.transaction() as tx:
            for n, at in enumerate(order):
                batch = [events[at], *(events[one] for one in order[: n + 1])]
                handler = consumer.subscription.handlers[events[at].type]
                await handler(desk.service.runtime, tx, batch)
        async with desk.service.db.looking() as tx:
            known = await borrowers.known(tx, [(worker, day) for day in days])
        assert [one and one.borrower.registered_unemployed for one in known] == [
            True, False, False, True,
        ]  # fmt: skip
