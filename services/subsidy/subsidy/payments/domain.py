"""Payments (支付): money leaves the line that an arrangement opened, and only from there.

What was paid is never edited: a payment that was wrong is taken back by a reversal that names it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal
from subsidy.journal.domain import AlreadyReversed

PayeeKind = Literal["person", "employer", "provider", "agency", "insurance_agency", "body", "fund"]


class LineExhausted(Refusal):
    """More than the arrangement's line still holds (``missing`` in fen)."""

    code = "more-than-the-line-holds"


class PaidBeforeArranged(Refusal):
    """The day of payment lies before the day of the arrangement that covers it."""

    code = "paid-before-arranged"


class ReversedBeforePaid(Refusal):
    """A reversal holds from the day of the payment at the earliest."""

    code = "reversed-before-paid"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money paid: fen, to a kind of payee, from an arrangement's line, or from what a reservation of
    this line holds (``reservation_id``); ``ordered``: from what the bank was ordered to pay of it."""

    id: UUID
    arrangement_id: UUID
    amount: int
    paid_on: date
    payee_kind: PayeeKind
    purpose: str
    area_code: str
    office: str
    reservation_id: UUID | None = None
    reversed_on: date | None = None
    ordered: bool = False

    def reverse(self, on: date) -> Payment:
        """The payment after it was taken back on ``on``."""
        if self.reversed_on is not None:
            raise AlreadyReversed()
        if on < self.paid_on:
            raise ReversedBeforePaid(paid_on=self.paid_on)
        return replace(self, reversed_on=on)


def admit(payment: Payment, arranged_on: date) -> Payment:
    """Raises :class:`PaidBeforeArranged` when the arrangement is younger than the payment."""
    if payment.paid_on < arranged_on:
        raise PaidBeforeArranged(arranged_on=arranged_on)
    return payment
