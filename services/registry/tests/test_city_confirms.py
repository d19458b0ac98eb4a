"""Where a city says so, it confirms what its district approved before the certificate is issued (R11).

The city of these tests confirms from 2003-06-01 on. Business day: 2003-10-31.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from registry.certificates import acts, domain
from registry.certificates.domain import Certificate

from .conftest import DISTRICT, OFFICE, Registry, settled
from .test_certificate_facts import tell
from .test_certificate_procedure import RECORD, act, seen
from .test_unemployment_refusals import CITY

APPROVED = {"on": "2003-06-10"}
CONFIRMED = {"on": "2003-06-12"}


# --- the state, without a database

POSTED = Certificate(
    UUID(int=1), UUID(int=2), "soe_laid_off", "publicised", date(2003, 6, 1), date(2003, 6, 2), 2,
    "231102000000", "office", entitled=True, listed_on=date(2003, 6, 2),
)  # fmt: skip


def test_approved_by_the_district_it_waits_for_the_city() -> None:
    with pytest.raises(domain.PublicityNotOver):
        POSTED.approve(on=date(2003, 6, 4), publicity_days=3, issued_by="district")
    waits = POSTED.approve(on=date(2003, 6, 5), publicity_days=3, issued_by="district")
    assert (waits.state, waits.number, waits.issued_on) == ("approved", None, None)
    with pytest.raises(domain.WrongState):
        waits.approve(on=date(2003, 6, 6), publicity_days=3, issued_by="district")
    last, event = date(2006, 6, 6), UUID(int=9)
    with pytest.raises(domain.WrongState):
        POSTED.confirm(on=date(2003, 6, 6), number="1", valid_until=last, told_event=event)
    with pytest.raises(domain.OutOfOrder):
        waits.confirm(on=date(2003, 6, 4), number="1", valid_until=last, told_event=event)
    done = waits.confirm(on=date(2003, 6, 6), number="1", valid_until=last, told_event=event)
    assert (done.state, done.issued_on, done.issued_by) == ("issued", date(2003, 6, 6), "district")
    refused = replace(waits).refuse(reason="proof-false", on=date(2003, 6, 6))
    assert refused.state == "refused"


@pytest.mark.parametrize(("of_city", "codes"), [(True, ["refuse", "confirm"]), (False, ["refuse"])])
def test_only_an_office_of_the_city_is_offered_to_confirm(of_city: bool, codes: list[str]) -> None:
    def allowed(subject: str) -> list[str]:
        return acts.allowed(
            "approved", subject=subject, scopes=frozenset({"registry:certificate:approve"}),
            offices=(), inspected_by=None, makers=[("applied", "clerk"), ("approved", "district")],
            of_city=of_city,
        )  # fmt: skip

    assert allowed("city") == codes
    assert allowed("district") == ["refuse"]


# --- over HTTP


@pytest.fixture
async def city(running: Callable[..., Any]) -> Registry:
    return await settled(await running("registry", policy_overlay=CITY))


def district(registry: Registry) -> Any:
    return registry.thing.client(
        "certificate_approver", area=DISTRICT, office=OFFICE, subject="district"
    )


async def approved(registry: Registry, on: str = "2003-06-10") -> tuple[str, str, str]:
    """A worker with her number, and the certificate that the district approved."""
    form = registry.form()
    await registry.post("/v1/workers", form)
    id = await registry.certificate(form["id"])
    await act(registry, id, "issues", {"on": on}, by=district(registry))
    return form["id"], form["id_number"], id


async def test_it_waits_for_the_city_and_is_issued_by_its_word(city: Registry) -> None:
    worker, _, id = await approved(city)
    case = await city.get(f"/v1/certificates/{id}")
    assert (case["state"], case["number"], case["valid_until"]) == ("approved", None, None)
    # 2003-06-10 was a Tuesday: two working days.
    assert case["due_on"] == "2003-06-12"
    assert await city.told("certificate.issued") == []
    _, headers = await seen(city, id)
    theirs = await district(city).post(
        f"/v1/certificates/{id}/confirmations", json=CONFIRMED, headers=headers
    )
    assert (theirs.status_code, theirs.json()["code"]) == (403, "not-the-city")
    mine = await act(city, id, "confirmations", CONFIRMED, 409)
    assert mine["code"] == "maker-is-checker"
    early = await act(
        city, id, "confirmations", {"on": "2003-06-09"}, 422, by=city.checker
    )  # fmt: skip
    assert early["code"] == "step-out-of-order"
    done = await act(city, id, "confirmations", CONFIRMED, by=city.checker)
    assert (done["state"], done["issued_on"], done["valid_until"]) == (
        "issued", "2003-06-12", "2006-06-12",
    )  # fmt: skip
    assert done["number"]
    (told,) = await city.told("certificate.issued")
    assert (str(told.entity_id), str(told.valid_from)) == (id, "2003-06-12")
    steps = (await city.get(f"/v1/certificates/{id}/transitions"))["items"]
    assert [(s["state"], s["actor"]) for s in steps[-2:]] == [
        ("approved", "district"), ("issued", "checker"),
    ]  # fmt: skip
    again = {"worker_id": worker, "applied_on": "2003-10-01"}
    assert (await city.post("/v1/certificates", again, 409))["code"] == "certificate-exists"


async def test_what_waits_is_on_the_citys_list_and_late_after_its_days(city: Registry) -> None:
    _, _, id = await approved(city)
    waiting = (await city.checker.get("/v1/awaiting-approvals?kind=confirm")).json()["items"]
    assert [(one["id"], one["since"], one["made_by"]) for one in waiting] == [
        (id, "2003-06-10", "district")
    ]
    theirs = await district(city).get("/v1/awaiting-approvals?kind=confirm")
    assert theirs.status_code == 403 or theirs.json()["items"] == []
    late = await city.get("/v1/certificates/overdue", step="approved")
    assert [one["id"] for one in late["items"]] == [id]
    await act(city, id, "confirmations", CONFIRMED, by=city.checker)
    assert (await city.get("/v1/certificates/overdue", step="approved"))["items"] == []


async def test_one_that_waits_is_refused_or_ended_by_a_fact(city: Registry) -> None:
    _, _, id = await approved(city)
    body = {"on": "2003-06-11", "reason": "proof-false", "evidence": RECORD}
    refused = await act(city, id, "refusals", body, by=city.checker)
    assert refused["state"] == "refused"
    _, number, other = await approved(city)
    fact = await tell(city, number, "emigrated", "2003-06-11")
    case = await city.get(f"/v1/certificates/{other}")
    assert (case["state"], case["reason"]) == ("refused", "emigrated")
    police = city.thing.client("authority", office="231100-police", subject="231100-police")
    back = {"id": str(UUID(int=77)), "reverses": fact}
    assert (await police.post("/v1/life-facts/reversals", json=back)).status_code == 201
    assert (await city.get(f"/v1/certificates/{other}"))["state"] == "approved"


async def test_before_the_city_asked_for_it_and_of_the_past_nobody_waits(
    city: Registry, registry: Registry
) -> None:
    _, _, before = await approved(city, on="2003-05-31")
    assert (await city.get(f"/v1/certificates/{before}"))["state"] == "issued"
    loaded = await city.holder(issued_on="2003-06-20")
    (past,) = (await city.get("/v1/certificates", worker_id=loaded))["items"]
    assert past["state"] == "issued"
    _, _, elsewhere = await approved(registry)
    assert (await registry.get(f"/v1/certificates/{elsewhere}"))["state"] == "issued"
    none = await act(registry, elsewhere, "confirmations", CONFIRMED, 409, by=registry.checker)
    assert none["code"] == "certificate-state"


async def test_a_batch_of_the_district_waits_whole(city: Registry) -> None:
    from hashlib import sha256

    forms = [city.form() for _ in range(2)]
    await city.loaded("/v1/workers", forms)
    ids = sorted([await city.certificate(form["id"]) for form in forms])
    body = {
        "on": "2003-06-10", "certificate_ids": ids, "count": 2,
        "digest": sha256("\n".join(ids).encode()).hexdigest(),
    }  # fmt: skip
    done = await city.post(
        "/v1/certificates/approvals", body, by=city.checker, **{"Idempotency-Key": "batch-0001"}
    )
    assert sorted((one["certificate_id"], one["state"], one["number"]) for one in done["issued"]) == [
        (id, "approved", "") for id in ids
    ]  # fmt: skip
