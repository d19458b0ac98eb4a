"""Batches of payment orders (付款批次): what one file tells the bank to pay.

Made by one person, approved by another who names the hash of what she saw, handed over once. What is
ordered is hashed; the hash makes the message's id and the ids of all its orders, so that the same
orders cannot be in two files. The file is kept before it leaves, and every copy of it is the same.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, leads
from kit.refusal import Refusal

#: 已编制 / 已批准 / 已送银行 / 已撤回
State = Literal["made", "approved", "handed-over", "withdrawn"]
STATES: dict[str, str] = {
    "made": "已编制", "approved": "已批准", "handed-over": "已送银行", "withdrawn": "已撤回",
}  # fmt: skip

ACTS: tuple[Act, ...] = (
    Act(None, "made", "make", "编制", "finance_officer"),
    Act("made", "approved", "approve", "批准", "finance_approver"),
    Act("made", "withdrawn", "withdraw", "撤回", "finance_officer"),
    Act("approved", "withdrawn", "withdraw", "撤回", "finance_officer"),
    Act("approved", "handed-over", "hand_over", "送银行", "finance_officer"),
)

#: 报文 / 表格：一批只用一种，两种文件会使银行付两次
Format = Literal["pain.001", "csv"]
#: A file of so many lines is made in about a second, and a bank reads it.
LINES_MAX = 2_000


class WrongState(Refusal):
    """The step does not follow from the state that the batch is in."""

    code = "batch-state"


class ContentDiffers(Refusal):
    """The hash that was named is not that of the batch: something else was looked at."""

    code = "content-hash-differs"


class StepOutOfOrder(Refusal):
    """A step dated before the one that it follows."""

    code = "batch-step-out-of-order"


class NotHandedOver(Refusal):
    """The file is given out after the hand-over was recorded, and not before."""

    code = "batch-not-handed-over"


class EmptyBatch(Refusal):
    """Nothing is to be paid."""

    code = "batch-empty"


class BatchTooLong(Refusal):
    """More lines than one file has."""

    code = "batch-too-long"


class AccountChanged(Refusal):
    """An account of the batch is not the payee's confirmed account any more: make the batch again."""

    code = "account-changed"


class NoFundAccount(Refusal):
    """Money leaves an account of a fund, not one of a payee."""

    code = "payer-is-no-fund"


class MoreThanCommitted(Refusal):
    """The reservation does not hold the amount of the batch (``missing`` in fen)."""

    code = "more-than-committed"


class ExecutedBeforeMade(Refusal):
    """The bank cannot execute on a day before the batch was made."""

    code = "executed-before-made"


@dataclass(frozen=True, slots=True)
class Line:
    """What is ordered in one line: fen to an account, for the n-th time."""

    about: UUID
    attempt: int
    payee_id: UUID
    account_id: UUID
    amount: int
    purpose: str


@dataclass(frozen=True, slots=True)
class Batch:
    """One file: from a reservation's money, out of a fund's account, on a day."""

    id: UUID
    reservation_id: UUID
    arrangement_id: UUID
    payer_id: UUID
    payer_account_id: UUID
    format: Format
    execute_on: date
    made_on: date
    made_by: str
    lines: int
    amount: int
    content_hash: str
    message_id: str
    state: State
    state_on: date
    approved_by: str | None
    area_code: str
    office: str

    def approve(self, on: date, by: str, content_hash: str, today: date) -> Batch:
        """Raises :class:`MakerIsChecker`, :class:`ContentDiffers`, or what forbids the step."""
        if by == self.made_by:
            raise MakerIsChecker
        if content_hash != self.content_hash:
            raise ContentDiffers
        return replace(self._to("approve", on, today), approved_by=by)

    def hand_over(self, on: date, today: date) -> Batch:
        """The file leaves now."""
        return self._to("hand_over", on, today)

    def withdraw(self, on: date, today: date) -> Batch:
        """Never sent. What was handed over cannot be called back here: that is between the banks."""
        return self._to("withdraw", on, today)

    def _to(self, act: str, on: date, today: date) -> Batch:
        target = leads(ACTS, act, self.state)
        if target is None:
            raise WrongState(state=self.state)
        if on > today:
            raise InTheFuture(on=on, today=today)
        if on < self.state_on:
            raise StepOutOfOrder(not_before=self.state_on)
        return replace(self, state=target, state_on=on)


def content_hash(
    reservation_id: UUID,
    payer_account_id: UUID,
    format: Format,
    execute_on: date,
    lines: Sequence[Line],
) -> str:
    """SHA-256 of everything that is ordered, in hexadecimal digits."""
    content = {
        "reservation": str(reservation_id),
        "payer_account": str(payer_account_id),
        "format": format,
        "execute_on": execute_on.isoformat(),
        "lines": [
            [str(one.about), one.attempt, str(one.payee_id), str(one.account_id), one.amount, one.purpose]
            for one in lines
        ],
    }  # fmt: skip
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()
