"""Closing a fund's book: through the end of a month nothing more is entered; never silently opened again.

An officer closes a month that is over (a year: through its December). Another person reopens, under a
reference, and only the closing that was made last. What was wrong in a closed period is reversed in the
open one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, allowed, leads
from kit.refusal import Refusal
from subsidy.funds.domain import Fund

#: 已结账 / 已反结账
State = Literal["closed", "reopened"]
STATES = {"closed": "已结账", "reopened": "已反结账"}

#: 结账
ACTS: tuple[Act, ...] = (
    Act(None, "closed", "close", "结账", "period:write"),
    Act("closed", "reopened", "reopen", "反结账", "period:approve"),
)


class NotAMonthsEnd(Refusal):
    """A book is closed through the last day of a month."""

    code = "not-a-months-end"


class PeriodNotOver(Refusal):
    """A period is closed after its last day."""

    code = "period-not-over"


class ClosedAlready(Refusal):
    """The book is closed through this day (``closed_until``) or a later one."""

    code = "period-closed-already"


class ReopenedAlready(Refusal):
    """The closing was taken back before."""

    code = "period-reopened-already"


class LaterIsClosed(Refusal):
    """A later period of the book is closed: that one is reopened first (``closed_until``)."""

    code = "later-period-is-closed"


class ReopenedBeforeClosed(Refusal):
    """A closing is taken back on the day it was made, or later."""

    code = "reopened-before-closed"


@dataclass(frozen=True, slots=True)
class Closing:
    """A book (fund, area) closed through ``closed_through`` on ``closed_on``; with ``reopened_on`` it was
    taken back for ``reason`` under the reference ``approval``."""

    id: UUID
    fund: Fund
    area_code: str
    office: str
    closed_through: date
    closed_on: date
    note: str
    closed_by: str
    reopened_on: date | None = None
    reason: str | None = None
    approval: str | None = None
    reopened_by: str | None = None

    @property
    def state(self) -> State:
        return "closed" if self.reopened_on is None else "reopened"

    def allowed(self, closed_until: date | None) -> tuple[str, ...]:
        """What may be done next, when the book is closed until ``closed_until``."""
        return allowed(ACTS, self.state) if self.closed_through == closed_until else ()

    def admit(self, closed_until: date | None) -> Closing:
        """A new closing, when the book is closed until ``closed_until``. Raises what forbids it."""
        if (self.closed_through + timedelta(days=1)).day != 1:
            raise NotAMonthsEnd
        if self.closed_on <= self.closed_through:
            raise PeriodNotOver(through=self.closed_through)
        if closed_until is not None and self.closed_through <= closed_until:
            raise ClosedAlready(closed_until=closed_until)
        return self

    def reopen(
        self,
        on: date,
        by: str,
        reason: str,
        approval: str,
        *,
        closed_until: date | None,
        today: date,
    ) -> Closing:
        """Taken back, by another person than who closed. Raises what forbids it."""
        if leads(ACTS, "reopen", self.state) is None:
            raise ReopenedAlready
        if closed_until is not None and closed_until > self.closed_through:
            raise LaterIsClosed(closed_until=closed_until)
        if by == self.closed_by:
            raise MakerIsChecker
        if on > today:
            raise InTheFuture(on=on, today=today)
        if on < self.closed_on:
            raise ReopenedBeforeClosed(closed_on=self.closed_on)
        return replace(self, reopened_on=on, reason=reason, approval=approval, reopened_by=by)
