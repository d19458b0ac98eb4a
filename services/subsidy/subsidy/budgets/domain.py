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
    Act("released", "released", "reverse-release", "冲销下达", "budget:approve"),
    Act("approved", "approved", "reallocate", "科目调剂", "budget:approve"),
    Act("released", "released", "reallocate", "科目调剂", "budget:approve"),
    *each(
        ("approved", "released"), "closed", "close", "年终结转", "budget:approve", "B23 year-end"
    ),
    # A payment that came back after the closing stands on its line again, and goes on.
    Act("closed", "closed", "carry", "结转退回款", "budget:approve"),
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


class LessThanNothing(Refusal):
    """More is to be taken from a line than was approved for it (``missing`` in fen)."""

    code = "budget-line-below-nothing"


class MoneyInUse(Refusal):
    """What is to leave the line is reserved or paid (``missing`` in fen)."""

    code = "money-in-use"


class YearNotOver(Refusal):
    """A budget is closed at the end of its year (``closes_from``) or later."""

    code = "budget-year-not-over"


class MoneyStillHeld(Refusal):
    """Money of the budget is reserved, promised, or with the bank (``held`` in fen)."""

    code = "money-still-held"


class NothingToCarry(Refusal):
    """Nothing is left of the line that is to be carried into the next year's."""

    code = "nothing-to-carry"


class OutOfRange(Refusal):
    """More money than there is: the budget's sum is out of range."""

    code = "budget-out-of-range"


class OutsideTheYear(Refusal):
    """Money of a budget is released in its own fiscal year (``year``)."""

    code = "outside-the-fiscal-year"


@dataclass(frozen=True, slots=True)
class Line:
    """Fen for one use: ``amount`` as drafted and then approved, ``released`` of it set aside, ``carried``
    of that over into the next year.
    ``province_approval``: the province's reference for a use outside the list, when there is one."""

    id: UUID
    use_code: str
    amount: int
    released: int = 0
    province_approval: str | None = None
    finding: UseFinding | None = None
    carried: int = 0

    @property
    def unreleased(self) -> int:
        return self.amount - self.released

    def release(self, amount: int) -> Line:
        """Raises :class:`MoreThanApproved`."""
        if amount > self.unreleased:
            raise MoreThanApproved(missing=amount - self.unreleased)
        return replace(self, released=self.released + amount)

    def move(self, one: Move) -> Line:
        """More or less of it. What was released beyond the new amount is to be given back."""
        amount = self.amount + one.change
        if amount < 0:
            raise LessThanNothing(missing=-amount)
        return replace(
            self, amount=amount, released=min(self.released, amount),
            province_approval=one.province_approval or self.province_approval,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Move:
    """Fen more or less (``change``) for a use; ``line_id`` is that of its line, which may be new."""

    line_id: UUID
    use_code: str
    change: int
    province_approval: str | None = None


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

    def allowed(self, held: int) -> tuple[str, ...]:
        """What may be done next, while its arrangements hold so many fen."""
        never = set()
        if self.released == self.amount:
            never.add("release")
        if held == 0:
            never |= {"carry", "reverse-release"}
        return tuple(act for act in allowed(ACTS, self.state) if act not in never)

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

    def reallocate(
        self, moves: Sequence[Move], sources: Mapping[BudgetSource, int], on: date, today: date
    ) -> Budget:
        """Money is moved between lines, or new money of named sources comes to them."""
        after = self._to("reallocate", on, today)
        lines = {line.use_code: line for line in self.lines}
        if len({one.use_code for one in moves}) < len(moves):
            raise LineTwice
        for one in moves:
            line = lines.get(one.use_code, Line(one.line_id, one.use_code, 0))
            lines[one.use_code] = line.move(one)
        named = {source: self.sources.get(source, 0) + amount for source, amount in sources.items()}
        if self.available + sum(sources.values()) > FEN_MAX:
            raise OutOfRange
        after = replace(after, sources={**self.sources, **named}, lines=tuple(lines.values()))
        return after.checked()

    def reverse_release(self, line_id: UUID, amount: int, on: date, today: date) -> Budget:
        """A release that was wrong is taken back whole: its line has so much less released."""
        after = self._to("reverse-release", on, today)
        lines = tuple(
            replace(line, released=line.released - amount) if line.id == line_id else line
            for line in self.lines
        )
        return replace(after, lines=lines)

    def close(self, back: Mapping[UUID, int], on: date, by: str, today: date) -> Budget:
        """Closed, or what came back since is carried over: ``back`` is what is left of each line (fen).
        Raises :class:`MakerIsChecker` for the drafter."""
        act = "carry" if self.state == "closed" else "close"
        after = self._to(act, on, today)
        if by == self.drafted_by:
            raise MakerIsChecker
        closes_from = date(self.year, 12, 31)
        if on < closes_from:
            raise YearNotOver(closes_from=closes_from)
        if act == "carry" and not back:
            raise NothingToCarry
        lines = tuple(
            replace(line, carried=line.carried + back.get(line.id, 0)) for line in self.lines
        )
        return replace(after, lines=lines)

    def _to(self, act: str, on: date, today: date) -> Budget:
        target = leads(ACTS, act, self.state)
        if target is None:
            raise WrongState(state=self.state)
        if on > today:
            raise InTheFuture(on=on, today=today)
        if on < self.state_on:
            raise OutOfOrder(not_before=self.state_on)
        return replace(self, state=target, state_on=on, version=self.version + 1)
