"""An offset: fen of a claim's payment that were kept for a recovery of the same claimant.

In the books it is two entries: the payment out of what was promised for the claim, and the recovery that
puts the same amount back on the line which the earlier claim was paid from. The bank pays the rest.
An offset that was wrong is reversed by two persons (policy 5.3): proposed → reversed | declined. Both
entries are reversed by name, the recovery is owed again, and the claim's part is to be paid again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, leads
from kit.refusal import Refusal

#: 已提出 / 已冲销 / 不予冲销
State = Literal["proposed", "reversed", "declined"]
STATES = {"proposed": "已提出，待决定", "reversed": "已冲销", "declined": "不予冲销"}

ACTS: tuple[Act, ...] = (
    Act(None, "proposed", "propose", "提出冲销抵扣", "payment-order:write"),
    Act("proposed", "reversed", "reverse", "冲销抵扣", "payment:approve"),
    Act("proposed", "declined", "decline", "不予冲销", "payment:approve"),
)


class OffsetUnknown(Refusal):
    """There is no such offset, or not in the actor's area."""

    code = "offset-unknown"


class ReversalKnown(Refusal):
    """It was reversed, or somebody proposed that and nobody has decided yet."""

    code = "offset-reversal-known"


class WrongState(Refusal):
    """It was decided already."""

    code = "offset-reversal-state"


class OutOfOrder(Refusal):
    """A reversal dated before the offset, or decided before it was proposed."""

    code = "offset-reversal-out-of-order"


class RestOrdered(Refusal):
    """The bank was ordered to pay the rest of the same part of the claim: with another order the payee
    would be paid twice, and the order's amount cannot change."""

    code = "offset-rest-ordered"


class ClaimBeingRecovered(Refusal):
    """The claim of whose payment it was kept is being recovered itself."""

    code = "offset-claim-being-recovered"


@dataclass(frozen=True, slots=True)
class Offset:
    """``amount`` in fen; ``payment_id``: the payment that it is in the books; ``recovery_entry_id``: the
    entry that put it back on the line of the recovery; ``reversed_on``: when both were reversed."""

    id: UUID
    recovery_id: UUID
    claim_id: UUID
    due_id: UUID
    payment_id: UUID
    recovery_entry_id: UUID
    amount: int
    on_day: date
    area_code: str
    done_by: str
    reversed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Reversal:
    """That an offset is reversed, as one proposed it and another one decided; ``state_on``: of what was
    reversed, the day of the reversing entries."""

    id: UUID
    offset_id: UUID
    proposed_on: date
    reason: str
    area_code: str
    proposed_by: str
    state: State = "proposed"
    state_on: date = date.min
    decided_by: str | None = None
    version: int = 1

    def decide(self, agreed: bool, on: date, by: str, today: date) -> Reversal:
        """Raises :class:`WrongState`, :class:`OutOfOrder`, and :class:`MakerIsChecker` for who proposed
        it."""
        target = leads(ACTS, "reverse" if agreed else "decline", self.state)
        if target is None:
            raise WrongState(state=self.state)
        if by == self.proposed_by:
            raise MakerIsChecker
        if on > today:
            raise InTheFuture(on=on, today=today)
        if on < self.proposed_on:
            raise OutOfOrder(not_before=self.proposed_on)
        return replace(self, state=target, state_on=on, decided_by=by, version=self.version + 1)
