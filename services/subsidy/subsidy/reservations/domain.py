"""A reservation: money of an arrangement held back before anything is promised, until it is paid.

reserved → committed → released. Who promises money first reserves the whole of it: a reservation that
does not fit is refused, so no promise ever waits for money. What was reserved is promised by another
person than the one who reserved it; payments are made from what is committed; what is left over goes
back to the line. Where the money is, the journal says: ``arranged → reserved → committed → paid``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, leads
from kit.refusal import Refusal
from subsidy.journal.domain import AccountKind

#: 已预留 / 已承诺 / 已释放
State = Literal["reserved", "committed", "released"]
STATES = {"reserved": "已预留", "committed": "已承诺", "released": "已释放"}

#: 资金预留
ACTS: tuple[Act, ...] = (
    Act(None, "reserved", "reserve", "预留", "finance_officer"),
    Act("reserved", "committed", "commit", "承诺", "finance_approver"),
    Act("reserved", "released", "release", "释放", "finance_officer"),
    Act("committed", "released", "release", "释放余额", "finance_officer"),
    # A payment that was taken back later comes back here, and goes on to the line.
    Act("released", "released", "release", "释放退回款", "finance_officer"),
)

#: In which account of the journal the money of a reservation stands that is not paid.
HELD: dict[State, AccountKind] = {
    "reserved": "reserved", "committed": "committed", "released": "committed",
}  # fmt: skip


class ReservedTooMuch(Refusal):
    """More than the arrangement's line holds and nobody else has reserved (``missing`` in fen)."""

    code = "more-than-can-be-reserved"


class ReservedBeforeArranged(Refusal):
    """The day of the reservation lies before the day of the arrangement."""

    code = "reserved-before-arranged"


class ReservationUnknown(Refusal):
    """There is no such reservation of this arrangement, or not in the actor's area."""

    code = "reservation-unknown"


class WrongState(Refusal):
    """The step does not follow from the state that the reservation is in."""

    code = "reservation-state"


class NotCommitted(Refusal):
    """Only what is committed is paid."""

    code = "reservation-not-committed"


class StepOutOfOrder(Refusal):
    """A step dated before the one that it follows."""

    code = "reservation-step-out-of-order"


class MoneyAtTheBank(Refusal):
    """The bank was ordered to pay a part of it (``ordered`` in fen) and has not answered yet."""

    code = "money-at-the-bank"


class NothingHeld(Refusal):
    """Everything was paid, or went back before: there is nothing to release."""

    code = "nothing-to-release"


@dataclass(frozen=True, slots=True)
class Reservation:
    """``amount`` in fen as it was reserved. ``about`` names the run, claim or project, when there is
    one; ``made_by`` is the account that reserved; ``state_on`` the day of the last step."""

    id: UUID
    arrangement_id: UUID
    amount: int
    reserved_on: date
    purpose: str
    about: UUID | None
    area_code: str
    office: str
    made_by: str
    state: State = "reserved"
    state_on: date = date.min
    version: int = 1

    def commit(self, on: date, by: str, today: date) -> Reservation:
        """Promised. Raises :class:`MakerIsChecker` for the person who reserved."""
        if by == self.made_by:
            raise MakerIsChecker
        return self._to("commit", on, today)

    def release(self, on: date, held: int, today: date) -> Reservation:
        """What is not paid goes back to the line. ``held``: fen that it still holds."""
        after = self.end(on, today)
        if held == 0:
            raise NothingHeld
        return after

    def end(self, on: date, today: date) -> Reservation:
        """Nothing more is paid from it, whether or not it still holds something."""
        return self._to("release", on, today)

    def _to(self, act: str, on: date, today: date) -> Reservation:
        target = leads(ACTS, act, self.state)
        if target is None:
            raise WrongState(state=self.state)
        if on > today:
            raise InTheFuture(on=on, today=today)
        if on < self.state_on:
            raise StepOutOfOrder(not_before=self.state_on)
        return replace(self, state=target, state_on=on, version=self.version + 1)

    def admit_payment(self, arrangement_id: UUID, on: date) -> None:
        """Raises what forbids a payment from here: another line's money, or not committed by then."""
        if arrangement_id != self.arrangement_id:
            raise ReservationUnknown
        if self.state != "committed":
            raise NotCommitted(state=self.state)
        if on < self.state_on:
            raise StepOutOfOrder(not_before=self.state_on)


def admit(reservation: Reservation, arranged_on: date) -> Reservation:
    """Raises :class:`ReservedBeforeArranged` when the line is younger than the reservation."""
    if reservation.reserved_on < arranged_on:
        raise ReservedBeforeArranged(arranged_on=arranged_on)
    return reservation
