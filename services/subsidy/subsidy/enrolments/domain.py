"""An enrolment: a person whom a programme pays month by month, without a claim for each quarter.

Public-welfare posts, flexible workers of 40 and 50, living allowances. It names the work and the payee;
whether a month is granted is decided anew in every run, on the facts of that month. It ends by hand, or
on the day on which the facts that are heard end it; when such a fact is taken back, it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture
from kit.lifecycle import Act, leads
from kit.refusal import Refusal
from subsidy.payees.domain import Kind
from subsidy.programmes.domain import PAID_TO, Programme

#: 在册 / 已退出
State = Literal["enrolled", "ended"]
STATES = {"enrolled": "在册", "ended": "已退出"}

#: 享受人员名册
ACTS: tuple[Act, ...] = (
    Act(None, "enrolled", "enrol", "列入", "enrolment:write"),
    Act("enrolled", "ended", "end", "退出", "enrolment:write"),
)


class NotByMonth(Refusal):
    """No programme of this code pays by the month: there is none, or it pays once."""

    code = "not-a-monthly-programme"


class ReferenceDiffers(Refusal):
    """A month of work names the placement; an allowance names none."""

    code = "enrolment-reference"


class OtherPayee(Refusal):
    """There is no such payee in the area, or not of the kind that the programme pays."""

    code = "payee-of-another-kind"


class EnrolledAlready(Refusal):
    """The person is enrolled with this programme for this work."""

    code = "enrolled-already"


class WrongState(Refusal):
    """It has ended before."""

    code = "enrolment-state"


class EndsBeforeItBegins(Refusal):
    """It cannot end before its first day."""

    code = "enrolment-ends-before"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """``reference``: the placement (None: an allowance). ``since``/``until``: from the first to the last
    day for which it pays; ``facts_until``: the last day that the facts heard leave of it. What no event
    tells, as the programmes ask it: ``approved_on``, ``renewed_until`` (B8, B9), ``agreement_until``,
    ``enterprise_pays`` (fen a month) and ``recognised_on`` (B25)."""

    id: UUID
    worker_id: UUID
    programme: str
    reference: UUID | None
    payee_id: UUID
    since: date
    until: date | None
    area_code: str
    office: str
    approved_on: date | None = None
    renewed_until: date | None = None
    agreement_until: date | None = None
    enterprise_pays: int = 0
    recognised_on: date | None = None
    state: State = "enrolled"
    reason: str | None = None
    facts_until: date | None = None
    version: int = 1

    @property
    def last(self) -> date | None:
        """The last day for which it pays; None: it goes on."""
        ends = [one for one in (self.until, self.facts_until) if one is not None]
        return min(ends, default=None)

    def end(self, on: date, reason: str, today: date) -> Enrolment:
        """Ended by hand; ``on`` is its last day."""
        target = leads(ACTS, "end", self.state)
        if target is None:
            raise WrongState(state=self.state)
        if on > today:
            raise InTheFuture(on=on, today=today)
        if on < self.since:
            raise EndsBeforeItBegins(not_before=self.since)
        return replace(self, state=target, until=on, reason=reason, version=self.version + 1)


def admit(one: Enrolment, programme: Programme | None, payee: Kind | None) -> None:
    """Raises what forbids an enrolment. ``programme``: the version in force on its first day;
    ``payee``: the kind of its payee, None when there is none in the area."""
    if programme is None or programme.period != "month":
        raise NotByMonth
    if (one.reference is None) != (programme.facts == "allowance"):
        raise ReferenceDiffers
    if payee is None or payee != PAID_TO.get(programme.payee):
        raise OtherPayee
    if one.until is not None and one.until < one.since:
        raise EndsBeforeItBegins(not_before=one.since)
