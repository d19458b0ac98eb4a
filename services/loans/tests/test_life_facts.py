"""Who died, left or was born on another day: what is open stops, what is owed is claimed elsewhere (E8)."""

from __future__ import annotations

import asyncio
from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from kit.events import Event
from kit.testing import UnderTest
from loans.borrowers import usecases as borrowers
from loans.borrowers.domain import UNABLE

from .conftest import Desk, certificate, registration
from .test_one_person import findings, merged

FACT = "registry.life-fact"


def recorded(
    service: UnderTest, worker: UUID, kind: str = "deceased", on: str = "2003-07-01", **more: Any
) -> Event:
    data = {
        "worker_id": str(worker), "kind": kind, "on": on, "until": None, "authority": "police",
        **more,
    }  # fmt: skip
    return service.heard(f"{FACT}.recorded.v1", uuid4(), data, valid_from=date.fromisoformat(on))


def ended(service: UnderTest, fact: Event, until: str) -> Event:
    return service.heard(f"{FACT}.ended.v1", fact.entity_id, {**fact.data, "until": until})


def reversed_(service: UnderTest, fact: Event, what: str = "fact") -> Event:
    data = {key: value for key, value in fact.data.items() if key != "until"}
    return service.heard(
        f"{FACT}.reversed.v1", fact.entity_id, {**data, "what": what}, reverses=fact.id
    )


async def standing(desk: Desk) -> list[tuple[str, str]]:
    return [(one["subject_id"], one["code"]) for one in await findings(desk, standing=True)]


async def paid_out(desk: Desk, worker: UUID) -> str:
    await desk.fund("50000.00")
    loan = await desk.reviewed(worker)
    await desk.commit(loan)
    answer = await desk.disburse(loan)
    assert answer.status_code == 201, answer.text
    return loan


@pytest.mark.parametrize("kind", ["deceased", "imprisoned", "incapacitated"])
async def test_an_open_application_stops_and_can_only_be_declined(desk: Desk, kind: str) -> None:
    worker = await desk.borrower()
    await desk.fund("50000.00")
    loan = await desk.reviewed(worker)
    fact = recorded(desk.service, worker, kind, on="2003-06-12")
    await desk.service.deliver(fact)
    assert await standing(desk) == [(loan, "borrower-unable")]
    refused = await desk.commit(loan)
    assert (refused.status_code, refused.json()["code"]) == (409, "borrower-unable")
    assert "2003-06-12" in refused.json()["detail"]
    shown = (await desk.client.get(f"/v1/loans/{loan}")).json()
    assert shown["actions"] == ["refusals"]
    no = {"declined_on": "2003-06-16", "reason": "E8"}
    assert (await desk.post(f"/v1/loans/{loan}/refusals", no)).status_code == 201
    assert await standing(desk) == []


async def test_every_step_forward_is_refused_from_the_day_of_the_fact_on(desk: Desk) -> None:
    worker = await desk.borrower()
    await desk.service.deliver(recorded(desk.service, worker, "enlisted", on="2003-06-05"))
    late = await desk.apply(worker, applied_on="2003-06-05")
    assert late.json()["code"] == "borrower-unable"
    loan = (await desk.apply(worker, applied_on="2003-06-02")).json()["id"]
    assert await standing(desk) == [(loan, "borrower-unable")]
    for path, body in (
        ("recommendations", {"recommended_on": "2003-06-05", "community": "西兴社区"}),
        ("labour-reviews", {"reviewed_on": "2003-06-10"}),
    ):
        answer = await desk.post(f"/v1/loans/{loan}/{path}", body)
        assert answer.json()["code"] == "borrower-unable"
    before = {"recommended_on": "2003-06-04", "community": "西兴社区"}
    assert (await desk.post(f"/v1/loans/{loan}/recommendations", before)).status_code == 201


async def test_who_was_released_may_go_on(desk: Desk) -> None:
    worker = await desk.borrower()
    await desk.fund("50000.00")
    loan = await desk.reviewed(worker)
    fact = recorded(desk.service, worker, "imprisoned", on="2003-06-11")
    await desk.service.deliver(fact, ended(desk.service, fact, "2003-06-16"))
    assert await standing(desk) == []
    assert (await desk.commit(loan)).status_code == 201


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("deceased", ["claim-on-guarantee"]), ("retired", ["claim-on-guarantee"]),
        ("emigrated", ["claim-on-guarantee"]), ("incapacitated", []), ("dibao", []),
    ],
)  # fmt: skip
async def test_what_is_owed_is_for_the_guarantor_until_it_is_repaid(
    desk: Desk, kind: str, found: list[str]
) -> None:
    worker = await desk.borrower()
    loan = await paid_out(desk, worker)
    fact = recorded(desk.service, worker, kind)
    await desk.service.deliver(fact)
    assert await standing(desk) == [(loan, code) for code in found]
    assert {one["other_id"] for one in await findings(desk)} <= {str(fact.entity_id)}
    await desk.repay(loan, "4000.00")
    assert len(await standing(desk)) == len(found)
    assert (await desk.repay(loan, "6000.00")).status_code == 201
    assert await standing(desk) == []


async def test_the_same_facts_in_any_order_and_twice_leave_the_same_findings(desk: Desk) -> None:
    """The fact and its reversal stay in their order; between them come merge and second fact."""
    worker = await desk.borrower()
    loan = await paid_out(desk, worker)
    other = uuid4()
    seen = set()
    for order in permutations(range(3)):
        wrong = recorded(desk.service, worker, "deceased")
        undone = reversed_(desk.service, wrong)
        away = recorded(desk.service, other, "emigrated", on="2003-08-01")
        merge = merged(desk.service, other, worker)
        told = [wrong, [undone, away, merge][order[0]], [undone, away, merge][order[1]]]
        told.append([undone, away, merge][order[2]])
        for event in told:
            await desk.service.deliver(event)
        await desk.service.deliver(*told)
        seen.add(tuple(await standing(desk)))
        (found,) = await findings(desk, standing=True)
        assert found["other_id"] == str(away.entity_id)
        await desk.service.deliver(reversed_(desk.service, away))
        assert await standing(desk) == []
        split = desk.service.heard(
            "registry.worker.unmerged.v1", other, merge.data, reverses=merge.id
        )
        await desk.service.deliver(split)
    assert seen == {((loan, "claim-on-guarantee"),)}
    assert await desk.service.dead() == []


async def test_a_fact_that_was_of_somebody_else_is_taken_from_the_loan(desk: Desk) -> None:
    """One fact, told of another record since: an ID number was corrected."""
    worker, other = await desk.borrower(), await desk.borrower()
    await paid_out(desk, worker)
    fact = recorded(desk.service, worker)
    again = desk.service.heard(
        f"{FACT}.recorded.v1", fact.entity_id, {**fact.data, "worker_id": str(other)}, sequence=3
    )
    undone = reversed_(desk.service, fact)
    undone = desk.service.heard(
        f"{FACT}.reversed.v1", fact.entity_id, undone.data, reverses=fact.id, sequence=2
    )
    await desk.service.deliver(fact)
    assert len(await standing(desk)) == 1
    await desk.service.deliver(undone, again)
    assert await standing(desk) == []
    assert (await desk.apply(other, applied_on="2003-07-02")).json()["code"] == "borrower-unable"


async def test_a_fact_waits_for_a_step_of_the_same_person_that_is_under_way(desk: Desk) -> None:
    """Else neither would see the other: a loan would be paid out and have no finding."""
    worker = await desk.borrower()
    async with desk.service.db.transaction() as tx:
        await borrowers.hold(tx, [worker])  # as every step does
        waiting = asyncio.create_task(desk.service.deliver(recorded(desk.service, worker)))
        done, _ = await asyncio.wait([waiting], timeout=0.5)
        assert not done
    await waiting


async def test_a_row_of_a_file_is_held_against_the_facts(desk: Desk) -> None:
    gone, fine = await desk.borrower(), await desk.borrower()
    fact = recorded(desk.service, gone, on="2003-06-03")
    await desk.service.deliver(fact, recorded(desk.service, fine, on="2003-09-01"))
    rows = [
        {"worker_id": str(worker), "principal": "10000.00", "term_months": 24,
         "applied_on": "2003-06-02", "recommended_on": "2003-06-05", **desk.place}
        for worker in (gone, fine)
    ]  # fmt: skip
    answer = await desk.lines("/v1/loans/imports", rows, mode="good")
    errors = answer.json()["errors"]
    assert [(error["line"], error["code"]) for error in errors] == [(1, "borrower-unable")]
    ((_, code),) = await standing(desk)
    assert code == "borrower-unable"


@pytest.mark.parametrize("together", [True, False])
async def test_a_corrected_birth_date_is_what_the_review_goes_by(
    desk: Desk, together: bool
) -> None:
    worker = uuid4()
    told = [
        registration(desk.service, worker, born="1960-05-01"), certificate(desk.service, worker),
        corrected(desk.service, worker, "1945-01-01"), corrected(desk.service, worker, "1943-01-01"),
    ]  # fmt: skip
    if together:
        await desk.service.deliver(*told)
    else:
        for event in told:
            await desk.service.deliver(event, event)
    loan = await desk.reviewed(worker)
    assert (await desk.client.get(f"/v1/loans/{loan}")).json()["state"] == "declined"
    decision = (await desk.client.get(f"/v1/loans/{loan}/decision")).json()["record"]
    assert decision["facts"]["birth_date"] == "1943-01-01"
    assert decision["events"]["worker"] == str(told[-1].id)


async def test_who_is_too_old_after_all_has_a_finding_until_it_was_an_error(desk: Desk) -> None:
    worker = await desk.borrower()
    loan = await paid_out(desk, worker)  # due on 2005-06-20
    await desk.service.deliver(corrected(desk.service, worker, "1944-06-21"))
    assert await standing(desk) == []  # sixty, on the day before the sixty-first birthday
    await desk.service.deliver(corrected(desk.service, worker, "1944-06-20"))
    assert await standing(desk) == [(loan, "too-old-at-maturity")]
    await desk.service.deliver(corrected(desk.service, worker, "1960-05-01"))
    assert await standing(desk) == []
    assert await desk.service.dead() == []


def corrected(service: UnderTest, worker: UUID, born: str) -> Event:
    return service.heard(
        "registry.worker.corrected.v1", worker,
        {"attributes": ["birth_date", "id_number"], "from_the_beginning": False, "sex": "male",
         "birth_date": born, "cadre": False},
    )  # fmt: skip


async def actions(desk: Desk, loan: str) -> list[str]:
    """As the loan tells them; its place in the list tells the same."""
    shown: list[str] = (await desk.client.get(f"/v1/loans/{loan}")).json()["actions"]
    listed = (await desk.client.get("/v1/loans")).json()["items"]
    assert [one["actions"] for one in listed if one["id"] == loan] == [shown]
    return shown


@pytest.mark.parametrize("kind", sorted(UNABLE))
async def test_steps_that_are_refused_are_not_offered(desk: Desk, kind: str) -> None:
    """While the fact holds, and again when it turns out not to be one; under each record of the person."""
    worker, other = await desk.borrower(), await desk.borrower()
    loan = (await desk.apply(worker)).json()
    assert loan["actions"] == ["recommendations", "refusals"]
    fact = recorded(desk.service, other, kind)
    await desk.service.deliver(fact)
    assert await actions(desk, loan["id"]) == ["recommendations", "refusals"]
    await desk.service.deliver(merged(desk.service, other, worker))
    assert await actions(desk, loan["id"]) == ["refusals"]
    await desk.service.deliver(reversed_(desk.service, fact))
    assert await actions(desk, loan["id"]) == ["recommendations", "refusals"]


async def test_a_step_of_before_the_fact_answers_what_may_be_done_today(desk: Desk) -> None:
    worker = await desk.borrower()
    early = (await desk.apply(worker, applied_on="2003-06-02")).json()["id"]
    await desk.service.deliver(recorded(desk.service, worker, "retired", on="2003-06-10"))
    body = {"recommended_on": "2003-06-05", "community": "西兴社区"}
    answer = await desk.post(f"/v1/loans/{early}/recommendations", body)
    assert (answer.status_code, answer.json()["actions"]) == (201, ["refusals"])


async def test_what_is_owed_is_repaid_by_whoever_answers_for_it(desk: Desk) -> None:
    worker = await desk.borrower()
    loan = await paid_out(desk, worker)
    await desk.service.deliver(recorded(desk.service, worker, "deceased"))
    assert await actions(desk, loan) == ["repayments"]
