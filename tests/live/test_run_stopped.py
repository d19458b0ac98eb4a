"""A month's run while PostgreSQL is stopped at once: eight thousand people are paid what they are due, once.

The run is frozen in peace first, and cancelled; then the same is frozen again and paid, and in the middle
of each part the server loses every connection without a checkpoint. The supervisor starts it again, and
nothing else repairs.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from local import bank
from tests import by_hand, roll
from tests.live.harness import RESTARTED_WITHIN_S, LiveHouse, Sent, until

pytestmark = [
    pytest.mark.live,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]
PEOPLE = 8_000
OWED = PEOPLE * roll.AMOUNT * 100
TODAY, AREA = "2003-10-31", "231100000000"
PLACE = {"area_code": AREA, "office": "231100-finance-bureau"}
OFFICER, APPROVER = "finance-officer", "finance-approver"
#: A run's work may wait for the server, for its turn and for a busy machine.
WITHIN_S = 120


@dataclass
class Treasury:
    """Two people of a finance bureau of the house that is hurt."""

    house: LiveHouse
    line: str = field(default_factory=lambda: str(uuid4()))
    payers: dict[str, str] = field(default_factory=dict)

    async def post(
        self, path: str, persona: str = OFFICER, version: int | None = None, **body: Any
    ) -> dict[str, Any]:
        """Until it is answered, with the same key."""
        sent = Sent(
            "subsidy", f"/v1/{path}", json.dumps(body).encode(), "application/json", str(uuid4()),
            persona, version,
        )  # fmt: skip
        told: dict[str, Any] = (await self.house.send(sent)).json()
        return told

    async def open(self) -> None:
        """Money for all of them, and accounts that a second person confirmed."""
        money = {"fund": "reemployment", "amount": f"{OWED // 100}.00", **PLACE}
        await self.post(
            "appropriations", **money, source="province", received_on="2003-06-30", year=2003
        )
        await self.post(
            "arrangements", **money, id=self.line, use_code="social-insurance-subsidy",
            arranged_on="2003-07-01", purpose="社会保险补贴",
        )  # fmt: skip
        for number, kind in enumerate(("insurance_agency", "fund")):
            account = {
                "name": "市社会保险局", "number": f"2311001000009{number}",
                "clearing_code": "102261000018", "proposed_on": "2003-07-01", "reason": "开户许可证",
            }  # fmt: skip
            payee = await self.post(
                "payees", kind=kind, reference_id=str(uuid4()), account=account, **PLACE
            )
            await self.post(
                f"payees/{payee['id']}/accounts/{payee['waiting_account_id']}/decisions", APPROVER,
                confirmed=True, decided_on="2003-07-02", note="核对一致",
            )  # fmt: skip
            self.payers[kind] = payee["id"]
        async with self.looking() as sql:
            await roll.enrol(
                sql, 1, PEOPLE, payee_id=self.payers["insurance_agency"], area_code=AREA
            )

    async def draft(self) -> dict[str, Any]:
        return await self.post(
            "runs", programme="si-public-welfare", month=roll.MONTH, arrangement_id=self.line,
            shortage="refuse-all", drafted_on=TODAY, **PLACE,
        )  # fmt: skip

    async def act(
        self, run: dict[str, Any], what: str, persona: str = OFFICER, **body: Any
    ) -> dict[str, Any]:
        return await self.post(f"runs/{run['id']}/{what}", persona, run["version"], **body)

    async def seen(self, run: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = await self.house.read("subsidy", f"runs/{run['id']}")
        return told

    async def frozen(self, run: dict[str, Any]) -> dict[str, Any]:
        await self.become("select state = 'frozen' from run where id = $1", run)
        return await self.seen(run)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.house.postgres.dsn("subsidy"), timeout=10)
        try:
            yield connection
        finally:
            await connection.close()

    async def become(self, true: str, run: dict[str, Any]) -> None:
        async with self.looking() as sql:

            async def look() -> bool:
                return bool(await sql.fetchval(true, run["id"]))

            await until(look, WITHIN_S, true)

    async def stopped_when(self, true: str, run: dict[str, Any]) -> None:
        """As soon as it looks true: `pg_ctl stop -m immediate`, and whatever comes of it."""
        await self.become(true, run)
        deaths = self.house.deaths("postgres")
        await self.house.postgres.astop("immediate")
        await self.house.restarted("postgres", deaths)
        await until(self._back, RESTARTED_WITHIN_S, "the database answers")

    async def _back(self) -> bool:
        try:
            async with self.looking() as sql:
                return bool(await sql.fetchval("select true"))
        except (OSError, asyncpg.PostgresError):
            return False

    async def holds(self, run: dict[str, Any], **where: int) -> None:
        """Every line, decision and month is there once, and every fen of the fund."""
        async with self.looking() as sql:
            counts = await sql.fetchrow(
                "select (select count(*) from run_line where run_id = $1) as lines,"
                " (select count(distinct enrolment_id) from run_line where run_id = $1) as people,"
                " (select count(*) from run_line l join decision d on d.id = l.id"
                "   where l.run_id = $1) as decisions,"
                " (select count(*) from benefit_month where holder_id = $1) as months,"
                " (select count(*) from benefit_month) as all_months",
                run["id"],
            )
            money = dict(
                await sql.fetch(
                    "select kind, sum(balance * side)::bigint from account group by kind"
                )
            )
        assert set(counts) == {PEOPLE}
        nothing = dict.fromkeys(
            ("unallocated", "arranged", "reserved", "committed", "ordered", "paid"), 0
        )
        assert nothing | {kind: fen for kind, fen in money.items() if kind != "source"} == (
            nothing | where
        )
        assert money["source"] == OWED
        assert (await self.house.read("subsidy", "journal/check"))["holds"] is True


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def treasury(house: LiveHouse) -> Treasury:
    made = Treasury(house)
    await made.open()
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(treasury: Treasury) -> dict[str, Any]:
    """Frozen in peace and cancelled: what the other one has to come to. Then that one, ordered."""
    calm = await treasury.draft()
    calm = await treasury.frozen(await treasury.act(calm, "freezes"))
    await treasury.act(calm, "cancellations", on=TODAY)
    again = await treasury.act(await treasury.draft(), "freezes")
    return {**again, "calm": calm}


async def test_stopped_while_a_run_is_frozen_it_comes_to_the_same(
    treasury: Treasury, run: dict[str, Any]
) -> None:
    part = "select granted > 0 and state = 'freezing' from run where id = $1"
    await treasury.stopped_when(part, run)
    done = await treasury.frozen(run)
    calm = run["calm"]
    assert done["totals"]["granted"] == PEOPLE
    assert (done["content_hash"], done["totals"]) == (calm["content_hash"], calm["totals"])
    assert [step["act"] for step in done["steps"]] == ["draft", "freeze", "reserve"]
    await treasury.holds(run, reserved=OWED)
    async with treasury.looking() as sql:  # and to what one statement makes of the roll
        await by_hand.written(sql, run["id"])


async def test_stopped_while_it_is_approved_and_ordered_it_is_promised_once(
    treasury: Treasury, run: dict[str, Any]
) -> None:
    seen = await treasury.seen(run)
    hurt = asyncio.create_task(
        treasury.act(seen, "approvals", APPROVER, on=TODAY, content_hash=seen["content_hash"])
    )
    await treasury.stopped_when("select $1::text is not null", run)
    approved = await hurt
    batch = str(uuid4())
    order = {"payer_id": treasury.payers["fund"], "execute_on": TODAY, "made_on": TODAY}
    hurt = asyncio.create_task(treasury.act(approved, "payment-batches", id=batch, **order))
    await treasury.stopped_when("select $1::text is not null", run)
    ordered = await hurt
    assert [step["act"] for step in ordered["steps"]][3:] == ["approve", "order"]
    run["batch"] = batch
    await treasury.holds(run, ordered=OWED)


async def test_stopped_while_it_is_paid_everybody_is_paid_and_told_of_once(
    treasury: Treasury, run: dict[str, Any]
) -> None:
    house, path = treasury.house, f"payment-batches/{run['batch']}"
    batch = await house.read("subsidy", path)
    await treasury.post(
        f"{path}/approvals", APPROVER, approved_on=TODAY, content_hash=batch["content_hash"]
    )
    await treasury.post(f"{path}/handovers", on=TODAY)
    file = (await house.get(f"/api/subsidy/v1/{path}/file")).content
    said = bank.answer(file, [bank.Fate.of("accepted")], date.fromisoformat(TODAY)).statement
    assert said is not None
    message = {"content": b64encode(said).decode(), "received_on": TODAY, **PLACE}
    hurt = asyncio.create_task(treasury.post("bank-messages", **message))
    part = f"select not told and told_enrolment > uuid '{UUID(int=0)}' from run_payment where run_id = $1"
    await treasury.stopped_when(part, run)
    await hurt
    await treasury.become("select told from run_payment where run_id = $1", run)
    assert (await treasury.seen(run))["state"] == "paid"
    await treasury.holds(run, paid=OWED)
    async with treasury.looking() as sql:
        told = await sql.fetchrow(
            "select count(*) as events, count(distinct entity_id) as lines from event_log"
            " where type = 'subsidy.benefit.paid.v1'"
        )
        paid = await sql.fetchval("select count(*) from benefit_month where state = 'paid'")
    assert (told["events"], told["lines"], paid) == (PEOPLE, PEOPLE, PEOPLE)
    await house.settled()
