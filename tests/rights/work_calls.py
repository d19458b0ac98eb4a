"""Calls about work in the district: jobs-market."""

from __future__ import annotations

from tests.journeys.city import OFFICE, PLACE, City
from tests.rights.calls import ON, Calls, found_one, made, people


async def market_calls(city: City, calls: Calls) -> None:
    """Employers, posts, vacancies, those who seek."""
    note = calls.of("jobs-market")
    who = await people(city, 5)
    employer = {
        "name": "黑河市利民商店",
        "sector": "commerce",
        "ownership": "private",
        "registered_on": "2003-01-02",
        **PLACE,
    }
    boss = await made(city, "jobs-market", "/v1/employers", employer)
    note("POST /v1/employers", employer)
    note("POST /v1/employers/imports", rows=[employer])
    note("GET /v1/employers")
    note("GET /v1/employers/{employer_id}", employer_id=boss)
    note("PATCH /v1/employers/{employer_id}", {"staff_count": 60}, employer_id=boss)

    post = {"employer_id": boss, "opened_on": "2003-02-01", **PLACE}
    one = await made(city, "jobs-market", "/v1/posts", post)
    note("POST /v1/posts", post)
    note("POST /v1/posts/imports", rows=[post])
    note("GET /v1/posts")
    note("GET /v1/posts/{post_id}", post_id=one)
    note(
        "POST /v1/posts/{post_id}/losses",
        {"lost_on": "2003-05-01", "reason": "layoff"},
        post_id=one,
    )

    vacancy = {"employer_id": boss, "occupation": "营业员", "headcount": 2, "wage": "600.00",
               "reported_on": "2003-05-01", **PLACE}  # fmt: skip
    open_one = await made(city, "jobs-market", "/v1/vacancies", vacancy)
    closable = await made(city, "jobs-market", "/v1/vacancies", vacancy)
    note("POST /v1/vacancies", vacancy)
    note("POST /v1/vacancies/imports", rows=[vacancy])
    note("GET /v1/vacancies")
    note("GET /v1/vacancies/{vacancy_id}", vacancy_id=open_one)
    note("PATCH /v1/vacancies/{vacancy_id}", {"requirements": "初中以上"}, vacancy_id=open_one)
    note(
        "POST /v1/vacancies/{vacancy_id}/closings",
        {"closed_on": "2003-05-20", "reason": "withdrawn"},
        vacancy_id=closable,
    )

    seekers = [{"worker_id": one, "registered_on": "2003-09-01", **PLACE} for one in who[:5]]
    ids = [await made(city, "jobs-market", "/v1/jobseekers", body) for body in seekers[:3]]
    await found_one(city, "jobs-market", who[0], who[1])
    note("GET /v1/findings")
    note("POST /v1/jobseekers", seekers[3])
    note("POST /v1/jobseekers/imports", rows=[seekers[4]])
    note("GET /v1/jobseekers")
    note("GET /v1/jobseekers/{jobseeker_id}", jobseeker_id=ids[0])
    note(
        "POST /v1/jobseekers/{jobseeker_id}/withdrawals",
        {"withdrawn_on": ON, "reason": "moved_away"},
        jobseeker_id=ids[0],
    )

    letter = {"vacancy_id": open_one, "issued_on": "2003-09-05", "office": OFFICE}
    sent = await made(city, "jobs-market", "/v1/referrals", {"jobseeker_id": ids[1], **letter})
    note("POST /v1/referrals", {"jobseeker_id": ids[2], **letter})
    note("GET /v1/referrals")
    note("GET /v1/referrals/{referral_id}", referral_id=sent)
    note(
        "POST /v1/referrals/{referral_id}/resolutions",
        {"resolved_on": ON, "outcome": "not_hired"},
        referral_id=sent,
    )


async def work_calls(city: City, calls: Calls) -> None:
    """Placements, public-welfare posts, training."""
    note = calls.of("jobs-market")
    who = await people(city, 9)
    boss = (await city.get("jobs-market", "/v1/employers?limit=1"))["items"][0]["id"]
    claims = [{"worker_id": one, "channel": "flexible", "evidence": "flexible_declaration",
               "started_on": "2003-09-01", **PLACE} for one in who[:4]]  # fmt: skip
    claimed = await made(city, "jobs-market", "/v1/placements", {**claims[0], "claimed_on": ON})
    note("POST /v1/placements", {**claims[1], "claimed_on": ON})
    note("POST /v1/placements/imports", rows=[claims[2]])
    note("GET /v1/placements")
    note("GET /v1/placements/{placement_id}", placement_id=claimed)
    note(
        "POST /v1/placements/{placement_id}/confirmations",
        {"confirmed_on": ON},
        placement_id=claimed,
    )
    note(
        "POST /v1/placements/{placement_id}/endings",
        {"ended_on": "2003-10-01", "reason": "resigned"},
        placement_id=claimed,
    )
    note(
        "POST /v1/placements/{placement_id}/voidings",
        {"voided_on": "2003-10-01", "reason": "duplicate"},
        placement_id=claimed,
    )

    welfare = {"employer_id": boss, "kind": "cleaning", "developed_on": "2003-03-01", **PLACE}
    cleaning = await made(city, "jobs-market", "/v1/public-welfare-posts", welfare)
    note("POST /v1/public-welfare-posts", welfare)
    note("POST /v1/public-welfare-posts/imports", rows=[welfare])
    note("GET /v1/public-welfare-posts")
    note("GET /v1/public-welfare-posts/{post_id}", post_id=cleaning)

    lessons = {"provider": "市就业训练中心", "subject": "烹饪", "kind": "vocational", "planned": 45,
               "starts_on": "2003-04-01", "ends_on": "2003-05-31", **PLACE}  # fmt: skip
    classes = [await made(city, "jobs-market", "/v1/training-classes", lessons) for _ in range(3)]
    enrolments = [
        {"class_id": classes[0], "worker_id": one, "enrolled_on": "2003-04-01"} for one in who[4:7]
    ]
    enrolled = await made(city, "jobs-market", "/v1/enrolments", enrolments[0])
    note("POST /v1/training-classes", lessons)
    note("POST /v1/training-classes/imports", rows=[lessons])
    note("GET /v1/training-classes")
    note("GET /v1/training-classes/{class_id}", class_id=classes[0])
    note("POST /v1/enrolments", enrolments[1])
    note("POST /v1/enrolments/imports", rows=[{**enrolments[2], "result": "passed"}])
    note("GET /v1/enrolments")
    note("GET /v1/enrolments/{enrolment_id}", enrolment_id=enrolled)
    note(
        "POST /v1/enrolments/{enrolment_id}/results",
        {"result": "passed", "resulted_on": "2003-05-31"},
        enrolment_id=enrolled,
    )
    note(
        "POST /v1/training-classes/{class_id}/completions",
        {"completed_on": "2003-06-01"},
        class_id=classes[1],
    )
    note(
        "POST /v1/training-classes/completions/imports",
        rows=[{"class_id": classes[2], "completed_on": "2003-06-01"}],
    )
