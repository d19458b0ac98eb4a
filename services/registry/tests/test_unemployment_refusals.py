"""What unemployment registration refuses, each with its answer. Business day: 2003-10-31."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from kit.ids import new_id
from registry.unemployment.domain import AT_WORK, STATUS_AFTER, StatedReason

from .conftest import DISTRICT, OTHER, Registry, settled
from .test_consumers import confirmed
from .test_journey_unemployment import PATH, Window, refusal

#: A city that has set its least wage.
CITY = Path(__file__).parent / "golden" / "local_policies"


@pytest.fixture
async def window(registry: Registry) -> Window:
    return Window(registry, await registry.worker())


@pytest.mark.parametrize(
    ("person", "on", "fields", "status", "code"),
    [
        ({"born": "19871104"}, "2003-10-01", {}, 422, "outside-working-age"),
        ({"born": "19531031"}, "2003-10-31", {}, 422, "outside-working-age"),
        ({}, "2003-11-01", {"evidence_on": "2003-10-31"}, 422, "in-the-future"),
        ({"labour_status": "schooling"}, "2003-10-01", {}, 409, "outside-labour-force"),
        ({"labour_status": "unemployed"}, "2003-10-01", {}, 409, "already-registered-unemployed"),
        ({}, "2003-10-01", {"evidence_kind": "layoff_voucher"}, 422, "evidence-does-not-suit"),
        ({}, "2003-10-01", {"evidence_on": "2003-10-02"}, 422, "evidence-does-not-suit"),
        ({}, "1994-12-31", {"evidence_on": "1994-12-30"}, 422, "before-the-law"),
    ],
)
async def test_who_is_not_registered(
    registry: Registry,
    person: dict[str, Any],
    on: str,
    fields: dict[str, Any],
    status: int,
    code: str,
) -> None:
    window = Window(registry, await registry.worker(**person))
    refused = await window.registers(on, status=status, **fields)
    assert refused["code"] == code
    told = await window.told()
    assert [name for name, _ in told] == (["registered"] if "already" in code else [])


async def test_who_draws_a_pension_is_not_registered(window: Window) -> None:
    await window.registry.declare(window.worker, "retired", "2003-06-01")
    refused = await window.registers("2003-10-01", status=409)
    assert refused["code"] == "pensioned"


async def test_a_refusal_is_kept_as_a_decision_that_says_the_clause(registry: Registry) -> None:
    window = Window(registry, await registry.worker(born="19871104"))
    refused = await window.registers("2003-10-01", status=422)
    page = await registry.get(f"{PATH}/decisions", worker_id=window.worker)
    (decision,) = page["items"]
    assert decision["id"] in refused["detail"]
    assert (decision["granted"], decision["clause"]) == (False, "法定劳动年龄 R18/working-age")
    assert {p["id"] for p in decision["parameters"]} == {
        "registry.unemployment_age_min", "registry.unemployment_age_male",
        "registry.unemployment_age_female", "registry.unemployment_age_female_cadre",
    }  # fmt: skip


async def test_whoever_is_at_work_is_not_registered(window: Window) -> None:
    await window.registry.thing.deliver(
        confirmed(window.registry, window.worker, new_id(), "2003-05-01")
    )
    refused = await window.registers("2003-06-01", status=409)
    assert refused["code"] == "still-employed"


async def test_acts_out_of_order_or_of_another_state_are_refused(window: Window) -> None:
    await window.registers("2003-05-01")
    for act, body, code in (
        ("cancellations", {"on": "2003-04-30", "reason": "schooling"}, "unemployment-out-of-order"),
        ("hire-filings", {"on": "2003-04-30", "form": "contract"}, "unemployment-out-of-order"),
        ("contacts", {"on": "2003-04-30", "channel": "visit"}, "unemployment-out-of-order"),
        ("separation-filings", {"on": "2003-06-01"}, "unemployment-state"),
    ):
        refused = await window.files(act, 409, **body)
        assert refused["code"] == code, act
    for act, body in (
        ("cancellations", {"on": "2003-11-01", "reason": "schooling"}),
        ("hire-filings", {"on": "2003-11-01", "form": "contract"}),
        ("hire-filings", {"on": "2003-10-01", "filed_on": "2003-11-01", "form": "contract"}),
        ("contacts", {"on": "2003-11-01", "channel": "visit"}),
    ):
        refused = await window.files(act, 422, **body)
        assert refused["code"] == "in-the-future", act
    early = await window.files(
        "hire-filings", 422, on="2003-10-01", filed_on="2003-09-30", form="contract"
    )
    assert early["code"] == "filed-before-fact"
    assert [name for name, _ in await window.told()] == ["registered"]


async def test_cancelled_twice_and_cancelled_while_at_work(window: Window) -> None:
    await window.registers("2003-05-01")
    await window.files("cancellations", on="2003-06-01", reason="ended_job_wish")
    again = await window.files("cancellations", 409, on="2003-07-01", reason="ended_job_wish")
    assert (again["code"], again["detail"]) == ("unemployment-state", "当前状态 cancelled")
    early = await window.registers("2003-04-15", status=409)
    assert early["code"] == "unemployment-out-of-order"
    await window.registers("2003-07-01")
    await window.files("hire-filings", on="2003-08-01", form="flexible", by="self")
    working = await window.files("cancellations", 409, on="2003-09-01", reason="ended_job_wish")
    assert working["code"] == "unemployment-state"


@pytest.mark.parametrize("reason", get_args(StatedReason))
async def test_every_reason_that_a_window_may_state_is_answered(
    running: Callable[..., Any], reason: StatedReason
) -> None:
    registry = await settled(await running("registry", policy_overlay=CITY))
    window = Window(registry, await registry.worker())
    await window.registers("2003-01-10")
    for n in range(3):
        await registry.thing.deliver(refusal(registry, window.worker, date(2003, 5, 10 + n)))
    earned = {"monthly_income": "300.50"} if reason == "stable_income" else {}
    await window.files(
        "cancellations", on="2003-08-01", reason=reason, reference="2003-117", **earned
    )
    for waiting in (await registry.get("/v1/awaiting-declarations"))["items"]:
        path = (
            f"/v1/workers/{window.worker}/labour-status/declarations/{waiting['id']}/confirmations"
        )
        await registry.post(path, None, by=registry.checker)
    await window.looks()
    assert (window.case["state"], window.case["reason"]) == ("cancelled", reason)
    status = "employed" if reason in AT_WORK else STATUS_AFTER[reason]
    assert await window.status() == status


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("hire-filings", {"form": "contract"}),
        ("hire-filings", {"form": "licence", "by": "self"}),
        ("cancellations", {"reason": "hired"}),
        ("cancellations", {"reason": "self_employed"}),
    ],
)
async def test_work_is_filed_with_the_reference_of_its_paper(
    window: Window, act: str, body: dict[str, Any]
) -> None:
    """R19, R20: the contract, or the licence."""
    await window.registers("2003-05-01")
    bare = await window.files(act, 422, on="2003-06-01", **{"reference": None, **body})
    assert bare["code"] == "work-paper-missing"
    await window.files(act, on="2003-06-01", **{**body, "reference": "劳合2003-101"})
    assert await window.status() == "employed"
    (filed,) = [
        one for one in (await window.registry.get(f"{PATH}/{window.case['id']}/filings"))["items"]
        if one["what"] != "registered"
    ]  # fmt: skip
    assert filed["evidence_reference"] == "劳合2003-101"


async def test_a_stable_income_is_measured_by_the_least_wage_of_its_day(
    running: Callable[..., Any],
) -> None:
    registry = await settled(await running("registry", policy_overlay=CITY))
    window = Window(registry, await registry.worker())
    await window.registers("2003-05-01")
    leaving = {"reason": "stable_income", "reference": "收入证明 7"}
    bare = await window.files("cancellations", 422, on="2003-06-01", **leaving)
    assert bare["code"] == "income-missing"
    idle = {"on": "2003-06-01", "reason": "ended_job_wish", "monthly_income": "500.00"}
    assert (await window.files("cancellations", 422, **idle))["code"] == "income-missing"
    leaving["monthly_income"] = "300.49"
    low = await window.files("cancellations", 409, on="2003-07-01", **leaving)
    assert low["code"] == "income-below-least-wage"
    await window.files("cancellations", on="2003-06-30", **leaving)
    assert (window.case["state"], window.case["reason"]) == ("cancelled", "stable_income")
    decided = await registry.get(f"{PATH}/decisions", worker_id=window.worker)
    refused, granted = decided["items"][1:]
    assert (refused["clause"], granted["granted"]) == (
        "就业服务与就业管理规定 R20/stable-income", True,
    )  # fmt: skip
    assert [d["facts"]["monthly_income"] for d in (refused, granted)] == ["300.49", "300.49"]
    wages = [
        p["value"] for d in (refused, granted) for p in d["parameters"]
        if p["id"] == "registry.minimum_wage"
    ]  # fmt: skip
    assert wages == ["300.50", 235]


async def test_nothing_is_decided_on_a_least_wage_that_nobody_set(window: Window) -> None:
    await window.registers("2003-05-01")
    leaving = {"reason": "stable_income", "monthly_income": "9000.00", "on": "2003-06-01"}
    refused = await window.files("cancellations", 409, **leaving)
    assert refused["code"] == "least-wage-not-set"
    assert "2003-06-01" in refused["detail"]
    decided = await window.registry.get(f"{PATH}/decisions", worker_id=window.worker)
    assert [d["granted"] for d in decided["items"]] == [True]
    assert await window.status() == "unemployed"


async def test_a_reason_that_nobody_states_is_refused(window: Window) -> None:
    await window.registers("2003-05-01")
    refused = await window.files("cancellations", 422, on="2003-06-01", reason="other_status")
    assert refused["errors"][0]["pointer"] == "#/body/reason"


async def test_somebody_else_was_faster(window: Window) -> None:
    await window.registers("2003-05-01")
    path = f"{PATH}/{window.case['id']}/contacts"
    body = {"on": "2003-06-01", "channel": "visit"}
    stale = await window.registry.post(path, body, 412, **{"If-Match": '"v9"'})
    assert stale["code"] == "precondition-failed"
    await window.registry.post(path, body, 428)


async def test_another_station_sees_nothing_and_files_nothing(window: Window) -> None:
    registry = window.registry
    await window.registers("2003-05-01")
    foreign = registry.thing.client("station_clerk", area=OTHER, office="231121-station")
    assert (await foreign.get(PATH)).json()["items"] == []
    assert (await foreign.get(f"{PATH}/filings")).json()["items"] == []
    for tail in ("", "/filings"):
        assert (await foreign.get(f"{PATH}/{window.case['id']}{tail}")).status_code == 404
    decided = await foreign.get(f"{PATH}/decisions", params={"worker_id": window.worker})
    assert decided.status_code == 404
    for act, body in (
        ("contacts", {"on": "2003-06-01", "channel": "visit"}),
        ("cancellations", {"on": "2003-06-01", "reason": "ended_job_wish"}),
        ("hire-filings", {"on": "2003-06-01", "form": "flexible"}),
    ):
        answer = await foreign.post(
            f"{PATH}/{window.case['id']}/{act}", json=body, headers={"If-Match": '"v1"'}
        )
        assert answer.status_code == 404, act
    own = registry.thing.client("certificate_approver", area=DISTRICT, office="231102-x")
    (seen,) = (await own.get(PATH)).json()["items"]
    assert seen["allowed_actions"] == []


async def test_an_import_names_the_lines_that_it_does_not_take(registry: Registry) -> None:
    good, young = await registry.worker(), await registry.worker(born="19871104")
    paper = {
        "on": "2003-10-01", "kind": "dismissed", "evidence_kind": "dismissal_notice",
        "evidence_reference": "2003-9", "evidence_on": "2003-09-30",
    }  # fmt: skip
    rows = [{"worker_id": worker, **paper} for worker in (good, young, good, str(new_id()))]
    answer = await registry.load(PATH, rows, mode="good")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["accepted"], answer.json()["rejected"]) == (1, 3)
    assert [(e["line"], e["code"]) for e in answer.json()["errors"]] == [
        (2, "outside-working-age"), (3, "already-registered-unemployed"), (4, "unknown-worker"),
    ]  # fmt: skip
    page = await registry.get(PATH, kind="dismissed")
    assert [row["worker_id"] for row in page["items"]] == [good]


async def test_free_text_holds_no_id_number(window: Window) -> None:
    number = window.registry.id_number()
    refused = await window.registers("2003-05-01", status=422, evidence_reference=number)
    assert refused["errors"][0]["code"] == "holds-id-number"
