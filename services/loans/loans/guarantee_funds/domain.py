"""The guarantee fund (小额贷款担保基金): a deposit that stands for five times its amount in loans.

headroom = leverage x deposit - exposure - reservations, never negative (L13; the database holds the
same check). A commitment reserves, a disbursement turns the reservation into exposure, a repayment
of principal gives exposure back. Leverage is a dated parameter; the fund remembers the one under
which it last moved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal

Level = Literal["province", "city", "county"]


class NoHeadroom(Refusal):
    """The fund cannot carry this much more (``missing`` in fen)."""

    code = "no-headroom"


class FundUnknown(Refusal):
    """No contribution has opened a guarantee fund for the city of this area."""

    code = "guarantee-fund-unknown"


@dataclass(frozen=True, slots=True)
class GuaranteeFund:
    """State of one city's fund; all amounts in fen."""

    id: UUID
    area_code: str
    leverage: int
    deposit: int = 0
    exposure: int = 0
    reserved: int = 0

    @property
    def capacity(self) -> int:
        return self.leverage * self.deposit

    @property
    def headroom(self) -> int:
        """What may still be promised, in fen."""
        return self.capacity - self.exposure - self.reserved

    def contribute(self, amount: int, leverage: int) -> GuaranteeFund:
        return replace(self, deposit=self.deposit + amount, leverage=leverage)

    def reserve(self, amount: int) -> GuaranteeFund:
        """Raises :class:`NoHeadroom`."""
        if amount > self.headroom:
            raise NoHeadroom(missing=amount - self.headroom)
        return replace(self, reserved=self.reserved + amount)

    def release(self, amount: int) -> GuaranteeFund:
        """A promise that came to nothing."""
        return replace(self, reserved=self.reserved - amount)

    def expose(self, amount: int) -> GuaranteeFund:
        """A promise that the bank paid out."""
        return replace(self, reserved=self.reserved - amount, exposure=self.exposure + amount)

    def repaid(self, amount: int) -> GuaranteeFund:
        return replace(self, exposure=self.exposure - amount)


@dataclass(frozen=True, slots=True)
class Contribution:
    """Money paid into a fund (fen), by which level of government."""

    id: UUID
    level: Level
    amount: int
    received_on: date
    contributor: str
    document: str | None
    area_code: str
    office: str


#: Beijing, Tianjin, Shanghai, Chongqing: cities that are provinces, named by two digits.
MUNICIPALITIES = ("11", "12", "31", "50")


def city_of(area_code: str) -> str:
    """The fund of an area is that of its city: the digits that name the city, filled with zeros."""
    digits = 2 if area_code.startswith(MUNICIPALITIES) else 4
    return area_code[:digits].ljust(12, "0")


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of a fund's state, as deltas in fen."""

    kind: Literal["contribution", "reservation", "release", "disbursement", "repayment"]
    effective_on: date
    loan_id: UUID | None = None
    deposit: int = 0
    exposure: int = 0
    reserved: int = 0
