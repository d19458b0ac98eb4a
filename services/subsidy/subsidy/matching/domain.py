"""Matching: a grant of the centre or the province asks the city or county for a share of its own (B3).

A duty is a dated debt of one level in one fund, area and budget year: an amount, or a ratio of the grant.
What that level paid in for the year (receipts of this source) pays its duties, the one due first first.
A duty that is past its day and not paid is shown with its age and a finding; nothing is made up for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, allowed, each
from kit.money import share
from kit.refusal import Refusal
from subsidy.funds.domain import Appropriation, Fund
from subsidy.journal.domain import AlreadyReversed, ReversedBeforeMade

#: 市级配套 / 县级配套
Owing = Literal["city", "county"]
#: 未到期 / 逾期未到位 / 已到位 / 已冲销
State = Literal["pending", "missed", "met", "reversed"]
STATES = {"pending": "未到期", "missed": "逾期未到位", "met": "已到位", "reversed": "已冲销"}
Finding = Literal["county-has-not-matched", "city-has-not-matched"]

#: 配套资金
ACTS: tuple[Act, ...] = (
    Act(None, "pending", "record", "登记", "matching-duty:write"),
    *each(("pending", "missed"), "met", "pay", "到位", "facts"),
    Act("pending", "missed", "miss", "逾期", "clock"),
    Act("met", "missed", "take-back", "到位冲销", "facts"),
    *each(("pending", "missed", "met"), "reversed", "reverse", "冲销", "matching-duty:approve"),
)


class NoSuchGrant(Refusal):
    """The grant is no receipt of this fund from the centre or the province, or was taken back."""

    code = "no-such-grant"


class BasisUnclear(Refusal):
    """A duty is an amount, or a ratio of a grant that is named: one of the two."""

    code = "matching-basis-unclear"


class TooSmall(Refusal):
    """The ratio of the grant is less than one fen, or out of range."""

    code = "matching-out-of-range"


@dataclass(frozen=True, slots=True)
class Duty:
    """``amount`` fen that ``owed_by`` is to pay into the fund of ``area_code`` for ``year`` until
    ``due_on``; with ``ratio_percent`` it is that share of the grant. ``document``: what asks for it."""

    id: UUID
    fund: Fund
    owed_by: Owing
    year: int
    amount: int
    due_on: date
    grant_id: UUID | None
    ratio_percent: Decimal | None
    document: str
    stated_on: date
    area_code: str
    office: str
    reversed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A duty and how much of it was ``paid`` until ``as_of`` (fen)."""

    duty: Duty
    paid: int
    as_of: date

    @property
    def missing(self) -> int:
        return self.duty.amount - self.paid

    @property
    def state(self) -> State:
        if self.duty.reversed_on is not None and self.duty.reversed_on <= self.as_of:
            return "reversed"
        if self.missing == 0:
            return "met"
        return "missed" if self.as_of > self.duty.due_on else "pending"

    @property
    def age_days(self) -> int | None:
        """Since when it is late, in days; None when it is not."""
        return (self.as_of - self.duty.due_on).days if self.state == "missed" else None

    @property
    def finding(self) -> Finding | None:
        """What is to be said of it (E24)."""
        if self.state != "missed":
            return None
        by_county = self.duty.owed_by == "county"
        return "county-has-not-matched" if by_county else "city-has-not-matched"

    @property
    def allowed(self) -> tuple[str, ...]:
        """What somebody may do next."""
        return tuple(act for act in allowed(ACTS, self.state) if act == "reverse")


def stated(duty: Duty, grant: Appropriation | None) -> Duty:
    """The duty with its amount: as it stands, or its ratio of the grant, rounded half up to the fen.
    ``amount`` 0: none was stated. Raises what is unclear of it."""
    if (duty.amount == 0) == (duty.ratio_percent is None):
        raise BasisUnclear
    if duty.grant_id is None:
        if duty.ratio_percent is not None:
            raise BasisUnclear
        return duty
    if (
        grant is None
        or grant.reversed_on is not None
        or grant.fund != duty.fund
        or grant.source not in ("central", "province")
    ):
        raise NoSuchGrant
    if duty.ratio_percent is None:
        return duty
    amount = share(grant.amount, duty.ratio_percent, 100)
    if amount == 0:
        raise TooSmall
    return replace(duty, amount=amount)


def reverse(duty: Duty, on: date, by: str, recorded_by: str, today: date) -> Duty:
    """The duty was a mistake: it never was owed. By another person than who recorded it."""
    if duty.reversed_on is not None:
        raise AlreadyReversed
    if by == recorded_by:
        raise MakerIsChecker
    if on > today:
        raise InTheFuture(on=on, today=today)
    if on < duty.stated_on:
        raise ReversedBeforeMade(made_on=duty.stated_on)
    return replace(duty, reversed_on=on)
