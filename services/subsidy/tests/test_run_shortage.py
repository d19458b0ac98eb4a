"""Golden cases of a run under a short budget, readable by an official: who gets what, to the fen."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kit.money import fen

from .conftest import Desk
from .payroll import SEPTEMBER, Payroll
from .test_heard_facts import CODE

CASES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("golden").joinpath("shortage.toml").read_text("utf-8")
)["case"]


def _place(number: int) -> str:
    """The id of an enrolment: ids order those who are equal, so they follow the roll."""
    return str(UUID(int=(7 << 76) | (2 << 62) | number))


async def _enrolled(payroll: Payroll, people: list[dict[str, Any]]) -> None:
    for number, one in enumerate(people):
        name = payroll.person(certificate=one.get("certificate", True), months=())
        payroll.world.paid(
            f"{name}'s month", SEPTEMBER, CODE, worker_id=str(payroll.world[name]), base=one["base"]
        )
        fields = {"id": _place(number)} | {k: str(one[k]) for k in ("since",) if k in one}
        await payroll.world.tell()
        await payroll.enrol(name, **fields)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
async def test_everybody_gets_what_the_policy_leaves(desk: Desk, case: dict[str, Any]) -> None:
    payroll = await Payroll.opened(desk, case["available"])
    people = case["people"]
    await _enrolled(payroll, people)
    run = await payroll.frozen(
        **{name: case[name] for name in ("shortage", "priority") if name in case}
    )
    lines = {one["enrolment_id"]: one for one in await payroll.lines(run)}
    told = [lines[_place(number)] for number in range(len(people))]
    assert [(one["verdict"], one["amount"]) for one in told] == [
        ("granted", one["month"]) if "month" in one else ("refused", "0.00") for one in people
    ]
    reserved = case.get("reserved", "0.00")
    if "missing" in case:
        assert (run["state"], run["missing"]) == ("unreserved", case["missing"])
    else:
        assert run["state"] == "frozen"
        funded = [one.get("funded", "0.00") for one in people]
        assert [one["funded"] for one in told] == funded
        assert sum(map(fen, funded)) == fen(reserved)
        # What a month holds is what is paid for it; who gets nothing holds none.
        months = sorted(amount for _, _, amount in await payroll.months())
        assert months == sorted(fen(one) for one in funded if one != "0.00")
    money = await payroll.money()
    assert (run["totals"]["funded"], money["reserved"]) == (reserved, reserved)
    line = (await desk.client.get(f"/v1/arrangements/{payroll.line}")).json()
    assert line["remaining"] == case["left"]


def test_each_way_of_sharing_has_a_case_that_is_short_and_the_fen_of_pro_rata_add_up() -> None:
    short = [
        case
        for case in CASES
        if sum(fen(one.get("month", "0.00")) for one in case["people"]) > fen(case["available"])
    ]
    assert {(case["shortage"], case.get("priority")) for case in short} == {
        ("refuse-all", None), ("pro-rata", None), ("priority", "longest-enrolled"),
        ("priority", "smallest-amount"),
    }  # fmt: skip
    shared = [case for case in short if case["shortage"] == "pro-rata"]
    assert len(shared) > 3
    assert all(case["reserved"] == case["available"] for case in shared)
