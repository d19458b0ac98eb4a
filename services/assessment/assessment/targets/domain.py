"""Targets: who asked what of whom for a year, and what became of the number.

An issuer is part of a target: the same count is 249 % of the province's and 97.5 % of the city's.
The value first signed is never changed; an adjustment stands beside it with its day and document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal

Level = Literal["country", "province", "city", "district", "office", "street"]


class AlreadySigned(Refusal):
    """A signed target is not signed again; it may be adjusted by its issuer."""

    code = "target-already-signed"


class NotSigned(Refusal):
    """Only a signed target can be adjusted."""

    code = "target-not-signed"


class NotTheIssuer(Refusal):
    """A target is adjusted by the one who issued it, and by nobody else."""

    code = "not-the-issuer"


class EffectiveTooEarly(Refusal):
    """An adjustment holds from a day after the signature and after the last adjustment."""

    code = "effective-too-early"


class ParentDoesNotFit(Refusal):
    """A part belongs to a target of the same indicator and year."""

    code = "parent-does-not-fit"


class TargetExists(Refusal):
    """This issuer has already set this indicator for this place and year."""

    code = "target-exists"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A later value, from its day on; the value before it is kept."""

    n: int
    value_before: Decimal
    value_after: Decimal
    effective_on: date
    document: str
    adjusted_by: str


@dataclass(frozen=True, slots=True)
class Target:
    """A target. ``level`` is the level of the one who carries it; value in the indicator's unit."""

    id: UUID
    issuer: str
    level: Level
    indicator: str
    year: int
    value: Decimal
    area_code: str
    office: str
    parent_id: UUID | None = None
    document: str | None = None
    signed_on: date | None = None
    version: int = 1
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def state(self) -> str:
        if self.signed_on is None:
            return "draft"
        return "adjusted" if self.adjustments else "in_force"

    def sign(self, on: date, document: str | None) -> Target:
        """In force from ``on``. Raises :class:`AlreadySigned`."""
        if self.signed_on is not None:
            raise AlreadySigned
        return replace(
            self, signed_on=on, document=document or self.document, version=self.version + 1
        )

    def adjust(
        self, value: Decimal, effective_on: date, document: str, issuer: str, by: str
    ) -> Target:
        """Another value from a day on. Raises :class:`NotTheIssuer` and others."""
        if issuer != self.issuer:
            raise NotTheIssuer(issuer=self.issuer)
        if self.signed_on is None:
            raise NotSigned
        last = self.adjustments[-1].effective_on if self.adjustments else self.signed_on
        if effective_on <= last:
            raise EffectiveTooEarly(after=last)
        before = self.adjustments[-1].value_after if self.adjustments else self.value
        made = Adjustment(len(self.adjustments) + 1, before, value, effective_on, document, by)
        return replace(self, adjustments=(*self.adjustments, made), version=self.version + 1)

    def value_on(self, day: date) -> tuple[Decimal, date] | None:
        """The value in force on a day and since when; None before the signature."""
        if self.signed_on is None or self.signed_on > day:
            return None
        found = (self.value, self.signed_on)
        for adjustment in self.adjustments:
            if adjustment.effective_on <= day:
                found = (adjustment.value_after, adjustment.effective_on)
        return found


@dataclass(frozen=True, slots=True)
class Decomposition:
    """How a target is shared out. Counts must add to at least the whole; a limit is passed on."""

    parent: Decimal
    parts: Decimal
    gap: Decimal
    covered: bool


def part_of(parent: Target, child: Target) -> Target:
    """The child under its parent. Raises :class:`ParentDoesNotFit`."""
    if (parent.indicator, parent.year) != (child.indicator, child.year) or parent.id == child.id:
        raise ParentDoesNotFit
    return replace(child, parent_id=parent.id)


def decomposition(
    parent: Target, children: Sequence[Target], *, additive: bool, on: date
) -> Decomposition:
    """Σ parts against the whole (policy 4.5). For a rate or a limit every part carries the whole."""

    def now(target: Target) -> Decimal:
        held = target.value_on(on)
        return held[0] if held else target.value

    whole = now(parent)
    values = [now(child) for child in children]
    if additive:
        parts = sum(values, Decimal(0))
        return Decomposition(whole, parts, parts - whole, bool(values) and parts >= whole)
    worst = max((abs(value - whole) for value in values), default=Decimal(0))
    return Decomposition(whole, whole + worst, worst, bool(values) and worst == 0)
