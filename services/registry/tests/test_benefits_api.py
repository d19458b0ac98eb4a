"""The benefit ledger over HTTP: a second one for a month is refused, an event's is found."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from kit.db import Tx
from kit.ids import new_id
from registry.certificates.ending import expire_outlived


def benefit(worker: str, **fields: Any) -> dict[str, Any]:
    return {
        "worker_id": worker, "kind": "living-allowance", "valid_from": "2003-05-01",
        "valid_to": "2003-07-31", "amount": "624.00", "granted_by": "劳动局", **fields,
    }  # fmt: skip


async def write(registry: Any, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answer: dict[str, Any] = await registry.post(
        "/v1/benefits", body, status, **{"Idempotency-Key": str(new_id())}
    )
    return answer


async def act(
    registry: Any, id: str, what: str, body: dict[str, Any], status: int = 201, *, by: Any = None
) -> dict[str, Any]:
    answer: dict[str, Any] = await registry.post(
        f"/v1/benefits/{id}/{what}", body, status, by=by, **{"Idempotency-Key": str(new_id())}
    )
    return answer


async def used(registry: Any, worker: str, kind: str, **params: Any) -> dict[str, Any]:
    body = await registry.get(f"/v1/workers/{worker}/benefit-months", **params)
    return next(one for one in body["kinds"] if one["kind"] == kind)


async def overlaps(registry: Any, **params: Any) -> list[tuple[Any, ...]]:
    page = await registry.get("/v1/benefits/overlaps", **params)
    return [(o["cause"], o["benefit_id"], o["other_id"], o["months"]) for o in page["items"]]


def opened(registry: Any, worker: str, entitlement: UUID, start: str, end: str) -> Any:
    return registry.thing.heard(
        "subsidy.entitlement.opened.v1",
        entitlement,
        {"worker_id": worker, "programme": "si-enterprise", "from": start, "to": end, "months": 3},
        valid_from=date.fromisoformat(start),
    )


async def test_a_benefit_is_written_once_for_a_month(registry: Any) -> None:
    worker = await registry.worker()
    first = await write(registry, benefit(worker))
    assert first["months"] == ["2003-05", "2003-06", "2003-07"]
    assert (first["certificate_id"], first["reversed"]) == (None, False)
    refused = await write(
        registry, benefit(worker, valid_from="2003-07-15", valid_to="2003-09-15"), 409
    )
    assert refused["code"] == "benefit-months-taken"
    assert "2003-07" in refused["detail"]
    assert first["id"] in refused["detail"]
    # Another kind, or the months after: each is its own.
    await write(registry, benefit(worker, kind="dibao"))
    await write(registry, benefit(worker, valid_from="2003-08-01", valid_to="2003-08-31"))
    granted = await registry.told("benefit.granted")
    assert [event.data["from"] for event in granted] == ["2003-05-01", "2003-05-01", "2003-08-01"]
    assert granted[0].id == UUID(first["source_event"])
    assert "王小明" not in str([event.data for event in granted])


async def test_a_hundred_at_once_for_the_same_month_are_one(registry: Any) -> None:
    worker = await registry.worker()
    answers = await asyncio.gather(
        *(
            registry.http.post(
                "/v1/benefits",
                json=benefit(worker, valid_from=f"2003-05-{day:02d}"),
                headers={"Idempotency-Key": str(new_id())},
            )
            for day in range(1, 25)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 23]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"benefit-months-taken"}
    assert (await used(registry, worker, "living-allowance"))["used"] == 3


async def test_the_database_itself_refuses_a_second_live_slot(registry: Any) -> None:
    worker = await registry.worker()
    await write(registry, benefit(worker))
    with pytest.raises(asyncpg.UniqueViolationError, match="benefit_month_once"):
        async with registry.thing.db.transaction() as tx:
            await tx.execute(
                "insert into benefit_month (benefit_id, month, worker_id, kind)"
                " values ($1, $2, $3, 'living-allowance')",
                new_id(), date(2003, 6, 1), UUID(worker),
            )  # fmt: skip
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with registry.thing.db.transaction() as tx:
            await tx.execute("update benefit_grant set amount = 0")


async def test_an_authority_knows_only_the_id_number(registry: Any) -> None:
    form = registry.form()
    worker = (await registry.post("/v1/workers", form))["id"]
    authority = registry.thing.client("authority", subject="civil-affairs")
    rows = [
        {**benefit("", kind="dibao"), "id_number": form["id_number"]},
        {**benefit("", kind="dibao", valid_from="2003-07-02"), "id_number": form["id_number"]},
        {**benefit("", kind="dibao"), "id_number": registry.id_number("19610101")},
        benefit(worker, kind="re-employment"),
        benefit(worker, kind="dibao", valid_to=None),
        {**benefit(worker), "id_number": form["id_number"]},
    ]
    for row in rows[:3]:
        del row["worker_id"]
    answer = await authority.post(
        "/v1/benefits/imports?mode=good",
        content=b"\n".join(orjson.dumps(row) for row in rows),
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(new_id())},
    )
    assert answer.status_code == 200, answer.text
    assert [(e["line"], e["code"]) for e in answer.json()["errors"]] == [
        (2, "benefit-months-taken"), (3, "unknown-worker"), (4, "benefit-written-elsewhere"),
        (5, "benefit-months-missing"), (6, "one-person"),
    ]  # fmt: skip
    (one,) = (await registry.get("/v1/benefits", worker_id=worker))["items"]
    # It reads nothing of the ledger, and acts on nothing that another one wrote.
    assert (await authority.get(f"/v1/benefits/{one['id']}")).status_code == 403
    stop = {"on": "2003-06-01", "reason": "不再符合"}
    headers = {"Idempotency-Key": str(new_id())}
    stranger = registry.thing.client("authority", subject="social-insurance")
    path = f"/v1/benefits/{one['id']}/stops"
    assert (await stranger.post(path, json=stop, headers=headers)).status_code == 404
    stopped = await authority.post(path, json=stop, headers=headers)
    assert (stopped.status_code, stopped.json()["months"]) == (201, ["2003-05"])
    (event,) = await registry.told("benefit.stopped")
    assert event.data["on"] == "2003-06-01"
    await write(registry, benefit(worker, kind="dibao", valid_from="2003-06-01"))


async def test_months_count_until_everything_has_come_back(registry: Any) -> None:
    worker = await registry.worker()
    one = await write(registry, benefit(worker))
    order = {"on": "2003-06-01", "reason": "已就业未报告"}
    assert (await act(registry, one["id"], "recovery-orders", order, 422))["code"] == (
        "benefit-recovery-amount"
    )
    ordered = await act(registry, one["id"], "recovery-orders", {**order, "amount": "416.00"})
    assert len(ordered["months"]) == 3
    back = {"on": "2003-09-15", "amount": "400.00", "document": "缴款书 88"}
    other = {"by": registry.checker}
    assert len((await act(registry, one["id"], "recoveries", back, **other))["months"]) == 3
    assert (await used(registry, worker, "living-allowance"))["used"] == 3
    acts = await registry.get(f"/v1/benefits/{one['id']}/acts")
    assert (acts["owed"], [a["act"] for a in acts["items"]]) == (
        "16.00", ["recovery-ordered", "recovered"],
    )  # fmt: skip
    too_much = {**back, "on": "2003-09-16", "amount": "17.00"}
    code = (await act(registry, one["id"], "recoveries", too_much, 409, **other))["code"]
    assert code == "benefit-nothing-to-recover"
    last = await act(registry, one["id"], "recoveries", {**too_much, "amount": "16.00"}, **other)
    assert last["months"] == ["2003-05"]
    assert [e.data["full"] for e in await registry.told("benefit.recovered")] == [False, True]
    await write(registry, benefit(worker, valid_from="2003-06-10", valid_to="2003-06-30"))


async def test_nobody_frees_months_by_their_own_word(registry: Any) -> None:
    """Writing, ordering back and calling it repaid by one person would give a month twice."""
    worker = await registry.worker()
    one = await write(registry, benefit(worker))
    order = {"on": "2003-05-01", "reason": "多发"}
    await act(registry, one["id"], "recovery-orders", order)
    back = {"on": "2003-09-15", "amount": "624.00", "document": "缴款书 88"}
    barred = await act(registry, one["id"], "recoveries", back, 409)
    assert barred["code"] == "maker-is-checker"
    assert (await write(registry, benefit(worker), 409))["code"] == "benefit-months-taken"
    bare = {"on": "2003-09-15", "amount": "624.00"}
    await act(registry, one["id"], "recoveries", bare, 422, by=registry.checker)
    await act(registry, one["id"], "recoveries", back, by=registry.checker)
    await write(registry, benefit(worker))


async def test_an_event_that_collides_is_a_fact_and_an_overlap(registry: Any) -> None:
    worker = await registry.holder()
    mine, theirs = new_id(), new_id()
    await registry.thing.deliver(
        opened(registry, worker, mine, "2003-05-01", "2003-07-31"),
        opened(registry, worker, theirs, "2003-07-01", "2003-08-31"),
    )
    assert await overlaps(registry) == [("duplicate-grant", str(theirs), str(mine), ["2003-07"])]
    subsidy = await used(registry, worker, "social-insurance-subsidy")
    assert (subsidy["used"], subsidy["limit"], subsidy["remaining"]) == (4, 36, 32)
    (found,) = await registry.told("benefit.overlap-found")
    assert (found.data["other_id"], found.data["months"]) == (str(mine), ["2003-07-01"])
    # The first one is stopped before July: nothing overlaps any more, and the second holds July.
    await registry.thing.deliver(
        registry.thing.heard(
            "subsidy.entitlement.closed.v1", mine,
            {"worker_id": worker, "reason": "placement-ended"}, valid_from=date(2003, 6, 20),
        )
    )  # fmt: skip
    assert await overlaps(registry) == []
    (gone,) = (await registry.get("/v1/benefits/overlaps", standing=False))["items"]
    assert gone["standing"] is False
    assert (await registry.get(f"/v1/benefits/overlaps/{gone['id']}"))["cause"] == "duplicate-grant"
    (cleared,) = await registry.told("benefit.overlap-cleared")
    assert cleared.reverses == found.id
    listed = (await registry.get("/v1/benefits", worker_id=worker))["items"]
    assert sorted(len(one["months"]) for one in listed) == [2, 2]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1)])
async def test_events_in_any_order_and_twice_leave_the_same_slots(
    registry: Any, order: tuple[int, ...]
) -> None:
    worker = await registry.holder()
    ids = [UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + n) for n in range(4)]
    periods = [("2003-05-01", "2003-07-31"), ("2003-07-01", "2003-09-30"),
               ("2003-04-01", "2003-05-31"), ("2003-05-01", "2003-05-31")]  # fmt: skip
    events = [
        opened(registry, worker, id, *period) for id, period in zip(ids, periods, strict=True)
    ]
    for n in order:
        await registry.thing.deliver(events[n], events[n])
    async with registry.thing.db.looking() as tx:
        rows = await tx.fetch(
            "select benefit_id, month from benefit_month where live order by month, benefit_id"
        )
    assert [(ids.index(UUID(str(row["benefit_id"]))), row["month"].month) for row in rows] == [
        (2, 4), (2, 5), (0, 6), (0, 7), (1, 8), (1, 9),
    ]  # fmt: skip
    found = {
        (ids.index(UUID(a)), ids.index(UUID(b)), *months)
        for _, a, b, months in await overlaps(registry)
    }
    assert found == {(0, 2, "2003-05"), (3, 2, "2003-05"), (1, 0, "2003-07")}


async def test_a_limit_refuses_the_writer_and_finds_the_event(registry: Any) -> None:
    worker = await registry.holder(born="19700504")
    long = {"kind": "social-insurance-subsidy", "valid_from": "2003-04-01", "amount": None}
    refused = await write(registry, benefit(worker, **long, valid_to="2006-04-10"), 409)
    assert refused["code"] == "benefit-over-limit"
    assert "2006-04" in refused["detail"]
    assert "B7" in refused["detail"]
    await write(registry, benefit(worker, **long, valid_to="2006-03-31"))
    count = await used(registry, worker, "social-insurance-subsidy")
    assert (count["used"], count["remaining"], count["clause"]) == (36, 0, "财社[2002]107号 B7")
    late = new_id()
    await registry.thing.deliver(opened(registry, worker, late, "2006-04-01", "2006-05-31"))
    assert await overlaps(registry, cause="over-limit") == [
        ("over-limit", str(late), None, ["2006-04", "2006-05"])
    ]


async def test_what_hangs_on_the_certificate_is_not_written_without_one(registry: Any) -> None:
    """B6, R16: neither before the month of issue nor after the validity; other help is."""
    without, worker = await registry.worker(), await registry.holder()
    subsidy = {"kind": "post-subsidy", "valid_from": "2003-04-01", "valid_to": "2003-06-30"}
    for person, fields, code in (
        (without, {}, "benefit-certificate-needed"),
        (worker, {"valid_from": "2003-03-20"}, "benefit-certificate-needed"),
        (worker, {"valid_to": "2006-05-31"}, "benefit-certificate-not-in-force"),
    ):
        refused = await write(registry, benefit(person, **{**subsidy, **fields}), 409)
        assert refused["code"] == code
    await write(registry, benefit(worker, **subsidy))
    await write(registry, benefit(without))


async def test_what_is_told_of_somebody_without_a_certificate_is_listed(registry: Any) -> None:
    """Until the certificate's day is known: whatever order the facts come in, what holds counts."""
    worker, granted = await registry.worker(), new_id()
    await registry.thing.deliver(opened(registry, worker, granted, "2003-03-01", "2003-06-30"))
    found = [
        ("without-certificate", str(granted), None, ["2003-03", "2003-04", "2003-05", "2003-06"])
    ]
    assert await overlaps(registry) == found
    await registry.certificate(worker, issued_on="2003-04-10")
    assert await overlaps(registry) == [("without-certificate", str(granted), None, ["2003-03"])]


async def test_months_after_a_validity_are_listed_once_it_is_over(registry: Any) -> None:
    """A term that outlasts the validity is nothing to recover while the certificate is valid."""
    worker, granted = await registry.holder(born="19700504"), new_id()
    await registry.thing.deliver(opened(registry, worker, granted, "2003-09-01", "2006-06-30"))
    assert await overlaps(registry) == []
    rt = registry.thing.runtime
    later = rt.settings.model_copy(update={"business_day": date(2006, 4, 11)})
    assert await expire_outlived(replace(rt, settings=later)) == 1
    assert await overlaps(registry) == [
        ("after-expiry", str(granted), None, ["2006-05", "2006-06"])
    ]


async def test_near_retirement_the_number_does_not_bind(registry: Any) -> None:
    """B9, by the law of 2008: a woman of 46 is four years from retirement age."""
    worker = await registry.worker(born="19620504")
    then = await used(registry, worker, "post-subsidy", on="2008-06-01")
    assert (then["limit"], then["until"]) == (36, "2012-05-04")
    assert (await used(registry, worker, "post-subsidy", on="2004-06-01"))["limit"] is None
    young = await registry.worker(born="19700101")
    assert (await used(registry, young, "post-subsidy", on="2008-06-01"))["until"] is None


async def test_what_is_told_after_death_is_found_and_what_is_written_is_refused(
    registry: Any,
) -> None:
    worker = await registry.worker()
    entitlement = new_id()
    await registry.thing.deliver(opened(registry, worker, entitlement, "2003-05-01", "2003-08-31"))
    await registry.declare(worker, "deceased", "2003-06-10")
    refused = await write(registry, benefit(worker, valid_from="2003-07-01"), 409)
    assert refused["code"] == "benefit-after-life-fact"
    # The next fold of this person finds it; life facts of authorities fold at once.
    await registry.thing.deliver(opened(registry, worker, new_id(), "2003-05-01", "2003-05-31"))
    assert ("after-life-fact", str(entitlement), None, ["2003-07", "2003-08"]) in await overlaps(
        registry
    )


async def test_a_loan_is_written_for_the_month_in_which_it_was_paid(registry: Any) -> None:
    worker = await registry.worker()
    lent = {"kind": "small-loan", "valid_from": "2003-05-20", "valid_to": "2005-05-19"}
    assert (await write(registry, benefit(worker, **lent)))["months"] == ["2003-05"]
    twice = await write(registry, benefit(worker, **{**lent, "valid_from": "2003-05-30"}), 409)
    assert twice["code"] == "benefit-months-taken"


async def test_what_a_service_granted_is_not_changed_here(registry: Any) -> None:
    worker = await registry.worker()
    entitlement = new_id()
    await registry.thing.deliver(opened(registry, worker, entitlement, "2003-05-01", "2003-07-31"))
    stop = {"on": "2003-06-01", "reason": "停发"}
    refused = await act(registry, str(entitlement), "stops", stop, 409)
    assert refused["code"] == "benefit-written-elsewhere"


async def test_the_ledger_of_another_district_is_not_there(registry: Any) -> None:
    worker = await registry.worker()
    one = await write(registry, benefit(worker))
    other = registry.thing.client("registry_clerk", area="231121000000", office="231121-station")
    assert (await other.get(f"/v1/benefits/{one['id']}")).status_code == 404
    assert (await other.get(f"/v1/workers/{worker}/benefit-months")).status_code == 404
    assert (await other.get("/v1/benefits")).json()["items"] == []
    answer = await other.post(
        "/v1/benefits", json=benefit(worker), headers={"Idempotency-Key": str(new_id())}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-worker")


async def test_kinds_are_a_declared_table(registry: Any) -> None:
    kinds = {one["kind"]: one for one in (await registry.get("/v1/benefits/kinds"))["items"]}
    assert kinds["post-subsidy"]["takes"] == "monthly"
    assert kinds["re-employment"]["written"] is False
    assert {kind for kind, row in kinds.items() if row["certificate"]} == {
        "social-insurance-subsidy", "post-subsidy", "flexible-insurance-subsidy", "tax-relief",
        "fee-relief",
    }  # fmt: skip


async def test_a_thousand_events_are_a_handful_of_statements(registry: Any) -> None:
    """The number of statements does not grow with the batch."""
    forms = [registry.form() for _ in range(60)]
    await registry.loaded("/v1/workers", forms)

    async def statements(count: int, base: int) -> int:
        events = [
            opened(registry, form["id"], new_id(), "2003-05-01", "2003-07-31")
            for form in forms[base : base + count]
        ]
        asked: list[str] = []
        async with registry.thing.db.pool.acquire() as connection:
            connection.add_query_logger(lambda record: asked.append(record.query))
            consumer = next(
                c for c in registry.thing.runtime.consumers
                if c.subscription.publisher == "subsidy"
            )  # fmt: skip
            handler = consumer.subscription.handlers["subsidy.entitlement.opened.v1"]
            async with connection.transaction():
                await handler(registry.thing.runtime, Tx(connection), events)
        return len([query for query in asked if "savepoint" not in query.lower()])

    await statements(5, 0)  # the connection learns its types
    assert await statements(50, 10) == await statements(5, 5)
