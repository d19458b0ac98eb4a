"""Placements over HTTP and PostgreSQL: the steps, the limits, the bulk door."""

from __future__ import annotations

import asyncio
from typing import Any

from kit.ids import new_id

PLACE = {"area_code": "231102000000", "office": "231102-employment-bureau"}


async def test_a_placement_is_claimed_then_confirmed_and_only_then_told(market: Any) -> None:
    worker, employer = await market.worker(), await market.employer()
    claimed = await market.claim(
        worker, employer_id=employer, evidence="contract", contract_months=36, wage="600.00"
    )
    assert (claimed["state"], claimed["sector"], claimed["wage"]) == (
        "claimed", "commerce", "600.00",
    )  # fmt: skip
    assert await market.told("placement.confirmed") == []
    confirmed = await market.step(claimed["id"], "confirmations", confirmed_on="2003-06-05")
    (event,) = await market.told("placement.confirmed")
    assert str(event.id) == confirmed["confirmed_event"]
    assert event.data == {
        "worker_id": worker,
        "employer_id": employer,
        "channel": "private_economy",
        "started_on": "2003-06-01",
        "contract_months": 36,
        "wage": "600.00",
        "new_post": False,
        "post_id": None,
        "public_welfare_post_id": None,
        "sector": "commerce",
        "training_class_id": None,
        "referral_id": None,
    }
    assert (event.valid_from.isoformat(), event.area_code, event.sequence) == (
        "2003-06-01", "231102000000", 1,
    )  # fmt: skip
    seen = await market.get(f"/v1/placements/{claimed['id']}")
    assert (seen["stable"], seen["next_actions"]) == (True, ["endings", "voidings"])


async def test_a_person_whom_registry_has_not_told_of_cannot_be_placed_yet(market: Any) -> None:
    worker = new_id()
    told = await market.claim(str(worker), status=409)
    assert told["code"] == "not-yet-known"
    await market.thing.deliver(market.registered(worker))
    await market.claim(str(worker))


async def test_nobody_has_two_live_placements(market: Any) -> None:
    worker = await market.worker()
    first = await market.placed(worker)
    second = await market.claim(worker, started_on="2003-07-01", claimed_on="2003-07-01")
    told = await market.step(second["id"], "confirmations", 409, confirmed_on="2003-07-01")
    assert told["code"] == "already-placed"
    await market.step(first["id"], "endings", ended_on="2003-07-01", reason="resigned")
    await market.step(second["id"], "confirmations", confirmed_on="2003-07-01")
    assert await market.facts() == ["placement.confirmed", "placement.ended", "placement.confirmed"]


async def test_of_two_simultaneous_confirmations_for_one_person_one_stands(market: Any) -> None:
    worker = await market.worker()
    claims = [await market.claim(worker) for _ in range(4)]
    answers = await asyncio.gather(
        *(
            market.http.post(
                f"/v1/placements/{claim['id']}/confirmations", json={"confirmed_on": "2003-06-30"}
            )
            for claim in claims
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(await market.told("placement.confirmed")) == 1


async def test_voiding_names_what_it_reverses_and_from_which_day(market: Any) -> None:
    placed = await market.placed(await market.worker())
    await market.step(placed["id"], "endings", ended_on="2003-08-01", reason="resigned")
    await market.step(placed["id"], "voidings", voided_on="2003-09-01", reason="fake_contract")
    (event,) = await market.told("placement.voided")
    assert str(event.reverses) == placed["confirmed_event"]
    assert (event.valid_from.isoformat(), event.sequence) == ("2003-06-01", 3)
    again = await market.step(
        placed["id"], "voidings", 409, voided_on="2003-09-01", reason="duplicate"
    )
    assert again["code"] == "wrong-placement-state"


MISFITS: list[tuple[dict[str, Any], str]] = [
    ({"evidence": "contract"}, "evidence-does-not-fit"),
    ({"channel": "public_welfare_4050"}, "channel-does-not-fit"),
    ({"channel": "first_employment"}, "channel-does-not-fit"),
    ({"employer_id": str(new_id())}, "unknown-employer"),
    ({"post_id": str(new_id())}, "unknown-post"),
    ({"training_class_id": str(new_id())}, "unknown-training-class"),
    ({"referral_id": str(new_id())}, "referral-not-hired"),
    (
        {
            "channel": "public_welfare_4050",
            "public_welfare_post_id": str(new_id()),
            "evidence": "contract",
            "contract_months": 12,
        },
        "unknown-public-welfare-post",
    ),
    ({"id": "not-a-uuid"}, "validation-failed"),
    ({"claimed_on": "2003-11-01"}, "in-the-future"),
    ({"wage": 600}, "validation-failed"),
    ({"surprise": 1}, "validation-failed"),
]


async def test_a_claim_that_does_not_fit_says_why(market: Any) -> None:
    worker = await market.worker()
    for changes, code in MISFITS:
        told = await market.claim(worker, status=422, **changes)
        assert told["code"] == code, changes


async def test_a_district_sees_and_changes_only_its_own_placements(market: Any) -> None:
    placed = await market.placed(await market.worker())
    other = market.thing.client("jobs_clerk", area="231121000000", office="231121-bureau")
    path = f"/v1/placements/{placed['id']}"
    assert (await other.get(path)).status_code == 404
    assert (await other.get("/v1/placements")).json()["items"] == []
    ending = {"ended_on": "2003-08-01", "reason": "other"}
    assert (await other.post(f"{path}/endings", json=ending)).status_code == 404
    body = {
        "worker_id": placed["worker_id"],
        "channel": "flexible",
        "evidence": "flexible_declaration",
        "started_on": "2003-06-01",
        "claimed_on": "2003-06-01",
        **PLACE,
    }
    refused = await other.post("/v1/placements", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "outside-your-area")
    own = market.thing.client("jobs_clerk", area="231102000000", office=PLACE["office"])
    assert (await own.get(path)).status_code == 200
    station = market.thing.client("station_clerk", area="231102000000", office=PLACE["office"])
    assert (await station.post("/v1/placements", json=body)).status_code == 403


async def test_the_same_key_claims_once(market: Any) -> None:
    body = {
        "worker_id": await market.worker(),
        "channel": "flexible",
        "evidence": "flexible_declaration",
        "started_on": "2003-06-01",
        "claimed_on": "2003-06-01",
        **PLACE,
    }
    headers = {"Idempotency-Key": "claim-0001"}
    first = await market.http.post("/v1/placements", json=body, headers=headers)
    again = await market.http.post("/v1/placements", json=body, headers=headers)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len((await market.get("/v1/placements"))["items"]) == 1


def row(worker_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "worker_id": worker_id,
        "channel": "flexible",
        "evidence": "flexible_declaration",
        "started_on": "2003-06-01",
        **PLACE,
        **changes,
    }


async def test_an_import_claims_and_confirms_and_names_each_bad_line(market: Any) -> None:
    workers = [await market.worker() for _ in range(3)]
    good = row(workers[0])
    rows = [
        good,
        row(workers[0]),
        row(str(new_id())),
        row(workers[1], id=good["id"]),
        row(workers[1], channel="first_employment"),
        row(workers[2], started_on="2003-13-01"),
        row(workers[2], confirmed_on="2003-06-09"),
    ]
    refused = await market.load("/v1/placements", rows)
    assert (refused["code"], refused["rejected"]) == ("import-refused", 5)
    assert await market.told("placement.confirmed") == []
    done = await market.load("/v1/placements", rows, mode="good")
    assert (done["accepted"], done["rejected"]) == (2, 5)
    assert {error["line"]: error["code"] for error in done["errors"]} | {6: ""} == {
        2: "already-placed",
        3: "not-yet-known",
        4: "id-taken",
        5: "channel-does-not-fit",
        6: "",
    }
    assert len(await market.told("placement.confirmed")) == 2
    seen = await market.get(f"/v1/placements/{good['id']}")
    assert (seen["state"], seen["confirmed_on"]) == ("confirmed", "2003-06-01")
    again = await market.load("/v1/placements", [row(workers[0])], mode="good")
    assert again["errors"][0]["code"] == "already-placed"


async def test_long_lists_come_in_pages(market: Any) -> None:
    worker = await market.worker()
    for _ in range(3):
        await market.claim(worker)
    first = await market.get("/v1/placements?limit=2&state=claimed")
    rest = await market.get(f"/v1/placements?limit=2&state=claimed&cursor={first['next_cursor']}")
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
    assert (await market.http.get("/v1/placements?limit=1000")).status_code == 422
