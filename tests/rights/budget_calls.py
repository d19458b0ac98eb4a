"""Calls about budgets and closed periods of the district."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.journeys.city import PLACE, City
from tests.rights.calls import NOBODY, Calls, made


async def budget_calls(city: City, calls: Calls) -> None:
    """A draft for each act: every one of them is at its first version."""
    note = calls.of("subsidy")
    lines = {
        "sources": [{"source": "province", "amount": "100.00"}],
        "lines": [{"use_code": "training-subsidy", "amount": "100.00"}],
    }

    def draft(year: int) -> dict[str, Any]:
        return {
            "fund": "reemployment", "year": year, "drafted_on": "2003-01-10", **lines, **PLACE,
        }  # fmt: skip

    years = range(2010, 2014)
    ids = [await made(city, "subsidy", "/v1/budgets", draft(year)) for year in years]
    row = {
        "fund": "reemployment", "year": 2020, "use_code": "training-subsidy", "source": "province",
        "amount": "1.00", "drafted_on": "2003-01-10", **PLACE,
    }  # fmt: skip
    note("POST /v1/budgets", draft(2019))
    note("POST /v1/budgets/imports", rows=[row])
    note("GET /v1/budgets")
    base = "/v1/budgets/{budget_id}"
    note(f"GET {base}", budget_id=ids[0])
    note(f"POST {base}/revisions", {"on": "2003-01-12", **lines}, budget_id=ids[1])
    note(f"POST {base}/withdrawals", {"on": "2003-01-12"}, budget_id=ids[2])
    approval = {"on": "2003-01-20", "approval": "领导小组[2003]1号"}
    note(f"POST {base}/approvals", approval, budget_id=ids[0])
    wider = {
        "budget_id": ids[3], "proposed_on": "2003-01-21", "reason": "调剂",
        "lines": [{"use_code": "training-subsidy", "change": "-1.00"}],
    }  # fmt: skip
    moved = await _proposed(city, ids[3], wider)
    note("POST /v1/reallocations", wider)
    note("GET /v1/reallocations")
    note("GET /v1/reallocations/{reallocation_id}", reallocation_id=moved)
    decision = {"on": "2003-01-22", "approved": False}
    note("POST /v1/reallocations/{reallocation_id}/decisions", decision, reallocation_id=moved)
    part = {"use_code": "training-subsidy", "amount": "10.00", "purpose": "再就业培训"}
    note(f"POST {base}/releases", {"on": "2003-07-01", "lines": [part]}, budget_id=ids[0])
    undo = {"reversed_on": "2003-07-02", "reason": "重复下达"}
    base += "/releases/{arrangement_id}"
    note(f"POST {base}/reversals", undo, budget_id=ids[0], arrangement_id=NOBODY)
    closing = {"on": "2003-08-01", "explanation": "结余", "approval": "黑市财[2004]1号"}
    note("POST /v1/budgets/{budget_id}/closings", closing, budget_id=ids[0])


async def matching_calls(city: City, calls: Calls) -> None:
    """What the district's county owes beside a grant."""
    note = calls.of("subsidy")
    duty = {
        "fund": "reemployment", "owed_by": "county", "year": 2003, "amount": "100.00",
        "due_on": "2003-09-30", "stated_on": "2003-06-30", "document": "黑财社[2003]8号", **PLACE,
    }  # fmt: skip
    owed = await made(city, "subsidy", "/v1/matching-duties", duty)
    note("POST /v1/matching-duties", duty)
    note("POST /v1/matching-duties/imports", rows=[duty])
    note("GET /v1/matching-duties")
    note("GET /v1/matching-duties/{duty_id}", duty_id=owed)
    wrong = {"reversed_on": "2003-07-02", "reason": "重复登记"}
    note("POST /v1/matching-duties/{duty_id}/reversals", wrong, duty_id=owed)


async def _proposed(city: City, budget: str, body: dict[str, Any]) -> str:
    """An approved budget, and a reallocation proposed of it."""
    approver = city.world["subsidy"].client("finance_approver")
    officer = city.world["subsidy"].client("finance_officer")
    approval = {"on": "2003-01-20", "approval": "领导小组[2003]1号"}
    for client, path, sent, seen in (
        (approver, f"/v1/budgets/{budget}/approvals", approval, 1),
        (officer, "/v1/reallocations", body, 2),
    ):
        headers = {"Idempotency-Key": str(uuid4()), "If-Match": f'"v{seen}"'}
        answer = await client.post(path, json=sent, headers=headers)
        assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def period_calls(city: City, calls: Calls) -> None:
    """A book closed through a year long ago, and opened again."""
    note = calls.of("subsidy")

    def period(through: str) -> dict[str, Any]:
        return {
            "fund": "living_allowance", "closed_through": through, "closed_on": "2003-01-10",
            "note": "核对无误", **PLACE,
        }  # fmt: skip

    closed = await made(city, "subsidy", "/v1/periods", period("1999-12-31"))
    why = {"on": "2003-01-11", "reason": "补记", "approval": "黑市财[2003]17号"}
    note("GET /v1/periods")
    note("GET /v1/periods/{period_id}", period_id=closed)
    note("POST /v1/periods/{period_id}/reopenings", why, period_id=closed)
    note("POST /v1/periods", period("2000-12-31"))
