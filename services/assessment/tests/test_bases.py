"""Who is in a base and what was issued, when registry takes something back or gives it back."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

CITY, DISTRICT = "231100000000", "231102000000"


async def base(city: Any, day: str = "2003-10-31", version: str = "") -> str:
    found = await city.figure(f"reemployment_rate{version}.rate.{CITY}.all.{day}")
    return str(found["denominator"]["value"])


async def test_who_retired_or_died_is_in_the_base_until_that_day(city: Any) -> None:
    retired, stays = city.worker(), city.worker()
    fact = city.life_fact(retired, on="2003-08-01", valid_from=date(2003, 8, 1))
    dibao = city.life_fact(stays, on="2003-08-01", kind="dibao")
    await city.deliver(retired, stays, city.placement(retired), fact, dibao)
    assert await base(city, "2003-07-31") == "2"
    assert await base(city, "2003-08-01") == "1"
    assert await base(city) == "1"
    assert await base(city, version="@1") == "2"
    rate = await city.figure("reemployment_rate.rate")
    assert rate["value"] == "100"
    listed = await city.client.get(
        f"/v1/figures/reemployment_rate.rate.{CITY}.all.2003-10-31/events",
        params={"side": "denominator"},
    )
    assert [row["entity"]["id"] for row in listed.json()["items"]] == [str(stays.entity_id)]


async def test_who_came_back_is_in_the_base_again_and_a_wrong_fact_never_was(city: Any) -> None:
    worker = city.worker()
    fact = city.life_fact(worker, kind="imprisoned", on="2003-05-20")
    ended = city.life_fact(worker, "ended", of=fact, kind="imprisoned", until="2003-09-20")
    await city.deliver(worker, fact)
    assert await base(city) == "0"
    await city.deliver(ended)
    assert [await base(city, f"2003-09-{day}") for day in (19, 20)] == ["0", "1"]
    wrong_end = city.life_fact(
        worker, "reversed", of=fact, kind="imprisoned", on="2003-05-20", what="end",
        reverses=ended.id,
    )  # fmt: skip
    await city.deliver(wrong_end)
    assert await base(city) == "0"
    wrong = city.life_fact(
        worker, "reversed", of=fact, kind="imprisoned", on="2003-05-20", what="fact",
        reverses=fact.id,
    )  # fmt: skip
    await city.deliver(wrong)
    assert [await base(city, day) for day in ("2003-06-30", "2003-10-31")] == ["1", "1"]
    told_again = city.life_fact(
        worker, of=fact, kind="imprisoned", on="2003-05-20", until="2003-06-20",
        valid_from=date(2003, 5, 20),
    )  # fmt: skip
    await city.deliver(told_again)
    found = [await base(city, day) for day in ("2003-05-19", "2003-06-19", "2003-06-20")]
    assert found == ["1", "0", "1"]


async def test_life_facts_in_any_order_leave_the_same_base(city: Any, running: Any) -> None:
    worker, other = city.worker(), city.worker()
    fact = city.life_fact(worker, kind="enlisted", on="2003-02-01")
    ended = city.life_fact(worker, "ended", of=fact, kind="enlisted", until="2003-04-01")
    undone = city.life_fact(
        worker, "reversed", of=fact, kind="enlisted", on="2003-02-01", what="end",
        reverses=ended.id,
    )  # fmt: skip
    died = city.life_fact(other, kind="deceased", on="2003-07-01")
    events = [worker, other, fact, ended, undone, died]
    await city.deliver(*events)
    days = ("2003-01-31", "2003-05-01", "2003-07-01")
    expected = [await base(city, day) for day in days]
    assert expected == ["2", "1", "0"]
    twin = type(city)(await running("assessment"))
    random.Random(5).shuffle(events)
    for event in events:
        await twin.deliver(event)
    assert [await base(twin, day) for day in days] == expected


async def test_a_life_fact_of_a_merged_record_takes_the_whole_person_out(city: Any) -> None:
    survivor, record = city.worker(), city.worker()
    merge = city.merged(record, survivor, valid_from=date(2003, 9, 3))
    died = city.life_fact(record, kind="deceased", on="2003-09-10")
    await city.deliver(survivor, record, died)
    assert await base(city) == "1"
    await city.deliver(merge)
    assert [await base(city, day) for day in ("2003-09-09", "2003-09-10")] == ["1", "0"]
    await city.deliver(city.unmerged(merge))
    assert await base(city) == "1"


def certificate(city: Any, worker: Any) -> list[Any]:
    told = {
        "worker_id": str(worker.entity_id), "category": "soe_laid_off", "valid_until": "2006-04-10",
    }  # fmt: skip
    granted = city.tell("registry.certificate.granted.v1", told, valid_from=date(2003, 3, 1))
    issued = city.tell(
        "registry.certificate.issued.v1", told, granted.entity_id, valid_from=date(2003, 4, 10)
    )
    return [granted, issued]


async def test_a_revocation_that_was_reversed_counts_no_longer(city: Any) -> None:
    worker = city.worker()
    granted, issued = certificate(city, worker)
    told = {"worker_id": str(worker.entity_id), "reason": "deceased"}
    revoked = city.tell(
        "registry.certificate.revoked.v1", told, issued.entity_id, valid_from=date(2003, 8, 1)
    )
    restored = city.tell(
        "registry.certificate.restored.v1", told, issued.entity_id,
        valid_from=date(2003, 4, 10), reverses=revoked.id,
    )  # fmt: skip
    await city.deliver(worker, granted, issued)
    days = ("2003-03-01", "2003-04-10", "2003-08-01", "2003-10-31")

    async def counted() -> list[Any]:
        names = ("certificates_entitled", "certificates_issued")
        return [await city.value(f"{n}.value.{CITY}.all.{day}") for n in names for day in days]

    before = await counted()
    assert before == ["1", "1", "1", "1", "0", "1", "1", "1"]
    await city.deliver(revoked)
    assert await counted() == ["1", "1", "0", "0", "0", "1", "0", "0"]
    await city.deliver(restored)
    assert await counted() == before
    assert (await city.client.post("/v1/rebuilds")).json()["differences"] == 0


async def test_a_restored_certificate_holds_until_the_day_that_came_with_it(city: Any) -> None:
    """Also where its last day was corrected and nothing had revoked it (R12); in any order, and twice."""
    worker = city.worker()
    granted, issued = certificate(city, worker)
    told = {"worker_id": str(worker.entity_id), "state": "issued", "valid_until": "2005-05-04"}
    restored = city.tell("registry.certificate.restored.v1", told, issued.entity_id)

    async def until() -> Any:
        async with city.service.db.looking() as tx:
            return await tx.fetchval("select until from item where kind = 'certificate-issued'")

    await city.deliver(worker, granted, issued)
    assert await until() == date(2006, 4, 10)
    await city.deliver(restored, restored)
    assert await until() == date(2005, 5, 4)
    await city.deliver(issued)
    assert await until() == date(2005, 5, 4)
    assert (await city.client.post("/v1/rebuilds")).json()["differences"] == 0
    assert await until() == date(2005, 5, 4)


async def test_of_two_certificates_of_one_person_the_earlier_is_counted(city: Any) -> None:
    """Registry revokes the later one from its own day of issue, and gives it back when the merge is
    undone (5.3 no. 6)."""
    one, two = city.worker(), city.worker()
    kept, extra = certificate(city, one), certificate(city, two)
    told = {"worker_id": str(two.entity_id), "reason": "merged"}
    revoked = city.tell(
        "registry.certificate.revoked.v1", told, extra[0].entity_id, valid_from=date(2003, 4, 10)
    )
    merge = city.merged(two, one, valid_from=date(2003, 9, 3))
    await city.deliver(one, two, *kept, *extra, merge, revoked)
    assert await city.value("certificates_issued.value") == "1"
    assert await city.value("certificates_entitled.value") == "1"
    assert await city.value("certificate_issue_rate.rate") == "100"
    restored = city.tell(
        "registry.certificate.restored.v1", told, extra[0].entity_id,
        valid_from=date(2003, 4, 10), reverses=revoked.id,
    )  # fmt: skip
    await city.deliver(city.unmerged(merge), restored)
    assert await city.value("certificates_issued.value") == "2"
    assert await city.value("certificates_entitled.value") == "2"


async def test_a_booklet_that_was_lost_and_reissued_is_one_certificate(city: Any) -> None:
    worker = city.worker()
    granted, issued = certificate(city, worker)
    told = {"worker_id": str(worker.entity_id), "valid_until": "2006-04-10"}
    steps = [
        city.tell(f"registry.certificate.{verb}.v1", told, issued.entity_id)
        for verb in ("lost", "reissued", "suspended", "reinstated")
    ]
    await city.deliver(worker, granted, issued, *steps)
    assert await city.value("certificates_issued.value") == "1"


async def test_an_office_that_was_closed_is_counted_until_that_day(city: Any) -> None:
    opened = city.office("231102001-street-office", "street_office", "海兰街道", staff=3)
    told = {"code": opened.data["code"], "name": "海兰街道", "previous": "海兰街道"}
    renamed = city.tell(
        "registry.office.changed.v1", told | {"change": "renamed"}, opened.entity_id
    )
    closed = city.tell(
        "registry.office.changed.v1", told | {"change": "closed"}, opened.entity_id,
        valid_from=date(2003, 9, 1),
    )  # fmt: skip
    await city.deliver(opened, renamed)
    assert await city.value("street_offices.value") == "1"
    await city.deliver(closed)
    assert await city.value("street_offices.value") == "0"
    assert await city.value("grassroots_staff.value") == "0"
    assert await city.value(f"grassroots_staff.value.{CITY}.all.2003-08-31") == "3"
