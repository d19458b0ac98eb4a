"""Calls about who is paid month by month in the district."""

from __future__ import annotations

from uuid import uuid4

from tests.journeys.city import PLACE, City
from tests.rights.calls import Calls, made


async def enrolment_calls(city: City, calls: Calls) -> None:
    """An enrolment to look at and to end, and further ones to make."""
    note = calls.of("subsidy")
    account = {
        "name": "黑河市社会保险局", "number": "23110010000099", "clearing_code": "102261000018",
        "proposed_on": "2003-07-01", "reason": "开户许可证",
    }  # fmt: skip
    agency = {"kind": "insurance_agency", "reference_id": str(uuid4()), "account": account, **PLACE}
    payee = await made(city, "subsidy", "/v1/payees", agency)

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
