"""A run: one month of a programme, decided for everybody who is enrolled, and paid.

draft → freezing → frozen → approved → paid → closed. Freezing takes the population first, then decides
line by line; when all lines are decided, the whole amount is reserved under one lock, with the shortage
policy that the draft names. What is heard later changes nothing in a frozen run. Another person
approves it by naming the hash of its content. What is not paid in the end goes into the next run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, each, leads
from kit.refusal import Refusal
from subsidy.programmes.facts import last_of

#: 草案 / 冻结中 / 未能预留 / 已冻结 / 已批准 / 已支付 / 已办结 / 已取消
State = Literal[
    "draft", "freezing", "unreserved", "frozen", "approved", "paid", "closed", "cancelled"
]
STATES = {
    "draft": "草案",
    "freezing": "冻结中",
    "unreserved": "已核定，未能预留资金",
    "frozen": "已冻结并预留",
    "approved": "已批准",
    "paid": "已全部支付",
    "closed": "已办结",
    "cancelled": "已取消",
}
ACTS: tuple[Act, ...] = (
    Act(None, "draft", "draft", "编制", "run:write"),
    Act("draft", "freezing", "freeze", "冻结", "run:write"),
    Act("freezing", "frozen", "reserve", "逐行核定并预留", "worker"),
    Act("freezing", "unreserved", "refuse", "资金不足", "worker"),
    Act("unreserved", "frozen", "reserve", "再次预留", "run:write"),
    *each(("draft", "freezing", "unreserved", "frozen"), "cancelled", "cancel", "取消", "run:write"),
    Act("frozen", "approved", "approve", "批准", "run:approve"),
    Act("approved", "approved", "order", "编制付款批次", "run:write"),
    Act("approved", "paid", "settle", "全部入账", "bank"),
    Act("paid", "approved", "return", "退汇", "bank"),
    *each(("approved", "paid"), "closed", "close", "办结，未付结转下期", "run:write"),
)  # fmt: skip

#: 资金不足时：全部不发 / 按次序发 / 按比例发
Shortage = Literal["refuse-all", "priority", "pro-rata"]
SHORTAGES = {
    "refuse-all": "资金不足则全部不发", "priority": "按次序发足，直至用尽", "pro-rata": "按比例发放",
}  # fmt: skip
#: 次序：先列入名册者先 / 金额小者先
Priority = Literal["longest-enrolled", "smallest-amount"]
PRIORITIES = {"longest-enrolled": "先列入名册者先", "smallest-amount": "金额小者先"}
#: 获准 / 不予批准 / 事实未到齐或有矛盾，结转下期
Verdict = Literal["granted", "refused", "waiting"]
VERDICTS = {"granted": "予以发放", "refused": "不予发放", "waiting": "事实未齐，结转下期"}
#: 待付 / 已列入付款批次 / 已支付 / 被拒或退回
Payment = Literal["due", "ordered", "settled", "unpaid"]
PAYMENTS = {"due": "待付", "ordered": "已编入付款批次", "settled": "已支付", "unpaid": "被拒或退回"}


class WrongState(Refusal):
    """The act does not follow from the state that the run is in."""

    code = "run-state"


class OutOfOrder(Refusal):
    """An act dated before the one that it follows."""

    code = "run-step-out-of-order"


class MonthNotOver(Refusal):
    """A month is decided when it is over: its facts may still come."""

    code = "month-not-over"


class OtherUse(Refusal):
    """The arrangement is not for this programme's fund and use."""

    code = "arrangement-for-another-use"


class PriorityNeeded(Refusal):
    """The order of priority is named when, and only when, the shortage policy goes by it."""

    code = "priority-differs"


class ContentDiffers(Refusal):
    """The hash that was named is not that of the run: something else was looked at."""

    code = "run-content-differs"


class NothingGranted(Refusal):
    """No line is granted anything: there is nothing to pay."""

    code = "nothing-granted"


class NothingDue(Refusal):
    """No payment of the run waits for an order."""

    code = "nothing-due"


class PaymentsUnderWay(Refusal):
    """The bank has been told to pay a part of it and has not answered, or has sent money back that is
    still being taken back from the lines (``payments``)."""

    code = "payments-under-way"


@dataclass(frozen=True, slots=True)
class Totals:
    """Control totals: lines by verdict; fen granted, and what of it is funded after a shortage."""

    population: int = 0
    granted: int = 0
    refused: int = 0
    waiting: int = 0
    amount: int = 0
    funded: int = 0

    @property
    def decided(self) -> int:
        return self.granted + self.refused + self.waiting


@dataclass(frozen=True, slots=True)
class Run:
    """``month``: its first day. ``frozen_on`` is the business day of the freezing, ``parameter_set`` the
    law that it is decided by, ``rules`` the rules' versions that decided. ``problem``: why the money
    could not be reserved, ``missing`` how many fen. ``frozen_area``: area of who froze it."""

    id: UUID
    programme: str
    month: date
    arrangement_id: UUID
    shortage: Shortage
    priority: Priority | None
    area_code: str
    office: str
    drafted_on: date
    drafted_by: str = ""
    state: State = "draft"
    state_on: date = date.min
    frozen_on: date | None = None
    frozen_by: str | None = None
    frozen_area: str | None = None
    parameter_set: str | None = None
    rules: tuple[str, ...] = ()
    totals: Totals = Totals()
    content_hash: str | None = None
    reservation_id: UUID | None = None
    approved_by: str | None = None
    problem: str | None = None
    missing: int | None = None
    version: int = 1

    def freeze(self, by: str, area_code: str, parameter_set: str, today: date) -> Run:
        """Begin to decide, on the business day."""
        if last_of(self.month) >= today:
            raise MonthNotOver
        after = self._to("freeze", today, today)
        return replace(
            after, frozen_on=today, frozen_by=by, frozen_area=area_code, parameter_set=parameter_set
        )

    def reserved(self, reservation_id: UUID | None, totals: Totals, content_hash: str) -> Run:
        """All is decided and what is funded is reserved (None: nothing is granted)."""
        after = self._to("reserve", self.state_on, self.state_on)
        return replace(
            after, reservation_id=reservation_id, totals=totals, content_hash=content_hash,
            problem=None, missing=None,
        )  # fmt: skip

    def refused(self, problem: str, missing: int | None) -> Run:
        """All is decided, and the money could not be reserved."""
        return replace(
            self._to("refuse", self.state_on, self.state_on), problem=problem, missing=missing
        )

    def approve(self, on: date, by: str, content_hash: str, today: date) -> Run:
        """By another person than who drafted or froze it, who names what she saw."""
        if by in (self.drafted_by, self.frozen_by):
            raise MakerIsChecker
        if self.state == "frozen" and content_hash != self.content_hash:
            raise ContentDiffers
        if self.state == "frozen" and self.reservation_id is None:
            raise NothingGranted
        return replace(self._to("approve", on, today), approved_by=by)

    def act(self, name: str, on: date, today: date) -> Run:
        """``cancel``, ``order`` or ``close``; of the bank ``settle`` and ``return``."""
        return self._to(name, on, today)

    def _to(self, act: str, on: date, today: date) -> Run:
        target = leads(ACTS, act, self.state)
        if target is None:
            raise WrongState(state=self.state)
        if on > today:
            raise InTheFuture(on=on, today=today)
        if on < self.state_on:
            raise OutOfOrder(not_before=self.state_on)
        return replace(self, state=target, state_on=on, version=self.version + 1)


def content_hash(run: Run, totals: Totals, lines: bytes) -> str:
    """SHA-256 of what is frozen: what was asked, by which law and rules, the totals, and ``lines``, the
    hash over all lines in the order of payee, enrolment and month. Nothing of how it was worked out."""
    content: Mapping[str, Any] = {
        "programme": run.programme, "month": run.month.isoformat(), "area": run.area_code,
        "arrangement": str(run.arrangement_id), "shortage": run.shortage, "priority": run.priority,
        "parameter_set": run.parameter_set, "rules": sorted(run.rules),
        "totals": [
            totals.population, totals.granted, totals.refused, totals.waiting, totals.amount,
            totals.funded,
        ],
        "lines": lines.hex(),
    }  # fmt: skip
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def remittance(run: Run) -> str:
    """What every payment of the run says to payee and bank: programme, month and content hash."""
    return f"{run.programme} {run.month:%Y-%m} {run.content_hash}"
