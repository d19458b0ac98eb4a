"""Payees: an account is confirmed by another person, shown masked, and in plain only with a purpose."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from os import urandom
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import rotation
from kit.facts import InTheFuture, MakerIsChecker
from kit.ids import new_id
from kit.testing import Signer, under_test
from local import bank
from subsidy.app import SERVICE
from subsidy.payees import domain
from subsidy.payees.domain import Account, Payee

from .conftest import DISTRICT, Desk
from .treasury import Treasury

TODAY = date(2003, 9, 30)
ACCOUNT = {
    "name": "黑河市第一百货商店", "number": "23110010000004", "clearing_code": "102261000018",
    "proposed_on": "2003-07-01", "reason": "开户许可证",
}  # fmt: skip


def proposed(by: str = "wang") -> Account:
    return Account(new_id(), new_id(), "102261000018", date(2003, 7, 1), "开户许可证", by)


def test_who_proposed_an_account_does_not_confirm_it() -> None:
    with pytest.raises(MakerIsChecker):
        proposed("wang").decide(True, date(2003, 7, 2), "wang", "核对", TODAY)
    confirmed = proposed("wang").decide(True, date(2003, 7, 2), "li", "核对", TODAY)
    assert confirmed.standing == "confirmed"
    with pytest.raises(domain.AccountDecided):
        confirmed.decide(False, date(2003, 7, 3), "zhang", "核对", TODAY)
    with pytest.raises(domain.AccountDecided):
        proposed().decide(True, date(2003, 6, 30), "li", "核对", TODAY)
    with pytest.raises(InTheFuture):
        proposed().decide(True, date(2003, 10, 1), "li", "核对", TODAY)


@given(st.lists(st.sampled_from(["propose", "confirm", "reject"]), max_size=12))
def test_whatever_is_tried_the_account_in_use_is_the_last_confirmed_one(acts: list[str]) -> None:
    payee = Payee(new_id(), "employer", new_id(), "231100000000", "231100-finance-bureau")
    in_use: Account | None = None
    for act in acts:
        before = payee
        if act == "propose":
            try:
                payee = payee.propose(proposed())
            except domain.AccountUnderReview:
                assert before.proposed is not None
        elif payee.proposed is not None:
            decided = payee.proposed.decide(act == "confirm", TODAY, "li", "核对", TODAY)
            accounts = tuple(decided if a.id == decided.id else a for a in payee.accounts)
            payee = replace(payee, accounts=accounts)
            in_use = decided if act == "confirm" else in_use
        assert payee.confirmed == in_use
        assert sum(one.standing == "proposed" for one in payee.accounts) <= 1


@given(st.text("0123456789", min_size=8, max_size=34))
def test_a_mask_shows_four_digits_and_the_length(number: str) -> None:
    masked = domain.mask_account(number)
    assert (len(masked), masked[-4:]) == (len(number), number[-4:])
    assert set(masked[:-4]) == {"*"}
    assert number not in repr(domain.Details("王小明", number, "102261000018"))


# --- over HTTP


async def register(desk: Desk, **fields: Any) -> httpx.Response:
    body = {"kind": "employer", "reference_id": str(uuid4()), "account": ACCOUNT, **desk.place}
    return await desk.post("/v1/payees", {**body, **fields})


async def decide(desk: Desk, payee: dict[str, Any], confirmed: bool = True) -> httpx.Response:
    account = payee["waiting_account_id"]
    return await desk.post(
        f"/v1/payees/{payee['id']}/accounts/{account}/decisions",
        {"confirmed": confirmed, "decided_on": "2003-07-02", "note": "与开户许可证核对一致"},
    )


@pytest.fixture
def approver(desk: Desk) -> Desk:
    return Desk(desk.service, desk.service.client("finance_approver"))


async def test_an_account_is_used_after_another_person_confirmed_it(
    desk: Desk, approver: Desk
) -> None:
    made = await register(desk)
    assert made.status_code == 201, made.text
    payee = made.json()
    assert payee["account_id"] is None
    assert payee["accounts"][0]["name_masked"] == "黑********"
    assert payee["accounts"][0]["number_masked"] == "**********0004"
    assert (await decide(desk, payee)).status_code == 403
    both = Desk(desk.service, desk.service.client("finance_officer", "finance_approver"))
    own = (await register(both)).json()
    assert (await decide(both, own)).json()["code"] == "maker-is-checker"
    confirmed = (await decide(approver, payee)).json()
    assert confirmed["account_id"] == payee["waiting_account_id"]
    assert (await decide(approver, payee)).json()["code"] == "account-decided"


async def test_a_changed_account_is_not_used_before_its_confirmation(
    desk: Desk, approver: Desk
) -> None:
    payee = (await decide(approver, (await register(desk)).json())).json()
    path = f"/v1/payees/{payee['id']}/accounts"
    assert (await desk.post(path, ACCOUNT)).json()["code"] == "account-unchanged"
    other = {**ACCOUNT, "number": "99990010000009", "reason": "来函"}
    changed = (await desk.post(path, other)).json()
    assert changed["account_id"] == payee["account_id"]
    assert (await desk.post(path, other)).json()["code"] == "account-under-review"
    waiting = (await desk.client.get("/v1/payees?waiting=true")).json()["items"]
    assert [one["id"] for one in waiting] == [payee["id"]]
    back = (await decide(approver, changed, confirmed=False)).json()
    assert back["account_id"] == payee["account_id"]
    assert [one["standing"] for one in back["accounts"]] == ["confirmed", "rejected"]
    changed = (await desk.post(path, other)).json()
    done = (await decide(approver, changed)).json()
    assert done["account_id"] == changed["waiting_account_id"]
    assert len(done["accounts"]) == 3


async def test_one_body_is_one_payee_and_a_shared_number_is_shown(desk: Desk) -> None:
    first = (await register(desk)).json()
    again = await register(desk, reference_id=first["reference_id"])
    assert (again.status_code, again.json()["code"]) == (409, "payee-exists")
    second = (await register(desk, kind="person")).json()
    assert second["accounts"][0]["also_of"] == 1


async def test_plain_text_is_for_few_with_a_purpose_and_leaves_a_line(desk: Desk) -> None:
    payee = (await register(desk, kind="person")).json()
    path = f"/v1/payees/{payee['id']}/accounts/{payee['waiting_account_id']}/reveals"
    plain = await desk.post(path, {"purpose": "与存折核对"})
    assert plain.json()["number"] == ACCOUNT["number"]
    assert plain.headers["Cache-Control"] == "no-store"
    auditor = Desk(desk.service, desk.service.client("auditor"))
    assert (await auditor.client.get(f"/v1/payees/{payee['id']}")).status_code == 200
    assert (await auditor.post(path, {"purpose": "看看"})).status_code == 403
    assert (await desk.post(path, {})).status_code == 422
    async with desk.service.db.looking() as tx:
        rows = await tx.fetch("select * from access_log order by id")
    lines = [(row["operation"], row["purpose"]) for row in rows]
    assert lines == [
        ("register_payee", None), ("reveal_account", "与存折核对"), ("get_payee", None),
    ]  # fmt: skip
    assert {str(row["subject_id"]) for row in rows} == {payee["reference_id"]}


async def test_another_district_sees_no_payee(desk: Desk) -> None:
    payee = (await register(desk)).json()
    other = Desk(desk.service, desk.service.client("finance_officer", area=DISTRICT))
    assert (await other.client.get(f"/v1/payees/{payee['id']}")).status_code == 404
    assert (await other.client.get("/v1/payees")).json()["items"] == []
    assert (await register(other)).json()["code"] == "outside-your-area"


async def test_the_database_holds_no_name_no_number_and_no_second_look_by_the_maker(
    desk: Desk,
) -> None:
    payee = (await register(desk)).json()
    async with desk.service.db.looking() as tx:
        row = await tx.fetchrow("select * from payee_account")
        events = await tx.fetchval("select count(*) from event_log")
        assert row is not None
        assert ACCOUNT["number"].encode() not in row["number"]
        assert ACCOUNT["name"].encode() not in row["name"]
        assert events == 0
        for forbidden in (
            "update payee_account set clearing_code = '000000000000'",
            "delete from payee_account_decision",
            "update payee set kind = 'person'",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await tx.execute(forbidden)
        with pytest.raises(asyncpg.CheckViolationError, match="maker"):
            await tx.execute(
                "insert into payee_account_decision select $1, true, '2003-07-02', proposed_by, 'x'"
                " from payee_account",
                row["id"],
            )
    assert payee["waiting_account_id"] == str(row["id"])


async def test_accounts_come_under_a_new_key_and_the_old_one_may_go(
    make_database: Callable[[str], tuple[str, str]],
    signer: Signer,
    keys_file: Path,
    tmp_path: Path,
) -> None:
    """Accounts, files and messages: all that is encrypted here, by the application's own rights."""
    _, url = await asyncio.to_thread(make_database, "subsidy")
    keys = orjson.loads(keys_file.read_bytes())["keys"]
    older = [{**key, "primary": key["purpose"] != "encrypt"} for key in keys]
    fresh = {
        "kid": "e2",
        "purpose": "encrypt",
        "key": b64encode(urandom(32)).decode(),
        "primary": True,
    }
    both, last = tmp_path / "both.json", tmp_path / "last.json"
    both.write_bytes(orjson.dumps({"keys": [*older, fresh]}))
    others = [key for key in keys if key["purpose"] != "encrypt"]
    last.write_bytes(orjson.dumps({"keys": [*others, fresh]}))
    async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as thing:
        treasury = await Treasury.opened(Desk(thing, thing.client("finance_officer")))
        payee = await treasury.payee()
        batch, file = await treasury.sent(treasury.wanted(payee, "10.00"))
        statement = bank.answer(file, [bank.Fate.of("accepted")], date(2003, 8, 4)).statement
        content = b64encode(statement or b"").decode()
        body = {"content": content, "received_on": "2003-08-05", **treasury.officer.place}
        assert (await treasury.officer.post("/v1/bank-messages", body)).status_code == 201
    async with under_test(SERVICE, url, signer=signer, keys_file=both) as thing:
        await rotation.rotate(thing.db, thing.runtime.keyring, SERVICE.sealed)
        async with thing.db.looking() as tx:
            standing = await rotation.standing(tx, thing.runtime.keyring, SERVICE.sealed)
        assert {one.name: one.keys for one in standing} == {
            "payee_account.name": {"e2": 2}, "payee_account.number": {"e2": 2},
            "payment_file.content": {"e2": 1}, "bank_message.content": {"e2": 1},
        }  # fmt: skip
    async with under_test(SERVICE, url, signer=signer, keys_file=last) as thing:
        treasury = Treasury(
            thing, Desk(thing, thing.client("finance_officer")), Desk(thing, thing.client())
        )
        assert (await treasury.file(batch)).content == file
        shown = (await treasury.officer.client.get(f"/v1/payees/{payee}")).json()
        assert shown["accounts"][0]["name_masked"] == "黑********"
