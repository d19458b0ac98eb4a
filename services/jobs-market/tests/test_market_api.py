"""Employers, posts, vacancies, job-seekers, referrals over HTTP and PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import Any

from kit.ids import new_id

PLACE = {"area_code": "231102000000", "office": "231102-employment-bureau"}
USCC = "91110000600037341L"


async def test_an_employer_is_told_once_and_only_its_staff_count_is_edited(market: Any) -> None:
    employer = await market.employer(uscc=USCC)
    (event,) = await market.told("employer.registered")
    assert event.data == {
        "name": "黑河市利民商店", "uscc": USCC, "organisation_code": USCC[8:17],
        "sector": "commerce", "ownership": "private",
    }  # fmt: skip
    path = f"/v1/employers/{employer}"
    tag = (await market.http.get(path)).headers["etag"]
    without = await market.http.patch(path, json={"staff_count": 60})
    assert without.status_code == 428
    done = await market.http.patch(path, json={"staff_count": 60}, headers={"If-Match": tag})
    assert (done.status_code, done.json()["staff_count"]) == (200, 60)
    stale = await market.http.patch(path, json={"staff_count": 61}, headers={"If-Match": tag})
    assert stale.status_code == 412
    assert await market.facts() == ["employer.registered"]


async def test_a_credit_code_is_checked_and_belongs_to_one_employer(market: Any) -> None:
    await market.employer(uscc=USCC)
    body = {
        "name": "另一商店", "sector": "commerce", "ownership": "private",
        "registered_on": "2003-01-02", **PLACE,
    }  # fmt: skip
    taken = await market.post("/v1/employers", {**body, "uscc": USCC}, 409)
    wrong = await market.post("/v1/employers", {**body, "uscc": USCC[:-1] + "M"}, 422)
    assert (taken["code"], wrong["code"]) == ("uscc-taken", "invalid-uscc")


async def test_an_organisation_code_is_told_and_belongs_to_one_employer(market: Any) -> None:
    """The insurance agency names a payer by it, also where there is no credit code yet."""
    employer = await market.employer(organisation_code="70289001-5")
    (event,) = await market.told("employer.registered")
    assert (event.data["uscc"], event.data["organisation_code"]) == (None, "702890015")
    shown = (await market.http.get(f"/v1/employers/{employer}")).json()
    assert shown["organisation_code"] == "702890015"
    body = {
        "name": "另一商店", "sector": "commerce", "ownership": "private",
        "registered_on": "2003-01-02", **PLACE,
    }  # fmt: skip
    taken = await market.post("/v1/employers", {**body, "organisation_code": "702890015"}, 409)
    differs = {"uscc": USCC, "organisation_code": "12345678-9"}
    wrong = await market.post("/v1/employers", {**body, **differs}, 422)
    assert (taken["code"], wrong["code"]) == (
        "organisation-code-taken", "organisation-code-differs",
    )  # fmt: skip


async def test_of_simultaneous_registrations_of_one_credit_code_one_stands(market: Any) -> None:
    body = {
        "name": "某商店", "sector": "commerce", "ownership": "private", "uscc": USCC,
        "registered_on": "2003-01-02", **PLACE,
    }  # fmt: skip
    answers = await asyncio.gather(
        *(market.http.post("/v1/employers", json=body) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(await market.told("employer.registered")) == 1


async def test_employers_are_seen_by_their_own_office_only(market: Any) -> None:
    employer = await market.employer()
    other = market.thing.client("jobs_clerk", area="231121000000", office="231121-bureau")
    assert (await other.get(f"/v1/employers/{employer}")).status_code == 404
    refused = await other.patch(
        f"/v1/employers/{employer}", json={"staff_count": 1}, headers={"If-Match": '"v1"'}
    )
    assert refused.status_code == 404
    listed = (await market.get("/v1/employers?sector=commerce"))["items"]
    assert [one["id"] for one in listed] == [employer]


async def test_posts_are_opened_and_lost_one_by_one_or_many(market: Any) -> None:
    employer = await market.employer()
    body = {"employer_id": employer, "opened_on": "2003-02-01", **PLACE}
    post = await market.post("/v1/posts", body)
    assert post["sector"] == "commerce"
    lost = {"lost_on": "2003-05-01", "reason": "layoff"}
    await market.post(f"/v1/posts/{post['id']}/losses", lost)
    again = await market.post(f"/v1/posts/{post['id']}/losses", lost, 409)
    assert again["code"] == "post-already-lost"
    rows = [
        {**body, "sector": "industry", "new_investment": True},
        {**body, "lost_on": "2003-03-01", "lost_reason": "natural_loss"},
        {**body, "lost_on": "2003-01-01", "lost_reason": "natural_loss"},
        {**body, "employer_id": str(new_id())},
        {**body, "lost_on": "2003-03-01"},
    ]
    done = await market.load("/v1/posts", rows, mode="good")
    codes = [error["code"] for error in done["errors"]]
    assert (done["accepted"], sorted(codes)[:2]) == (2, ["lost-before-opened", "unknown-employer"])
    assert (await market.facts())[1:] == [
        "post.opened", "post.lost", "post.opened", "post.opened", "post.lost",
    ]  # fmt: skip


async def vacancy(market: Any, **changes: Any) -> dict[str, Any]:
    body = {
        "employer_id": await market.employer(staff_count=80),
        "occupation": "营业员",
        "headcount": 1,
        "wage": "600.00",
        "reported_on": "2003-05-01",
        "vacant_on": "2003-05-10",
        **PLACE,
        **changes,
    }
    told: dict[str, Any] = await market.post("/v1/vacancies", body)
    return told


async def test_a_vacancy_is_reported_noted_and_closed(market: Any) -> None:
    one = await vacancy(market)
    path = f"/v1/vacancies/{one['id']}"
    seen = await market.http.get(path)
    assert (seen.json()["reported_late"], seen.json()["state"]) == (True, "reported")
    noted = await market.http.patch(
        path, json={"requirements": "初中以上"}, headers={"If-Match": seen.headers["etag"]}
    )
    assert noted.json()["requirements"] == "初中以上"
    closing = {"closed_on": "2003-05-20", "reason": "withdrawn"}
    assert (await market.post(f"{path}/closings", closing))["state"] == "closed"
    assert (await market.post(f"{path}/closings", closing, 409))["code"] == "vacancy-closed"
    reported, closed = (
        await market.told("vacancy.reported"),
        await market.told("vacancy.closed"),
    )
    assert (reported[0].data["wage"], closed[0].data["reason"]) == ("600.00", "withdrawn")
    employer = one["employer_id"]
    rows = [
        {"employer_id": employer, "occupation": "保安", "headcount": 3, "wage": "500.00",
         "reported_on": "2003-05-01", **PLACE},
    ]  # fmt: skip
    assert (await market.load("/v1/vacancies", rows))["accepted"] == 1
    assert len((await market.get(f"/v1/vacancies?employer_id={employer}"))["items"]) == 2


async def seeker(market: Any, worker: str | None = None) -> dict[str, Any]:
    body = {
        "worker_id": worker or await market.worker(), "registered_on": "2003-05-01", **PLACE,
    }  # fmt: skip
    told: dict[str, Any] = await market.post("/v1/jobseekers", body)
    return told


async def test_a_job_seeker_counts_once_per_period_of_validity(market: Any) -> None:
    one = await seeker(market)
    assert one["valid_until"] == "2003-08-01"
    body = {"worker_id": one["worker_id"], "registered_on": "2003-07-01", **PLACE}
    assert (await market.post("/v1/jobseekers", body, 409))["code"] == "already-seeking"
    rows = [
        {**body, "registered_on": "2003-08-02"},
        {**body, "registered_on": "2003-09-02"},
        {**body, "worker_id": str(new_id())},
    ]
    done = await market.load("/v1/jobseekers", rows, mode="good")
    assert [error["code"] for error in done["errors"]] == ["already-seeking", "not-yet-known"]
    states = [one["state"] for one in (await market.get("/v1/jobseekers"))["items"]]
    assert sorted(states) == ["active", "expired"]
    gone = {"withdrawn_on": "2003-06-01", "reason": "moved_away"}
    await market.post(f"/v1/jobseekers/{one['id']}/withdrawals", gone)
    seen = await market.get(f"/v1/jobseekers/{one['id']}")
    assert seen["state"] == "withdrawn"
    assert len(await market.told("jobseeker.withdrawn")) == 1


async def refer(market: Any, who: Any, where: Any, status: int = 201) -> dict[str, Any]:
    body = {
        "jobseeker_id": who["id"], "vacancy_id": where["id"], "issued_on": "2003-05-05",
        "office": PLACE["office"],
    }  # fmt: skip
    told: dict[str, Any] = await market.post("/v1/referrals", body, status)
    return told


async def test_a_hire_fills_the_vacancy_and_may_be_named_by_a_placement(market: Any) -> None:
    who, where = await seeker(market), await vacancy(market)
    letter = await refer(market, who, where)
    assert (await refer(market, who, where, 409))["code"] == "already-referred"
    answer = {"resolved_on": "2003-05-08", "outcome": "hired"}
    claim = {"referral_id": letter["id"]}
    assert (await market.claim(who["worker_id"], 422, **claim))["code"] == "referral-not-hired"
    await market.post(f"/v1/referrals/{letter['id']}/resolutions", answer)
    again = await market.post(f"/v1/referrals/{letter['id']}/resolutions", answer, 409)
    assert again["code"] == "referral-resolved"
    assert (await market.get(f"/v1/vacancies/{where['id']}"))["state"] == "filled"
    assert (await market.facts())[-3:] == [
        "referral.issued", "referral.resolved", "vacancy.closed",
    ]  # fmt: skip
    assert (await refer(market, await seeker(market), where, 409))["code"] == "vacancy-closed"
    placed = await market.placed(who["worker_id"], **claim)
    assert placed["referral_id"] == letter["id"]
    other = await market.worker()
    assert (await market.claim(other, 422, **claim))["code"] == "referral-not-hired"
    listed = await market.get(f"/v1/referrals?worker_id={who['worker_id']}")
    assert [one["outcome"] for one in listed["items"]] == ["hired"]
    assert (await market.get(f"/v1/referrals/{letter['id']}"))["outcome"] == "hired"
