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
    reversed_on: date | None = None


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


def unallocated_layers(receipts: Iterable[tuple[date, int]], arranged: int) -> list[Layer]:
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


def reached(layer: Layer, thresholds: Iterable[int], on: date) -> int | None:
    """The highest of these numbers of days that idle money has lain by ``on``; None for none."""
    age = layer.age_days(on)
    return max((days for days in thresholds if days <= age), default=None)


def oldest_age_days(layers: Sequence[Layer], on: date) -> int | None:
    """How long the oldest idle money has lain on ``on``; None when nothing is idle."""
    return max((layer.age_days(on) for layer in layers), default=None)


@dataclass(frozen=True, slots=True)
class Sum:
    """What one kind of account of a fund holds in one area (fen): what came in, what is left."""

    area_code: str
    kind: str
    detail: str
    came: int
    rest: int


@dataclass(frozen=True, slots=True)
class Position:
    """Where a fund's money is on a day (fen). ``unexplained`` is what was received and neither
    paid nor kept back by any later fact that we know: it is shown, never spread (N9). ``reserved``,
    ``committed`` and ``ordered`` (with the bank) are parts of what is arranged and not paid."""

    fund: Fund
    as_of: date
    received: dict[str, int]
    arranged: dict[str, int]
    paid: dict[str, int]
    reserved: int
    committed: int
    ordered: int
    unallocated: int
    layers: tuple[Layer, ...]

    @property
    def received_total(self) -> int:
        return sum(self.received.values())

    @property
    def arranged_total(self) -> int:
        return sum(self.arranged.values())

    @property
    def paid_total(self) -> int:
        return sum(self.paid.values())

    @property
    def arranged_not_paid(self) -> int:
        return self.arranged_total - self.paid_total

    @property
    def unexplained(self) -> int:
        return self.received_total - self.paid_total

    @property
    def unallocated_age_days(self) -> int | None:
        return oldest_age_days(self.layers, self.as_of)


def position(
    fund: Fund, as_of: date, sums: Iterable[Sum], receipts: Iterable[tuple[str, date, int]]
) -> Position:
    """Add the accounts of a fund up, over all areas given; idle money ages in its own area."""
    received: dict[str, int] = {}
    arranged: dict[str, int] = {}
    paid: dict[str, int] = {}
    arranged_in: dict[str, int] = {}
    held = {"unallocated": 0, "reserved": 0, "committed": 0, "ordered": 0}
    for one in sums:
        if one.kind == "source":
            received[one.detail] = received.get(one.detail, 0) + one.rest
        elif one.kind == "arranged":
            arranged[one.detail] = arranged.get(one.detail, 0) + one.came
            arranged_in[one.area_code] = arranged_in.get(one.area_code, 0) + one.came
        elif one.kind == "paid":
            paid[one.detail] = paid.get(one.detail, 0) + one.rest
        else:
            held[one.kind] += one.rest
    by_area: dict[str, list[tuple[date, int]]] = {}
    for area_code, received_on, amount in receipts:
        by_area.setdefault(area_code, []).append((received_on, amount))
    layers = [
        layer
        for area_code, mine in sorted(by_area.items())
        for layer in unallocated_layers(mine, arranged_in.get(area_code, 0))
    ]
    return Position(
        fund, as_of, received, arranged, paid, held["reserved"], held["committed"],
        held["ordered"], held["unallocated"], tuple(layers),
    )  # fmt: skip
