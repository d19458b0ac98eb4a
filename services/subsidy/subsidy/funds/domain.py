"""Funds: what came in, from whom, and how long it has lain without a use.

Funds: 再就业资金 ``reemployment`` (财社[2002]107) and 下岗职工基本生活保障资金 ``living_allowance``
(source S0). A fund is kept per area: the finance bureau of each level holds its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args
from uuid import UUID

from kit.refusal import Refusal

Fund = Literal["reemployment", "living_allowance"]
Source = Literal["central", "province", "city", "county", "donation", "enterprise", "raised"]
FUNDS: tuple[Fund, ...] = get_args(Fund)


class YearOutOfRange(Refusal):
    """Money is booked to a budget year that is neither that of its receipt nor the one beside it."""

    code = "budget-year-differs"


@dataclass(frozen=True, slots=True)
class Appropriation:
    """Money received (拨入 / 筹集). ``amount`` in fen; ``year`` is the budget year."""

    id: UUID
    fund: Fund
    source: Source
    amount: int
    received_on: date
    year: int
    approval: str | None
    document: str | None
    area_code: str
    office: str


@dataclass(frozen=True, slots=True)
class Layer:
    """Money of one receipt that no arrangement has used: fen, and since when."""

    received_on: date
    amount: int

    def age_days(self, on: date) -> int:
        return (on - self.received_on).days


def admit(appropriation: Appropriation) -> Appropriation:
    """Raises :class:`YearOutOfRange` when the budget year cannot belong to the day of receipt."""
    if abs(appropriation.year - appropriation.received_on.year) > 1:
        raise YearOutOfRange(year=appropriation.year)
    return appropriation


def unallocated_layers(
    receipts: Iterable[tuple[date, int]], arranged: int
) -> list[Layer]:
    """What is left of each receipt when arrangements use the oldest money first.

    ``arranged`` is all that was ever arranged, in fen. Shows the age of idle money (N10).
    """
    layers: list[Layer] = []
    for received_on, amount in sorted(receipts):
        used = min(arranged, amount)
        arranged -= used
        if amount > used:
            layers.append(Layer(received_on, amount - used))
    return layers


def oldest_age_days(layers: Sequence[Layer], on: date) -> int | None:
    """How long the oldest idle money has lain on ``on``; None when nothing is idle."""
    return max((layer.age_days(on) for layer in layers), default=None)
