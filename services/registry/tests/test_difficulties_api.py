"""Recognition by the law of the day, its end by facts and its return, and the census."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pytest

from kit import decisions
from kit.db import Tx
from kit.ids import new_id
from registry import consequences
from registry.difficulties.usecases import RULES

OLD = "19620504"


def on(day: str) -> date:
    return date.fromisoformat(day)


async def recognise(registry: Any, worker: str, day: str = "2003-05-04", **more: Any) -> Any:
    return await registry.post(
        "/v1/difficulties", {"worker_id": worker, "recognised_on": day, **more}
    )


async def state(registry: Any, id: str) -> tuple[Any, ...]:
    one = await registry.get(f"/v1/difficulties/{id}")
    return one["state"], one["exited_on"], one["exit_reason"]


def confirmed(registry: Any, worker: str, placement: UUID, day: str) -> Any:
    return registry.thing.heard(
        "jobs-market.placement.confirmed.v1", placement,
        {"worker_id": worker, "started_on": day, "channel": "tertiary_industry"},
        valid_from=on(day),
    )  # fmt: skip


async def test_work_ends_it_and_a_voided_placement_brings_it_back(registry: Any) -> None:
    worker = await registry.worker(born=OLD)
    one = await recognise(registry, worker)
    placement = new_id()
    first = confirmed(registry, worker, placement, "2003-06-01")
    await registry.thing.deliver(first)
    assert await state(registry, one["id"]) == ("exited", "2003-06-01", "employed")
    (left,) = await registry.told("difficulty.exited")
    assert (left.valid_from, left.causation_id, left.reverses) == (on("2003-06-01"), first.id, None)
    undone = registry.thing.heard(
        "jobs-market.placement.voided.v1", placement, {"worker_id": worker, "reason": "fraud"},
        valid_from=on("2003-06-01"), reverses=first.id,
    )  # fmt: skip
    await registry.thing.deliver(undone)
    assert await state(registry, one["id"]) == ("recognised", None, None)
    (back,) = await registry.told("difficulty.reinstated")
    assert (back.reverses, back.causation_id) == (left.id, undone.id)
    assert back.data["recognised_on"] == "2003-05-04"
    assert [e.sequence for e in (left, back)] == [2, 3]


async def test_the_end_of_a_job_brings_nobody_back_and_a_new_request_does(registry: Any) -> None:
    worker = await registry.worker(born=OLD)
    one = await recognise(registry, worker)
    placement = new_id()
    first = confirmed(registry, worker, placement, "2003-06-01")
    await registry.thing.deliver(first)
    await registry.thing.deliver(
        registry.thing.heard(
            "jobs-market.placement.ended.v1", placement,
            {"worker_id": worker, "ended_on": "2003-08-01", "reason": "expired"},
            valid_from=on("2003-08-01"),
        )
    )  # fmt: skip
    assert (await state(registry, one["id"]))[0] == "exited"
    two = await recognise(registry, worker, "2003-08-10")
    assert two["state"] == "recognised"
    # The job never was: the first holds from its day on, and the second was none beside it.
    await registry.thing.deliver(
        registry.thing.heard(
            "jobs-market.placement.voided.v1", placement, {"worker_id": worker, "reason": "fraud"},
            valid_from=on("2003-06-01"), reverses=first.id,
        )
    )  # fmt: skip
    assert (await state(registry, one["id"]))[0] == "recognised"
    assert await state(registry, two["id"]) == ("exited", "2003-08-10", "superseded")
    left = (await registry.told("difficulty.exited"))[-1]
    recognised = (await registry.told("difficulty.recognised"))[-1]
    assert left.reverses == recognised.id


@pytest.mark.parametrize("late", [False, True])
async def test_placement_and_recognition_in_any_order(registry: Any, late: bool) -> None:
    """A placement that was heard before the recognition of an earlier day ends it all the same."""
    worker = await registry.worker(born=OLD)
    event = confirmed(registry, worker, new_id(), "2003-06-01")
    if not late:
        await registry.thing.deliver(event)
    one = await recognise(registry, worker)
    if late:
        await registry.thing.deliver(event)
    assert await state(registry, one["id"]) == ("exited", "2003-06-01", "employed")
    kinds = [e.type.split(".")[2] for e in await registry.thing.told() if ".difficulty." in e.type]
    assert kinds == ["recognised", "exited"]


async def test_three_refused_introductions_end_it(registry: Any) -> None:
    worker = await registry.worker(born=OLD)
    one = await recognise(registry, worker)

    def answered(day: str, outcome: str) -> Any:
        return registry.thing.heard(
            "jobs-market.referral.resolved.v1", new_id(),
            {"worker_id": worker, "vacancy_id": str(new_id()), "outcome": outcome},
            valid_from=on(day),
        )  # fmt: skip

    early = answered("2003-04-01", "refused")
    two = [answered("2003-06-01", "refused"), answered("2003-07-01", "refused")]
    await registry.thing.deliver(early, *two, answered("2003-07-02", "no_show"), two[0])
    assert (await state(registry, one["id"]))[0] == "recognised"
    await registry.thing.deliver(answered("2003-08-01", "refused"))
    assert await state(registry, one["id"]) == ("exited", "2003-08-01", "refused_three_offers")


async def test_an_exit_by_hand_is_taken_back_by_somebody_else(registry: Any) -> None:
    worker = await registry.worker(born=OLD)
    one = await recognise(registry, worker)
    path = f"/v1/difficulties/{one['id']}"
    body = {"on": "2003-09-01", "reason": "wish_ended"}
    stale = await registry.post(f"{path}/exits", body, 412, **{"If-Match": '"v7"'})
    assert stale["code"] == "precondition-failed"
    left = await registry.post(f"{path}/exits", body, **{"If-Match": '"v1"'})
    assert (left["state"], left["exit_reason"], left["version"]) == ("exited", "wish_ended", 2)
    own = await registry.post(
        f"{path}/restorations", {"reason": "登记有误"}, 409, **{"If-Match": '"v2"'}
    )
    assert own["code"] == "maker-is-checker"
    approver = registry.thing.client("certificate_approver", subject="another")
    back = await approver.post(
        f"{path}/restorations", json={"reason": "登记有误"}, headers={"If-Match": '"v2"'}
    )
    assert (back.status_code, back.json()["state"]) == (201, "recognised")
    none = await approver.post(
        f"{path}/restorations", json={"reason": "登记有误"}, headers={"If-Match": '"v3"'}
    )
    assert (none.status_code, none.json()["code"]) == (409, "no-exit-by-hand")


async def told_of(registry: Any, id: str) -> list[Any]:
    return [one for one in await registry.thing.told() if str(one.entity_id) == id]


async def test_a_recognition_on_a_wrong_birth_date_never_held(registry: Any) -> None:
    """The corrected number makes her too young; corrected again, she was right all the time."""
    form = registry.form(born=OLD)
    await registry.post("/v1/workers", form)
    one = await recognise(registry, form["id"])
    await registry.correct(form["id"], "id_number", registry.id_number("19700504"))
    assert await state(registry, one["id"]) == ("exited", "2003-05-04", "corrected")
    decision = await registry.get(f"/v1/difficulties/{one['id']}/decision")
    assert (decision["granted"], decision["clause"]) == (False, "中发[2002]12号 R4/age-4050")
    now = await registry.get(f"/v1/difficulties/{one['id']}")
    assert now["clause"] == decision["clause"]
    async with registry.thing.db.looking() as tx:
        records = await decisions.load_for(tx, UUID(one["id"]))
    assert [kept["granted"] for kept in records] == [True, False]
    assert [kept["decided_on"] for kept in records] == ["2003-05-04", "2003-09-01"]
    assert all(decisions.rederive(kept, RULES).same for kept in records)
    await registry.correct(form["id"], "id_number", registry.id_number("19620504"))
    assert await state(registry, one["id"]) == ("recognised", None, None)
    events = await told_of(registry, one["id"])
    assert [e.type.split(".")[2] for e in events] == ["recognised", "exited", "reinstated"]
    assert [e.reverses for e in events] == [None, events[0].id, events[1].id]
    assert events[1].data["reason"] == "corrected"


async def test_who_was_refused_on_a_wrong_birth_date_is_recognised_once(registry: Any) -> None:
    """From the first day that was asked for, with the end that came since; other attributes leave
    what was recognised as it is."""
    worker = await registry.worker(born="19700504")
    first, second = [await recognise(registry, worker, f"2003-05-0{n}") for n in (5, 6)]
    assert {first["state"], second["state"]} == {"refused"}
    await registry.correct(worker, "id_number", registry.id_number(OLD))
    assert await state(registry, first["id"]) == ("recognised", None, None)
    assert await state(registry, second["id"]) == ("refused", None, None)
    again = await registry.get(f"/v1/difficulties/{second['id']}")
    assert again["clause"] == second["clause"], "what was decided of it stands"
    await registry.correct(worker, "stable_income_since", "2003-02-01")
    (event,) = await told_of(registry, first["id"])
    assert event.type.split(".")[2] == "recognised"


async def test_decisions_that_a_late_word_would_have_made_otherwise_are_listed(
    registry: Any,
) -> None:
    """Somebody at work on the day of the request, told months later: both grants stand in a list,
    with the condition; others do not, and nobody else's area sees them."""
    forms = [registry.form(born=OLD) for _ in range(3)]
    await registry.loaded("/v1/workers", forms)
    late, *_ = workers = [form["id"] for form in forms]
    given = [
        (await registry.certificate(id), (await recognise(registry, id))["id"]) for id in workers
    ]
    paths = "/v1/certificates/differing", "/v1/difficulties/differing"
    for path in paths:
        assert (await registry.get(path))["items"] == []
    await registry.thing.deliver(confirmed(registry, late, new_id(), "2003-01-10"))
    for path, id, code in zip(paths, given[0], ("not-reemployed", "target-group"), strict=True):
        (one,) = (await registry.get(path))["items"]
        assert (one["id"], one["worker_id"], one["granted"]) == (id, late, True)
        assert code in [c["code"] for c in one["conditions"] if not c["passed"]]
        assert (await registry.get(path, area_code="231121000000"))["items"] == []
        foreign = registry.thing.client("station_clerk", area="231121000000", office="231121-x")
        assert (await foreign.get(path)).json()["items"] == []


@pytest.mark.parametrize(("until", "state"), [(None, "recognised"), ("2006-03-01", "refused")])
async def test_the_list_of_dibao_goes_before_the_paper(
    registry: Any, until: str | None, state: str
) -> None:
    thing = registry.thing
    later = thing.runtime.settings.model_copy(update={"business_day": date(2008, 6, 30)})
    thing.runtime.settings = later
    form = registry.form(
        labour_status="unemployed", status_since="2004-01-05", jobless_since="2004-01-05",
        dibao=True, category="dibao_long_term_unemployed", former_enterprise_kind="other",
        centre_agreement_on=None,
    )  # fmt: skip
    await registry.post("/v1/workers", form)
    office = "231100-civil-affairs"
    fact = {
        "id": str(new_id()), "id_number": form["id_number"], "kind": "dibao", "on": "2004-02-01",
        "until": until,
    }  # fmt: skip
    told = await thing.client("authority", office=office, subject=office).post(
        "/v1/life-facts", json=fact
    )
    assert told.status_code == 201, told.text
    papers = [
        {"kind": kind, "reference": "证 3", "issued_on": "2006-02-20"}
        for kind in ("hardship-proof", "dibao-certificate")
    ]
    poor = await recognise(registry, form["id"], "2006-03-01", kind="dibao", proofs=papers)
    assert (poor["state"], poor["clause"]) == (
        state,
        None if state == "recognised" else "国发[2005]36号 R5/dibao",
    )
    if state == "refused":
        return
    # The office ends it: the recognition that rests on it ends with it, and comes back when it was not so.
    client = thing.client("authority", office=office, subject=office)
    end = {"id": str(new_id()), "life_fact_id": fact["id"], "on": "2007-05-01"}
    ended = await client.post("/v1/life-facts/ends", json=end)
    assert ended.status_code == 201, ended.text
    path = f"/v1/difficulties/{poor['id']}"
    gone = await registry.get(path)
    assert (gone["state"], gone["exited_on"], gone["exit_reason"]) == (
        "exited", "2007-05-01", "dibao_ended",
    )  # fmt: skip
    back = {"id": str(new_id()), "reverses": end["id"]}
    taken = await client.post("/v1/life-facts/reversals", json=back)
    assert taken.status_code == 201, taken.text
    assert (await registry.get(path))["state"] == "recognised"


async def test_kinds_and_proofs_by_the_law_of_the_day(registry: Any) -> None:
    """2006 and 2008: the poor with the street's proof; the disabled with their certificate."""
    thing = registry.thing
    later = thing.runtime.settings.model_copy(update={"business_day": date(2008, 6, 30)})
    thing.runtime.settings = later
    worker = await registry.worker(
        born="19700504", labour_status="unemployed", status_since="2004-01-05", dibao=True,
        category="dibao_long_term_unemployed", former_enterprise_kind="other",
        jobless_since="2004-01-05", centre_agreement_on=None,
    )  # fmt: skip
    hardship = {
        "kind": "hardship-proof",
        "reference": "街道证字[2006]31号",
        "issued_on": "2006-02-20",
    }
    early = await recognise(registry, worker, "2005-12-31", kind="dibao", proofs=[hardship])
    assert (early["state"], early["clause"]) == ("refused", "中发[2002]12号 R4/kind-in-law")
    poor = await recognise(registry, worker, "2006-03-01", kind="dibao", proofs=[hardship])
    assert poor["state"] == "recognised"
    shown = await registry.get(f"/v1/difficulties/{poor['id']}/proofs")
    assert [proof["reference"] for proof in shown["items"]] == ["街道证字[2006]31号"]
    card = {"kind": "disability-certificate", "reference": "残证第5号", "issued_on": "2007-05-01"}
    before = await recognise(registry, worker, "2007-12-31", kind="disabled", proofs=[card])
    assert before["clause"] == "国发[2005]36号 R5/kind-in-law"
    disabled = await recognise(registry, worker, "2008-01-01", kind="disabled", proofs=[card])
    assert disabled["state"] == "recognised"
    number = registry.id_number("19700504")
    await registry.post(
        "/v1/difficulties",
        {"worker_id": worker, "recognised_on": "2008-01-01", "kind": "disabled",
         "proofs": [{**card, "reference": f"残证{number}44"}]},
        422,
    )  # fmt: skip
    for one in (poor, early, disabled, before):
        decision = await registry.get(f"/v1/difficulties/{one['id']}/decision")
        assert "街道证字" not in str(decision)
        async with thing.db.looking() as tx:
            kept = await decisions.load(tx, UUID(decision["id"]))
        assert kept is not None
        assert decisions.rederive(kept, RULES).same


async def test_nothing_recognises_before_the_first_law(registry: Any) -> None:
    worker = await registry.worker(born=OLD)
    early = {"worker_id": worker, "recognised_on": "2002-09-29"}
    assert (await registry.post("/v1/difficulties", early, 422))["code"] == (
        "recognition-not-in-force"
    )


async def test_the_census_names_who_may_qualify_until_somebody_asks(registry: Any) -> None:
    old = [await registry.worker(born=OLD) for _ in range(5)]
    young = await registry.worker(born="19700504")
    outside = await registry.worker(born=OLD, category="none")
    placed = await registry.worker(born=OLD)
    await registry.thing.deliver(confirmed(registry, placed, new_id(), "2003-06-01"))
    await recognise(registry, old[0])

    async def listed(**params: Any) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = await registry.get("/v1/difficulties/census", limit=2, **params, **more)
            found += [one["worker_id"] for one in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    assert await listed() == sorted(old[1:])
    assert not {young, outside, placed} & set(await listed())
    assert await listed(area_code="231121000000") == []
    counts = await registry.get("/v1/difficulties/census/counts")
    row = {"area_code": "231100000000", "kind": "4050", "possible": 4, "recognised": 1}
    assert counts == {"items": [row], "applies": 0, "declines": 0, "next_cursor": None}
    asked = {"worker_id": old[1], "asked_on": "2003-07-01", "answer": "declines"}
    await registry.post("/v1/difficulties/census/answers", asked)
    rows = [
        {**asked, "worker_id": old[2], "answer": "applies"},
        {**asked, "worker_id": str(new_id())},
    ]
    answer = await registry.http.post(
        "/v1/difficulties/census/answers/imports?mode=good",
        content=b"\n".join(orjson.dumps(row) for row in rows),
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(new_id())},
    )
    assert [e["code"] for e in answer.json()["errors"]] == ["unknown-worker"]
    assert await listed() == sorted(old[3:])
    counts = await registry.get("/v1/difficulties/census/counts")
    assert (counts["items"][0]["possible"], counts["applies"], counts["declines"]) == (2, 1, 1)
    assert await listed(kind="disabled") == []
    assert await listed(applies="true") == [old[2]]
    await recognise(registry, old[2])
    assert await listed(applies="true") == []
    station = registry.thing.client("station_clerk", area="231121000000", office="231121-station")
    assert (await station.get("/v1/difficulties/census")).json()["items"] == []


async def test_a_new_law_asks_again(registry_2007: Any) -> None:
    """Whom the law of 2002 passed over may be meant by that of 2006: an answer is not for ever."""
    worker = await registry_2007.worker(born=OLD)

    async def answered(day: str) -> list[str]:
        asked = {"worker_id": worker, "asked_on": day, "answer": "declines"}
        await registry_2007.post("/v1/difficulties/census/answers", asked)
        page = await registry_2007.get("/v1/difficulties/census")
        return [one["worker_id"] for one in page["items"]]

    assert await answered("2005-12-31") == [worker]
    assert await answered("2006-01-01") == []


async def test_a_thousand_people_are_folded_by_a_handful_of_statements(registry: Any) -> None:
    forms = [registry.form(born=OLD) for _ in range(45)]
    await registry.loaded("/v1/workers", forms)
    await registry.loaded(
        "/v1/difficulties", [{"worker_id": f["id"], "recognised_on": "2003-05-04"} for f in forms]
    )

    async def statements(people: list[Any]) -> int:
        asked: list[str] = []
        async with registry.thing.db.pool.acquire() as connection:
            connection.add_query_logger(lambda record: asked.append(record.query))
            async with connection.transaction():
                workers = [UUID(one["id"]) for one in people]
                await consequences.follow(registry.thing.runtime, Tx(connection), workers, {})
        return len(asked)

    await statements(forms[:5])
    assert await statements(forms[5:45]) == await statements(forms[:5])
