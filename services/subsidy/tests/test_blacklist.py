"""Of a claimant who deceived no claim is taken for a term; two persons enter her, one may lift it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kit.testing import UnderTest

from .claims_desk import Bureau, made, refused
from .conftest import DISTRICT, Desk
from .test_claims_of_projects import Builder
from .test_enrolments import Roll


@pytest.fixture
async def bureau(subsidy: UnderTest) -> Bureau:
    return await Bureau.opened(subsidy)


async def propose(bureau: Bureau, client: httpx.AsyncClient | None = None, **fields: Any) -> Any:
    body = {
        "claimant_kind": "employer", "claimant_id": bureau.employer, "reason": "phantom-staff",
        "reference": "黑劳监[2003]6号", "since": "2003-10-09", **bureau.place, **fields,
    }  # fmt: skip
    return await Desk(bureau.service, client or bureau.reviewer).post("/v1/blacklistings", body)


async def act(client: httpx.AsyncClient, entry: dict[str, Any], what: str, **body: Any) -> Any:
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": f'"v{entry["version"]}"'}
    path = f"/v1/blacklistings/{entry['id']}/{what}"
    return await client.post(path, json={"on": "2003-10-10", **body}, headers=headers)


async def test_while_a_claimant_is_listed_no_claim_is_taken_and_the_refusal_says_until_when(
    bureau: Bureau,
) -> None:
    entry = made(await propose(bureau))
    assert (entry["state"], entry["until"]) == ("proposed", "2006-10-08")
    assert (await bureau.file()).status_code == 201, "one person's word lists nobody"
    claim = made(await bureau.file())
    claim = made(await bureau.turn(claim, on="2003-10-09"))
    entry = made(await act(bureau.approver, entry, "decisions", agreed=True))
    assert (entry["state"], entry["allowed"]) == ("standing", ["lift"])
    answer = await bureau.file()
    assert refused(answer) == (409, "claimant-blacklisted")
    assert "phantom-staff, until 2006-10-08" in answer.json()["detail"]
    again = await bureau.act(bureau.clerk.client, claim, "refilings", on="2003-10-14")
    assert refused(again) == (409, "claimant-blacklisted")
    assert (await bureau.file(claimant_id=str(uuid4()))).status_code == 201
    assert (await bureau.file(filed_on="2003-10-08")).status_code == 201, "before it began"
    entry = made(await act(bureau.approver, entry, "liftings", reason="复核认定不实"))
    assert (entry["state"], entry["lifting"], entry["allowed"]) == ("lifted", "复核认定不实", [])
    assert refused(await bureau.file(filed_on="2003-10-10"))[1] == "claimant-blacklisted"
    assert (await bureau.file(filed_on="2003-10-11")).status_code == 201


async def test_two_persons_enter_and_each_act_follows_the_one_before(bureau: Bureau) -> None:
    both = bureau.service.client("subsidy_reviewer", "finance_approver", subject="both")
    entry = made(await propose(bureau, both))
    assert refused(await act(both, entry, "decisions", agreed=True)) == (409, "maker-is-checker")
    assert (await act(bureau.reviewer, entry, "decisions", agreed=True)).status_code == 403
    assert refused(await propose(bureau)) == (409, "blacklisting-proposed")
    unknown = await propose(bureau, claimant_id=str(uuid4()), recovery_id=str(uuid4()))
    assert refused(unknown) == (422, "blacklisting-recovery-unknown")
    assert refused(await act(bureau.approver, entry, "liftings", reason="x")) == (
        409, "blacklisting-state",
    )  # fmt: skip
    early = await act(bureau.approver, entry, "decisions", agreed=True, on="2003-10-08")
    assert refused(early) == (422, "blacklisting-step-out-of-order")
    declined = made(await act(bureau.approver, entry, "decisions", agreed=False))
    assert declined["state"] == "declined"
    assert refused(await act(bureau.approver, entry, "decisions", agreed=True))[0] == 412
    assert (await bureau.file()).status_code == 201
    assert (await propose(bureau)).status_code == 201, "a declined one does not stand in the way"


async def test_a_person_is_listed_under_all_records(bureau: Bureau) -> None:
    record, survivor = bureau.id("again"), bureau.id("once")
    bureau.world.say(
        "registry.worker.merged", "again", date(2003, 10, 1), survivor_id=str(survivor),
        merged_id=str(record),
    )  # fmt: skip
    await bureau.world.tell()
    entry = made(await propose(bureau, claimant_kind="person", claimant_id=str(record)))
    made(await act(bureau.approver, entry, "decisions", agreed=True))
    assert refused(await bureau.file(claimant_id=str(survivor)))[1] == "claimant-blacklisted"


async def listed(bureau: Bureau, kind: str, claimant: str) -> dict[str, Any]:
    entry = made(await propose(bureau, claimant_kind=kind, claimant_id=claimant))
    return made(await act(bureau.approver, entry, "decisions", agreed=True))


async def test_a_listed_person_is_not_enrolled_nor_is_anybody_with_a_listed_payee(
    bureau: Bureau,
) -> None:
    agency = await bureau.treasury.payee("insurance_agency")
    roll = Roll(bureau.treasury.officer, bureau.world, agency, bureau.treasury)
    world = roll.world
    world.say(
        "registry.worker.merged", "again", date(2003, 10, 1),
        survivor_id=str(world["worker"]), merged_id=str(world["again"]),
    )  # fmt: skip
    await world.tell()
    entry = await listed(bureau, "person", str(world["again"]))
    assert refused(await roll.enrol()) == (409, "claimant-blacklisted"), "under another record"
    rows = [roll.row(), roll.row(worker_id=str(uuid4()))]
    report = made(await roll.desk.lines("/v1/enrolments/imports", rows, mode="good"))
    assert (report["accepted"], report["rejected"]) == (1, 1)
    made(await act(bureau.approver, entry, "liftings", reason="复核认定不实"))
    assert refused(await roll.enrol(since="2003-10-09")) == (409, "claimant-blacklisted"), (
        "it would begin while she was listed"
    )
    assert (await roll.enrol(since="2003-10-11")).status_code == 201
    paid = made(await roll.desk.client.get(f"/v1/payees/{agency}"))
    await listed(bureau, "employer", paid["reference_id"])
    somebody = await roll.enrol(worker_id=str(uuid4()))
    assert refused(somebody) == (409, "claimant-blacklisted"), "the payee is listed"


async def test_no_project_of_a_listed_body_is_approved(subsidy: UnderTest) -> None:
    builder = await Builder.opened(subsidy)
    await listed(builder.bureau, "body", builder.body)
    answer = await builder.record(approved_on="2003-10-09")
    assert refused(answer) == (409, "claimant-blacklisted")
    assert (await builder.record(approved_on="2003-10-08")).status_code == 201, "approved before"


async def test_entries_are_listed_and_a_neighbour_sees_none(bureau: Bureau) -> None:
    entry = made(await propose(bureau))
    query = {"claimant_id": bureau.employer, "state": "proposed"}
    found = made(await bureau.reviewer.get("/v1/blacklistings", params=query))["items"]
    assert [one["id"] for one in found] == [entry["id"]]
    neighbour = bureau.service.client("subsidy_reviewer", area=DISTRICT)
    assert made(await neighbour.get("/v1/blacklistings"))["items"] == []
    assert (await neighbour.get(f"/v1/blacklistings/{entry['id']}")).status_code == 404
