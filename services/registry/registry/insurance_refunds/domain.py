"""Unemployment insurance drawn by fraud comes back (失业保险条例, policy R23).

One person finds it and proposes the order, another one gives it: the refund of what was drawn and, when
it is serious, a fine of one to three times as much, an amount of its own. Both are owed until they have
come in; an order that was wrong is lifted, by another person than who gave it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, each, leads
from kit.refusal import Refusal

#: 待复核 / 已责令退回 / 已缴清 / 不予责令 / 已撤销
State = Literal["proposed", "ordered", "settled", "dropped", "lifted"]
STATES: dict[str, str] = {
    "proposed": "待复核", "ordered": "已责令退回", "settled": "已缴清", "dropped": "不予责令",
    "lifted": "已撤销",
}  # fmt: skip
Verdict = Literal["order", "drop", "lift"]
#: 退回 / 罚款
Part = Literal["refund", "fine"]
PARTS: dict[str, str] = {"refund": "退回骗取金额", "fine": "罚款"}

_WRITE = "unemployment-insurance:write"
_OTHER = "unemployment-insurance:approve, another person"
ACTS: tuple[Act, ...] = (
    Act(None, "proposed", "propose", "提出责令退回", _WRITE),
    Act("proposed", "ordered", "order", "责令退回", _OTHER, "R23"),
    Act("proposed", "dropped", "drop", "不予责令", _OTHER),
    Act("ordered", "ordered", "repay", "部分缴回", _WRITE),
    Act("ordered", "settled", "repay", "缴清", _WRITE),
    *each(("ordered", "settled"), "lifted", "lift", "撤销责令", _OTHER),
)


class FineMissing(Refusal):
    """R23: a serious case is fined, and nothing else is."""

    code = "insurance-fine-missing"


class FineOutOfRange(Refusal):
    """R23: the fine is one to three times the amount (by the parameters of the day)."""

    code = "insurance-fine-out-of-range"


class WrongState(Refusal):
    """The order's state does not allow this."""

    code = "refund-order-state"


class OutOfOrder(Refusal):
    """Dated before what it follows."""

    code = "refund-order-out-of-order"


class NotOwed(Refusal):
    """More than is owed of this part."""

    code = "refund-not-owed"


@dataclass(frozen=True, slots=True)
class Payment:
    """So much of one part came in. In fen."""

    id: UUID
    order_id: UUID
    part: Part
    amount_fen: int
    on: date
    document: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class Order:
    """A refund, and in a serious case a fine, in fen. ``on``: the day of the finding; ``document``: the
    record of the investigation. ``state_on`` and ``state_by``: of the last verdict. The person and the
    place are those of the insurance account."""

    id: UUID
    account_id: UUID
    on: date
    ground: str
    document: str
    refund_fen: int
    fine_fen: int | None
    state: State
    state_on: date
    state_by: str
    proposed_by: str
    version: int
    worker_id: UUID
    area_code: str
    office: str
    refund_paid: int = 0
    fine_paid: int = 0

    @property
    def serious(self) -> bool:
        return self.fine_fen is not None

    def owed(self, part: Part) -> int:
        """What has not come in, in fen; nothing while nobody has ordered it, or once it was lifted."""
        if self.state not in ("ordered", "settled"):
            return 0
        if part == "refund":
            return max(self.refund_fen - self.refund_paid, 0)
        return max((self.fine_fen or 0) - self.fine_paid, 0)

    def decide(self, verdict: Verdict, actor: str, on: date, today: date) -> Order:
        """The order after a verdict of another person than whose entry it decides on. Raises what
        forbids it."""
        after = leads(ACTS, verdict, self.state)
        if after is None:
            raise WrongState(state=self.state)
        made_by = self.state_by if verdict == "lift" else self.proposed_by
        if actor == made_by:
            raise MakerIsChecker
        self._check_day(on, today)
        return replace(self, state=after, state_on=on, state_by=actor, version=self.version + 1)

    def repay(self, part: Part, amount: int, on: date, today: date) -> Order:
        """The order after money came in; with the last of it, settled."""
        if leads(ACTS, "repay", self.state) is None:
            raise WrongState(state=self.state)
        self._check_day(on, today)
        if not 0 < amount <= self.owed(part):
            raise NotOwed
        more = (amount, 0) if part == "refund" else (0, amount)
        after = replace(
            self, refund_paid=self.refund_paid + more[0], fine_paid=self.fine_paid + more[1],
            version=self.version + 1,
        )  # fmt: skip
        left = after.owed("refund") + after.owed("fine")
        return after if left else replace(after, state="settled")

    def _check_day(self, on: date, today: date) -> None:
        if on > today:
            raise InTheFuture
        if on < self.state_on:
            raise OutOfOrder(not_before=self.state_on)


def check_fine(refund: int, fine: int | None, *, serious: bool, least: int, most: int) -> None:
    """``least``, ``most``: how many times the refund the fine may be (R23). Raises
    :class:`FineMissing` and :class:`FineOutOfRange`."""
    if serious != (fine is not None):
        raise FineMissing
    if fine is not None and not least * refund <= fine <= most * refund:
        raise FineOutOfRange(least=least, most=most)
