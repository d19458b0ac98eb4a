"""Money over HTTP: received, arranged, paid, taken back; refused where the books say no."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from kit.testing import UnderTest
from kit.testing_servers import PostgresServer

from .conftest import CITY, DISTRICT, OFFICE, Desk


async def test_money_goes_its_way_and_the_fund_shows_where_it_is(desk: Desk) -> None:
    received = await desk.receive("1000.00")
    assert received.status_code == 201, received.text
    assert received.headers["Event-Id"]
    arranged = await desk.arrange("600.00")
    assert arranged.json()["finding"] is None
    assert arranged.json()["remaining"] == "600.00"
    paid = await desk.pay(arranged.json()["id"], "250.50")
    assert paid.status_code == 201, paid.text
    fund = (await desk.client.get("/v1/funds/reemployment")).json()
    assert fund["received"] == "1000.00"
    assert fund["arranged_by_use"] == [{"code": "training-subsidy", "amount": "600.00"}]
    assert fund["paid"] == "250.50"
    assert fund["unallocated"] == "400.00"
    assert fund["unallocated_age_days"] == 123
    assert fund["arranged_not_paid"] == "349.50"
    line = (await desk.client.get(f"/v1/arrangements/{arranged.json()['id']}")).json()
    assert line["remaining"] == "349.50"
    told = [event.type for event in await desk.service.told()]
    assert told == [
        "subsidy.appropriation.received.v1", "subsidy.arrangement.made.v1",
        "subsidy.payment.made.v1",
    ]  # fmt: skip
    check = (await desk.client.get("/v1/journal/check")).json()
    assert check["holds"] is True
    assert check["lines"] == 6


async def test_a_use_outside_the_list_is_recorded_with_a_finding(desk: Desk) -> None:
    """N11: severance from the re-employment fund, without a reference from the province."""
    await desk.receive("100.00")
    bare = await desk.arrange("10.00", use_code="severance", purpose="有偿解除劳动关系")
    assert bare.json()["finding"] == "use-outside-permitted-list"
    assert bare.json()["approval"] is None
    approved = await desk.arrange("10.00", use_code="severance", approval="黑财社[2003]12号")
    assert approved.json()["finding"] is None
    early = await desk.arrange("10.00", arranged_on="2002-12-02")
    assert early.json()["finding"] == "no-use-list-in-force"
    told = [e.data["finding"] for e in await desk.service.told("subsidy.arrangement.made.v1")]
    assert told == ["use-outside-permitted-list", None, "no-use-list-in-force"]
    listed = await desk.client.get("/v1/arrangements?finding=use-outside-permitted-list")
    assert [one["id"] for one in listed.json()["items"]] == [bare.json()["id"]]


async def test_more_than_there_is_cannot_be_arranged_or_paid(desk: Desk) -> None:
    await desk.receive("100.00")
    refused = await desk.arrange("100.01")
    assert (refused.status_code, refused.json()["code"]) == (409, "more-than-unallocated")
    assert "1 fen" in refused.json()["detail"]
    line = (await desk.arrange("100.00")).json()["id"]
    refused = await desk.pay(line, "100.01")
    assert (refused.status_code, refused.json()["code"]) == (409, "more-than-the-line-holds")
    refused = await desk.pay(str(uuid4()), "1.00")
    assert (refused.status_code, refused.json()["code"]) == (404, "arrangement-unknown")
    refused = await desk.pay(line, "1.00", paid_on="2003-06-30")
    assert refused.json()["code"] == "paid-before-arranged"
    assert (await desk.pay(line, "100.00")).status_code == 201
    assert len(await desk.service.told()) == 3


async def test_a_payment_is_taken_back_by_an_entry_that_names_it(desk: Desk) -> None:
    await desk.receive("100.00")
    line = (await desk.arrange("100.00")).json()["id"]
    payment = (await desk.pay(line, "60.00")).json()["id"]
    approver = Desk(desk.service, desk.service.client("finance_approver"))
    body = {"reversed_on": "2003-08-05", "reason": "重复支付"}
    path = f"/v1/payments/{payment}/reversals"
    assert (await desk.post(path, body)).status_code == 403
    done = await approver.post(path, body)
    assert done.status_code == 201, done.text
    assert done.json()["reversed_on"] == "2003-08-05"
    again = await approver.post(path, body)
    assert (again.status_code, again.json()["code"]) == (409, "already-reversed")
    made, taken_back = (
        await desk.service.told("subsidy.payment.made.v1"),
        await desk.service.told("subsidy.payment.reversed.v1"),
    )
    assert taken_back[0].reverses == made[0].id
    assert (taken_back[0].entity_id, taken_back[0].sequence) == (made[0].entity_id, 2)
    entries = (await approver.client.get(f"/v1/journal/entries?about={payment}")).json()["items"]
    assert [entry["kind"] for entry in entries] == ["payment", "reversal"]
    assert entries[1]["reverses"] == entries[0]["id"]
    fund = (await approver.client.get("/v1/funds/reemployment")).json()
    assert (fund["paid"], fund["arranged_not_paid"]) == ("0.00", "100.00")
    assert (await desk.pay(line, "100.00")).status_code == 201


async def test_money_needs_a_key_and_a_key_serves_once(desk: Desk) -> None:
    body = {
        "fund": "reemployment", "source": "city", "amount": "5.00", "received_on": "2003-06-30",
        "year": 2003, "area_code": CITY, "office": OFFICE,
    }  # fmt: skip
    bare = await desk.client.post("/v1/appropriations", json=body)
    assert (bare.status_code, bare.json()["code"]) == (400, "idempotency-key-missing")
    first = await desk.post("/v1/appropriations", body, "the-same-key")
    again = await desk.post("/v1/appropriations", body, "the-same-key")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await desk.post("/v1/appropriations", {**body, "amount": "6.00"}, "the-same-key")
    assert other.status_code == 422
    fund = (await desk.client.get("/v1/funds/reemployment")).json()
    assert fund["received"] == "5.00"


async def test_a_district_sees_and_writes_its_own_area_only(desk: Desk, subsidy: UnderTest) -> None:
    district = Desk(
        subsidy,
        subsidy.client("finance_officer", area=DISTRICT, office="231102-finance-bureau"),
        {"area_code": DISTRICT, "office": "231102-finance-bureau"},
    )
    await desk.receive("100.00")
    city_line = (await desk.arrange("50.00")).json()["id"]
    mine = await district.receive("7.00")
    assert mine.status_code == 201
    foreign = await district.receive("7.00", area_code=CITY)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "outside-your-area")
    foreign = await district.arrange("1.00", area_code=CITY)
    assert foreign.json()["code"] == "outside-your-area"
    assert (await district.client.get(f"/v1/arrangements/{city_line}")).status_code == 404
    assert (await district.pay(city_line, "1.00")).status_code == 404
    fund = (await district.client.get("/v1/funds/reemployment")).json()
    assert fund["received"] == "7.00"
    all_of_it = (await desk.client.get("/v1/funds/reemployment")).json()
    assert all_of_it["received"] == "107.00"


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount", "1.005"), ("amount", 100), ("amount", "0"), ("received_on", "2003-11-01"),
     ("year", 1999), ("area_code", "2311"), ("source", "lottery"), ("surprise", 1)],
)  # fmt: skip
async def test_wrong_input_is_named_and_not_repeated(desk: Desk, field: str, value: object) -> None:
    refused = await desk.receive("1.00", **{field: value})
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert await desk.service.told() == []


async def test_eight_payments_at_once_where_three_fit(desk: Desk) -> None:
    await desk.receive("100.00")
    line = (await desk.arrange("35.00")).json()["id"]
    answers = await asyncio.gather(*(desk.pay(line, "10.00") for _ in range(8)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] * 3 + [409] * 5
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {
        "more-than-the-line-holds"
    }
    left = (await desk.client.get(f"/v1/arrangements/{line}")).json()["remaining"]
    assert left == "5.00"
    assert (await desk.client.get("/v1/journal/check")).json()["holds"] is True


async def test_an_import_names_its_bad_lines_and_takes_the_others(desk: Desk) -> None:
    await desk.receive("100.00")
    line = (await desk.arrange("50.00")).json()["id"]
    row = {
        "arrangement_id": line, "amount": "20.00", "paid_on": "2003-08-01", "payee_kind": "person",
        "purpose": "基本生活费", "area_code": DISTRICT, "office": "231102-finance-bureau",
    }  # fmt: skip
    twice = str(uuid4())
    rows = [
        {**row, "id": twice}, {**row, "id": twice}, row, row, {**row, "amount": "10.00"},
        {**row, "arrangement_id": str(uuid4())},
    ]  # fmt: skip
    refused = await desk.lines("/v1/payments/imports", rows)
    assert refused.status_code == 422
    assert (await desk.client.get("/v1/payments")).json()["items"] == []
    taken = await desk.lines("/v1/payments/imports", rows, mode="good")
    assert taken.status_code == 200, taken.text
    assert [(e["line"], e["code"]) for e in taken.json()["errors"]] == [
        (2, "id-taken"), (4, "more-than-the-line-holds"), (6, "arrangement-unknown"),
    ]  # fmt: skip
    assert taken.json()["accepted"] == 3
    assert len(await desk.service.told("subsidy.payment.made.v1")) == 3
    assert (await desk.client.get("/v1/journal/check")).json()["holds"] is True


async def test_imports_of_appropriations_and_arrangements(desk: Desk) -> None:
    place = {"area_code": CITY, "office": "231100-city-direct"}
    money = {
        "fund": "living_allowance", "source": "raised", "amount": "82750000.00",
        "received_on": "2003-10-31", "year": 2003, **place,
    }  # fmt: skip
    assert (await desk.lines("/v1/appropriations/imports", [money])).json()["accepted"] == 1
    plans = [
        {"id": str(uuid4()), "fund": "living_allowance", "use_code": code, "amount": amount,
         "arranged_on": "2003-10-31", "purpose": code, **place}
        for code, amount in [("living-allowance", "50340000.00"),
                             ("centre-social-insurance", "26890000.00")]
    ]  # fmt: skip
    assert (await desk.lines("/v1/arrangements/imports", plans)).json()["accepted"] == 2
    pays = [
        {"arrangement_id": plan["id"], "amount": plan["amount"], "paid_on": "2003-10-31",
         "payee_kind": "person", "purpose": "x", **place}
        for plan in plans
    ]  # fmt: skip
    assert (await desk.lines("/v1/payments/imports", pays)).json()["accepted"] == 2
    fund = (await desk.client.get("/v1/funds/living_allowance")).json()
    assert fund["unexplained_rest"] == "5520000.00"
    assert fund["unallocated"] == "5520000.00"
    before = (await desk.client.get("/v1/funds/living_allowance?as_of=2003-10-30")).json()
    assert before["received"] == "0.00"
    # A number is no day: it must not be read as seconds since 1970.
    assert (await desk.client.get("/v1/funds/living_allowance?as_of=0")).status_code == 422


async def test_lists_come_in_pages(desk: Desk) -> None:
    for _ in range(3):
        await desk.receive("1.00")
    first = (await desk.client.get("/v1/appropriations?limit=2")).json()
    second = (
        await desk.client.get(f"/v1/appropriations?limit=2&cursor={first['next_cursor']}")
    ).json()
    ids = [one["id"] for one in first["items"] + second["items"]]
    assert len(set(ids)) == 3
    assert second["next_cursor"] is None
    one = await desk.client.get(f"/v1/appropriations/{ids[0]}")
    assert one.json()["amount"] == "1.00"
    assert (await desk.client.get(f"/v1/appropriations/{uuid4()}")).status_code == 404


# --- what the database itself refuses ------------------------------------------------------------

ENTRY = (
    "insert into journal_entry (id, kind, effective_on, about, area_code, office, recorded_by)"
    " values ($1, 'payment', '2003-08-01', $1, '231100000000', 'x', 'x')"
)
LINE = "insert into journal_line (entry_id, line, account_id, amount) values ($1, $2, $3, $4)"


async def _accounts(desk: Desk) -> dict[str, object]:
    async with desk.service.db.looking() as tx:
        return {row["kind"]: row["id"] for row in await tx.fetch("select id, kind from account")}


@pytest.mark.parametrize("amounts", [[("unallocated", 5), ("source", -4)], [], [("source", -1)]])
async def test_the_database_refuses_an_unbalanced_entry(
    desk: Desk, amounts: list[tuple[str, int]]
) -> None:
    await desk.receive("100.00")
    accounts = await _accounts(desk)
    entry = uuid4()

    async def write() -> None:
        async with desk.service.db.transaction() as tx:
            await tx.execute(ENTRY, entry)
            for number, (kind, amount) in enumerate(amounts, 1):
                await tx.execute(LINE, entry, number, accounts[kind], amount)

    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        await write()
    assert refusal.value.constraint_name == "journal_entry_balances"


async def test_the_database_refuses_a_line_added_later(desk: Desk) -> None:
    await desk.receive("100.00")
    accounts = await _accounts(desk)

    async def write() -> None:
        async with desk.service.db.transaction() as tx:
            entry = await tx.fetchval("select id from journal_entry")
            await tx.execute(LINE, entry, 3, accounts["unallocated"], 1)

    with pytest.raises(asyncpg.CheckViolationError):
        await write()


async def test_the_database_refuses_an_overdraft(desk: Desk) -> None:
    await desk.receive("100.00")
    accounts = await _accounts(desk)
    entry = uuid4()

    async def write() -> None:
        async with desk.service.db.transaction() as tx:
            await tx.execute(ENTRY, entry)
            await tx.execute(
                "insert into journal_line (entry_id, line, account_id, amount)"
                " values ($1, 1, $2, -10001), ($1, 2, $3, 10001)",
                entry,
                accounts["unallocated"],
                accounts["source"],
            )

    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        await write()
    assert refusal.value.constraint_name == "account_not_overdrawn"


@pytest.mark.parametrize(
    "statement",
    [
        "update journal_entry set effective_on = '2003-01-01'",
        "delete from journal_entry",
        "update journal_line set amount = 1",
        "delete from journal_line",
        "truncate journal_line",
        "update account set balance = 0",
        "delete from account",
        "insert into account (id, fund, area_code, kind, detail, side, balance)"
        " values (gen_random_uuid(), 'reemployment', '231100000000', 'paid', 'x', 1, 5)",
        "update payment set amount = 1",
        "delete from payment_reversal",
        "update arrangement set finding = null",
        "delete from appropriation",
        "update decision set granted = true",
        "update book set closed_until = null",
        "insert into book (id, fund, area_code, closed_until)"
        " values (gen_random_uuid(), 'reemployment', '231181000000', '2003-01-31')",
        "delete from period_closing",
        "update period_reopening set reason = ''",
        "delete from arrangement_reversal",
        "update appropriation_reversal set reversed_on = '2003-01-01'",
    ],
)
async def test_the_application_role_cannot_rewrite_the_books(desk: Desk, statement: str) -> None:
    await desk.receive("100.00")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with desk.service.db.transaction() as tx:
            await tx.execute(statement)


async def test_the_check_says_what_differs(
    desk: Desk, subsidy: UnderTest, postgres: PostgresServer
) -> None:
    """Somebody with the owner's rights went around the journal: the check names the account."""
    await desk.receive("100.00")
    name = subsidy.runtime.settings.database_url.get_secret_value().rsplit("/", 1)[1]
    owner = await asyncpg.connect(postgres.url(name, "subsidy_owner"))
    try:
        await owner.execute("update account set balance = balance + 1 where kind = 'unallocated'")
    finally:
        await owner.close()
    check = (await desk.client.get("/v1/journal/check")).json()
    assert check["holds"] is False
    assert [(d["balance"], d["derived"]) for d in check["differences"]] == [("100.01", "100.00")]
