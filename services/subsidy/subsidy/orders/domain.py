"""Payment orders (付款指令): what the bank was told to pay, and what it said.

An order is sent once. What the bank does not answer is *unknown* and is asked for, never sent again;
only what the bank rejected or sent back may go again, as another order that names this one. Answers
that contradict what is known change nothing: they go to the reconciliation desk.
"""

from __future__ import annotations

from base64 import b32encode
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Literal
from uuid import UUID

from kit.lifecycle import Act, each, leads
from kit.refusal import Refusal
from subsidy.bank_codes import Again
from subsidy.payees.domain import Kind

#: 已编制 / 已送银行 / 银行已受理 / 已支付 / 已拒绝 / 结果不明 / 已退回 / 已转下批 / 已撤回
State = Literal[
    "intended", "sent", "accepted", "settled", "rejected", "unknown", "returned", "carried",
    "withdrawn",
]  # fmt: skip
STATES: dict[str, str] = {
    "intended": "已编制",
    "sent": "已送银行",
    "accepted": "银行已受理",
    "settled": "已支付",
    "rejected": "银行已拒绝",
    "unknown": "结果不明",
    "returned": "已退回",
    "carried": "已转下批",
    "withdrawn": "已撤回",
}

#: Where an answer of the bank may still come, and where it has not come at all.
_AT_THE_BANK: tuple[State, ...] = ("sent", "accepted", "unknown")
_WAITING: tuple[State, ...] = ("sent", "accepted")
_UNHEARD: tuple[State, ...] = ("sent", "unknown")
_CAME_BACK: tuple[State, ...] = ("rejected", "returned")

ACTS: tuple[Act, ...] = (
    Act(None, "intended", "intend", "编制", "finance_officer"),
    Act("intended", "withdrawn", "withdraw", "撤回", "finance_officer"),
    Act("intended", "sent", "send", "送银行", "finance_officer"),
    *each(_UNHEARD, "accepted", "accept", "受理回执", "bank"),
    *each(_AT_THE_BANK, "rejected", "reject", "拒绝回执", "bank"),
    *each(_AT_THE_BANK, "settled", "settle", "入账对账单", "bank"),
    *each(_WAITING, "unknown", "ask", "逾期查询", "finance_officer", "subsidy.bank_reply_days"),
    Act("unknown", "unknown", "ask", "再次查询", "finance_officer"),
    Act("settled", "returned", "return", "退汇", "bank"),
    Act("settled", "returned", "reverse", "冲销", "finance_approver"),
    *each(_CAME_BACK, "carried", "carry", "转下批重发", "finance_officer"),
)

AnswerKind = Literal["accept", "reject", "settle", "return"]
#: What the bank says again, or late, and what is known already.
_KNOWN: frozenset[tuple[State, AnswerKind]] = frozenset(
    {
        ("accepted", "accept"), ("settled", "accept"), ("returned", "accept"),
        ("rejected", "accept"), ("carried", "accept"),
        ("rejected", "reject"), ("carried", "reject"), ("settled", "settle"), ("returned", "return"),
    }
)  # fmt: skip

#: Why an answer changes nothing and lies on the reconciliation desk.
Doubt = Literal[
    "order-unknown", "no-reference", "amount-differs", "not-sent", "paid-though-rejected",
    "rejected-though-paid", "returned-before-paid", "paid-twice", "returned-twice", "dated-ahead",
    "refused-by-the-books",
]  # fmt: skip
DOUBTS: dict[str, str] = {
    "order-unknown": "查无此付款指令",
    "no-reference": "无付款流水号",
    "amount-differs": "金额不符",
    "not-sent": "该指令尚未送银行或已撤回",
    "paid-though-rejected": "已拒绝的指令又入账",
    "rejected-though-paid": "已支付的指令又被拒绝",
    "returned-before-paid": "尚未入账即退汇",
    "paid-twice": "同一指令两次入账",
    "returned-twice": "同一指令两次退汇",
    "dated-ahead": "日期晚于业务日期",
    "refused-by-the-books": "账务不能记入",
}


class AlreadyOrdered(Refusal):
    """What is to be paid has an order that is neither withdrawn nor carried forward."""

    code = "already-ordered"


class CannotBeCarried(Refusal):
    """Only what the bank rejected or sent back goes again: what is unknown is asked for."""

    code = "order-cannot-be-carried"


class NotToBeOrderedAgain(Refusal):
    """By its reason code the order does not go again, or not before the payee's account changed."""

    code = "not-to-be-ordered-again"


@dataclass(frozen=True, slots=True)
class Order:
    """One line for the bank: fen, to a payee's account as it was when the order was made.

    ``about`` is what is paid (a decision, a contract, a line of a run); ``attempt`` counts its orders
    from 1; ``carries`` is the order before. ``due_on``: when an answer is overdue.
    """

    id: UUID
    batch_id: UUID
    line: int
    attempt: int
    about: UUID
    payee_id: UUID
    payee_kind: Kind
    account_id: UUID
    amount: int
    purpose: str
    end_to_end_id: str
    arrangement_id: UUID
    reservation_id: UUID
    area_code: str
    office: str
    state: State
    state_on: date
    due_on: date | None = None
    reason_code: str | None = None
    carries: UUID | None = None

    def to(self, act: str, on: date, reason_code: str | None = None) -> Order:
        """The order after an act of the table, which must allow it."""
        target = leads(ACTS, act, self.state)
        assert target is not None, (act, self.state)
        return replace(self, state=target, state_on=on, reason_code=reason_code)

    def carried(self, on: date, account_id: UUID, again: Again) -> Order:
        """The order when it goes again to ``account_id``. Raises what forbids that."""
        if leads(ACTS, "carry", self.state) is None:
            raise CannotBeCarried(state=self.state)
        if again == "no" or (again == "after-change" and account_id == self.account_id):
            raise NotToBeOrderedAgain(reason_code=self.reason_code or "")
        return replace(self.to("carry", on), reason_code=self.reason_code)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bank says about one order. ``bank_ref`` is its own mark of a booking."""

    kind: AnswerKind
    on: date
    amount: int | None = None
    reason_code: str | None = None
    bank_ref: str | None = None


def judge(order: Order, answer: Answer, *, booked_as: str | None = None) -> Order | Doubt | None:
    """The order after an answer; None when nothing new was said; a doubt when it contradicts.

    ``booked_as``: the bank's mark of the booking of this kind that was taken before. A booking told
    again has the same mark, a second payment another one.
    """
    if answer.amount is not None and answer.amount != order.amount:
        return "amount-differs"
    if answer.kind == "return" and order.state == "settled" and answer.on < order.state_on:
        return "returned-before-paid"
    if leads(ACTS, answer.kind, order.state) is not None:
        return order.to(answer.kind, answer.on, answer.reason_code)
    if answer.kind in ("settle", "return") and booked_as is not None:
        if (answer.bank_ref or "") == booked_as:
            return None
        return "paid-twice" if answer.kind == "settle" else "returned-twice"
    if (order.state, answer.kind) in _KNOWN:
        return None
    return _doubt(order.state, answer.kind)


def _doubt(state: State, kind: AnswerKind) -> Doubt:
    if state in ("intended", "withdrawn"):
        return "not-sent"
    if kind == "return":
        return "returned-before-paid"
    return "paid-though-rejected" if kind == "settle" else "rejected-though-paid"


def end_to_end_id(content_hash: str, line: int, attempt: int) -> str:
    """The id by which the bank speaks of an order: 160 bits that follow from what is ordered."""
    return mark(f"{content_hash}|{line}|{attempt}")


def mark(text: str) -> str:
    """32 letters and digits that every bank's field takes (at most 35 characters)."""
    return b32encode(sha256(text.encode()).digest()[:20]).decode("ascii")
