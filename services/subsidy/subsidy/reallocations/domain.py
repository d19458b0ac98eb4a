"""A reallocation: the office proposes to move money between lines of a budget, finance decides.

Under a reference, by another person than who proposed it. New money of named sources may come to lines
in the same way. A use outside the law's dated list without the province's reference is recorded with a
finding (N11), not blocked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, leads
from kit.refusal import Refusal
from subsidy.budgets.domain import BudgetSource, Move

#: 已提出 / 已批准 / 不予批准
State = Literal["proposed", "approved", "rejected"]
STATES = {"proposed": "已提出", "approved": "已批准", "rejected": "不予批准"}

#: 科目调剂
ACTS: tuple[Act, ...] = (
    Act(None, "proposed", "propose", "提出", "budget:write"),
    Act("proposed", "approved", "approve", "批准", "budget:approve"),
    Act("proposed", "rejected", "reject", "不予批准", "budget:approve"),
)


class DecidedAlready(Refusal):
    """It was decided before."""

    code = "reallocation-decided"


class DecidedBeforeProposed(Refusal):
    """The decision is dated before the proposal."""

    code = "reallocation-decided-too-early"


class ReferenceMissing(Refusal):
    """What is approved is approved under a reference."""

    code = "approval-reference-missing"


class NothingMoved(Refusal):
    """No line is to have more or less than before."""

    code = "nothing-moved"


@dataclass(frozen=True, slots=True)
class Reallocation:
    """``moves`` of money of one budget, and ``sources`` of new money (fen), when there is any."""

    id: UUID
    budget_id: UUID
    moves: tuple[Move, ...]
    sources: Mapping[BudgetSource, int]
    reason: str
    proposed_by: str
    proposed_on: date
    state: State = "proposed"
    decided_by: str | None = None
    decided_on: date | None = None
    approval: str | None = None
    note: str | None = None

    def checked(self) -> Reallocation:
        """Raises :class:`NothingMoved`."""
        if not self.moves:
            raise NothingMoved
        return self

    def decide(
        self, approved: bool, on: date, by: str, approval: str | None, note: str | None, today: date
    ) -> Reallocation:
        """Decided on, by another person than who proposed it. Raises what forbids it."""
        target = leads(ACTS, "approve" if approved else "reject", self.state)
        if target is None:
            raise DecidedAlready
        if by == self.proposed_by:
            raise MakerIsChecker
        if on > today:
            raise InTheFuture(on=on, today=today)
        if on < self.proposed_on:
            raise DecidedBeforeProposed
        if approved and approval is None:
            raise ReferenceMissing
        return replace(
            self, state=target, decided_by=by, decided_on=on,
            approval=approval if approved else None, note=note,
        )  # fmt: skip
