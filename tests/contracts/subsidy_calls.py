"""Calls of subsidy that the table of rights does not try, or tries only up to a refusal: a budget is
released, reversed, reallocated and closed, which wants money and a year that is over.

Each names who makes it: whoever drafts or proposes does not approve.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

from subsidy.programmes.bodies import TryFacts
from tests.contracts.further import Further, call_of
from tests.journeys.city import DISTRICT, OFFICE, PLACE, City

OFFICER = ("finance_officer", DISTRICT, OFFICE, "who drafts")
APPROVER = ("finance_approver", DISTRICT, OFFICE, "who approves")
#: A year in which the table's calls have no budget, and which is over.
YEAR = 2004
APPROVED = {"on": f"{YEAR}-01-20", "approval": f"领导小组[{YEAR}]1号"}
_call = partial(call_of, "subsidy")


async def subsidy_further(city: City) -> list[Further]:
    """In an order in which all of them succeed."""
    return [*_programmes(), *await _budget(city)]


def _programmes() -> list[Further]:
    tried = TryFacts.model_config["json_schema_extra"]["examples"][0]
    code = {"code": "si-enterprise"}
    return [
        Further(
            _call("GET /v1/contract/events/{name}", name="subsidy.payment.made.v1.schema.json")
        ),
        Further(_call("GET /v1/programmes/{code}", **code)),
        Further(_call("POST /v1/programmes/{code}/assessments", tried, **code)),
    ]


async def _budget(city: City) -> list[Further]:
    """Money comes, a budget is approved and released; a second release was wrong, what is left of the
    year goes back."""
    money = {
        "fund": "reemployment", "source": "province", "amount": "1000.00",
        "received_on": f"{YEAR}-01-05", "year": YEAR, **PLACE,
    }  # fmt: skip
    draft = {
        "fund": "reemployment", "year": YEAR, "drafted_on": f"{YEAR}-01-10",
        "sources": [{"source": "province", "amount": "1000.00"}],
        "lines": [
            {"use_code": "training-subsidy", "amount": "600.00"},
            {"use_code": "post-subsidy", "amount": "400.00"},
        ],
        **PLACE,
    }  # fmt: skip
    await _made(city, OFFICER, "/v1/appropriations", money)
    budget = (await _made(city, OFFICER, "/v1/budgets", draft))["id"]
    path = f"/v1/budgets/{budget}"
    await _made(city, APPROVER, f"{path}/approvals", APPROVED, of=path)
    wrong = str(uuid4())
    await _made(city, OFFICER, f"{path}/releases", _release(wrong), of=path)
    moved = {
        "budget_id": budget, "proposed_on": f"{YEAR}-08-01", "reason": "培训结余调剂",
        "lines": [
            {"use_code": "training-subsidy", "change": "-50.00"},
            {"use_code": "post-subsidy", "change": "50.00"},
        ],
    }  # fmt: skip
    proposed = (await _made(city, OFFICER, "/v1/reallocations", moved, of=path))["id"]
    back = {"reversed_on": f"{YEAR}-07-10", "reason": "重复下达"}
    decision = {"on": f"{YEAR}-08-05", "approved": True, "approval": f"黑市财[{YEAR}]21号"}
    closing = {
        "on": f"{YEAR + 1}-01-05",
        "explanation": "培训班跨年",
        "approval": "黑市财[2005]1号",
    }
    one = "/v1/budgets/{budget_id}"
    return [
        Further(_call(f"POST {one}/releases", _release(str(uuid4())), budget_id=budget), OFFICER),
        Further(
            _call(
                f"POST {one}/releases/{{arrangement_id}}/reversals", back,
                budget_id=budget, arrangement_id=wrong,
            ),
            APPROVER,
        ),
        Further(_call("POST /v1/reallocations", moved), OFFICER, path),
        Further(
            _call(
                "POST /v1/reallocations/{reallocation_id}/decisions", decision,
                reallocation_id=proposed,
            ),
            APPROVER, path,
        ),
        Further(_call(f"POST {one}/closings", closing, budget_id=budget), APPROVER),
    ]  # fmt: skip


def _release(arrangement: str) -> dict[str, Any]:
    line = {
        "id": arrangement, "use_code": "training-subsidy", "amount": "100.00", "purpose": "再就业培训",
    }  # fmt: skip
    return {"on": f"{YEAR}-07-01", "lines": [line]}


async def _made(
    city: City, who: tuple[str, str, str, str], path: str, body: Any, of: str | None = None
) -> Any:
    """What ``who`` makes by a POST that names the version of the thing ``of``."""
    role, area, office, subject = who
    client = city.world["subsidy"].client(role, area=area, office=office, subject=subject)
    seen = await client.get(of) if of else None
    version = {"If-Match": seen.headers["etag"]} if seen else {}
    made = await client.post(path, json=body, headers={"Idempotency-Key": str(uuid4()), **version})
    assert made.status_code == 201, made.text
    return made.json()
