"""Who is paid month by month: enrolled by hand and in bulk, ended by hand and by what is heard."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from .conftest import DISTRICT, Desk
from .test_heard_facts import World
from .treasury import Treasury


@pytest.fixture
async def roll(desk: Desk) -> Roll:
    treasury = await Treasury.opened(desk)
    return Roll(desk, World(desk.service), await treasury.payee("insurance_agency"), treasury)


class Roll:
    """A finance officer who keeps the roll, and a world that tells facts."""

    def __init__(self, desk: Desk, world: World, agency: str, treasury: Treasury) -> None:
        self.desk, self.world, self.agency, self.treasury = desk, world, agency, treasury

    def row(self, **fields: Any) -> dict[str, Any]:
        return {
            "worker_id": str(self.world["worker"]), "programme": "si-public-welfare",
            "reference": str(self.world["placement"]), "payee_id": self.agency,
            "since": "2003-09-01", **self.desk.place, **fields,
        }  # fmt: skip

    async def enrol(self, **fields: Any) -> httpx.Response:
        return await self.desk.post("/v1/enrolments", self.row(**fields))

    async def of(self, id: str) -> dict[str, Any]:
        answer = await self.desk.client.get(f"/v1/enrolments/{id}")
        told: dict[str, Any] = answer.json()
        return told

    async def listed(self, **query: str) -> list[str]:
        answer = await self.desk.client.get("/v1/enrolments", params=query)
        return [one["id"] for one in answer.json()["items"]]


async def test_a_person_is_enrolled_once_and_ended_by_hand(roll: Roll) -> None:
    made = await roll.enrol()
    assert made.status_code == 201, made.text
    one = made.json()
    assert (one["state"], one["last"], one["allowed"]) == ("enrolled", None, ["end"])
    assert (await roll.enrol()).json()["code"] == "enrolled-already"
    path = f"/v1/enrolments/{one['id']}/endings"
    body = {"ended_on": "2003-10-15", "reason": "本人申请退出"}
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"v7"'}
    assert (await roll.desk.client.post(path, json=body, headers=headers)).status_code == 412
    headers["If-Match"] = made.headers["ETag"]
    ended = (await roll.desk.client.post(path, json=body, headers=headers)).json()
    assert (ended["state"], ended["last"], ended["allowed"]) == ("ended", "2003-10-15", [])
    assert await roll.listed(on="2003-10-15") == [one["id"]]
    assert await roll.listed(on="2003-10-16") == []
    assert (await roll.enrol(since="2003-10-20")).status_code == 201


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"programme": "training-subsidy"}, "not-a-monthly-programme"),
        ({"programme": "no-such-programme"}, "not-a-monthly-programme"),
        ({"since": "2002-01-01"}, "not-a-monthly-programme"),
        ({"reference": None}, "enrolment-reference"),
        ({"payee_id": str(uuid4())}, "payee-of-another-kind"),
        ({"programme": "living-allowance", "since": "2003-01-01"}, "enrolment-reference"),
        ({"until": "2003-08-31"}, "enrolment-ends-before"),
    ],
)
async def test_what_forbids_an_enrolment(roll: Roll, fields: dict[str, Any], code: str) -> None:
    refused = await roll.enrol(**fields)
    assert (refused.status_code, refused.json()["code"]) == (
        409 if code == "enrolled-already" else 422, code,
    )  # fmt: skip


async def test_an_employer_is_not_paid_what_the_agency_is_due(roll: Roll) -> None:
    payee = await roll.treasury.payee("employer")
    assert (await roll.enrol(payee_id=payee)).json()["code"] == "payee-of-another-kind"


async def test_the_roll_comes_in_bulk_and_each_line_is_judged(roll: Roll) -> None:
    rows = [roll.row(worker_id=str(uuid4()), reference=str(uuid4())) for _ in range(3)]
    answer = await roll.desk.lines(
        "/v1/enrolments/imports",
        [*rows, rows[0], roll.row(payee_id=str(uuid4())), roll.row(area_code="110000000000")],
        mode="good",
    )
    told = answer.json()
    assert (told["accepted"], [one["code"] for one in told["errors"]]) == (
        3, ["enrolled-already", "payee-of-another-kind", "outside-your-area"],
    )  # fmt: skip
    assert len(await roll.listed(programme="si-public-welfare")) == 3


async def test_what_is_heard_ends_an_enrolment_and_what_is_taken_back_revives_it(
    roll: Roll,
) -> None:
    world = roll.world
    world.registered()
    world.employer()
    world.placed(public_welfare_post_id=str(world["post"]))
    held = {"placement_id": str(world["placement"])}
    world.say("jobs-market.public-welfare-post.occupied", "post", date(2003, 9, 15), **held)
    await world.tell()
    id = (await roll.enrol()).json()["id"]
    assert (await roll.of(id))["last"] is None
    world.say("jobs-market.public-welfare-post.vacated", "post", date(2003, 12, 1), **held)
    await world.tell()
    assert (await roll.of(id))["last"] == "2003-11-30"
    died = {"kind": "deceased", "on": "2003-10-20", "authority": "231100-police"}
    told = world.say("registry.life-fact.recorded", "death", date(2003, 10, 20), **died)
    await world.tell()
    assert (await roll.of(id))["last"] == "2003-10-19"
    world.say(
        "registry.life-fact.reversed", "death", date(2003, 10, 20), **died, what="fact",
        reverses=told,
    )  # fmt: skip
    await world.tell()
    assert (await roll.of(id))["last"] == "2003-11-30"
    world.say("jobs-market.placement.ended", "placement", date(2003, 11, 15), ended_on="2003-11-15")
    await world.tell()
    assert (await roll.of(id))["last"] == "2003-11-15"
    world.say("jobs-market.placement.voided", "placement", date(2003, 9, 15))
    await world.tell()
    assert (await roll.of(id))["last"] == "2003-09-14"
    assert await world.service.dead() == []


async def test_what_was_heard_before_holds_from_the_start(roll: Roll) -> None:
    world = roll.world
    world.placed()
    world.say("jobs-market.placement.ended", "placement", date(2003, 11, 15), ended_on="2003-11-15")
    await world.tell()
    assert (await roll.enrol()).json()["last"] == "2003-11-15"


async def test_another_district_does_not_see_it(roll: Roll) -> None:
    id = (await roll.enrol()).json()["id"]
    other = roll.desk.service.client("finance_officer", area=DISTRICT)
    assert (await other.get(f"/v1/enrolments/{id}")).status_code == 404
    assert (await other.get("/v1/enrolments")).json()["items"] == []
