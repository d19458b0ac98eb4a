"""Arrangements (资金安排): unallocated money is set aside for one use.

The uses that the law permits are a dated list (B1, B2). A use outside the list needs the province's
approval (财社[2002]107); without a reference the arrangement is recorded with a finding: it happened,
and hiding or blocking it would make the books wrong (N11). A reference is never made up. What was set
aside without a budget (history, imports) is shown as such in the same way.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal
from subsidy.funds.domain import Fund

#: What is to be said of a use, by the law's list of the day.
UseFinding = Literal["use-outside-permitted-list", "no-use-list-in-force"]
#: 用途在目录外且无省级批准 / 当日尚无用途目录 / 未列入预算
Finding = UseFinding | Literal["outside-budget"]


class ArrangedTooMuch(Refusal):
    """More than the fund has unallocated (``missing`` in fen)."""

    code = "more-than-unallocated"


class ArrangementUnknown(Refusal):
    """There is no such arrangement, or not in the actor's area."""

    code = "arrangement-unknown"


class ArrangementOfABudget(Refusal):
    """It was released under a budget: the budget takes it back, so that its line knows."""

    code = "arrangement-of-a-budget"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Money set aside: fen, for a use code, with the finding that the office's choice deserves, from a
    line of a budget (``budget_line_id``), or outside of any."""

    id: UUID
    fund: Fund
    use_code: str
    amount: int
    arranged_on: date
    purpose: str
    approval: str | None
    finding: UseFinding | None
    area_code: str
    office: str
    budget_line_id: UUID | None = None
    reversed_on: date | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that is to be said of it: of its use, and that no budget provided for it (B22)."""
        of_use: tuple[Finding, ...] = () if self.finding is None else (self.finding,)
        return of_use if self.budget_line_id else (*of_use, "outside-budget")


def finding(
    use_code: str, approval: str | None, permitted: Collection[str] | None
) -> UseFinding | None:
    """What is to be said about a use. ``permitted`` is the list of the day, None before any list."""
    if permitted is None:
        return "no-use-list-in-force"
    if use_code in permitted or (approval is not None and approval.strip()):
        return None
    return "use-outside-permitted-list"
