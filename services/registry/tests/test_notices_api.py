"""What other authorities tell over HTTP, what follows from it, and what they may not learn."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import orjson
import pytest

from kit.auth import Actor
from kit.ids import new_id
from registry.notices import usecases as notices
from registry.workers.api import RegisterWorkerIn
from registry.workers.usecases import register_all

CIVIL = "231100-civil-affairs"
POLICE = "231100-police"
INSURANCE = "231100-insurance-agency"
JUSTICE = "231100-justice-bureau"


def authority(registry: Any, office: str) -> httpx.AsyncClient:
    client: httpx.AsyncClient = registry.thing.client("authority", office=office, subject=office)
    return client


def fact(
    number: str, kind: str = "deceased", on: str = "2003-05-20", **more: Any
) -> dict[str, Any]:
    return {"id": str(new_id()), "id_number": number, "kind": kind, "on": on, **more}


async def tell(
    client: httpx.AsyncClient, body: Any, path: str = "", status: int = 201
) -> httpx.Response:
    answer = await client.post(f"/v1/life-facts{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer


async def load(
    client: httpx.AsyncClient, rows: list[Any], path: str = "", mode: str = "all"
) -> httpx.Response:
    return await client.post(
        f"/v1/life-facts{path}/imports?mode={mode}",
        content=b"\n".join(orjson.dumps(row) for row in rows),
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(new_id())},
    )


async def status(registry: Any, worker: str) -> tuple[str, str]:
    standing = await registry.get(f"/v1/workers/{worker}/labour-status")
    return standing["status"], standing["since"]


async def a_worker(registry: Any, **fields: Any) -> tuple[str, str]:
    """Somebody registered: id and ID number."""
    form = registry.form(**fields)
    await registry.post("/v1/workers", form)
    return form["id"], form["id_number"]


async def test_a_death_takes_effect_from_its_day(registry: Any) -> None:
    worker, number = await a_worker(registry)
    civil = authority(registry, CIVIL)
    told = fact(number, document="民死〔2003〕7号")
    answer = await tell(civil, told)
    assert answer.json() == {"id": told["id"], "outcome": "accepted"}
    assert await status(registry, worker) == ("deceased", "2003-05-20")
    (event,) = await registry.told("life-fact.recorded")
    assert (str(event.entity_id), str(event.valid_from)) == (told["id"], "2003-05-20")
    assert event.data == {
        "worker_id": worker, "kind": "deceased", "on": "2003-05-20", "authority": CIVIL,
        "until": None,
    }  # fmt: skip
    (changed,) = await registry.told("labour-status.changed")
    assert (changed.causation_id, changed.correlation_id) == (event.id, event.correlation_id)
    page = await registry.get("/v1/life-facts", worker_id=worker)
    (shown,) = page["items"]
    assert (shown["kind"], shown["document"], shown["reversed"]) == (
        "deceased", "民死〔2003〕7号", False,
    )  # fmt: skip
    assert number not in orjson.dumps(page).decode()


async def test_repeats_do_nothing(registry: Any) -> None:
    worker, number = await a_worker(registry)
    justice = authority(registry, JUSTICE)
    told = fact(number, "imprisoned")
    ended = {"id": str(new_id()), "life_fact_id": told["id"], "on": "2003-08-20"}
    for _ in range(2):
        await tell(justice, told)
    for _ in range(2):
        await tell(justice, ended, "/ends")
    assert await status(registry, worker) == ("laid_off", "2003-08-20")
    back = {"id": str(new_id()), "reverses": told["id"], "reason": "同名误报"}
    for _ in range(2):
        await tell(justice, back, "/reversals")
    assert await status(registry, worker) == ("laid_off", "2001-03-01")
    names = ("recorded", "ended", "reversed")
    assert [len(await registry.told(f"life-fact.{name}")) for name in names] == [1, 1, 1]
    (reversed_,) = await registry.told("life-fact.reversed")
    (recorded,) = await registry.told("life-fact.recorded")
    assert reversed_.reverses == recorded.id
    assert reversed_.data["what"] == "fact"


async def test_an_end_told_wrongly_is_taken_back(registry: Any) -> None:
    worker, number = await a_worker(registry)
    justice = authority(registry, JUSTICE)
    told = fact(number, "imprisoned")
    await tell(justice, told)
    end = {"id": str(new_id()), "life_fact_id": told["id"], "on": "2003-08-20"}
    await tell(justice, end, "/ends")
    await tell(justice, {"id": str(new_id()), "reverses": end["id"]}, "/reversals")
    assert await status(registry, worker) == ("imprisoned", "2003-05-20")
    (ended,) = await registry.told("life-fact.ended")
    (taken_back,) = await registry.told("life-fact.reversed")
    assert (taken_back.reverses, taken_back.data["what"]) == (ended.id, "end")


async def test_one_fact_under_two_ids_is_one(registry: Any) -> None:
    """Told once to others; it stands until both are taken back."""
    worker, number = await a_worker(registry)
    civil = authority(registry, CIVIL)
    first, again = fact(number), fact(number)
    await tell(civil, first)
    await tell(civil, again)
    assert len(await registry.told("life-fact.recorded")) == 1
    await tell(civil, {"id": str(new_id()), "reverses": first["id"]}, "/reversals")
    assert await status(registry, worker) == ("deceased", "2003-05-20")
    await tell(civil, {"id": str(new_id()), "reverses": again["id"]}, "/reversals")
    assert await status(registry, worker) == ("laid_off", "2001-03-01")
    recorded = await registry.told("life-fact.recorded")
    taken_back = await registry.told("life-fact.reversed")
    assert [e.reverses for e in taken_back] == [e.id for e in recorded]


async def test_two_authorities_tell_the_same(registry: Any) -> None:
    worker, number = await a_worker(registry)
    civil, police = authority(registry, CIVIL), authority(registry, POLICE)
    first, second = fact(number), fact(number)
    await tell(civil, first)
    await tell(police, second)
    assert len(await registry.told("life-fact.recorded")) == 2
    assert len(await registry.told("labour-status.changed")) == 1
    await tell(civil, {"id": str(new_id()), "reverses": first["id"]}, "/reversals")
    assert await status(registry, worker) == ("deceased", "2003-05-20")


async def test_what_was_told_before_the_registration(registry: Any) -> None:
    """It takes effect with the registration, and others hear of it then."""
    form = registry.form()
    justice = authority(registry, JUSTICE)
    told = fact(form["id_number"], "imprisoned", "2003-02-01", until="2003-07-01")
    await tell(justice, told)
    wrong = fact(form["id_number"], "imprisoned", "2002-02-01")
    await tell(justice, wrong)
    await tell(justice, {"id": str(new_id()), "reverses": wrong["id"]}, "/reversals")
    assert await registry.told("life-fact.recorded") == []
    await registry.post("/v1/workers", form)
    (event,) = await registry.told("life-fact.recorded")
    assert (event.data["worker_id"], event.data["until"]) == (form["id"], "2003-07-01")
    assert str(event.entity_id) == told["id"]
    spells = (await registry.get(f"/v1/workers/{form['id']}/labour-status"))["spells"]
    assert [(s["status"], s["since"]) for s in spells] == [
        ("laid_off", "2001-03-01"), ("imprisoned", "2003-02-01"), ("laid_off", "2003-07-01"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("office", "change", "code"),
    [
        (INSURANCE, {}, "authority-may-not-tell"),
        (CIVIL, {"kind": "enlisted"}, "authority-may-not-tell"),
        (CIVIL, {"on": "2003-11-01"}, "in-the-future"),
        (CIVIL, {"on": "1960-05-03"}, "life-fact-before-birth"),
        (CIVIL, {"until": "2003-06-01"}, "life-fact-does-not-end"),
        (CIVIL, {"kind": "dibao", "until": "2003-05-19"}, "life-fact-ends-before-it-began"),
        (CIVIL, {"kind": "dibao", "until": "2003-11-19"}, "in-the-future"),
        (CIVIL, {"id_number": "11010519491231002"}, "validation-failed"),
        (CIVIL, {"kind": "ill"}, "validation-failed"),
        (CIVIL, {"name": "王小明"}, "validation-failed"),
    ],
)
async def test_what_is_refused(
    registry: Any, office: str, change: dict[str, Any], code: str
) -> None:
    """The same for people who are registered and for those who are not."""
    _, known = await a_worker(registry)
    for number in (known, registry.id_number()):
        body = fact(number) | change
        answer = await authority(registry, office).post("/v1/life-facts", json=body)
        assert answer.json()["code"] == code
        assert number not in answer.text
    assert await registry.told("life-fact.recorded") == []


async def test_only_its_own_facts(registry: Any) -> None:
    """Another authority's fact is one that does not exist; an id names one fact."""
    _, number = await a_worker(registry)
    civil, police = authority(registry, CIVIL), authority(registry, POLICE)
    told = fact(number)
    await tell(civil, told)
    back = {"id": str(new_id()), "reverses": told["id"]}
    answer = await tell(police, back, "/reversals", 422)
    assert answer.json()["code"] == "unknown-life-fact"
    nobody = {"id": str(new_id()), "reverses": str(new_id())}
    assert (await tell(police, nobody, "/reversals", 422)).json()["code"] == "unknown-life-fact"
    end = {"id": str(new_id()), "life_fact_id": told["id"], "on": "2003-06-01"}
    assert (await tell(police, end, "/ends", 422)).json()["code"] == "unknown-life-fact"
    assert (await tell(civil, end, "/ends", 422)).json()["code"] == "life-fact-does-not-end"
    other = told | {"on": "2003-05-21"}
    assert (await tell(civil, other, status=409)).json()["code"] == "id-taken"
    assert (await tell(police, told, status=409)).json()["code"] == "id-taken"


async def test_nobody_learns_who_is_registered(registry: Any) -> None:
    """Answers about a registered person and about a stranger differ in nothing."""
    _, known = await a_worker(registry)
    stranger = registry.id_number()
    police = authority(registry, POLICE)
    told = [fact(number, "imprisoned") for number in (known, stranger)]
    # Of the same person again, otherwise: it must not matter that one of them is known here.
    again = [one | {"id": str(new_id()), "on": "2003-06-01"} for one in told]
    clash = [one | {"on": "2003-06-02"} for one in told]

    async def answers(path: str, bodies: list[Any]) -> None:
        seen = []
        for body in bodies:
            answer = await police.post(f"/v1/life-facts{path}", json=body)
            text = answer.text.replace(body["id"], "ID")
            for own in ("instance", "request_id"):
                text = text.replace(str(answer.json().get(own)), "REQUEST")
            headers = {k: v for k, v in answer.headers.items() if k not in ("x-request-id", "date")}
            seen.append((answer.status_code, text, headers))
        assert seen[0] == seen[1]
        assert "event-id" not in seen[0][2]

    for bodies in (told, told, again, clash):
        await answers("", bodies)
    await answers(
        "/ends",
        [{"id": str(new_id()), "life_fact_id": one["id"], "on": "2003-08-01"} for one in told],
    )
    await answers("/reversals", [{"id": str(new_id()), "reverses": one["id"]} for one in again])
    results = [(await load(police, [fact(n, "imprisoned")])) for n in (known, stranger)]
    kept = [{k: v for k, v in r.json().items() if k != "id"} for r in results]
    assert kept[0] == kept[1]
    assert [r.headers.get("event-id") for r in results] == [None, None]
    assert [r.headers["content-length"] for r in results] == [
        results[0].headers["content-length"]
    ] * 2
    for path in ("/v1/life-facts", "/v1/workers", "/v1/events"):
        assert (await police.get(path)).status_code == 403


async def test_many_at_once(registry: Any) -> None:
    """A chunk is one set: the registered and the strangers, good lines and bad ones."""
    forms = [registry.form() for _ in range(30)]
    await registry.loaded("/v1/workers", forms)
    strangers = [registry.form() for _ in range(10)]
    rows = [fact(form["id_number"]) for form in (*forms, *strangers)]
    bad = [fact(forms[0]["id_number"], "enlisted"), fact(forms[1]["id_number"], on="2004-01-01")]
    civil = authority(registry, CIVIL)
    refused = await load(civil, [*rows, *bad])
    assert refused.status_code == 422
    assert await registry.told("life-fact.recorded") == []
    done = await load(civil, [*rows, *bad], mode="good")
    assert (done.json()["accepted"], done.json()["rejected"]) == (40, 2)
    errors = [(error["line"], error["code"]) for error in done.json()["errors"]]
    assert errors == [(41, "authority-may-not-tell"), (42, "in-the-future")]
    assert len(await registry.told("life-fact.recorded")) == 30
    assert {(await status(registry, form["id"]))[0] for form in forms} == {"deceased"}
    await registry.loaded("/v1/workers", strangers)
    assert len(await registry.told("life-fact.recorded")) == 40
    back = [{"id": str(new_id()), "reverses": row["id"]} for row in rows]
    assert (await load(civil, back, "/reversals")).status_code == 200
    assert len(await registry.told("life-fact.reversed")) == 40
    assert {(await status(registry, form["id"]))[0] for form in strangers} == {"laid_off"}


async def test_ends_in_bulk_as_csv(registry: Any) -> None:
    people = [await a_worker(registry) for _ in range(3)]
    justice = authority(registry, JUSTICE)
    facts = [fact(number, "imprisoned") for _, number in people]
    assert (await load(justice, facts)).status_code == 200
    lines = ["id,life_fact_id,on", *(f"{new_id()},{one['id']},2003-08-20" for one in facts)]
    done = await justice.post(
        "/v1/life-facts/ends/imports", content="\n".join(lines).encode(),
        headers={"Content-Type": "text/csv"},
    )  # fmt: skip
    assert done.status_code == 200, done.text
    assert {await status(registry, worker) for worker, _ in people} == {("laid_off", "2003-08-20")}


async def test_two_imports_tell_the_same_at_once(registry: Any) -> None:
    """Under the same ids, and under others: others hear of each fact once."""
    people = [await a_worker(registry) for _ in range(20)]
    civil = authority(registry, CIVIL)
    rows = [fact(number) for _, number in people]
    renamed = [row | {"id": str(new_id())} for row in rows]
    answers = await asyncio.gather(
        load(civil, rows), load(civil, rows[::-1]), load(civil, renamed), load(civil, renamed[::-1])
    )
    assert [answer.status_code for answer in answers] == [200] * 4
    recorded = await registry.told("life-fact.recorded")
    assert sorted(e.data["worker_id"] for e in recorded) == sorted(worker for worker, _ in people)
    assert len(await registry.told("labour-status.changed")) == 20


async def test_the_list_is_that_of_the_callers_area(registry: Any) -> None:
    worker, number = await a_worker(registry)
    await tell(authority(registry, CIVIL), fact(number))
    here = registry.thing.client("station_clerk", area="231102000000", office="231102-x")
    there = registry.thing.client("station_clerk", area="231121000000", office="231121-x")
    assert len((await here.get("/v1/life-facts")).json()["items"]) == 1
    for query in ("", f"?worker_id={worker}"):
        assert (await there.get(f"/v1/life-facts{query}")).json()["items"] == []
    found = await registry.get("/v1/life-facts", kind="retired")
    assert found["items"] == []


async def test_a_corrected_number_takes_its_own_facts(registry: Any) -> None:
    """What was told of the wrong number is taken back, what was told of the right one holds."""
    worker, wrong = await a_worker(registry)
    right = registry.id_number()
    civil, justice = authority(registry, CIVIL), authority(registry, JUSTICE)
    await tell(civil, fact(wrong))
    await tell(justice, fact(right, "imprisoned", "2003-04-01"))
    assert (await status(registry, worker))[0] == "deceased"
    await registry.correct(worker, "id_number", right)
    assert await status(registry, worker) == ("imprisoned", "2003-04-01")
    dead, imprisoned = await registry.told("life-fact.recorded")
    (taken_back,) = await registry.told("life-fact.reversed")
    assert (taken_back.reverses, imprisoned.data["kind"]) == (dead.id, "imprisoned")
    changed = (await registry.told("labour-status.changed"))[-1]
    assert changed.causation_id in (taken_back.id, imprisoned.id)
    # Whoever has the other number is dead from the day of the registration on.
    other = registry.form() | {"id_number": wrong}
    await registry.post("/v1/workers", other)
    assert (await status(registry, other["id"]))[0] == "deceased"


async def test_told_of_while_registering(registry: Any) -> None:
    """Neither transaction sees the other. They are brought together as soon as both are there."""
    form = registry.form()
    civil = authority(registry, CIVIL)
    rt = registry.thing.runtime
    actor = Actor(subject="clerk", office="231100-employment-bureau", area_code="231100000000")
    async with rt.db.transaction() as tx:
        command = RegisterWorkerIn.model_validate(form).command(rt)
        assert await register_all(rt, tx, actor, [command]) == [None]
        await tell(civil, fact(form["id_number"]))
        # Looked at while the registration is still open: he stays watched.
        await notices.settle(rt)
        await notices.settle(rt)
    assert await registry.told("life-fact.recorded") == []
    assert await status(registry, form["id"]) == ("laid_off", "2001-03-01")
    await notices.settle(rt)
    assert await status(registry, form["id"]) == ("deceased", "2003-05-20")
    assert len(await registry.told("life-fact.recorded")) == 1
    await notices.settle(rt)
    async with rt.db.looking() as tx:
        assert await tx.fetchval("select count(*) from life_fact_watch") == 0
