"""Replies of the bank (银行回执): messages taken once, their lines, and the reconciliation desk.

A line that changes an order is applied; one that says what is known changes nothing; one that fits no
order, or contradicts what is known, is in doubt and waits on the desk until somebody decides on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal
from subsidy.iso20022 import MessageKind
from subsidy.orders.domain import AnswerKind, Doubt

#: 已记入 / 已知 / 未含结果 / 存疑 / 已处理
Outcome = Literal["applied", "known", "noted", "doubt", "resolved"]
OUTCOMES: dict[str, str] = {
    "applied": "已记入", "known": "与已知一致", "noted": "尚无结果", "doubt": "存疑待处理",
    "resolved": "已处理",
}  # fmt: skip

#: 属某付款指令 / 银行差错 / 与本系统无关 / 已另行处理
Resolution = Literal["belongs-to-order", "bank-error", "other-business", "handled-outside"]
RESOLUTIONS: dict[str, str] = {
    "belongs-to-order": "属于某一付款指令，据以记入",
    "bank-error": "银行差错，已由银行更正",
    "other-business": "专户其他收支，与付款指令无关",
    "handled-outside": "已另行处理（如冲销、补记）",
}

#: Doubts that another line of the bank may clear: they are looked at again with it.
LOOKED_AT_AGAIN: frozenset[Doubt] = frozenset({"returned-before-paid", "not-sent", "dated-ahead"})
#: In which order lines of one moment are judged: a day's statement and report come in any order.
RANK: dict[AnswerKind, int] = {"accept": 0, "reject": 1, "settle": 2, "return": 3}


class MessageDiffers(Refusal):
    """The bank's id of this message stands on another one that was taken before."""

    code = "bank-message-differs"


class NotInDoubt(Refusal):
    """The line was resolved before, or never was in doubt."""

    code = "not-in-doubt"


class StillInDoubt(Refusal):
    """Also with this order the line contradicts what is known (``doubt``)."""

    code = "still-in-doubt"


class OrderNeeded(Refusal):
    """A resolution that names an order needs one, and no other does."""

    code = "order-needed"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was taken: the bank's own id, and the hash of its bytes."""

    id: UUID
    kind: MessageKind
    message_id: str
    content_hash: str
    received_on: date
    area_code: str
    office: str
    received_by: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message and what became of it. ``number`` counts from 1; ``amount`` in fen."""

    id: UUID
    reply_id: UUID
    number: int
    end_to_end_id: str | None
    kind: AnswerKind | None
    on_day: date
    amount: int | None
    reason_code: str | None
    bank_ref: str | None
    area_code: str
    office: str
    outcome: Outcome = "noted"
    doubt: Doubt | None = None
    order_id: UUID | None = None

    def resolve(self, resolution: Resolution, order_id: UUID | None) -> None:
        """Raises :class:`NotInDoubt` or :class:`OrderNeeded`."""
        if self.outcome != "doubt":
            raise NotInDoubt(outcome=self.outcome)
        if (resolution == "belongs-to-order") != (order_id is not None):
            raise OrderNeeded
