"""A report of a loss and an inspection that were wrong: taken back by another person, by name; then all
stands as if they had never been made."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registry.inspections import usecases as inspections

from .conftest import DISTRICT, settled
from .conftest import OFFICE as BUREAU
from .test_certificate_facts import a_holder, take_back, tell, told
from .test_certificate_procedure import act
from .test_inspections import LATE, holder, inspect

WRONG = {"reason": "原证在家中找到"}
CHANGING = {"version", "allowed_actions"}


async def lost(registry: Any, id: str, on: str = "2003-06-02") -> str:
    """Reported at the window; answers the report's path."""
    await act(registry, id, "losses", {"on": on})
    page = await registry.get("/v1/certificate-losses", certificate_id=id)
    return f"losses/{page['items'][-1]['id']}/reversals"


async def case(registry: Any, id: str) -> dict[str, Any]:
    shown = await registry.get(f"/v1/certificates/{id}")
    return {name: value for name, value in shown.items() if name not in CHANGING}


async def test_what_was_never_lost_stands_with_its_number(registry: Any) -> None:
    worker, _, id = await a_holder(registry)
    before = await case(registry, id)
    path = await lost(registry, id)
    mine = await act(registry, id, path, WRONG, 409)
    assert mine["code"] == "maker-is-checker"
    theirs = (await registry.checker.get(f"/v1/certificates/{id}")).json()
    assert theirs["allowed_actions"] == ["reissue", "find"]
    await act(registry, id, path, WRONG, by=registry.checker)
    assert await case(registry, id) == before
    report, found = (await told(registry, id))[-2:]
    assert [e.type.split(".")[2] for e in (report, found)] == ["lost", "found"]
    assert (found.reverses, found.valid_from) == (report.id, report.valid_from)
    (entry,) = (await registry.get("/v1/certificate-losses", number=before["number"]))["items"]
    assert (entry["reversed"], entry["replaced_by"]) == (True, None)
    for on in ("2003-05-01", "2003-06-02", "2003-10-31"):
        record = await registry.get(f"/v1/workers/{worker}/record", on=on)
        assert [one["state"] for one in record["certificates"]] == ["issued"]
    last = (await registry.get(f"/v1/certificates/{id}/transitions"))["items"][-1]
    assert (last["actor"], last["statement"]) == ("checker", WRONG["reason"])
    # Twice: nothing stands that could be taken back.
    again = await act(registry, id, path, WRONG, 409, by=registry.checker)
    assert again["code"] == "unknown-loss"


async def test_it_may_be_lost_again_and_a_replaced_number_stays_void(registry: Any) -> None:
    _, _, id = await a_holder(registry)
    first = await lost(registry, id)
    await act(registry, id, first, WRONG, by=registry.checker)
    second = await lost(registry, id, "2003-07-01")
    old = await act(registry, id, first, WRONG, 409, by=registry.checker)
    assert old["code"] == "unknown-loss"
    await act(registry, id, "reissues", {"on": "2003-07-20"}, by=registry.checker)
    late = await act(registry, id, second, WRONG, 409, by=registry.checker)
    assert late["code"] == "unknown-loss"
    page = await registry.get("/v1/certificate-losses", certificate_id=id)
    assert [one["reversed"] for one in page["items"]] == [True, False]


async def test_a_loss_is_taken_back_under_a_fact_that_lies_over_it(registry: Any) -> None:
    """Out of order: the fact was told between the report and its end."""
    _, number, id = await a_holder(registry)
    before = await case(registry, id)
    path = await lost(registry, id)
    fact = await tell(registry, number, "imprisoned", "2003-07-01")
    assert (await case(registry, id))["state"] == "revoked"
    await act(registry, id, path, WRONG, by=registry.checker)
    under = await case(registry, id)
    assert (under["state"], under["held_state"]) == ("revoked", "issued")
    await take_back(registry, fact)
    assert await case(registry, id) == before


async def test_of_another_certificate_nothing_is_taken_back(registry: Any) -> None:
    _, _, one = await a_holder(registry)
    _, _, other = await a_holder(registry, born="19610504")
    path = await lost(registry, one)
    await lost(registry, other)
    refused = await act(registry, other, path, WRONG, 409, by=registry.checker)
    assert refused["code"] == "unknown-loss"
    assert (await case(registry, other))["state"] == "lost"


# --- inspections, on 1 February 2007: the window of 2006 is closed, late ones are taken


async def back(registry: Any, id: str, status: int = 201, by: Any = None) -> dict[str, Any]:
    """The last inspection is taken back, by the second person unless another one is named."""
    page = await registry.get(f"/v1/certificates/{id}/inspections")
    path = f"inspections/{page['items'][-1]['id']}/reversals"
    return await act(registry, id, path, {"reason": "误录他证"}, status, by=by or registry.checker)


async def inspected(registry: Any, id: str) -> list[tuple[int, bool, bool]]:
    page = await registry.get(f"/v1/certificates/{id}/inspections")
    return [(one["year"], one["late"], one["reversed"]) for one in page["items"]]


@pytest.mark.parametrize("job_first", [True, False])
async def test_without_its_inspection_it_is_suspended_like_one_that_missed_it(
    registry_2007: Any, job_first: bool
) -> None:
    """Whether the calendar's job looked before or after."""
    registry = registry_2007
    wrong, missed = [await holder(registry, born=f"196{n}0504") for n in (5, 6)]
    await inspect(registry, wrong, "2006-10-01")
    mine = await back(registry, wrong, 409, by=registry.http)
    assert mine["code"] == "maker-is-checker"
    if job_first:
        await inspections.suspend_uninspected(registry.thing.runtime)
    await back(registry, wrong)
    if not job_first:
        await inspections.suspend_uninspected(registry.thing.runtime)
    states = [await case(registry, id) for id in (wrong, missed)]
    standing = [(one["state"], one["state_on"]) for one in states]
    assert standing == [("suspended", "2007-01-01")] * 2
    (seen,) = await registry.told("certificate.inspected")
    (undone,) = await registry.told("certificate.inspection-reversed")
    assert (undone.reverses, undone.data["year"]) == (seen.id, 2006)
    suspended = await registry.told("certificate.suspended")
    assert {str(one.valid_from) for one in suspended} == {"2007-01-01"}
    assert len(suspended) == 2
    # Twice: no other one stands. The right one is taken late, and counts.
    again = await back(registry, wrong, 409)
    assert again["code"] == "unknown-inspection"
    await inspect(registry, wrong, "2007-01-20", papers=LATE)
    assert (await case(registry, wrong))["state"] == "issued"
    assert await inspected(registry, wrong) == [(2006, False, True), (2006, True, False)]
    twice = await inspect(registry, wrong, "2007-01-21", status=409)
    assert twice["code"] == "already-inspected"


async def test_a_late_inspection_gives_nothing_back_once_it_is_taken_back(
    registry_2007: Any,
) -> None:
    registry = registry_2007
    id = await holder(registry)
    await inspections.suspend_uninspected(registry.thing.runtime)
    before = await case(registry, id)
    await inspect(registry, id, "2007-01-15", papers=LATE)
    await back(registry, id)
    assert await case(registry, id) == before
    (reinstated,) = await registry.told("certificate.reinstated")
    (undone,) = await registry.told("certificate.inspection-reversed")
    assert undone.reverses == reinstated.id
    assert len(await registry.told("certificate.suspended")) == 2


async def test_while_the_window_is_open_it_is_inspected_again(running: Any) -> None:
    """Nothing is missed yet: it stays in force, and the right inspection is made in time."""
    registry = await settled(await running("registry", business_day=date(2006, 11, 1)))
    id = await holder(registry)
    before = await case(registry, id)
    await inspect(registry, id, "2006-10-01")
    await back(registry, id)
    assert await case(registry, id) == before
    assert await registry.told("certificate.suspended") == []
    await inspect(registry, id, "2006-10-20")
    assert await inspected(registry, id) == [(2006, False, True), (2006, False, False)]


async def test_an_inspection_is_taken_back_under_a_fact(registry_2007: Any) -> None:
    """Out of order: when the fact is reversed, the certificate is suspended and not in force."""
    registry = registry_2007
    number = registry.id_number("19650504")
    id = await holder(registry, id_number=number)
    await inspect(registry, id, "2006-10-01")
    fact = await tell(registry, number, "imprisoned", "2006-12-01")
    await back(registry, id)
    under = await case(registry, id)
    assert (under["state"], under["held_state"]) == ("revoked", "suspended")
    assert await registry.told("certificate.suspended") == []
    await take_back(registry, fact)
    assert (await case(registry, id))["state"] == "suspended"
    (restored,) = await registry.told("certificate.restored")
    assert restored.data["state"] == "suspended"
    since = date.fromisoformat(restored.data["state_since"])
    assert restored.valid_from < date(2006, 12, 1) < since <= date(2007, 1, 31)


async def test_only_the_office_whose_task_it_is_takes_one_back(registry_2007: Any) -> None:
    registry = registry_2007
    id = await holder(registry)
    await inspect(registry, id, "2006-10-01")
    district = registry.thing.client("loader", area=DISTRICT, office=BUREAU, subject="district")
    refused = await back(registry, id, 403, by=district)
    assert refused["code"] == "not-issuing-office"
