"""Unemployment insurance drawn by fraud is ordered back, and a serious case is fined (R23).

Business day: 2003-10-31.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kit.facts import InTheFuture, MakerIsChecker
from kit.ids import new_id
from kit.refusal import Refusal
from registry.insurance_refunds import domain
from registry.insurance_refunds.domain import Order

from .conftest import OTHER, Registry
from .test_journey_insurance import PATH, Agency

ORDERS = "/v1/insurance-refund-orders"
FOUND = {"on": "2003-09-01", "ground": "领取期间隐瞒就业", "document": "调查笔录 3 号",
         "refund": "1200.00"}  # fmt: skip
SERIOUS = {**FOUND, "serious": True, "fine": "2400.00"}
DAY, TODAY = date(2003, 9, 1), date(2003, 10, 31)
PROPOSED = Order(
    UUID(int=1), UUID(int=2), DAY, "x", "y", 1_000, 3_000, "proposed", DAY, "maker", "maker", 1,
    UUID(int=3), "231102000000", "o",
)  # fmt: skip


# --- the rules, without a database


@pytest.mark.parametrize(
    ("serious", "fine", "problem"),
    [
        (False, None, None),
        (True, 1_000, None),
        (True, 3_000, None),
        (True, 999, domain.FineOutOfRange),
        (True, 3_001, domain.FineOutOfRange),
        (True, None, domain.FineMissing),
        (False, 1_000, domain.FineMissing),
    ],
)
def test_a_serious_case_is_fined_one_to_three_times(
    serious: bool, fine: int | None, problem: type[Refusal] | None
) -> None:
    if problem is None:
        return domain.check_fine(1_000, fine, serious=serious, least=1, most=3)
    with pytest.raises(problem):
        domain.check_fine(1_000, fine, serious=serious, least=1, most=3)
    return None


def test_another_person_orders_and_another_one_than_that_lifts() -> None:
    with pytest.raises(MakerIsChecker):
        PROPOSED.decide("order", "maker", DAY, TODAY)
    assert (PROPOSED.owed("refund"), PROPOSED.owed("fine")) == (0, 0)
    ordered = PROPOSED.decide("order", "checker", DAY, TODAY)
    assert (ordered.owed("refund"), ordered.owed("fine")) == (1_000, 3_000)
    with pytest.raises(MakerIsChecker):
        ordered.decide("lift", "checker", DAY, TODAY)
    lifted = ordered.decide("lift", "maker", DAY, TODAY)
    assert (lifted.state, lifted.owed("refund"), lifted.owed("fine")) == ("lifted", 0, 0)
    for verdict in ("order", "drop", "lift"):
        with pytest.raises(domain.WrongState):
            lifted.decide(verdict, "somebody", DAY, TODAY)  # type: ignore[arg-type]


def test_it_is_settled_with_the_last_of_both_parts() -> None:
    with pytest.raises(domain.WrongState):
        PROPOSED.repay("refund", 1, DAY, TODAY)
    ordered = PROPOSED.decide("order", "checker", date(2003, 9, 10), TODAY)
    with pytest.raises(domain.OutOfOrder):
        ordered.repay("refund", 1, date(2003, 9, 9), TODAY)
    with pytest.raises(InTheFuture):
        ordered.repay("refund", 1, date(2003, 11, 1), TODAY)
    with pytest.raises(domain.NotOwed):
        ordered.repay("refund", 1_001, TODAY, TODAY)
    back = ordered.repay("refund", 1_000, TODAY, TODAY)
    assert (back.state, back.owed("refund"), back.owed("fine")) == ("ordered", 0, 3_000)
    with pytest.raises(domain.NotOwed):
        back.repay("refund", 1, TODAY, TODAY)
    assert back.repay("fine", 3_000, TODAY, TODAY).state == "settled"
    mild = replace(ordered, fine_fen=None)
    assert mild.repay("refund", 1_000, TODAY, TODAY).state == "settled"


# --- over HTTP


class Fraud:
    """A person who drew, and the window that found something."""

    def __init__(self, registry: Registry, agency: Agency, account: str) -> None:
        self.registry, self.agency, self.account = registry, agency, account

    async def propose(self, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
        return await self.registry.post(
            f"{PATH}/{self.account}/refund-orders", body, status,
            **{"Idempotency-Key": str(new_id())},
        )  # fmt: skip

    async def act(
        self, order: dict[str, Any], what: str, status: int = 201, by: Any = None, **body: Any
    ) -> dict[str, Any]:
        seen = await self.registry.get(f"{ORDERS}/{order['id']}")
        headers = {"Idempotency-Key": str(new_id()), "If-Match": f'"v{seen["version"]}"'}
        return await self.registry.post(
            f"{ORDERS}/{order['id']}/{what}", body, status, by=by, **headers
        )

    async def told(self) -> list[tuple[str, dict[str, Any]]]:
        events = await self.registry.thing.told()
        return [(e.type.split(".")[2], e.data) for e in events if e.noun == "insurance-refund"]


@pytest.fixture
async def fraud(registry: Registry) -> Fraud:
    form = registry.form(labour_status="unemployed", status_since="2003-01-06")
    await registry.post("/v1/workers", form)
    agency = Agency(registry, form)
    await agency.starts("2003-02-01")
    await agency.looks()
    return Fraud(registry, agency, agency.case["id"])


async def test_ordered_by_another_person_and_owed_until_it_has_come_in(fraud: Fraud) -> None:
    registry = fraud.registry
    order = await fraud.propose(SERIOUS)
    assert (order["state"], order["refund_owed"], order["fine_owed"]) == (
        "proposed",
        "0.00",
        "0.00",
    )
    own = await fraud.act(order, "confirmations", 409, on="2003-09-10")
    assert own["code"] == "maker-is-checker"
    waiting = await registry.checker.get("/v1/awaiting-approvals?kind=insurance-refund")
    assert [one["id"] for one in waiting.json()["items"]] == [order["id"]]
    assert (await registry.get("/v1/awaiting-approvals", kind="insurance-refund"))["items"] == []
    assert await fraud.told() == []
    done = await fraud.act(order, "confirmations", by=registry.checker, on="2003-09-10")
    assert (done["state"], done["refund_owed"], done["fine_owed"]) == (
        "ordered", "1200.00", "2400.00",
    )  # fmt: skip
    paid = {"on": "2003-10-01", "part": "refund", "amount": "1200.00", "document": "收据 0017"}
    assert (await fraud.act(order, "repayments", **paid))["refund_owed"] == "0.00"
    more = await fraud.act(order, "repayments", 409, **{**paid, "amount": "0.01"})
    assert more["code"] == "refund-not-owed"
    last = {"on": "2003-10-20", "part": "fine", "amount": "2400.00"}
    assert (await fraud.act(order, "repayments", **last))["state"] == "settled"
    case = await registry.get(f"{ORDERS}/{order['id']}")
    assert [(p["part"], p["amount"]) for p in case["payments"]] == [
        ("refund", "1200.00"), ("fine", "2400.00"),
    ]  # fmt: skip
    assert [(name, data.get("settled")) for name, data in await fraud.told()] == [
        ("ordered", None), ("repaid", False), ("repaid", True),
    ]  # fmt: skip


async def test_it_stands_in_the_account_of_the_dossier(fraud: Fraud) -> None:
    order = await fraud.propose(FOUND)
    dossier = await fraud.registry.get(f"/v1/workers/{fraud.agency.worker}/dossier")
    (account,) = dossier["unemployment_insurance"]
    (shown,) = account["refund_orders"]
    assert shown == order
    assert (shown["account_id"], shown["fine"], shown["serious"]) == (fraud.account, None, False)
    page = await fraud.registry.get(ORDERS, account_id=fraud.account, state="proposed")
    assert page["items"] == [order]
    assert (await fraud.registry.get(ORDERS, state="ordered"))["items"] == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"fine": "1199.99"}, "insurance-fine-out-of-range"),
        ({"fine": "3600.01"}, "insurance-fine-out-of-range"),
        ({"fine": None}, "insurance-fine-missing"),
        ({"serious": False}, "insurance-fine-missing"),
        ({"on": "2003-11-01"}, "in-the-future"),
        ({"refund": "0.00"}, "validation-failed"),
        ({"on": "1999-01-21"}, "before-the-law"),
    ],
)
async def test_what_is_not_proposed(fraud: Fraud, changed: dict[str, Any], code: str) -> None:
    assert (await fraud.propose({**SERIOUS, **changed}, 422))["code"] == code


async def test_dropped_or_lifted_nothing_is_owed(fraud: Fraud) -> None:
    checker = fraud.registry.checker
    dropped = await fraud.propose(FOUND)
    done = await fraud.act(dropped, "refusals", by=checker, on="2003-09-10", note="查无实据")
    assert done["state"] == "dropped"
    order = await fraud.propose(SERIOUS)
    await fraud.act(order, "confirmations", by=checker, on="2003-09-10")
    paid = {"on": "2003-10-01", "part": "fine", "amount": "400.00"}
    await fraud.act(order, "repayments", **paid)
    wrong = {"on": "2003-10-10", "note": "复核：系同名"}
    own = await fraud.act(order, "reversals", 409, by=checker, **wrong)
    assert own["code"] == "maker-is-checker"
    lifted = await fraud.act(order, "reversals", by=fraud.registry.street, **wrong)
    assert (lifted["state"], lifted["refund_owed"], lifted["fine_owed"]) == (
        "lifted", "0.00", "0.00",
    )  # fmt: skip
    late = await fraud.act(order, "repayments", 409, **paid)
    assert late["code"] == "refund-order-state"
    events = [e for e in await fraud.registry.thing.told() if e.noun == "insurance-refund"]
    assert [e.type.split(".")[2] for e in events] == ["ordered", "repaid", "lifted"]
    assert events[-1].reverses == events[0].id


async def test_who_may_and_where(fraud: Fraud) -> None:
    order = await fraud.propose(FOUND)
    registry = fraud.registry
    foreign = registry.thing.client("registry_clerk", area=OTHER, office="231121-x")
    key = {"Idempotency-Key": str(new_id())}
    there = f"{PATH}/{fraud.account}/refund-orders"
    assert (await foreign.post(there, json=FOUND, headers=key)).status_code == 404
    assert (await foreign.get(f"{ORDERS}/{order['id']}")).status_code == 404
    assert (await foreign.get(ORDERS)).json()["items"] == []
    clerk = registry.thing.client("registry_clerk", subject="another clerk")
    refused = await clerk.post(
        f"{ORDERS}/{order['id']}/confirmations", json={"on": "2003-09-10"},
        headers={"If-Match": '"v1"'},
    )  # fmt: skip
    assert refused.status_code == 403
    supervisor = registry.thing.client("registry_supervisor", subject="supervisor")
    done = await supervisor.post(
        f"{ORDERS}/{order['id']}/confirmations", json={"on": "2003-09-10"},
        headers={"If-Match": '"v1"'},
    )  # fmt: skip
    assert done.status_code == 201, done.text
