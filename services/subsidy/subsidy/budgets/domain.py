"""A budget: what one area's fund may be used for in a fiscal year, line by line.

draft → approved → released → closed. The office drafts lines by use code and names the sources; the leading
group or the People's Congress approves (B22), which another person than the drafter records with the
reference; the finance bureau releases, which sets money aside (arrangements). Of every line
``released <= approved``, and all lines together are no more than the sources that were named; how much
money is really there, the journal says when it is released. A use outside the law's dated list without the
province's reference is shown with a finding, not blocked (N11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, allowed, each, leads
from kit.money import FEN_MAX
from kit.refusal import Refusal
from subsidy.arrangements.domain import UseFinding
from subsidy.funds.domain import Fund, Source

#: Where a budget's money comes from: a source of a fund, or what the year before left over (B23).
BudgetSource = Source | Literal["carried-over"]
#: 草案 / 已批准 / 已下达 / 已决算结转 / 已撤回
State = Literal["draft", "approved", "released", "closed", "withdrawn"]
STATES = {
    "draft": "草案", "approved": "已批准", "released": "已下达", "closed": "已结转", "withdrawn": "已撤回",
}  # fmt: skip

#: 资金预算
ACTS: tuple[Act, ...] = (
    Act(None, "draft", "draft", "编制", "budget:write"),
    Act("draft", "draft", "revise", "修改草案", "budget:write"),
    Act("draft", "withdrawn", "withdraw", "撤回草案", "budget:write"),
    Act("draft", "approved", "approve", "批准", "budget:approve"),
    *each(("approved", "released"), "released", "release", "下达", "budget:write"),
)

#: The lines that a budget may have: the lists of the law have eleven uses at most.
LINES_MAX = 60


class BudgetExists(Refusal):
    """The fund has a budget of this year in this area that was not withdrawn."""

    code = "budget-exists"


class WrongState(Refusal):
    """The act does not follow from the state that the budget is in."""

    code = "budget-state"


class OutOfOrder(Refusal):
    """An act dated before the one that it follows."""

    code = "budget-step-out-of-order"


class MoreThanAvailable(Refusal):
    """The lines are more than the sources that were named (``missing`` in fen)."""

    code = "more-than-the-sources"


class MoreThanApproved(Refusal):
    """More than the line was approved for and not released before (``missing`` in fen)."""

    code = "more-than-approved"


class NoSuchLine(Refusal):
    """The budget has no line for this use."""

    code = "budget-line-unknown"


class LineTwice(Refusal):
    """A use, or a source, stands in the list twice."""

    code = "budget-line-twice"


class TooManyLines(Refusal):
    """More lines than a budget may have (``most``)."""

    code = "too-many-budget-lines"


class OutOfRange(Refusal):
    """More money than there is: the budget's sum is out of range."""

    code = "budget-out-of-range"


class OutsideTheYear(Refusal):
    """Money of a budget is released in its own fiscal year (``year``)."""

    code = "outside-the-fiscal-year"


@dataclass(frozen=True, slots=True)
class Line:
    """Fen for one use: ``amount`` as drafted and then approved, ``released`` of it set aside.
    ``province_approval``: the province's reference for a use outside the list, when there is one."""

    id: UUID
    use_code: str
    amount: int
    released: int = 0
    province_approval: str | None = None
    finding: UseFinding | None = None

    @property
    def unreleased(self) -> int:
        return self.amount - self.released

    def release(self, amount: int) -> Line:
        """Raises :class:`MoreThanApproved`."""
        if amount > self.unreleased:
            raise MoreThanApproved(missing=amount - self.unreleased)
        return replace(self, released=self.released + amount)


@dataclass(frozen=True, slots=True)
class Budget:
    """The budget of ``fund`` in ``area_code`` for the calendar year ``year``; amounts in fen.
    ``approval``: the reference of whoever approved; ``state_on``: the day of the last act."""

    id: UUID
    fund: Fund
    year: int
    area_code: str
    office: str
    sources: Mapping[BudgetSource, int]
    lines: tuple[Line, ...]
    drafted_by: str
    drafted_on: date
    state: State = "draft"
    state_on: date = date.min
    approval: str | None = None
    version: int = 1

    @property
    def available(self) -> int:
        """What the named sources are to bring, with what was carried over."""
        return sum(self.sources.values())

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def released(self) -> int:
        return sum(line.released for line in self.lines)

    @property
    def allowed(self) -> tuple[str, ...]:
        """What may be done next."""
        acts = allowed(ACTS, self.state)
        return tuple(act for act in acts if act != "release" or self.released < self.amount)

    def line(self, use_code: str) -> Line:
        """The line of a use. Raises :class:`NoSuchLine`."""
        for line in self.lines:
            if line.use_code == use_code:
                return line
        raise NoSuchLine(use_code=use_code)

    def checked(self) -> Budget:
        """The budget, when its lines fit its sources. Raises what is wrong with them."""
        if len(self.lines) > LINES_MAX:
            raise TooManyLines(most=LINES_MAX)
        if len({line.use_code for line in self.lines}) < len(self.lines):
            raise LineTwice
        if self.amount > self.available:
            raise MoreThanAvailable(missing=self.amount - self.available)
        return self

    def add(self, line: Line, source: BudgetSource) -> Budget:
        """A draft with ``line`` more, to be paid from ``source``; more of a use that it has adds up."""
        if self.state != "draft":
            raise WrongState(state=self.state)
        if self.available + line.amount > FEN_MAX:
            raise OutOfRange
        lines = {one.use_code: one for one in self.lines}
        had = lines.get(line.use_code, replace(line, amount=0))
        lines[line.use_code] = replace(
            had, amount=had.amount + line.amount,
            province_approval=line.province_approval or had.province_approval,
        )  # fmt: skip
        sources = {**self.sources, source: self.sources.get(source, 0) + line.amount}
        return replace(self, sources=sources, lines=tuple(lines.values())).checked()

    def revise(
        self,
        sources: Mapping[BudgetSource, int],
        lines: Sequence[Line],
        on: date,
        today: date,
    ) -> Budget:
        """Other lines and sources, while it is a draft."""
        after = self._to("revise", on, today)
        return replace(after, sources=sources, lines=tuple(lines)).checked()

    def withdraw(self, on: date, today: date) -> Budget:
        return self._to("withdraw", on, today)

    def approve(self, on: date, by: str, approval: str, today: date) -> Budget:
        """Approved under a reference. Raises :class:`MakerIsChecker` for the drafter."""
        after = self._to("approve", on, today).checked()
        if by == self.drafted_by:
            raise MakerIsChecker
        return replace(after, approval=approval)

    def release(self, asked: Sequence[tuple[str, int]], on: date, today: date) -> Budget:
        """Money for uses is set aside: fen by use code, never more than was approved of a line."""
        after = self._to("release", on, today)
        if on.year != self.year:
            raise OutsideTheYear(year=self.year)
        lines = {line.use_code: line for line in self.lines}
        for use_code, amount in asked:
            if use_code not in lines:
                raise NoSuchLine(use_code=use_code)
            lines[use_code] = lines[use_code].release(amount)
        return replace(after, lines=tuple(lines.values()))

    def _to(self, act: str, on: date, today: date) -> Budget:
        target = leads(ACTS, act, self.state)
        if target is None:
            raise WrongState(state=self.state)
        if on > today:
            raise InTheFuture(on=on, today=today)
        if on < self.state_on:
            raise OutOfOrder(not_before=self.state_on)
        return replace(self, state=target, state_on=on, version=self.version + 1)
