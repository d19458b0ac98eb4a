"""A recovery: fen of paid lines that facts do not carry any more, from the first invalid month on, or that
two persons order back.

open → noticed → paying → closed | written off, also from before a court (litigated); withdrawn when facts
carry everything again before a notice went out, or when the bank has sent the money back. By hand: proposed
by one, ordered (open) or declined by another. What was paid before stays paid (policy 5.3 no. 1); a fine is
apart from the refund; a month is free again only when all of it has come back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, each, leads
from kit.refusal import Refusal

#: 已提出 / 已立案 / 已通知 / 退款中 / 诉讼中 / 已结案 / 已核销 / 已撤销
State = Literal[
    "proposed", "open", "noticed", "paying", "litigated", "closed", "written_off", "withdrawn"
]
STATES = {
    "proposed": "已提出，待决定", "open": "已立案", "noticed": "已通知退款", "paying": "退款中",
    "litigated": "诉讼中", "closed": "已全部退回", "written_off": "已核销", "withdrawn": "已撤销",
}  # fmt: skip
STANDING: tuple[State, ...] = ("proposed", "open", "noticed", "paying", "litigated")

#: Why a recovery is ordered by hand (B24).
Reason = Literal[
    "false-statement", "claimed-elsewhere", "wrong-amounts", "not-entitled", "audit-finding"
]
REASONS: dict[str, str] = {
    "false-statement": "弄虚作假（B24）",
    "claimed-elsewhere": "已由他处享受",
    "wrong-amounts": "金额或期间有误",
    "not-entitled": "不符合条件",
    "audit-finding": "审计、检查发现",
}

_NOTICED: tuple[State, ...] = ("noticed", "paying", "litigated")
ACTS: tuple[Act, ...] = (
    Act(None, "proposed", "propose", "提出追回", "recovery:write"),
    Act("proposed", "open", "order", "决定追回", "recovery:approve"),
    Act("proposed", "withdrawn", "decline", "不予追回", "recovery:approve"),
    Act(None, "open", "open", "立案", "facts"),
    *(Act(state, state, "extend", "事实变动", "facts") for state in STANDING),
    *each(STANDING, "withdrawn", "withdraw", "撤销", "facts"),
    Act("open", "noticed", "notice", "通知退款", "recovery:write", "subsidy.recovery_days"),
    *each(("noticed", "paying"), "litigated", "litigate", "起诉", "recovery:write"),
    *each(("noticed", "paying"), "paying", "receive", "收到退款、罚款", "payment:write"),
    Act("litigated", "litigated", "receive", "收到退款、罚款", "payment:write"),
    *each(("noticed", "paying"), "paying", "offset", "抵扣后续拨款", "payment-order:write"),
    *each(("paying", "closed"), "paying", "owe_again", "抵扣冲销", "payment:approve"),
    Act("litigated", "litigated", "owe_again", "抵扣冲销", "payment:approve"),
    *each(_NOTICED, "closed", "close", "全部退回", "facts"),
    *each(_NOTICED, "written_off", "write_off", "核销", "recovery:approve"),
)
#: 退款 / 罚款
Money = Literal["refund", "fine"]


class WrongState(Refusal):
    """The act does not follow from the state that the recovery is in."""

    code = "recovery-state"


class OutOfOrder(Refusal):
    """An act dated before the one that it follows."""

    code = "recovery-step-out-of-order"


class RecoveryStands(Refusal):
    """Another recovery of the claim is not over."""

    code = "recovery-stands"


class LineNotPaid(Refusal):
    """What is named is no paid line of the claim."""

    code = "recovery-line-not-paid"


class MoreThanPaid(Refusal):
    """More of a line than was paid and has not been dealt with (``left`` in fen)."""

    code = "more-than-paid"


class MoreThanOwed(Refusal):
    """More than is still to come back (``owed`` in fen)."""

    code = "more-than-owed"


@dataclass(frozen=True, slots=True)
class Line:
    """Fen of a claim's line: to come back, and back already; ``clause``: why it does not hold."""

    line_id: UUID
    amount: int
    clause: str | None
    back: int = 0

    @property
    def owed(self) -> int:
        return self.amount - self.back


@dataclass(frozen=True, slots=True)
class Recovery:
    """``cause``: the event that set it off; ``reason``: why it was ordered by hand. ``lines`` in the order
    of the claim's; ``court_reference``: of the case before a court."""

    id: UUID
    claim_id: UUID
    claimant_kind: str
    claimant_id: UUID
    arrangement_id: UUID
    opened_on: date
    cause: UUID | None
    area_code: str
    office: str
    lines: tuple[Line, ...]
    state: State = "open"
    state_on: date = date.min
    due_on: date | None = None
    fine: int = 0
    fine_paid: int = 0
    reason: Reason | None = None
    proposed_by: str | None = None
    ordered_by: str | None = None
    court_reference: str | None = None
    noticed_by: str | None = None
    approval: str | None = None
    version: int = 1

    @property
    def owed(self) -> int:
        """Fen that have not come back, without the fine."""
        return sum(one.owed for one in self.lines)

    def follow(self, found: Mapping[UUID, Line], paid: Collection[UUID], on: date) -> Recovery:
        """After new facts. Until a notice went out it is what the facts say; afterwards, and where people
        ordered it, it only grows. Of lines that are not ``paid`` any more, because the bank sent their
        money back, nobody owes any."""
        if self.state == "open" and self.reason is None:
            lines = tuple(found.values())
        else:
            known = {one.line_id for one in self.lines}
            kept = tuple(
                self._grown(one, found.get(one.line_id))
                for one in self.lines
                if one.back or one.line_id in paid
            )
            lines = kept + tuple(one for id, one in found.items() if id not in known)
        if lines == self.lines:
            return self
        on = max(on, self.state_on)
        version = self.version + 1
        if lines:
            return replace(self, lines=lines, state_on=on, version=version)
        return replace(
            self, lines=lines, state="withdrawn", state_on=on, due_on=None, version=version
        )

    @staticmethod
    def _grown(line: Line, found: Line | None) -> Line:
        return line if found is None else replace(line, amount=max(line.amount, found.amount))

    def decide(self, agreed: bool, on: date, by: str, today: date) -> Recovery:
        """Ordered, or declined. Raises :class:`MakerIsChecker` for who proposed it."""
        if by == self.proposed_by:
            raise MakerIsChecker
        after = self._to("order" if agreed else "decline", on, today)
        return replace(after, ordered_by=by if agreed else None)

    def litigate(self, on: date, reference: str, today: date) -> Recovery:
        """Before a court, under its reference; nothing of it is kept of later payments from now on."""
        return replace(self._to("litigate", on, today), court_reference=reference, due_on=None)

    def notice(self, on: date, by: str, fine: int, due_on: date, today: date) -> Recovery:
        """The claimant is told what to pay back, by when, and the fine."""
        after = self._to("notice", on, today)
        return replace(after, fine=fine, due_on=due_on, noticed_by=by)

    def receive(
        self, kind: Money, amount: int, on: date, today: date
    ) -> tuple[Recovery, list[tuple[Line, int]]]:
        """Money came in: refunds go to the lines in their order, earliest first. Answers the lines with
        what came back of each just now. Raises :class:`MoreThanOwed`."""
        after = self._to("receive", on, today)
        owed = self.fine - self.fine_paid if kind == "fine" else self.owed
        if amount > owed:
            raise MoreThanOwed(owed=owed)
        parts: list[tuple[Line, int]] = []
        if kind == "fine":
            after = replace(after, fine_paid=self.fine_paid + amount)
        else:
            after, parts = after._refunded(amount, {one.line_id for one in self.lines})
        return after._closed_if_paid(), parts

    def set_off(
        self, most: int, among: Collection[UUID], on: date, today: date
    ) -> tuple[Recovery, list[tuple[Line, int]]]:
        """As much as is owed of the lines ``among``, and ``most`` fen at most, was kept of another payment.
        Answers like :meth:`receive`."""
        owed = sum(one.owed for one in self.lines if one.line_id in among)
        after, parts = self._to("offset", on, today)._refunded(min(owed, most), among)
        return after._closed_if_paid(), parts

    def owe_again(
        self, amount: int, among: Collection[UUID], on: date, due_on: date, today: date
    ) -> tuple[Recovery, list[tuple[Line, int]]]:
        """Fen that were kept for the lines ``among`` are owed again: the last of them first, so that what
        is back stands as if they had never come. ``due_on``: of what was over, by when it is to be paid
        now. Answers the lines with what is owed of each again."""
        after = self._to("owe_again", on, today)
        lines: list[Line] = []
        parts: list[tuple[Line, int]] = []
        for one in reversed(self.lines):
            part = min(one.back, amount) if one.line_id in among else 0
            amount -= part
            lines.insert(0, replace(one, back=one.back - part))
            if part:
                parts.insert(0, (lines[0], part))
        by = due_on if self.state == "closed" else self.due_on
        return replace(after, lines=tuple(lines), due_on=by), parts

    def _closed_if_paid(self) -> Recovery:
        paid = self.owed == 0 and self.fine_paid == self.fine
        return replace(self, state="closed", due_on=None) if paid else self

    def _refunded(
        self, amount: int, among: Collection[UUID]
    ) -> tuple[Recovery, list[tuple[Line, int]]]:
        lines, parts = [], []
        for one in self.lines:
            part = min(one.owed, amount) if one.line_id in among else 0
            amount -= part
            line = replace(one, back=one.back + part)
            lines.append(line)
            if part:
                parts.append((line, part))
        return replace(self, lines=tuple(lines)), parts

    def write_off(self, on: date, by: str, approval: str, today: date) -> Recovery:
        """What is left is given up under a reference. Raises :class:`MakerIsChecker` for who noticed."""
        if by == self.noticed_by:
            raise MakerIsChecker
        return replace(self._to("write_off", on, today), approval=approval, due_on=None)

    def _to(self, act: str, on: date, today: date) -> Recovery:
        target = leads(ACTS, act, self.state)
        if target is None:
            raise WrongState(state=self.state)
        if on > today:
            raise InTheFuture(on=on, today=today)
        if on < self.state_on:
            raise OutOfOrder(not_before=self.state_on)
        return replace(self, state=target, state_on=on, version=self.version + 1)


def set_off(
    owing: Sequence[tuple[Recovery, Collection[UUID]]], most: int, on: date, today: date
) -> list[tuple[Recovery, list[tuple[Line, int]]]]:
    """``most`` fen of another payment go to these cases, each with those of its lines that they may go to,
    in their order: those that get some, with what their lines get."""
    kept = []
    for recovery, among in owing:
        if not most:
            break
        after, parts = recovery.set_off(most, among, on, today)
        if parts:
            most -= sum(part for _, part in parts)
            kept.append((after, parts))
    return kept


def proposed(
    asked: Mapping[UUID, int], paid: Mapping[UUID, int], dealt: Mapping[UUID, int], reason: Reason
) -> tuple[Line, ...]:
    """The lines of a case by hand, in the claim's order. ``asked``: fen by line; ``paid``: fen that the
    claim's paid lines were given. Raises :class:`LineNotPaid` and :class:`MoreThanPaid`."""
    if not asked.keys() <= paid.keys():
        raise LineNotPaid
    for id, amount in asked.items():
        left = paid[id] - dealt.get(id, 0)
        if amount > left:
            raise MoreThanPaid(left=left)
    return tuple(Line(id, asked[id], f"B24/{reason}") for id in paid if id in asked)


def to_come_back(
    less: Sequence[tuple[UUID, int, str | None]], dealt: Mapping[UUID, int]
) -> dict[UUID, Line]:
    """The lines of a case: (line, fen too much, clause), without what earlier cases dealt with."""
    lines = (Line(id, amount - dealt.get(id, 0), clause) for id, amount, clause in less)
    return {one.line_id: one for one in lines if one.amount > 0}
