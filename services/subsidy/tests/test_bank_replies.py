"""What the bank says is taken once, matched by its id, and never pays or frees money twice."""

from __future__ import annotations

import gzip
import random
from base64 import b64encode
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local import bank
from local.bank import Fate
from subsidy import bank_codes, bank_replies
from subsidy.bank_files import Header, Instruction, pain_001
from subsidy.orders import domain
from subsidy.orders.domain import Answer, Order
from subsidy.payees.domain import Details

from .conftest import Desk
from .test_policies import POLICIES
from .treasury import Treasury

DAY = date(2003, 8, 4)
PAYER = Details("市财政局再就业资金专户", "23110010000001", "102261000018")


# --- the rule


def an_order(state: domain.State = "sent") -> Order:
    ids = [uuid4() for _ in range(7)]
    return Order(
        ids[0], ids[1], 1, 1, ids[2], ids[3], "employer", ids[4], 100, "补贴", "E" * 32, ids[5],
        ids[6], "231100000000", "231100-finance-bureau", state, DAY,
    )  # fmt: skip


ANSWERS = st.lists(
    st.builds(
        Answer, st.sampled_from(["accept", "reject", "settle", "return"]), st.just(DAY),
        st.sampled_from([100, 100, 100, 99, None]), st.sampled_from([None, "AC04"]),
        st.sampled_from([None, "A", "B"]),
    ),
    max_size=12,
)  # fmt: skip


@given(ANSWERS)
def test_whatever_the_bank_says_an_order_is_paid_once_and_sent_back_once(
    answers: list[Answer],
) -> None:
    order = an_order()
    applied: list[str] = []
    marks: dict[str, str] = {}
    for answer in answers:
        judged = domain.judge(order, answer, booked_as=marks.get(answer.kind))
        if isinstance(judged, Order):
            assert answer.amount in (100, None)
            applied.append(answer.kind)
            marks[answer.kind] = answer.bank_ref or ""
            order = judged
        else:
            assert judged is None or judged in domain.DOUBTS
    assert applied.count("settle") <= 1
    assert applied.count("return") <= applied.count("settle")
    assert not ("reject" in applied and "settle" in applied)
    # Money: out once, back once, or never out.
    paid = 100 * (applied.count("settle") - applied.count("return"))
    assert paid == (100 if order.state == "settled" else 0)


@given(ANSWERS, st.sampled_from(["intended", "withdrawn"]))
def test_what_never_left_is_not_moved_by_the_bank(
    answers: list[Answer], state: domain.State
) -> None:
    for answer in answers:
        assert domain.judge(an_order(state), answer) in ("not-sent", "amount-differs")


def test_every_code_has_an_owner_a_next_action_and_says_whether_it_goes_again() -> None:
    table = bank_codes.table(POLICIES, DAY)
    assert len(table) > 30
    for one in table.values():
        assert one.owner in bank_codes.OWNERS
        assert one.again in bank_codes.AGAIN
        assert one.zh
        assert one.next_zh
        assert one.next_en
    assert bank_codes.meaning(table, "XX99").owner == "finance"
    assert bank_codes.meaning(table, "XX99").again == "no"


# --- over HTTP, with a bank that does not exist


@pytest.fixture
async def treasury(desk: Desk) -> Treasury:
    return await Treasury.opened(desk)


async def take(treasury: Treasury, content: bytes | None, **fields: Any) -> httpx.Response:
    assert content is not None
    body = {
        "content": b64encode(content).decode(), "received_on": "2003-08-05",
        **treasury.officer.place, **fields,
    }  # fmt: skip
    return await treasury.officer.post("/v1/bank-messages", body)


async def doubts(treasury: Treasury) -> list[dict[str, Any]]:
    found = await treasury.officer.client.get("/v1/reconciliation-items")
    items: list[dict[str, Any]] = found.json()["items"]
    return items


async def batch_of(treasury: Treasury, count: int, **fields: Any) -> tuple[dict[str, Any], bytes]:
    payee = await treasury.payee()
    return await treasury.sent(*(treasury.wanted(payee, "100.00") for _ in range(count)), **fields)


async def states(treasury: Treasury, batch: dict[str, Any]) -> list[str]:
    orders = await treasury.orders(batch_id=batch["id"])
    return [one["state"] for one in sorted(orders, key=lambda one: one["line"])]


def fates(*names: str) -> list[Fate]:
    return [Fate.of(name) for name in names]


async def test_money_is_paid_when_the_statement_says_so_and_comes_back_when_it_was_not(
    treasury: Treasury,
) -> None:
    batch, file = await batch_of(treasury, 5)
    answers = bank.answer(
        file, fates("accepted", "rejected:AC04", "returned:BE01", "silent", "pending"), DAY
    )
    report = (await take(treasury, answers.report)).json()
    assert {name: report[name] for name in ("applied", "noted", "doubt")} == {
        "applied": 3, "noted": 1, "doubt": 0,
    }  # fmt: skip
    assert await states(treasury, batch) == ["accepted", "rejected", "accepted", "sent", "sent"]
    assert await treasury.fund() == {"committed": "9600.00", "ordered": "400.00", "paid": "0.00"}
    statement = (await take(treasury, answers.statement)).json()
    assert (statement["applied"], statement["doubt"]) == (3, 0)
    assert await states(treasury, batch) == ["settled", "rejected", "returned", "sent", "sent"]
    assert await treasury.fund() == {"committed": "9700.00", "ordered": "200.00", "paid": "100.00"}
    told = [event.type for event in await treasury.service.told()]
    assert told.count("subsidy.payment.made.v1") == 2
    assert told.count("subsidy.payment.reversed.v1") == 1
    (back,) = await treasury.orders(state="returned")
    seen = (await treasury.officer.client.get(f"/v1/payment-orders/{back['id']}")).json()
    assert [step["state"] for step in seen["steps"]] == [
        "intended", "sent", "accepted", "settled", "returned",
    ]  # fmt: skip
    assert (seen["reason"]["owner"], seen["reason"]["again"]) == ("payee", "after-change")


async def test_a_message_is_taken_once_whatever_happens(treasury: Treasury) -> None:
    _, file = await batch_of(treasury, 2)
    answers = bank.answer(file, fates("accepted", "duplicate"), DAY)
    first = await take(treasury, answers.statement)
    again = await take(treasury, gzip.compress(answers.statement or b""))
    assert (again.status_code, again.json()) == (201, first.json())
    assert (first.json()["applied"], first.json()["known"]) == (2, 1)
    assert await treasury.fund() == {"committed": "9800.00", "ordered": "0.00", "paid": "200.00"}
    changed = (answers.statement or b"").replace(b"100.00", b"900.00")
    refused = await take(treasury, changed)
    assert (refused.status_code, refused.json()["code"]) == (409, "bank-message-differs")
    later = bank.answer(file, fates("accepted", "accepted"), date(2003, 8, 5))
    told_again = (await take(treasury, later.statement)).json()
    assert (told_again["applied"], told_again["known"], told_again["doubt"]) == (0, 2, 0)


async def test_what_fits_nothing_lies_on_the_desk_until_somebody_decides(
    treasury: Treasury,
) -> None:
    batch, file = await batch_of(treasury, 3)
    answers = bank.answer(file, fates("unknown", "paid-twice", "accepted"), DAY)
    others, mark, last = (answers.statement or b"").rpartition(b"<Ntry>")
    wrong = others + mark + last.replace(b"100.00", b"100.01")
    taken = (await take(treasury, wrong)).json()
    assert (taken["applied"], taken["doubt"]) == (1, 3)
    found = {one["doubt"] for one in await doubts(treasury)}
    assert found == {"order-unknown", "paid-twice", "amount-differs"}
    assert await treasury.fund() == {"committed": "9700.00", "ordered": "200.00", "paid": "100.00"}
    by_doubt = {one["doubt"]: one["id"] for one in await doubts(treasury)}
    orders = {one["line"]: one["id"] for one in await treasury.orders(batch_id=batch["id"])}

    async def resolve(desk: Desk, doubt: str, **fields: Any) -> httpx.Response:
        body = {"resolved_on": "2003-08-06", "note": "已向银行查实", **fields}
        path = f"/v1/reconciliation-items/{by_doubt[doubt]}/resolutions"
        return await desk.post(path, body)

    own = await resolve(treasury.officer, "paid-twice", resolution="bank-error")
    assert own.status_code == 403
    bare = await resolve(treasury.approver, "order-unknown", resolution="belongs-to-order")
    assert bare.json()["code"] == "order-needed"
    other = await resolve(
        treasury.approver, "amount-differs", resolution="belongs-to-order", order_id=orders[3]
    )
    assert (other.status_code, other.json()["code"]) == (409, "still-in-doubt")
    done = await resolve(treasury.approver, "paid-twice", resolution="bank-error")
    assert done.json()["outcome"] == "resolved"
    again = await resolve(treasury.approver, "paid-twice", resolution="bank-error")
    assert (again.status_code, again.json()["code"]) == (409, "not-in-doubt")
    assert len(await doubts(treasury)) == 2


async def test_a_line_without_our_id_can_be_given_to_its_order(treasury: Treasury) -> None:
    batch, file = await batch_of(treasury, 1)
    (order,) = await treasury.orders(batch_id=batch["id"])
    statement = bank.answer(file, fates("accepted"), DAY).statement or b""
    await take(treasury, statement.replace(order["end_to_end_id"].encode(), b"NOTPROVIDED"))
    (item,) = await doubts(treasury)
    assert item["doubt"] == "no-reference"
    done = await treasury.approver.post(
        f"/v1/reconciliation-items/{item['id']}/resolutions",
        {"resolution": "belongs-to-order", "order_id": order["id"], "resolved_on": "2003-08-06",
         "note": "银行书面确认"},
    )  # fmt: skip
    assert done.status_code == 201, done.text
    assert await states(treasury, batch) == ["settled"]
    assert await treasury.fund() == {"committed": "9900.00", "ordered": "0.00", "paid": "100.00"}
    assert await doubts(treasury) == []
    second = bank.answer(file, fates("paid-twice"), date(2003, 8, 5)).statement
    assert (await take(treasury, second)).json()["known"] == 1
    assert [one["doubt"] for one in await doubts(treasury)] == ["paid-twice"]


async def test_a_file_that_is_rejected_as_a_whole_rejects_every_order(treasury: Treasury) -> None:
    batch, file = await batch_of(treasury, 3)
    report = (bank.answer(file, fates("rejected:AM04"), DAY).report or b"").decode()
    head, _, rest = report.partition("<OrgnlPmtInfAndSts>")
    tail = rest.partition("</OrgnlPmtInfAndSts>")[2]
    reason = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>"
    whole = head.replace("</OrgnlGrpInfAndSts>", reason + "</OrgnlGrpInfAndSts>") + tail
    taken = await take(treasury, whole.encode())
    assert taken.json()["applied"] == 3, taken.text
    assert await states(treasury, batch) == ["rejected"] * 3
    assert await treasury.fund() == {"committed": "10000.00", "ordered": "0.00", "paid": "0.00"}


async def test_rejected_orders_go_again_as_their_reason_allows(treasury: Treasury) -> None:
    payee = await treasury.payee()
    lines = [treasury.wanted(payee, "100.00") for _ in range(3)]
    _, file = await treasury.sent(*lines)
    report = bank.answer(file, fates("rejected:AC04", "rejected:AM04", "rejected:MD07"), DAY).report
    await take(treasury, report)
    by_code = {one["reason_code"]: one for one in await treasury.orders(state="rejected")}
    for code in ("AC04", "MD07"):
        refused = await treasury.make(carried=[by_code[code]["id"]])
        assert (refused.status_code, refused.json()["code"]) == (409, "not-to-be-ordered-again")
    await treasury.move_account(payee)
    again, second = await treasury.sent(
        carried=[by_code["AC04"]["id"], by_code["AM04"]["id"]],
        made_on="2003-08-04", execute_on="2003-08-05",
    )  # fmt: skip
    assert second != file
    orders = await treasury.orders(batch_id=again["id"])
    assert {one["carries"] for one in orders} == {by_code["AC04"]["id"], by_code["AM04"]["id"]}
    assert {one["attempt"] for one in orders} == {2}
    assert await treasury.fund() == {"committed": "9800.00", "ordered": "200.00", "paid": "0.00"}
    twice = await treasury.make(carried=[by_code["AM04"]["id"]])
    assert (twice.status_code, twice.json()["code"]) == (409, "order-cannot-be-carried")
    late = bank.answer(file, fates("booked-only"), DAY).statement
    assert (await take(treasury, late)).json()["doubt"] == 3
    assert {one["doubt"] for one in await doubts(treasury)} == {"paid-though-rejected"}


async def test_the_answers_of_a_bank_give_the_same_in_any_order_and_number(
    treasury: Treasury,
) -> None:
    """Report, statement and the next day's statement with what came back; shuffled, repeated."""
    ways = random.Random(20030804)
    seen = set()
    for _ in range(4):
        batch, file = await batch_of(treasury, 4)
        first = bank.answer(file, fates("accepted", "rejected", "accepted", "silent"), DAY)
        second = bank.answer(
            file, fates("silent", "silent", "returned:AC04", "silent"), date(2003, 8, 5)
        )
        messages = [first.report, first.statement, second.report, second.statement] * 2
        ways.shuffle(messages)
        for message in messages:
            assert (await take(treasury, message)).status_code == 201
        seen.add(tuple(await states(treasury, batch)))
    assert seen == {("settled", "rejected", "returned", "sent")}
    assert await doubts(treasury) == []
    assert await treasury.fund() == {"committed": "9200.00", "ordered": "400.00", "paid": "400.00"}


async def test_silence_that_was_asked_for_can_still_be_answered(treasury: Treasury) -> None:
    batch, file = await batch_of(treasury, 2)
    await treasury.step(batch, "enquiries", "2003-08-20")
    assert await states(treasury, batch) == ["unknown", "unknown"]
    answers = bank.answer(file, fates("accepted", "rejected:NOOR"), date(2003, 8, 21))
    await take(treasury, answers.report)
    await take(treasury, answers.statement)
    assert await states(treasury, batch) == ["settled", "rejected"]


async def test_what_is_no_message_of_a_bank_is_refused_and_nothing_of_it_is_repeated(
    treasury: Treasury,
) -> None:
    _, file = await batch_of(treasury, 1)
    for content in (b"no xml", file, gzip.compress(b"<Document/>"), b"\x1f\x8b\x08broken"):
        refused = await take(treasury, content)
        assert (refused.status_code, refused.json()["code"]) == (422, "no-bank-message")
    statement = bank.answer(file, fates("accepted"), DAY).statement or b""
    nowhen = statement.replace(b"<BookgDt><Dt>2003-", b"<BookgDt><Dt>12003-")
    assert (await take(treasury, nowhen)).json()["code"] == "no-bank-message"
    much = statement.replace(b">100.00<", b">9999999999999999.99<")
    assert (await take(treasury, much)).json()["doubt"] == 1
    broken = (bank.answer(file, fates("accepted"), DAY).statement or b"").replace(b"CNY", b"YUAN")
    refused = await take(treasury, broken)
    assert (refused.status_code, refused.json()["code"]) == (422, "bank-message-not-valid")
    assert "YUAN" not in refused.text


async def test_another_district_s_message_touches_no_order_of_the_city(treasury: Treasury) -> None:
    _, file = await batch_of(treasury, 1)
    statement = bank.answer(file, fates("accepted"), DAY).statement
    other = Desk(treasury.service, treasury.service.client("finance_officer", area="231102000000"))
    stranger = Treasury(treasury.service, other, other)
    taken = await take(stranger, statement, area_code="231102000000")
    assert (taken.json()["applied"], taken.json()["doubt"]) == (0, 1)
    assert (await other.client.get(f"/v1/bank-messages/{uuid4()}")).status_code == 404
    assert await treasury.fund() == {"committed": "9900.00", "ordered": "100.00", "paid": "0.00"}
    async with treasury.service.db.looking() as tx:
        kept = await tx.fetch("select * from bank_message")
    assert all(isinstance(row["id"], UUID) and b"<Document" not in row["content"] for row in kept)


# --- reading


def a_report(status: str, *reasons: str) -> bytes:
    head = "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.12'><CstmrPmtStsRpt><GrpHdr><MsgId>M</MsgId>"
    words = "".join(f"<StsRsnInf><Rsn>{one}</Rsn></StsRsnInf>" for one in reasons)
    return (
        f"{head}<CreDtTm>2003-08-04T17:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>O</OrgnlMsgId>"
        "<OrgnlMsgNmId>pain.001</OrgnlMsgNmId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>O"
        f"</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>{status}</TxSts>{words}"
        "</TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


@pytest.mark.parametrize(
    ("status", "kind"),
    [("ACSC", "accept"), ("ACTC", "accept"), ("RJCT", "reject"), ("CANC", "reject"), ("RCVD", None), ("PDNG", None)],
)  # fmt: skip
def test_a_status_accepts_or_rejects_and_never_pays(status: str, kind: str | None) -> None:
    (line,) = bank_replies.read(a_report(status)).lines
    assert (line.end_to_end_id, line.kind, line.on) == ("E1", kind, None)


def test_the_first_reason_with_a_code_counts_also_a_bank_s_own() -> None:
    (line,) = bank_replies.read(a_report("RJCT", "<Prtry>B999</Prtry>", "<Cd>AC04</Cd>")).lines
    assert line.reason_code == "B999"


def test_what_is_not_booked_says_nothing() -> None:
    order = pain_001(
        Header("M" * 32, datetime(2003, 8, 1, tzinfo=UTC), DAY, PAYER),
        [Instruction("E" * 32, 10000, PAYER, "补贴", uuid4())],
    )
    statement = bank.answer(order, fates("returned:AC04"), DAY).statement or b""
    paid, back = bank_replies.read(statement).lines
    assert (paid.kind, paid.amount, paid.on, paid.reason_code) == ("settle", 10000, DAY, None)
    assert (back.kind, back.amount, back.on, back.reason_code) == ("return", 10000, DAY, "AC04")
    pending = statement.replace(b"<Sts><Cd>BOOK</Cd></Sts>", b"<Sts><Cd>PDNG</Cd></Sts>")
    assert bank_replies.read(pending).lines == ()
    foreign = statement.replace(b'Ccy="CNY"', b'Ccy="USD"')
    assert [line.amount for line in bank_replies.read(foreign).lines] == [0, 0]


async def test_what_the_bank_paid_in_a_closed_period_is_not_booked_silently(
    treasury: Treasury,
) -> None:
    """A settlement lies on the desk; a message that would free money there is refused until the period is
    reopened, and taken then."""
    batch, file = await batch_of(treasury, 2)
    closing = {
        "fund": "reemployment", "closed_through": "2003-08-31", "closed_on": "2003-09-01",
        "note": "核对无误", **treasury.officer.place,
    }  # fmt: skip
    period = (await treasury.officer.post("/v1/periods", closing)).json()["id"]
    paid = bank.answer(file, fates("accepted", "silent"), DAY)
    assert (await take(treasury, paid.statement)).json()["doubt"] == 1
    assert [one["doubt"] for one in await doubts(treasury)] == ["refused-by-the-books"]
    freed = bank.answer(file, fates("silent", "rejected:AC04"), DAY)
    refused = await take(treasury, freed.report)
    assert (refused.status_code, refused.json()["code"]) == (409, "period-closed")
    assert await treasury.fund() == {"committed": "9800.00", "ordered": "200.00", "paid": "0.00"}
    why = {"on": "2003-09-02", "reason": "银行回执迟到", "approval": "黑市财[2003]17号"}
    opened = await treasury.approver.post(f"/v1/periods/{period}/reopenings", why)
    assert opened.status_code == 201, opened.text
    taken = await take(treasury, freed.report)
    assert taken.status_code == 201, taken.text
    assert await treasury.fund() == {"committed": "9900.00", "ordered": "100.00", "paid": "0.00"}
    assert (await states(treasury, batch))[1] == "rejected"
