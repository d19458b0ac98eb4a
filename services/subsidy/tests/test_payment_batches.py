"""Orders go to the bank once: made, approved by another person, kept, and then handed over."""

from __future__ import annotations

import asyncio
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.rotation import standing
from subsidy import iso20022
from subsidy.batches import domain
from subsidy.batches.domain import Line
from subsidy.orders import domain as orders_domain

from .conftest import Desk
from .treasury import Treasury

LINES = st.lists(
    st.builds(
        Line, about=st.uuids(), attempt=st.integers(1, 3), payee_id=st.uuids(),
        account_id=st.uuids(), amount=st.integers(1, 10**9), purpose=st.text(max_size=5),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@given(LINES, LINES)
def test_the_hash_tells_different_contents_apart_and_only_those(
    one: list[Line], other: list[Line]
) -> None:
    fixed = (uuid4(), uuid4(), "pain.001", date(2003, 8, 2))
    first = domain.content_hash(*fixed, one)  # type: ignore[arg-type]
    second = domain.content_hash(*fixed, other)  # type: ignore[arg-type]
    assert (first == second) == (one == other)
    ids = [orders_domain.end_to_end_id(first, n, 1) for n in range(1, 50)]
    assert len(set(ids)) == 49
    assert {len(one) for one in ids} == {32}
    assert ids == [orders_domain.end_to_end_id(first, n, 1) for n in range(1, 50)]


@pytest.fixture
async def treasury(desk: Desk) -> Treasury:
    return await Treasury.opened(desk)


async def test_a_batch_goes_to_the_bank_once_and_its_file_is_always_the_same(
    treasury: Treasury,
) -> None:
    payee = await treasury.payee()
    made = await treasury.make(
        treasury.wanted(payee, "1250.00"), treasury.wanted(payee, "250.50", purpose="岗位补贴")
    )
    assert made.status_code == 201, made.text
    batch = made.json()
    assert (batch["lines"], batch["amount"], batch["state"]) == (2, "1500.50", "made")
    assert await treasury.fund() == {"committed": "8499.50", "ordered": "1500.50", "paid": "0.00"}
    assert (await treasury.step(batch, "handovers")).json()["code"] == "batch-state"
    approved = (await treasury.approve(batch)).json()
    assert (await treasury.file(batch)).json()["code"] == "batch-not-handed-over"
    handed = (await treasury.step(batch, "handovers")).json()
    assert handed["state"] == "handed-over"
    first, second = await treasury.file(batch), await treasury.file(batch)
    assert first.content == second.content
    assert sha256(first.content).hexdigest() == approved["file_sha256"]
    read = iso20022.read(first.content, "pain.001").cstmr_cdt_trf_initn
    assert read.grp_hdr.msg_id == batch["message_id"]
    assert str(read.grp_hdr.ctrl_sum) == "1500.50"
    orders = await treasury.orders(batch_id=batch["id"])
    assert [t.pmt_id.end_to_end_id for t in read.pmt_inf[0].cdt_trf_tx_inf] == [
        order["end_to_end_id"] for order in orders
    ]
    assert {(o["state"], o["due_on"]) for o in orders} == {("sent", "2003-08-04")}
    again = await treasury.step(batch, "handovers")
    assert (again.status_code, again.json()["code"]) == (409, "batch-state")
    assert (await treasury.step(batch, "withdrawals")).json()["code"] == "batch-state"


async def test_who_made_it_does_not_approve_it_and_who_approves_names_what_was_seen(
    treasury: Treasury,
) -> None:
    payee = await treasury.payee()
    batch = (await treasury.make(treasury.wanted(payee, "10.00"))).json()
    both = Desk(treasury.service, treasury.service.client("finance_officer", "finance_approver"))
    own = Treasury(treasury.service, both, both, treasury.reservation, "", treasury.payer)
    mine = (await own.make(own.wanted(payee, "10.00"))).json()
    assert (await own.approve(mine)).json()["code"] == "maker-is-checker"
    wrong = await treasury.approve(batch, content_hash="0" * 64)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "content-hash-differs")
    assert (await treasury.approve(batch)).status_code == 201
    async with treasury.service.db.looking() as tx:
        with pytest.raises(asyncpg.CheckViolationError, match="second_look"):
            await tx.execute("update payment_batch set approved_by = made_by")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await tx.execute("update payment_order set amount = 1")


async def test_a_changed_account_is_not_paid_by_an_older_batch(treasury: Treasury) -> None:
    payee = await treasury.payee()
    batch = (await treasury.make(treasury.wanted(payee, "10.00"))).json()
    await treasury.move_account(payee)
    refused = await treasury.approve(batch)
    assert (refused.status_code, refused.json()["code"]) == (409, "account-changed")
    assert (await treasury.step(batch, "withdrawals")).json()["state"] == "withdrawn"
    assert await treasury.fund() == {"committed": "10000.00", "ordered": "0.00", "paid": "0.00"}


async def test_what_has_an_order_gets_no_second_one(treasury: Treasury) -> None:
    payee = await treasury.payee()
    line = treasury.wanted(payee, "10.00")
    batch = (await treasury.make(line)).json()
    again = await treasury.make(line)
    assert (again.status_code, again.json()["code"]) == (409, "already-ordered")
    twice = treasury.wanted(payee, "10.00")
    assert (await treasury.make(twice, twice)).json()["code"] == "already-ordered"
    await treasury.step(batch, "withdrawals")
    second = (await treasury.make(line)).json()
    assert second["content_hash"] != batch["content_hash"]
    assert [o["attempt"] for o in await treasury.orders(about=line["about"])] == [1, 2]


async def test_of_many_who_order_the_same_at_once_one_succeeds(treasury: Treasury) -> None:
    payee = await treasury.payee()
    line = treasury.wanted(payee, "10.00")
    answers = await asyncio.gather(*(treasury.make(line) for _ in range(12)))
    assert sorted({one.status_code for one in answers}) == [201, 409]
    assert sum(one.status_code == 201 for one in answers) == 1
    assert await treasury.fund() == {"committed": "9990.00", "ordered": "10.00", "paid": "0.00"}


async def test_only_confirmed_accounts_committed_money_and_a_fund_s_own_account(
    treasury: Treasury,
) -> None:
    payee = await treasury.payee()

    async def code(*lines: Any, **fields: Any) -> tuple[int, str]:
        refused = await treasury.make(*lines, **fields)
        return refused.status_code, refused.json()["code"]

    assert await code() == (422, "batch-empty")
    assert await code(treasury.wanted(payee, "10000.01")) == (409, "more-than-committed")
    assert await code(treasury.wanted(payee, "1.00"), payer_id=payee) == (422, "payer-is-no-fund")
    assert await code(treasury.wanted(str(uuid4()), "1.00")) == (404, "payee-unknown")
    body = {"kind": "provider", "reference_id": str(uuid4()), "account": treasury.account()}
    new = (await treasury.officer.post("/v1/payees", {**body, **treasury.officer.place})).json()
    assert await code(treasury.wanted(new["id"], "1.00")) == (409, "no-confirmed-account")
    most = treasury.wanted(payee, "99999999999999.00")
    assert await code(*[{**most, "about": str(uuid4())} for _ in range(1000)]) == (
        409, "more-than-committed",
    )  # fmt: skip
    early = await code(treasury.wanted(payee, "1.00"), execute_on="2003-07-31")
    assert early == (422, "executed-before-made")
    other = await code(treasury.wanted(payee, "1.00"), reservation_id=str(uuid4()))
    assert other == (404, "reservation-unknown")
    assert await treasury.fund() == {"committed": "10000.00", "ordered": "0.00", "paid": "0.00"}


async def test_money_at_the_bank_is_not_released(treasury: Treasury) -> None:
    payee = await treasury.payee()
    await treasury.sent(treasury.wanted(payee, "10.00"))
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"v2"', "Accept-Language": "en"}
    refused = await treasury.officer.client.post(
        f"/v1/reservations/{treasury.reservation}/releases", json={"on": "2003-08-05"},
        headers=headers,
    )  # fmt: skip
    assert (refused.status_code, refused.json()["code"]) == (409, "money-at-the-bank")


async def test_silence_is_asked_for_and_nothing_is_sent_again(treasury: Treasury) -> None:
    payee = await treasury.payee()
    batch, _ = await treasury.sent(treasury.wanted(payee, "10.00"))
    early = await treasury.step(batch, "enquiries", "2003-08-04")
    assert early.json() == {"orders": []}
    asked = (await treasury.step(batch, "enquiries", "2003-08-05")).json()["orders"]
    assert [(one["state"], one["amount"]) for one in asked] == [("unknown", "10.00")]
    (order,) = await treasury.orders(state="unknown")
    refused = await treasury.make(carried=[order["id"]])
    assert (refused.status_code, refused.json()["code"]) == (409, "order-cannot-be-carried")
    assert len((await treasury.step(batch, "enquiries", "2003-08-06")).json()["orders"]) == 1
    assert [one["id"] for one in await treasury.orders(overdue="true")] == [order["id"]]


async def test_the_table_is_an_alternative_to_the_message_not_a_second_one(
    treasury: Treasury,
) -> None:
    payee = await treasury.payee("person", name="王小明")
    batch, content = await treasury.sent(treasury.wanted(payee, "10.00"), format="csv")
    assert "王小明" in content.decode("gb18030")
    assert (await treasury.file(batch)).headers["content-type"] == "text/csv; charset=gb18030"
    async with treasury.service.db.looking() as tx:
        lines = await tx.fetch(
            "select purpose from access_log where operation = 'get_payment_file'"
        )
        kept = await tx.fetchval("select content from payment_file")
        report = await standing(
            tx, treasury.service.runtime.keyring, treasury.service.service.sealed
        )
    assert [row["purpose"] for row in lines] == [f"payment: {batch['message_id']}"] * 2
    assert "王小明".encode() not in kept
    assert {one.name: sum(one.keys.values()) for one in report} == {
        "payee_account.name": 2, "payee_account.number": 2, "payment_file.content": 1,
        "bank_message.content": 0,
    }  # fmt: skip
