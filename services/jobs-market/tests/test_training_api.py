"""Training: results, completion, and the employment that follows from other facts."""

from __future__ import annotations

from typing import Any

from kit.ids import new_id


async def enrol(market: Any, class_id: str, worker: str) -> str:
    body = {"class_id": class_id, "worker_id": worker, "enrolled_on": "2003-04-01"}
    return str((await market.post("/v1/enrolments", body))["id"])


async def result(market: Any, enrolment: str, outcome: str = "passed", status: int = 201) -> Any:
    body = {"result": outcome, "resulted_on": "2003-05-31"}
    return await market.post(f"/v1/enrolments/{enrolment}/results", body, status)


async def test_a_class_is_completed_with_the_counts_of_its_results(market: Any) -> None:
    class_id = await market.training_class()
    (opened,) = await market.told("training-class.opened")
    assert opened.data["ends_on"] == "2003-05-31"
    enrolments = [await enrol(market, class_id, await market.worker()) for _ in range(3)]
    for enrolment, outcome in zip(enrolments[:2], ("passed", "failed"), strict=True):
        await result(market, enrolment, outcome)
    path = f"/v1/training-classes/{class_id}/completions"
    told = await market.post(path, {"completed_on": "2003-06-01"}, 409)
    assert told["code"] == "results-missing"
    await result(market, enrolments[2], "dropped")
    assert (await result(market, enrolments[2], "passed", 409))["code"] == "already-resulted"
    done = await market.post(path, {"completed_on": "2003-06-01"})
    assert [done[name] for name in ("enrolled", "passed", "failed", "dropped")] == [3, 1, 1, 1]
    (event,) = await market.told("training-class.completed")
    assert event.data == {"enrolled": 3, "passed": 1, "failed": 1, "dropped": 1}
    late = {"class_id": class_id, "worker_id": await market.worker(), "enrolled_on": "2003-04-01"}
    assert (await market.post("/v1/enrolments", late, 409))["code"] == "class-completed"


async def test_a_trained_person_is_employed_whichever_fact_comes_first(market: Any) -> None:
    class_id = await market.training_class()
    before, after = await market.worker(), await market.worker()
    first, second = await enrol(market, class_id, before), await enrol(market, class_id, after)
    early = await market.placed(before)
    assert (await result(market, first))["employed_by"] == early["id"]
    await result(market, second)
    late = await market.placed(after)
    told = await market.told("enrolment.employed")
    assert [(str(e.entity_id), e.data["placement_id"]) for e in told] == [
        (first, early["id"]),
        (second, late["id"]),
    ]
    assert told[0].valid_from.isoformat() == "2003-06-01"


async def test_work_that_began_before_the_end_of_the_class_does_not_count(market: Any) -> None:
    worker = await market.worker()
    enrolment = await enrol(market, await market.training_class(), worker)
    await market.placed(worker, started_on="2003-05-30", claimed_on="2003-05-30")
    assert (await result(market, enrolment))["employed_by"] is None


async def test_voiding_reverses_the_employment_and_another_placement_takes_over(
    market: Any,
) -> None:
    worker = await market.worker()
    enrolment = await enrol(market, await market.training_class(), worker)
    await result(market, enrolment)
    first = await market.placed(worker)
    await market.step(first["id"], "endings", ended_on="2003-06-20", reason="resigned")
    later = {"started_on": "2003-06-20", "claimed_on": "2003-06-20"}
    second = await market.placed(worker, **later)
    await market.step(first["id"], "voidings", voided_on="2003-09-01", reason="duplicate")
    employed = await market.told("enrolment.employed")
    (unemployed,) = await market.told("enrolment.unemployed")
    assert unemployed.reverses == employed[0].id
    assert [event.data["placement_id"] for event in employed] == [first["id"], second["id"]]
    assert (await market.get(f"/v1/enrolments/{enrolment}"))["employed_by"] == second["id"]
    await market.step(second["id"], "voidings", voided_on="2003-09-01", reason="duplicate")
    seen = await market.get(f"/v1/enrolments/{enrolment}")
    assert (seen["employed_by"], seen["result"]) == (None, "passed")


async def test_imports_carry_results_and_name_bad_lines(market: Any) -> None:
    class_id = await market.training_class()
    workers = [await market.worker() for _ in range(3)]
    await market.placed(workers[0])
    rows = [
        {"class_id": class_id, "worker_id": worker, "enrolled_on": "2003-04-01", "result": "passed"}
        for worker in workers
    ]
    rows += [
        rows[0],
        {**rows[1], "worker_id": str(new_id())},
        {**rows[1], "class_id": str(new_id())},
        {**rows[1], "result": None, "resulted_on": "2003-05-31"},
    ]
    done = await market.load("/v1/enrolments", rows, mode="good")
    assert {error["line"]: error["code"] for error in done["errors"] if error["line"] < 7} == {
        4: "already-enrolled",
        5: "not-yet-known",
        6: "unknown-training-class",
    }
    assert (done["accepted"], done["rejected"]) == (3, 4)
    seen = await market.get(f"/v1/training-classes/{class_id}")
    assert (seen["enrolled"], seen["passed"]) == (3, 3)
    assert len(await market.told("enrolment.employed")) == 1
    placed = [
        {
            "worker_id": worker,
            "channel": "flexible",
            "evidence": "flexible_declaration",
            "started_on": "2003-06-01",
            "area_code": "231102000000",
            "office": "231102-employment-bureau",
        }
        for worker in workers[1:]
    ]
    await market.load("/v1/placements", placed)
    assert len(await market.told("enrolment.employed")) == 3
    completed = [{"class_id": class_id, "completed_on": "2003-06-01"}] * 2
    done = await market.load("/v1/training-classes/completions", completed, mode="good")
    assert (done["accepted"], done["errors"][0]["code"]) == (1, "class-completed")
