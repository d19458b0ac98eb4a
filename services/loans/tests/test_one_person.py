"""Two records that are one person: one live loan, one certificate; what was lent twice is found."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from kit.events import Event
from kit.testing import UnderTest
from loans.borrowers import usecases as borrowers

from .conftest import Desk, certificate, registration


def merged(service: UnderTest, record: UUID, survivor: UUID) -> Event:
    return service.heard(
        "registry.worker.merged.v1", record,
        {"survivor_id": str(survivor), "merged_id": str(record)},
    )  # fmt: skip


def unmerged(service: UnderTest, merge: Event) -> Event:
    return service.heard(
        "registry.worker.unmerged.v1", merge.entity_id, merge.data, reverses=merge.id
    )


async def findings(desk: Desk, **params: Any) -> list[dict[str, Any]]:
    answer = await desk.client.get("/v1/findings", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_a_second_loan_under_the_other_record_is_refused(desk: Desk) -> None:
    one, two = await desk.borrower(), await desk.borrower()
    assert (await desk.apply(one)).status_code == 201
    merge = merged(desk.service, two, one)
    await desk.service.deliver(merge)
    refused = await desk.apply(two)
    assert (refused.status_code, refused.json()["code"]) == (409, "another-live-loan")
    await desk.service.deliver(unmerged(desk.service, merge))
    assert (await desk.apply(two)).status_code == 201
    assert await findings(desk) == []


@pytest.mark.parametrize("survivor", [0, 1])
async def test_what_was_lent_twice_is_found_and_stays_lent(desk: Desk, survivor: int) -> None:
    """The later loan is the one in question, whichever record a clerk keeps."""
    people = [await desk.borrower(), await desk.borrower()]
    later = (await desk.apply(people[0], applied_on="2003-06-09")).json()["id"]
    first = (await desk.apply(people[1], applied_on="2003-06-02")).json()["id"]
    merge = merged(desk.service, people[1 - survivor], people[survivor])
    await desk.service.deliver(merge)
    (found,) = await findings(desk)
    assert (found["subject_id"], found["other_id"], found["code"]) == (
        later, first, "another-live-loan",
    )  # fmt: skip
    assert found["clause"].startswith("银发[2002]394号")
    assert (found["found_by"], found["cleared_at"]) == (str(merge.id), None)
    for loan in (first, later):
        assert (await desk.client.get(f"/v1/loans/{loan}")).json()["state"] == "applied"
    foreign = desk.service.client("auditor", area="231121000000")
    assert (await foreign.get("/v1/findings")).json()["items"] == []
    undone = unmerged(desk.service, merge)
    await desk.service.deliver(undone)
    assert await findings(desk, standing=True) == []
    (cleared,) = await findings(desk, standing=False)
    assert (cleared["id"], cleared["cleared_by"]) == (found["id"], str(undone.id))


async def test_a_loan_that_came_to_nothing_is_no_second_loan(desk: Desk) -> None:
    one, two = await desk.borrower(), await desk.borrower()
    loans = [(await desk.apply(worker)).json()["id"] for worker in (one, two)]
    await desk.service.deliver(merged(desk.service, two, one))
    assert len(await findings(desk, standing=True)) == 1
    no = {"declined_on": "2003-06-16", "reason": "重复申请"}
    assert (await desk.post(f"/v1/loans/{loans[1]}/refusals", no)).status_code == 201
    assert await findings(desk, standing=True) == []


async def test_a_loan_after_the_first_was_repaid_is_no_second_loan(desk: Desk) -> None:
    await desk.fund("50000.00")
    one, two = await desk.borrower(), await desk.borrower()
    loan = await desk.reviewed(one)
    await desk.commit(loan)
    await desk.disburse(loan)
    await desk.repay(loan, "10000.00")  # on 2003-09-20
    await desk.apply(two, applied_on="2003-09-20")
    merge = merged(desk.service, two, one)
    await desk.service.deliver(merge)
    assert await findings(desk) == []


async def test_two_records_of_one_person_in_one_file_are_one_borrower(desk: Desk) -> None:
    one, two = await desk.borrower(), await desk.borrower()
    await desk.service.deliver(merged(desk.service, two, one))
    rows = [
        {"worker_id": str(worker), "principal": "10000.00", "term_months": 24,
         "applied_on": "2003-06-02", **desk.place}
        for worker in (one, two)
    ]  # fmt: skip
    answer = await desk.lines("/v1/loans/imports", rows, mode="good")
    errors = answer.json()["errors"]
    assert [(error["line"], error["code"]) for error in errors] == [(2, "another-live-loan")]


async def test_an_application_waits_for_one_under_the_other_record(desk: Desk) -> None:
    one, two = await desk.borrower(), await desk.borrower()
    await desk.service.deliver(merged(desk.service, two, one))
    async with desk.service.db.transaction() as tx:
        await borrowers.hold(tx, [one, two])  # as an application under the first record does
        waiting = asyncio.create_task(desk.apply(two))
        done, _ = await asyncio.wait([waiting], timeout=0.5)
        assert not done
    assert (await waiting).status_code == 201
    assert (await desk.apply(one)).status_code == 409


async def test_the_certificate_of_the_other_record_is_the_persons(loans: UnderTest) -> None:
    one, two, day = uuid4(), uuid4(), date(2003, 6, 10)
    events = [registration(loans, one), registration(loans, two), certificate(loans, one)]
    merge = merged(loans, two, one)

    async def valid() -> list[bool]:
        async with loans.db.looking() as tx:
            found = await borrowers.known(tx, [(one, day), (two, day)])
        return [known is not None and known.borrower.certificate_valid for known in found]

    await loans.deliver(*events)
    assert await valid() == [True, False]
    await loans.deliver(merge)
    assert await valid() == [True, True]
    await loans.deliver(unmerged(loans, merge))
    assert await valid() == [True, False]


async def test_a_merge_may_be_heard_before_the_loans_and_the_other_record(desk: Desk) -> None:
    """Then the second loan is refused at the window; nothing is left to be found."""
    one, two = uuid4(), uuid4()
    told = [registration(desk.service, two), merged(desk.service, two, one)]
    await desk.service.deliver(*told, *told)
    await desk.service.deliver(registration(desk.service, one), certificate(desk.service, one))
    assert (await desk.apply(two)).status_code == 201
    assert (await desk.apply(one)).json()["code"] == "another-live-loan"
    assert await findings(desk) == []
    assert await desk.service.dead() == []
