"""Registry says that another office has a person in charge: what can still be worked on goes along."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from jobs_market.workers.domain import Move
from kit.events import Event

from .conftest import AREA, OFFICE
from .test_market_api import refer, seeker, vacancy
from .test_one_person import merged

OTHER, OTHER_OFFICE = "231121000000", "231121-employment-bureau"


def corrected(market: Any, worker: str, *attributes: str, **more: Any) -> Event:
    data = {
        "attributes": list(attributes or ("place",)), "from_the_beginning": False,
        "sex": "male", "birth_date": "1952-01-01", "cadre": False,
        **{name: more.pop(name) for name in ("sex", "birth_date") if name in more},
    }  # fmt: skip
    place = {"area_code": OTHER, "office": OTHER_OFFICE, "valid_from": date(2003, 6, 10), **more}
    event: Event = market.thing.heard("registry.worker.corrected.v1", UUID(worker), data, **place)
    return event


def client(market: Any, area: str, office: str) -> Any:
    return market.thing.client("jobs_clerk", area=area, office=office, subject=f"clerk {area}")


async def seen(market: Any, path: str) -> list[str]:
    """Which of both offices sees a thing, by itself and in its list."""
    found = []
    for name, area, office in (("old", AREA, OFFICE), ("new", OTHER, OTHER_OFFICE)):
        http = client(market, area, office)
        answer = await http.get(path)
        base, _, id = path.rpartition("/")
        listed = [one["id"] for one in (await http.get(base)).json()["items"]]
        assert (answer.status_code == 200) == (id in listed)
        if answer.status_code == 200:
            found.append(name)
    return found


@pytest.mark.parametrize(
    ("stands", "former", "now", "goes"),
    [
        ("231102001001", "231102001001", "231102001002", True),
        ("231102001000", "231102001001", "231102001002", False),  # the street has both
        ("231102000000", "231102001001", "231121001001", True),
        ("231102001001", "231102000000", "231121000000", True),
        ("231121000000", "231102001001", "231121001001", False),  # was there before
        ("231181000000", "231102001001", "231121001001", False),  # is somebody else's business
    ],
)
def test_what_stood_with_the_person_goes_where_it_would_not_be_seen_any_more(
    stands: str, former: str, now: str, goes: bool
) -> None:
    move = Move((), former, now, "231121-employment-bureau", date(2003, 6, 10))
    assert move.takes_along(stands) is goes


async def test_the_new_office_works_on_the_registration_and_the_letter(market: Any) -> None:
    worker = await market.worker()
    who = await seeker(market, worker)
    registered, letter = (
        f"/v1/jobseekers/{who['id']}",
        await refer(market, who, await vacancy(market)),
    )
    path = f"/v1/referrals/{letter['id']}"
    assert (await seen(market, registered), await seen(market, path)) == (["old"], ["old"])
    move = corrected(market, worker)
    await market.thing.deliver(move)
    await market.thing.deliver(move)
    assert (await seen(market, registered), await seen(market, path)) == (["new"], ["new"])
    new = client(market, OTHER, OTHER_OFFICE)
    answer = await new.post(
        f"{path}/resolutions", json={"resolved_on": "2003-06-20", "outcome": "not_hired"}
    )
    assert answer.status_code == 201, answer.text
    gone = await new.post(
        f"{registered}/withdrawals", json={"withdrawn_on": "2003-06-21", "reason": "other"}
    )
    assert gone.status_code == 201, gone.text
    (told,) = await market.told("jobseeker.withdrawn")
    assert (told.area_code, told.office) == (OTHER, OTHER_OFFICE)
    assert await market.thing.dead() == []


async def test_what_is_over_stays_where_it_was(market: Any) -> None:
    worker = await market.worker()
    who = await seeker(market, worker)
    letter = await refer(market, who, await vacancy(market))
    path = f"/v1/referrals/{letter['id']}"
    await market.post(f"{path}/resolutions", {"resolved_on": "2003-05-08", "outcome": "no_show"})
    await market.thing.deliver(corrected(market, worker, valid_from=date(2003, 8, 2)))
    assert await seen(market, f"/v1/jobseekers/{who['id']}") == ["old"]  # valid until 2003-08-01
    assert await seen(market, path) == ["old"]
    assert (await seeker_again(market, worker))["area_code"] == OTHER


async def seeker_again(market: Any, worker: str) -> Any:
    body = {
        "worker_id": worker, "registered_on": "2003-08-05", "area_code": OTHER,
        "office": OTHER_OFFICE,
    }  # fmt: skip
    return await market.post("/v1/jobseekers", body)


async def test_what_was_done_under_a_merged_record_goes_with_the_person(market: Any) -> None:
    record, survivor = await market.worker(), await market.worker()
    who = await seeker(market, record)
    await market.thing.deliver(merged(market, record, survivor))
    await market.thing.deliver(corrected(market, survivor))
    assert await seen(market, f"/v1/jobseekers/{who['id']}") == ["new"]


async def test_who_moves_twice_in_one_batch_ends_at_the_last_place(market: Any) -> None:
    worker = await market.worker()
    who = await seeker(market, worker)
    await market.thing.deliver(
        corrected(market, worker), corrected(market, worker, area_code=AREA, office=OFFICE)
    )
    assert await seen(market, f"/v1/jobseekers/{who['id']}") == ["old"]


async def test_a_corrected_birth_date_and_sex_are_known_here(market: Any) -> None:
    worker = await market.worker()
    who = await seeker(market, worker)
    await market.thing.deliver(
        corrected(
            market, worker, "birth_date", "id_number", "sex", sex="female",
            birth_date="1953-02-03", area_code=AREA, office=OFFICE,
        )
    )  # fmt: skip
    async with market.thing.db.looking() as tx:
        row = await tx.fetchrow("select sex, birth_date, area_code from worker")
    assert tuple(row) == ("female", date(1953, 2, 3), AREA)
    assert await seen(market, f"/v1/jobseekers/{who['id']}") == ["old"]
