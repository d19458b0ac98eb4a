"""A claim: what an employer, a person or a provider asks for a closed quarter, person by person.

filed → reviewed → approved → paid; returned (and filed again) or rejected with a coded reason. The labour
bureau decides every line on the facts of the day and holds the months of what it grants; the finance
bureau promises the whole sum from a named line of money; the bank's statement pays. Who filed does not
review, who filed or reviewed does not approve. Policy 4.2, B13-B16.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, each, leads
from kit.refusal import Refusal
from subsidy.payees.domain import Kind
from subsidy.programmes.domain import PAID_TO, Programme
from subsidy.programmes.facts import Part, last_of, months_after
from subsidy.projects.domain import Span

#: 用人单位 / 个人 / 培训、职介机构 / 项目承办单位
Claimant = Literal["employer", "person", "provider", "body"]
CLAIMANTS = {
    "employer": "用人单位", "person": "个人", "provider": "培训、职业介绍机构",
    "body": "街道、市场主办单位等项目承办单位",
}  # fmt: skip

#: 已申报 / 已审核 / 已审批 / 已拨付 / 已退回 / 不予受理
State = Literal["filed", "reviewed", "approved", "paid", "returned", "rejected"]
STATES = {
    "filed": "已申报", "reviewed": "劳动保障部门已审核", "approved": "财政部门已审批", "paid": "已拨付",
    "returned": "已退回补正", "rejected": "不予批准",
}  # fmt: skip
OPEN: tuple[State, ...] = ("filed", "reviewed", "approved")

#: What a line came to: 批准 / 不批准 / 暂不能认定（事实未到或有矛盾），不占用月份，可再申报
Outcome = Literal["granted", "refused", "withheld"]
OUTCOMES = {"granted": "批准", "refused": "不批准", "withheld": "暂不能认定，可再申报"}

_REVIEW, _APPROVE, _RETURN = "claim-review:write", "claim:approve", "claim-return:write"
ACTS: tuple[Act, ...] = (
    Act(None, "filed", "file", "申报", "claim:write", "subsidy.claim_window_working_days"),
    Act("filed", "filed", "extend", "补充名册", "claim:import"),
    Act("returned", "returned", "extend", "补充名册", "claim:import"),
    Act("returned", "filed", "refile", "补正后再次申报", "claim:write"),
    Act("filed", "reviewed", "review", "劳动保障部门审核", _REVIEW, "subsidy.claim_review_working_days"),
    Act("reviewed", "approved", "approve", "财政部门审批", _APPROVE, "subsidy.claim_approval_working_days"),
    Act("approved", "approved", "pay", "交付付款", "payment-order:write", "subsidy.claim_payment_days"),
    Act("approved", "paid", "settle", "银行入账", "bank"),
    Act("paid", "approved", "come_back", "银行退汇", "bank"),
    *each(("filed", "reviewed"), "returned", "return", "退回补正", _RETURN),
    *each(("filed", "reviewed", "returned", "approved"), "rejected", "reject", "不予批准", _RETURN),
)  # fmt: skip

#: Why a claim is sent back or rejected (B16, B24).
Reason = Literal[
    "papers-incomplete", "not-insured", "contributions-unpaid", "roster-wrong", "facts-not-known",
    "wrong-amounts", "claimed-elsewhere", "not-entitled", "false-statement", "withdrawn",
]  # fmt: skip
REASONS: dict[str, str] = {
    "papers-incomplete": "材料不全（B16）",
    "not-insured": "未参加社会保险（B16）",
    "contributions-unpaid": "欠缴社会保险费（B16）",
    "roster-wrong": "名册有误",
    "facts-not-known": "就业、缴费等事实尚未核实到",
    "wrong-amounts": "金额或期间有误",
    "claimed-elsewhere": "已由他处申领",
    "not-entitled": "均不符合条件",
    "false-statement": "弄虚作假（B24）",
    "withdrawn": "申请人撤回",
}

#: Payees that stand for the claimant; the insurance agency stands for itself.
OF_CLAIMANT: frozenset[Kind] = frozenset({"employer", "provider", "person", "body"})

#: By kind of facts what a line names: a worker, a month, a reference, a span of a project.
SHAPES = {
    "month": (True, True, True, False),
    "allowance": (True, True, False, False),
    "training": (True, False, True, False),
    "introduction": (True, False, True, False),
    "project": (False, False, True, True),
}
#: A roster of so many lines is reviewed in seconds.
LINES_MAX = 5_000


class NotClaimable(Refusal):
    """The programme is not in force for the quarter, or is not paid on claims."""

    code = "programme-not-claimable"


class QuarterOpen(Refusal):
    """The quarter is not over (``ends_on``)."""

    code = "quarter-not-closed"


class WindowClosed(Refusal):
    """It is claimed within so many working days after the quarter (``until``; B13)."""

    code = "claim-window-closed"


class OutsideTheQuarter(Refusal):
    """A line's month lies outside the quarter; a benefit that is given once has no month."""

    code = "month-outside-the-quarter"


class OtherShape(Refusal):
    """Line ``line`` names what the programme does not ask for, or not what it asks for."""

    code = "claim-line-of-another-shape"


class LineTwice(Refusal):
    """The same person-month (or reference) stands twice in the claim."""

    code = "claim-line-twice"


class TooManyLines(Refusal):
    """More lines than a claim may have (``most``)."""

    code = "too-many-claim-lines"


class ClaimUnknown(Refusal):
    """There is no such claim, or not in the actor's area."""

    code = "claim-unknown"


class NoLines(Refusal):
    """A claim without a roster cannot be reviewed."""

    code = "claim-without-lines"


class PapersMissing(Refusal):
    """Papers that belong to it have not been brought (``missing``; B14, B16)."""

    code = "papers-missing"


class WrongState(Refusal):
    """The act does not follow from the state that the claim is in."""

    code = "claim-state"


class OutOfOrder(Refusal):
    """An act dated before the one that it follows."""

    code = "claim-step-out-of-order"


class FactsChanged(Refusal):
    """Since the review facts arrived by which ``lines`` lines come out otherwise: it is returned first."""

    code = "facts-changed-since-review"


class OtherUse(Refusal):
    """The line of money is for another use than the programme's (``use``)."""

    code = "arrangement-of-another-use"


class NothingDue(Refusal):
    """Nothing of this claim is to be paid to a payee of this kind."""

    code = "nothing-due-to-payee"


class PartlyPaid(Refusal):
    """A part of it was paid: that is recovered, and not rejected."""

    code = "claim-partly-paid"


class GrantedSince(Refusal):
    """The month, or quarter of a project, that had come back whole was granted anew since."""

    code = "granted-since"


class NotThePayee(Refusal):
    """The payee does not stand for the claimant."""

    code = "payee-of-another-claimant"


@dataclass(frozen=True, slots=True)
class Line:
    """A person's month (``month``: its first day), the benefit of a ``reference`` (enrolment, referral) that
    is given once (``month`` None), or a span of a project (``worker_id`` None, ``reference`` the project;
    ``spent``: fen by all its vouchers so far). ``reference`` of a month: the placement; of a month in the
    centre None, with ``agreement_until``, ``enterprise_pays`` (fen) and ``recognised_on`` as the programme
    asks them (B25). ``group_key``, ``free_of_charge``: of an introduction; ``renewed_until``: a year of
    continuation (B8). The rest is what the review made of it: ``day`` is its month, or the day whose law
    holds of what is given once; ``enterprise_bears``: fen that the enterprise pays itself, beside
    ``amount``; ``backstop``: fen of ``amount`` with which finance stands in for it; ``back``: fen that
    were recovered."""

    id: UUID
    number: int
    worker_id: UUID | None
    month: date | None
    reference: UUID | None
    part: Part = "whole"
    group_key: str = ""
    free_of_charge: bool = False
    renewed_until: date | None = None
    agreement_until: date | None = None
    enterprise_pays: int = 0
    recognised_on: date | None = None
    span: Span | None = None
    spent: int = 0
    outcome: Outcome | None = None
    amount: int = 0
    clause: str | None = None
    decision_id: UUID | None = None
    payee_kind: Kind | None = None
    day: date | None = None
    enterprise_bears: int = 0
    backstop: int = 0
    paid_event: UUID | None = None
    back: int = 0

    @property
    def worker(self) -> UUID:
        """The worker of a line that is about one."""
        assert self.worker_id is not None
        return self.worker_id

    @property
    def key(self) -> tuple[UUID | None, date | None, UUID | None, Part]:
        """What may stand in a claim once."""
        return self.worker_id, self.month, self.reference, self.part

    def undecided(self) -> Line:
        """The line as it was filed."""
        return replace(
            self, outcome=None, amount=0, clause=None, decision_id=None, payee_kind=None, day=None,
            enterprise_bears=0, backstop=0,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """``quarter``: its first day. ``filers``: all accounts that wrote its roster; ``amount``: fen granted.
    ``due_on``: by when the next act is due; ``pay_by``: by when it is to be paid (B15)."""

    id: UUID
    programme: str
    claimant_kind: Claimant
    claimant_id: UUID
    quarter: date
    filed_on: date
    area_code: str
    office: str
    filers: tuple[str, ...]
    state: State = "filed"
    state_on: date = date.min
    due_on: date | None = None
    pay_by: date | None = None
    amount: int = 0
    reviewed_by: str | None = None
    approved_by: str | None = None
    arrangement_id: UUID | None = None
    reservation_id: UUID | None = None
    reason: Reason | None = None
    version: int = 1

    def extend(self, by: str) -> Claim:
        """Its roster goes on, as long as nobody has reviewed it."""
        if leads(ACTS, "extend", self.state) is None:
            raise WrongState(state=self.state)
        return replace(self, filers=self._filers_with(by), version=self.version + 1)

    def refile(self, on: date, by: str, today: date) -> Claim:
        """Filed again by whoever brings it."""
        return replace(self._to("refile", on, today), filers=self._filers_with(by), reason=None)

    def _filers_with(self, by: str) -> tuple[str, ...]:
        return tuple(sorted({*self.filers, by}))

    def review(self, on: date, by: str, today: date) -> Claim:
        """Raises :class:`MakerIsChecker` for who wrote any of it."""
        if by in self.filers:
            raise MakerIsChecker
        return replace(self._to("review", on, today), reviewed_by=by)

    def nothing_granted(self) -> Claim:
        """A review that grants no line rejects the claim."""
        return replace(self, state="rejected", reason="not-entitled", due_on=None, pay_by=None)

    def approve(self, on: date, by: str, today: date) -> Claim:
        """Raises :class:`MakerIsChecker` for who wrote or reviewed it."""
        if by in self.filers or by == self.reviewed_by:
            raise MakerIsChecker
        after = self._to("approve", on, today)
        return replace(after, approved_by=by, due_on=self.pay_by)

    def pay(self, on: date, today: date) -> Claim:
        """Orders go to the bank for it."""
        return replace(self._to("pay", on, today), due_on=self.due_on)

    def settle(self, on: date, *, whole: bool) -> Claim:
        """What the bank says it did: the claim is paid with the last part of it, and is not any more
        when one of them comes back."""
        act = {("approved", True): "settle", ("paid", False): "come_back"}.get((self.state, whole))
        if act is None:
            return self
        target = leads(ACTS, act, self.state)
        assert target is not None
        due_on = None if whole else self.pay_by
        return replace(self, state=target, state_on=on, due_on=due_on, version=self.version + 1)

    def turn(
        self, act: Literal["return", "reject"], on: date, by: str, reason: Reason, today: date
    ) -> Claim:
        """Sent back, or rejected: nothing is granted. What was approved is rejected by another person than
        who approved it (:class:`MakerIsChecker`)."""
        if self.state == "approved" and by == self.approved_by:
            raise MakerIsChecker
        after = self._to(act, on, today)
        return replace(after, reason=reason, amount=0, reviewed_by=None, pay_by=None)

    def _to(self, act: str, on: date, today: date) -> Claim:
        target = leads(ACTS, act, self.state)
        if target is None:
            raise WrongState(state=self.state)
        if on > today:
            raise InTheFuture(on=on, today=today)
        if on < self.state_on:
            raise OutOfOrder(not_before=self.state_on)
        return replace(self, state=target, state_on=on, due_on=None, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Due:
    """What one kind of payee is to be paid of a claim; the bank's orders are about its id. ``set_off``: fen
    of it that were kept for what the claimant owed."""

    id: UUID
    claim_id: UUID
    payee_kind: Kind
    amount: int
    batch_id: UUID | None = None
    paid_on: date | None = None
    set_off: int = 0

    @property
    def left(self) -> int:
        """Fen that the bank is to pay."""
        return self.amount - self.set_off


def ends_on(quarter: date) -> date:
    """The last day of a quarter, by its first."""
    return last_of(months_after(quarter, 2))


def payee_of(programme: Programme) -> Kind:
    """Who is paid on a claim. What an enterprise claims for persons it has paid out to them itself."""
    own = programme.claimant == "employer" and programme.payee == "person"
    return "employer" if own else PAID_TO[programme.payee]


def admit_lines(quarter: date, facts: str, lines: Sequence[Line]) -> None:
    """``facts``: the kind of facts that the programme decides on. Raises :class:`OutsideTheQuarter`,
    :class:`OtherShape`, :class:`LineTwice` or :class:`TooManyLines`."""
    if len(lines) > LINES_MAX:
        raise TooManyLines(most=LINES_MAX)
    worker, month, reference, span = SHAPES[facts]
    for one in lines:
        outside = one.month is not None and not quarter <= one.month <= ends_on(quarter)
        if (
            outside
            or month != (one.month is not None)
            or (one.span == "year" and quarter.month != 10)
        ):
            raise OutsideTheQuarter(line=one.number)
        named = (one.worker_id is not None, one.reference is not None, one.span is not None)
        if named != (worker, reference, span):
            raise OtherShape(line=one.number)
    if len({one.key for one in lines}) < len(lines):
        raise LineTwice


def dues_of(claim_id: UUID, lines: Sequence[Line], ids: Sequence[UUID]) -> list[Due]:
    """What is to be paid, by kind of payee; ``ids``: at least as many as there are kinds."""
    sums: dict[Kind, int] = {}
    for line in lines:
        if line.payee_kind is not None and line.amount > 0:
            sums[line.payee_kind] = sums.get(line.payee_kind, 0) + line.amount
    return [
        Due(id, claim_id, kind, amount)
        for id, (kind, amount) in zip(ids, sorted(sums.items()), strict=False)
    ]
