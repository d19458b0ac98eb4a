"""A month run for everybody on the roll: decided, reserved, approved, paid; and what is left goes on."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from local import bank
from local.bank import Fate
from subsidy.runs import paying

from .conftest import DISTRICT, Desk
from .payroll import MONTH, Payroll


@pytest.fixture
async def payroll(desk: Desk) -> Payroll:
    return await Payroll.opened(desk)


async def tell(payroll: Payroll, file: bytes, *fates: str) -> None:
    """What the bank says of a file, taken in."""
    answers = bank.answer(file, [Fate.of(one) for one in fates], date(2003, 10, 31))
    for message in filter(None, (answers.report, answers.statement)):
        taken = {
            "content": b64encode(message).decode(), "received_on": "2003-10-31",
            **payroll.officer.place,
        }  # fmt: skip
        answer = await payroll.officer.post("/v1/bank-messages", taken)
        assert answer.status_code == 201, answer.text


async def test_a_month_is_decided_frozen_approved_and_paid(payroll: Payroll) -> None:
    await payroll.crew(3)
    await payroll.crew(1, certificate=False)
    await payroll.crew(1, months=("2003-08",))
    stranger = payroll.enrolment("nobody told of", reference=str(uuid4()))
    await payroll.officer.post("/v1/enrolments", stranger)
    run = await payroll.frozen()
    assert run["totals"] == {
        "population": 6, "granted": 3, "refused": 2, "waiting": 1, "decided": 6,
        "amount": "396.00", "funded": "396.00",
    }  # fmt: skip
    assert (run["state"], run["frozen_on"], run["rules"]) == (
        "frozen", "2003-10-31", ["subsidy.si-public-welfare@2002"],
    )  # fmt: skip
    assert run["allowed"] == ["cancel", "approve"]
    assert await payroll.money() == {
        "reserved": "396.00", "committed": "0.00", "ordered": "0.00", "paid": "0.00"
    }  # fmt: skip
    by_verdict = {line["verdict"]: line for line in await payroll.lines(run)}
    assert len(await payroll.lines(run)) == 6
    assert by_verdict["waiting"]["missing"] == ["placement"]
    assert (by_verdict["granted"]["amount"], by_verdict["granted"]["payment"]) == (MONTH, "due")
    assert by_verdict["refused"]["payment"] is None
    run = await payroll.approved(run)
    run, file = await payroll.ordered(run)
    assert run["content_hash"].encode() in file
    assert run["payments"] == [{"state": "ordered", "count": 1, "amount": "396.00"}]
    await tell(payroll, file, "accepted")
    run = await payroll.run(run["id"])
    assert (run["state"], run["allowed"]) == ("paid", ["close"])
    assert await payroll.money() == {
        "reserved": "0.00", "committed": "0.00", "ordered": "0.00", "paid": "396.00"
    }  # fmt: skip
    run = await payroll.done(run, "closings", on="2003-10-31")
    assert (run["state"], run["allowed"]) == ("closed", [])
    assert [step["act"] for step in run["steps"]] == [
        "draft", "freeze", "reserve", "approve", "order", "settle", "close",
    ]  # fmt: skip


async def test_a_line_says_why_and_is_derived_again(payroll: Payroll) -> None:
    await payroll.crew(1)
    await payroll.crew(1, certificate=False)
    run = await payroll.frozen()
    lines = {line["verdict"]: line for line in await payroll.lines(run)}
    for verdict, line in lines.items():
        path = f"/v1/runs/{run['id']}/lines/{line['id']}/decision"
        told = (await payroll.officer.client.get(path)).json()
        assert told["rederives"] is True
        assert told["granted"] == (verdict == "granted")
        assert told["record"]["parameter_set"] == run["parameter_set"]
        assert told["record"]["decided_on"] == "2003-10-31"
    assert lines["refused"]["clause"] == "财社[2002]107 B1, B7/certificate-held"
    assert "予以批准" not in told["explained_zh"][0]
    facts = told["record"]["events"]
    assert {"worker", "placement", "employer", "occupancy"} <= facts.keys()


async def test_what_comes_after_the_freezing_changes_nothing_in_it(payroll: Payroll) -> None:
    first, second = payroll.person(), payroll.person()
    await payroll.world.tell()
    await payroll.enrol(first)
    run = await payroll.done(await payroll.draft(), "freezes")
    await payroll.enrol(second)
    frozen = await _go_on(payroll, run)
    assert frozen["totals"]["population"] == 1
    lines = await payroll.lines(frozen)
    payroll.world.say("jobs-market.placement.voided", f"{first} placement", date(2003, 6, 1))
    await payroll.world.tell()
    assert await payroll.lines(frozen) == lines
    assert (await payroll.run(run["id"]))["content_hash"] == frozen["content_hash"]


async def _go_on(payroll: Payroll, run: dict[str, Any]) -> dict[str, Any]:
    from subsidy.runs import freezing

    await freezing.go_on(payroll.service.runtime)
    return await payroll.run(run["id"])


async def test_another_person_approves_and_names_what_she_saw(payroll: Payroll) -> None:
    await payroll.crew(1)
    run = await payroll.frozen()
    body = {"on": "2003-10-31", "content_hash": run["content_hash"]}
    both = Desk(payroll.service, payroll.service.client("loader", subject=run["frozen_by"]))
    assert (await payroll.act(run, "approvals", body, both)).json()["code"] == "maker-is-checker"
    other = {**body, "content_hash": "0" * 64}
    answer = await payroll.act(run, "approvals", other, payroll.approver)
    assert (answer.status_code, answer.json()["code"]) == (409, "run-content-differs")
    stale = {**run, "version": run["version"] - 1}
    assert (await payroll.act(stale, "approvals", body, payroll.approver)).status_code == 412
    assert (await payroll.act(run, "approvals", body, payroll.approver)).status_code == 201


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"programme": "training-subsidy"}, 422, "not-a-monthly-programme"),
        ({"programme": "living-allowance"}, 422, "arrangement-for-another-use"),
        ({"shortage": "priority"}, 422, "priority-differs"),
        ({"priority": "smallest-amount"}, 422, "priority-differs"),
        ({"arrangement_id": str(uuid4())}, 404, "arrangement-unknown"),
        ({"area_code": "110000000000"}, 403, "outside-your-area"),
    ],
)
async def test_what_forbids_a_draft(
    payroll: Payroll, fields: dict[str, Any], status: int, code: str
) -> None:
    body = {
        "programme": "si-public-welfare", "month": "2003-09", "arrangement_id": payroll.line,
        "shortage": "refuse-all", "drafted_on": "2003-10-20", **payroll.officer.place, **fields,
    }  # fmt: skip
    answer = await payroll.officer.post("/v1/runs", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_month_that_is_not_over_is_not_decided(payroll: Payroll) -> None:
    run = await payroll.draft(month="2003-10")
    assert (await payroll.act(run, "freezes")).json()["code"] == "month-not-over"


async def test_a_person_month_is_granted_to_one_run_only(payroll: Payroll) -> None:
    await payroll.crew(4)
    first = await payroll.frozen()
    second = await payroll.frozen()
    assert (first["totals"]["granted"], second["totals"]["granted"]) == (4, 0)
    assert {line["clause"] for line in await payroll.lines(second)} == {
        "policy 4.6/not-granted-twice"
    }
    refused = await payroll.act(
        second, "approvals", {"on": "2003-10-31", "content_hash": second["content_hash"]},
        payroll.approver,
    )  # fmt: skip
    assert refused.json()["code"] == "nothing-granted"
    await payroll.done(first, "cancellations", on="2003-10-31")
    assert await payroll.months() == []
    assert (await payroll.money())["reserved"] == "0.00"
    third = await payroll.frozen()
    assert third["totals"]["granted"] == 4


async def test_too_little_money_refuses_all_and_is_tried_again(desk: Desk) -> None:
    payroll = await Payroll.opened(desk, "200.00")
    await payroll.crew(2)
    run = await payroll.frozen()
    assert (run["state"], run["problem"], run["missing"]) == (
        "unreserved", "more-than-can-be-reserved", "64.00",
    )  # fmt: skip
    assert run["allowed"] == ["reserve", "cancel"]
    assert (await payroll.act(run, "reservations")).status_code == 409
    assert (await payroll.money())["reserved"] == "0.00"
    await desk.receive("500.00")
    line = await desk.arrange("500.00", use_code="social-insurance-subsidy")
    assert line.status_code == 201
    cancelled = await payroll.done(run, "cancellations", on="2003-10-31")
    assert cancelled["state"] == "cancelled"
    again = await payroll.frozen(arrangement_id=line.json()["id"])
    assert again["totals"]["funded"] == "264.00"


async def test_money_that_came_later_is_reserved_for_what_was_decided(desk: Desk) -> None:
    payroll = await Payroll.opened(desk, "300.00")
    await payroll.crew(2)
    other = await payroll.officer.post(
        "/v1/reservations",
        {"arrangement_id": payroll.line, "amount": "100.00", "reserved_on": "2003-10-20",
         "purpose": "另一批", **desk.place},
    )  # fmt: skip
    run = await payroll.frozen()
    assert (run["state"], run["missing"]) == ("unreserved", "64.00")
    path = f"/v1/reservations/{other.json()['id']}/releases"
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"v1"'}
    await payroll.officer.client.post(path, json={"on": "2003-10-21"}, headers=headers)
    run = await payroll.done(run, "reservations")
    assert (run["state"], run["totals"]["funded"], run["problem"]) == ("frozen", "264.00", None)
    assert (await payroll.approved(run))["state"] == "approved"


async def test_priority_pays_in_full_until_the_money_ends(desk: Desk) -> None:
    payroll = await Payroll.opened(desk, "300.00")
    names = [payroll.person() for _ in range(3)]
    await payroll.world.tell()
    late = await payroll.enrol(names[0], since="2003-08-01")
    early = await payroll.enrol(*names[1:], since="2003-06-01")
    run = await payroll.frozen(shortage="priority", priority="longest-enrolled")
    assert (run["state"], run["totals"]["amount"], run["totals"]["funded"]) == (
        "frozen", "396.00", "264.00",
    )  # fmt: skip
    funded = {line["enrolment_id"]: line["funded"] for line in await payroll.lines(run)}
    assert funded == {late[0]: "0.00", early[0]: MONTH, early[1]: MONTH}
    assert len(await payroll.months()) == 2
    assert (await payroll.money())["reserved"] == "264.00"


async def test_pro_rata_gives_the_largest_remainders_their_fen(desk: Desk) -> None:
    """1.00 yuan for three months of 132.00: 33.33 fen each; the fen over goes to the first line."""
    payroll = await Payroll.opened(desk, "1.00")
    ids = sorted(await payroll.crew(3))
    run = await payroll.frozen(shortage="pro-rata")
    funded = {line["enrolment_id"]: line["funded"] for line in await payroll.lines(run)}
    assert funded == {ids[0]: "0.34", ids[1]: "0.33", ids[2]: "0.33"}
    assert [fen for _, _, fen in await payroll.months()].count(33) == 2
    assert run["totals"]["funded"] == "1.00"
    run, file = await payroll.ordered(await payroll.approved(run))
    await tell(payroll, file, "accepted")
    assert (await payroll.money())["paid"] == "1.00"


async def test_what_was_not_paid_goes_into_the_next_run(desk: Desk) -> None:
    payroll = await Payroll.opened(desk, "300.00")
    await payroll.crew(3)
    late = await payroll.crew(1, months=())
    run = await payroll.frozen(shortage="priority", priority="smallest-amount")
    unpaid = {line["enrolment_id"] for line in await payroll.lines(run) if line["funded"] == "0.00"}
    assert len(unpaid) == 2
    assert set(late) <= unpaid
    run, file = await payroll.ordered(await payroll.approved(run))
    assert (await payroll.act(run, "closings", {"on": "2003-10-31"})).json()["code"] == (
        "payments-under-way"
    )
    await tell(payroll, file, "rejected:AC04")
    run = await payroll.run(run["id"])
    assert run["payments"] == [{"state": "unpaid", "count": 1, "amount": "264.00"}]
    await payroll.done(run, "closings", on="2003-10-31")
    assert await payroll.months() == []
    assert (await payroll.money())["committed"] == "0.00"
    await desk.receive("500.00")
    line = await desk.arrange("500.00", use_code="social-insurance-subsidy")
    august = await payroll.frozen(month="2003-08", arrangement_id=line.json()["id"])
    months = sorted(line["month"] for line in await payroll.lines(august))
    assert months == ["2003-08-01"] * 4 + ["2003-09-01"] * 3
    granted = [line["month"] for line in await payroll.lines(august, verdict="granted")]
    assert granted == ["2003-09-01"] * 3
    await payroll.done(august, "cancellations", on="2003-10-31")
    again = await payroll.frozen(month="2003-08", arrangement_id=line.json()["id"])
    assert again["totals"]["population"] == 7


async def test_a_file_that_never_left_is_made_again(payroll: Payroll) -> None:
    await payroll.crew(2)
    run = await payroll.approved(await payroll.frozen())
    order = {
        "id": str(uuid4()), "payer_id": payroll.treasury.payer, "execute_on": "2003-10-31",
        "made_on": "2003-10-31",
    }  # fmt: skip
    run = await payroll.done(run, "payment-batches", **order)
    refused = await payroll.act(run, "payment-batches", {**order, "id": str(uuid4())})
    assert refused.json()["code"] == "nothing-due"
    await payroll.treasury.step({"id": order["id"]}, "withdrawals", "2003-10-31")
    run, file = await payroll.ordered(run)
    await tell(payroll, file, "accepted")
    assert (await payroll.run(run["id"]))["state"] == "paid"


async def test_money_that_the_bank_sends_back_opens_the_run_again(payroll: Payroll) -> None:
    await payroll.crew(1)
    run, file = await payroll.ordered(await payroll.approved(await payroll.frozen()))
    await tell(payroll, file, "accepted")
    assert (await payroll.run(run["id"]))["state"] == "paid"
    await tell(payroll, file, "returned:BE01")
    run = await payroll.run(run["id"])
    assert (run["state"], run["payments"][0]["state"]) == ("approved", "unpaid")
    assert [step["act"] for step in run["steps"]][-2:] == ["settle", "return"]


async def test_what_a_closed_run_paid_and_the_bank_sends_back_is_for_the_next_run_alone(
    desk: Desk,
) -> None:
    """Ordered once more out of the old run's money, and granted in the next one, it would be paid twice."""
    payroll = await Payroll.opened(desk, "264.00")
    await payroll.crew(1)
    run, file = await payroll.ordered(await payroll.approved(await payroll.frozen()))
    await tell(payroll, file, "accepted")
    run = await payroll.done(await payroll.run(run["id"]), "closings", on="2003-10-31")
    await tell(payroll, file, "returned:BE01")
    assert (await payroll.money())["committed"] == MONTH
    (order,) = await payroll.treasury.orders(state="returned")
    await payroll.treasury.move_account(payroll.agency)
    refused = await payroll.treasury.make(
        carried=[order["id"]], reservation_id=run["reservation_id"], made_on="2003-10-31",
        execute_on="2003-10-31",
    )  # fmt: skip
    assert (refused.status_code, refused.json()["code"]) == (409, "reservation-not-committed")
    path = f"/v1/reservations/{run['reservation_id']}"
    held = (await desk.client.get(path)).json()
    assert (held["state"], held["held"]) == ("released", MONTH)
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": f'"v{held["version"]}"'}
    back = await desk.client.post(f"{path}/releases", json={"on": "2003-10-31"}, headers=headers)
    assert back.status_code == 201, back.text
    line = (await desk.client.get(f"/v1/arrangements/{payroll.line}")).json()
    assert line["remaining"] == "264.00"


async def test_a_run_is_not_closed_while_what_came_back_is_taken_back_from_its_lines(
    payroll: Payroll,
) -> None:
    """The next run would find the months taken, and the lines would be in neither."""
    await payroll.crew(3)
    run, file = await payroll.ordered(await payroll.approved(await payroll.frozen()))
    await tell(payroll, file, "accepted")
    rt = payroll.service.runtime
    for _ in range(2):
        await paying.go_on(rt, chunk=2)
    await tell(payroll, file, "returned:BE01")
    run = await payroll.run(run["id"])
    refused = await payroll.act(run, "closings", {"on": "2003-10-31"}, payroll.officer)
    assert (refused.status_code, refused.json()["code"]) == (409, "payments-under-way")
    await paying.go_on(rt, chunk=2)
    await payroll.done(run, "closings", on="2003-10-31")
    following = await payroll.frozen(month="2003-09")
    assert following["totals"]["granted"] == 3


async def test_each_line_is_told_as_paid_and_taken_back_by_name(payroll: Payroll) -> None:
    await payroll.crew(5)
    run, file = await payroll.ordered(await payroll.approved(await payroll.frozen()))
    service = payroll.service
    await paying.go_on(service.runtime, chunk=2)
    assert await service.told("subsidy.benefit.paid.v1") == []
    await tell(payroll, file, "accepted")
    for _ in range(2):
        await paying.go_on(service.runtime, chunk=2)
    paid = {event.entity_id: event for event in await service.told("subsidy.benefit.paid.v1")}
    lines = {UUID(line["id"]): line for line in await payroll.lines(run)}
    assert paid.keys() == lines.keys()
    one = next(iter(paid.values()))
    assert one.data == {
        "worker_id": lines[one.entity_id]["worker_id"], "programme": "si-public-welfare",
        "from": "2003-09-01", "to": "2003-09-30", "amount": MONTH, "decision_id": str(one.entity_id),
    }  # fmt: skip
    assert await _month_states(payroll) == {"paid": 5}
    await payroll.done(await payroll.run(run["id"]), "closings", on="2003-10-31")
    await tell(payroll, file, "returned:BE01")
    for _ in range(2):
        await paying.go_on(service.runtime, chunk=2)
    back = await service.told("subsidy.benefit.recovered.v1")
    assert {event.reverses for event in back} == {event.id for event in paid.values()}
    # The run is closed: its months are free, and its lines wait for the next one.
    assert await _month_states(payroll) == {}
    await payroll.officer.receive("900.00")
    line = await payroll.officer.arrange("900.00", use_code="social-insurance-subsidy")
    assert line.status_code == 201, line.text
    again = await payroll.frozen(month="2003-08", arrangement_id=line.json()["id"])
    granted = await payroll.lines(again, verdict="granted")
    assert [one["month"] for one in granted] == ["2003-09-01"] * 5


async def _month_states(payroll: Payroll) -> dict[str, int]:
    async with payroll.service.db.looking() as tx:
        rows = await tx.fetch("select state, count(*) as n from benefit_month group by state")
    return {row["state"]: row["n"] for row in rows}


async def test_another_district_sees_nothing_of_it(payroll: Payroll) -> None:
    await payroll.crew(1)
    run = await payroll.frozen()
    other = payroll.service.client("finance_officer", area=DISTRICT)
    assert (await other.get(f"/v1/runs/{run['id']}")).status_code == 404
    assert (await other.get(f"/v1/runs/{run['id']}/lines")).status_code == 404
    assert (await other.get("/v1/runs")).json()["items"] == []
