"""What was found of a benefit that an authority wrote is ordered back as long as it is so: after a death
or a retirement that was told, and twice for a month of people who are one (4.6; 5.3 no. 1, 4 and 6). No
certificate hangs on it.

Business day: 2003-10-31.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kit.ids import new_id

from .test_benefits_api import act, benefit, overlaps, write
from .test_certificate_facts import take_back, tell
from .test_merged_benefits import merge, unmerge

JULY_TO_OCTOBER = {"valid_from": "2003-07-01", "valid_to": "2003-10-31", "amount": "400.00"}


async def paid(registry: Any, **fields: Any) -> tuple[str, str, str]:
    """Worker without a certificate, ID number, a living allowance of four months."""
    form = registry.form()
    await registry.post("/v1/workers", form)
    one = await write(registry, benefit(form["id"], **{**JULY_TO_OCTOBER, **fields}))
    return form["id"], form["id_number"], one["id"]


async def orders(registry: Any, id: str) -> list[tuple[str, str, str | None]]:
    """What was ordered and lifted: what, from when, how much."""
    answer = await registry.get(f"/v1/benefits/{id}/acts")
    return [(one["act"], one["on"], one["amount"]) for one in answer["items"]]


async def owed(registry: Any, id: str) -> str:
    return str((await registry.get(f"/v1/benefits/{id}/acts"))["owed"])


FROM_SEPTEMBER = ("recovery-ordered", "2003-09-01", "200.00")


async def test_an_allowance_drawn_after_a_death_is_ordered_back_until_the_death_is_not(
    registry: Any,
) -> None:
    worker, number, id = await paid(registry)
    fact = await tell(registry, number, "deceased", "2003-08-15")
    months = ["2003-09", "2003-10"]
    assert await overlaps(registry) == [("after-life-fact", id, None, months)]
    assert await orders(registry, id) == [FROM_SEPTEMBER]
    assert await owed(registry, id) == "200.00"
    (order,) = await registry.told("benefit.recovery-ordered")
    (known,) = await registry.told("life-fact.recorded")
    assert (str(order.entity_id), order.causation_id) == (id, known.id)
    assert order.data["worker_id"] == worker
    await take_back(registry, fact)
    assert await overlaps(registry) == []
    assert await owed(registry, id) == "0.00"
    (lifted,) = await registry.told("benefit.recovery-lifted")
    assert lifted.reverses == order.id


@pytest.mark.parametrize("by", ["authority", "office"])
async def test_an_allowance_drawn_after_a_retirement_that_was_told_is_ordered_back_too(
    registry: Any, by: str
) -> None:
    """By its authority, or declared at a window and confirmed there; it falls with what told of it."""
    worker, number, id = await paid(registry)
    if by == "authority":
        fact = await tell(registry, number, "retired", "2003-08-15")
    else:
        said = await registry.declare(worker, "retired", "2003-08-15")
    months = ["2003-09", "2003-10"]
    assert await overlaps(registry) == [("after-life-fact", id, None, months)]
    assert await orders(registry, id) == [FROM_SEPTEMBER]
    if by == "authority":
        await take_back(registry, fact, "retired")
    else:
        path = f"/v1/workers/{worker}/labour-status/declarations/{said}/confirmations/reversals"
        await registry.post(path, {"reason": "录入有误"}, by=registry.street)
    assert await overlaps(registry) == []
    assert await owed(registry, id) == "0.00"


async def test_the_age_of_retirement_alone_is_listed_until_a_retirement_is_told(
    registry: Any,
) -> None:
    """She turned 50 in June and is no cadre after all. What a retirement leaves before its day stays on
    the list; once it is told from the day of the age on, all is ordered back."""
    cadre = {
        "cadre": True, "cadre_proof_reference": "干任字1985-12", "cadre_proof_on": "1985-03-01"
    }  # fmt: skip
    form = registry.form(born="19530610", **cadre)
    await registry.post("/v1/workers", form)
    id = (await write(registry, benefit(form["id"], **JULY_TO_OCTOBER)))["id"]
    await registry.correct(form["id"], "cadre", None)
    july, august, rest = "2003-07", "2003-08", ["2003-09", "2003-10"]
    by_age = [("after-retirement-age", id, None, [july, august, *rest])]
    assert await overlaps(registry) == by_age
    assert await orders(registry, id) == []
    fact = await tell(registry, form["id_number"], "retired", "2003-08-15")
    assert sorted(await overlaps(registry)) == [
        ("after-life-fact", id, None, rest), ("after-retirement-age", id, None, [july, august]),
    ]  # fmt: skip
    assert await orders(registry, id) == [FROM_SEPTEMBER]
    await take_back(registry, fact, "retired")
    assert await overlaps(registry) == by_age
    assert await owed(registry, id) == "0.00"
    await tell(registry, form["id_number"], "retired", "2003-06-10")
    assert [one[0] for one in await overlaps(registry)] == ["after-life-fact"]
    assert (await orders(registry, id))[-1] == ("recovery-ordered", "2003-07-01", "400.00")


async def test_the_order_follows_the_day_of_the_death(registry: Any) -> None:
    """Told for another day, the first order is taken back by name, and there is another one."""
    _, number, id = await paid(registry)
    fact = await tell(registry, number, "deceased", "2003-08-15")
    await take_back(registry, fact)
    await tell(registry, number, "deceased", "2003-10-01")
    assert await orders(registry, id) == [
        FROM_SEPTEMBER, ("recovery-lifted", "2003-09-01", None),
        ("recovery-ordered", "2003-10-01", "100.00"),
    ]  # fmt: skip
    await tell(registry, number, "emigrated", "2003-09-01")
    assert await owed(registry, id) == "200.00"


async def test_what_has_come_back_stays_back_as_long_as_it_was_due(registry: Any) -> None:
    """Its months are free, nothing is found any more, and the order stands all the same."""
    _, number, id = await paid(registry)
    fact = await tell(registry, number, "deceased", "2003-08-15")
    back = {"on": "2003-10-20", "amount": "200.00", "document": "缴款书 7"}
    await act(registry, id, "recoveries", back, by=registry.checker)
    assert await overlaps(registry) == []
    assert (await registry.get(f"/v1/benefits/{id}"))["months"] == ["2003-07", "2003-08"]
    await tell(registry, number, "dibao", "2003-06-01")
    assert [one[0] for one in await orders(registry, id)] == ["recovery-ordered", "recovered"]
    await take_back(registry, fact)
    assert [one[0] for one in await orders(registry, id)] == [
        "recovery-ordered", "recovered", "recovery-lifted",
    ]  # fmt: skip
    assert len((await registry.get(f"/v1/benefits/{id}"))["months"]) == 4


async def test_what_somebody_ordered_back_is_not_ordered_twice(registry: Any) -> None:
    _, number, id = await paid(registry)
    by_hand = {"on": "2003-10-01", "amount": "100.00", "reason": "多发"}
    await act(registry, id, "recovery-orders", by_hand)
    fact = await tell(registry, number, "deceased", "2003-08-15")
    await take_back(registry, fact)
    assert await orders(registry, id) == [("recovery-ordered", "2003-10-01", "100.00")]


async def test_twice_for_a_month_of_one_person_comes_back_once_until_they_are_two(
    registry: Any,
) -> None:
    """The later of both is ordered back; where the merge was wrong, the order falls with it."""
    one, _, first = await paid(registry)
    two, _, second = await paid(registry, valid_from="2003-09-01")
    link = await merge(registry, one, two)
    assert await overlaps(registry) == [("merge", second, first, ["2003-09", "2003-10"])]
    assert await orders(registry, first) == []
    assert await orders(registry, second) == [("recovery-ordered", "2003-09-01", "400.00")]
    await unmerge(registry, link, one, two)
    assert await overlaps(registry) == []
    assert await owed(registry, second) == "0.00"
    (order,) = await registry.told("benefit.recovery-ordered")
    (lifted,) = await registry.told("benefit.recovery-lifted")
    assert lifted.reverses == order.id


async def test_what_another_service_granted_it_takes_back_itself(registry: Any) -> None:
    """An entitlement past a death is found; its service hears of the death and recovers."""
    form = registry.form()
    await registry.post("/v1/workers", form)
    await registry.thing.deliver(
        registry.thing.heard(
            "subsidy.entitlement.opened.v1", new_id(),
            {"worker_id": form["id"], "programme": "training-subsidy", "from": "2003-09-01",
             "to": "2003-09-30", "months": 1},
            valid_from=date(2003, 9, 1),
        )
    )  # fmt: skip
    await tell(registry, form["id_number"], "deceased", "2003-08-15")
    assert [one[0] for one in await overlaps(registry)] == ["after-life-fact"]
    assert await registry.told("benefit.recovery-ordered") == []
