"""Calls about who is paid month by month in the district, and the runs of a month."""

from __future__ import annotations

from uuid import UUID, uuid4

from subsidy.runs import freezing
from tests.journeys.city import PLACE, City
from tests.rights.calls import Calls, a_placed_person, made


async def _agency(city: City) -> str:
    """An insurance agency that is paid."""
    account = {
        "name": "黑河市社会保险局", "number": "23110010000099", "clearing_code": "102261000018",
        "proposed_on": "2003-07-01", "reason": "开户许可证",
    }  # fmt: skip
    agency = {"kind": "insurance_agency", "reference_id": str(uuid4()), "account": account, **PLACE}
    return await made(city, "subsidy", "/v1/payees", agency)


async def enrolment_calls(city: City, calls: Calls) -> None:
    """An enrolment to look at and to end, and further ones to make."""
    note = calls.of("subsidy")
    payee = await _agency(city)

    def row() -> dict[str, object]:
        return {
            "worker_id": str(uuid4()), "programme": "si-public-welfare", "reference": str(uuid4()),
            "payee_id": payee, "since": "2003-09-01", **PLACE,
        }  # fmt: skip

    one = await made(city, "subsidy", "/v1/enrolments", row())
    note("POST /v1/enrolments", row())
    note("POST /v1/enrolments/imports", rows=[row()])
    note("GET /v1/enrolments")
    note("GET /v1/enrolments/{enrolment_id}", enrolment_id=one)
    note(
        "POST /v1/enrolments/{enrolment_id}/endings",
        {"ended_on": "2003-10-15", "reason": "本人申请退出"},
        enrolment_id=one,
    )


async def run_calls(city: City, calls: Calls) -> None:
    """Drafts of runs, each for the act at its first version; one that is decided, with a line."""
    note = calls.of("subsidy")
    plan = {
        "fund": "reemployment", "use_code": "social-insurance-subsidy", "amount": "1.00",
        "arranged_on": "2003-07-01", "purpose": "社会保险补贴", **PLACE,
    }  # fmt: skip
    line = await made(city, "subsidy", "/v1/arrangements", plan)
    draft = {
        "programme": "si-public-welfare", "month": "2003-08", "arrangement_id": line,
        "shortage": "pro-rata", "drafted_on": "2003-09-20", **PLACE,
    }  # fmt: skip
    first, second, third = [await made(city, "subsidy", "/v1/runs", draft) for _ in range(3)]
    decided, line_id = await _decided(city, draft)
    note("POST /v1/runs", draft)
    note("GET /v1/runs")
    base = "/v1/runs/{run_id}"
    note(f"GET {base}", run_id=first)
    note(f"GET {base}/lines", run_id=decided)
    note(f"GET {base}/lines/{{line_id}}/decision", run_id=decided, line_id=line_id)
    note(f"POST {base}/reservations", {}, run_id=first)
    note(f"POST {base}/approvals", {"on": "2003-10-15", "content_hash": "0" * 64}, run_id=first)
    order = {"payer_id": line, "execute_on": "2003-10-16", "made_on": "2003-10-15"}
    note(f"POST {base}/payment-batches", order, run_id=first)
    note(f"POST {base}/closings", {"on": "2003-10-20"}, run_id=first)
    note(f"POST {base}/freezes", {}, run_id=second)
    note(f"POST {base}/cancellations", {"on": "2003-10-20"}, run_id=third)


async def _decided(city: City, draft: dict[str, object]) -> tuple[str, str]:
    """A run that is decided, and a line of it with its record."""
    story = await a_placed_person(city)
    row = {
        "worker_id": str(story.worker), "programme": "si-public-welfare",
        "reference": str(story.placement), "payee_id": await _agency(city), "since": "2003-08-01",
        **PLACE,
    }  # fmt: skip
    enrolment = await made(city, "subsidy", "/v1/enrolments", row)
    run = await made(city, "subsidy", "/v1/runs", draft)
    thing = city.world["subsidy"]
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"v1"'}
    await thing.client("finance_officer").post(f"/v1/runs/{run}/freezes", json={}, headers=headers)
    await freezing.freeze(thing.runtime, UUID(run))
    lines = (await city.get("subsidy", f"/v1/runs/{run}/lines"))["items"]
    return run, next(one["id"] for one in lines if one["enrolment_id"] == enrolment)
