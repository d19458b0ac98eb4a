"""Calls about claims of the district, one of which was reviewed."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from tests.journeys.city import PLACE, City, Story
from tests.rights.calls import Calls, made

CODE = "70289002-3"
PAPERS = ("roster", "certificate-copies", "contract-copies", "contribution-detail", "basic-account")


async def insured_worker(city: City, code: str = CODE) -> Story:
    """Somebody hired in September and insured for it by her employer, whose code is ``code``."""
    story = await city.a_laid_off_worker_with_certificate()
    employer = {
        "id": story.employer, "name": "黑河市红旗饭店", "sector": "catering", "ownership": "private",
        "organisation_code": code, "registered_on": "2003-01-02", **PLACE,
    }  # fmt: skip
    await city.post("jobs-market", "/v1/employers", employer)
    await city.world.settle()
    await city.place(story)
    await city.world.settle()
    subsidy = city.world["subsidy"]
    paid = {
        "worker_id": story.worker, "month": "2003-09", "insurances": ["pension", "unemployment"],
        "base": "600.00", "payer": code,
    }  # fmt: skip
    await subsidy.deliver(
        subsidy.heard(
            "registry.contribution.recorded.v1", uuid4(), paid, valid_from=date(2003, 9, 1)
        )
    )
    return story


def month_of(story: Story) -> dict[str, Any]:
    """Her September as a line of a claim."""
    return {"worker_id": story.worker, "month": "2003-09", "reference": story.placement}


def filing_of(story: Story, **fields: Any) -> dict[str, Any]:
    """Her employer's claim for the quarter."""
    return {
        "programme": "si-enterprise", "claimant_id": story.employer, "quarter": "2003Q3",
        "filed_on": "2003-10-09", "papers": dict.fromkeys(PAPERS, "15号"), **PLACE, **fields,
    }  # fmt: skip


async def claim_calls(city: City, calls: Calls) -> None:
    """Somebody insured by her employer for September, and the quarter's claim for her."""
    note = calls.of("subsidy")
    story = await insured_worker(city)
    subsidy, line = city.world["subsidy"], month_of(story)
    claim = await made(city, "subsidy", "/v1/claims", filing_of(story, lines=[line]))
    other = await made(city, "subsidy", "/v1/claims", filing_of(story))
    reviewed = await subsidy.client("subsidy_reviewer", subject="reviewer").post(
        f"/v1/claims/{claim}/reviews", json={"on": "2003-10-10"},
        headers={"Idempotency-Key": str(uuid4()), "If-Match": '"v1"'},
    )  # fmt: skip
    assert reviewed.json()["amount"] == "132.00", reviewed.text
    (decided,) = (await city.get("subsidy", f"/v1/claims/{claim}/lines"))["items"]
    note("POST /v1/claims", filing_of(story))
    note("POST /v1/claims/imports", rows=[{"claim_id": other, **line}])
    note("GET /v1/claims")
    base = "/v1/claims/{id}"
    note(f"GET {base}", id=claim)
    note(f"GET {base}/lines", id=claim)
    note(f"GET {base}/lines/{{line_id}}/decision", id=claim, line_id=decided["id"])
    note("GET /v1/benefit-months")
    step = {"on": "2003-10-15"}
    note(f"POST {base}/reviews", step, id=claim)
    note(f"POST {base}/refilings", step, id=claim)
    note(f"POST {base}/approvals", {**step, "arrangement_id": str(UUID(int=1))}, id=claim)
    account = {
        "payer_id": str(UUID(int=1)),
        "payee_id": str(UUID(int=1)),
        "execute_on": "2003-10-15",
    }
    note(f"POST {base}/payments", {**step, **account}, id=claim)
    turned = {**step, "reason": "papers-incomplete"}
    note(f"POST {base}/returns", turned, id=other)
    note(f"POST {base}/rejections", turned, id=other)
