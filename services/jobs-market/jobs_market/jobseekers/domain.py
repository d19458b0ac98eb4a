"""Job-seeker registrations 求职登记: one person-time each, valid for a set number of months (J4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from jobs_market.workers.domain import GONE, for_good
from kit.facts import add_months
from kit.life_facts import LifeFact, first
from kit.refusal import Refusal

WithdrawReason = Literal[
    "placed", "no_longer_seeking", "moved_away", "refused_three_times", "other"
]
WITHDRAW_REASONS: dict[str, str] = {
    "placed": "已就业",
    "no_longer_seeking": "不再求职",
    "moved_away": "迁出",
    "refused_three_times": "三次拒绝介绍",
    "other": "其他",
}


class AlreadySeeking(Refusal):
    """A registration of the same person is still valid on this day: it counts once (J4)."""

    code = "already-seeking"


class NotSeeking(Refusal):
    """The registration is withdrawn or no longer (or not yet) valid on this day."""

    code = "not-seeking"


class UnknownJobseeker(Refusal):
    """No job-seeker registration has this id."""

    code = "unknown-jobseeker"


@dataclass(frozen=True, slots=True)
class Jobseeker:
    """Valid from ``registered_on`` up to and including ``valid_until``, unless withdrawn before."""

    id: UUID
    worker_id: UUID
    registered_on: date
    valid_until: date
    area_code: str
    office: str
    withdrawn_on: date | None = None
    withdraw_reason: WithdrawReason | None = None
    version: int = 1

    def seeks(self, on: date) -> bool:
        if not self.registered_on <= on <= self.valid_until:
            return False
        return self.withdrawn_on is None or on < self.withdrawn_on

    def state(self, on: date) -> str:
        if self.withdrawn_on is not None:
            return "withdrawn"
        return "active" if on <= self.valid_until else "expired"

    def check_seeks(self, on: date) -> None:
        if not self.seeks(on):
            raise NotSeeking(valid_until=self.valid_until)

    def withdraw(self, on: date, reason: WithdrawReason) -> Jobseeker:
        """Raises :class:`NotSeeking` when there is nothing to withdraw on that day."""
        self.check_seeks(on)
        return replace(self, withdrawn_on=on, withdraw_reason=reason, version=self.version + 1)


def as_known(one: Jobseeker, facts: Iterable[LifeFact]) -> Jobseeker:
    """The registration as it stands with what was told of the person (E8): valid up to the day before
    he or she died, retired or left. To be looked at, never to be saved: the fact may be taken back."""
    told = list(facts)
    left = for_good(told, one.registered_on) or first(
        fact for fact in told if fact.kind in GONE and fact.since > one.registered_on
    )
    if left is None or left.since > one.valid_until:
        return one
    return replace(one, valid_until=left.since - timedelta(days=1))


def valid_until(registered_on: date, months: int) -> date:
    """The last day of validity: ``months`` calendar months from the day of registration (J4)."""
    return add_months(registered_on, months)


def check_not_seeking(earlier: Sequence[Jobseeker], new: Jobseeker) -> None:
    """Raises :class:`AlreadySeeking` when another registration is valid at the same time."""
    for other in earlier:
        until = other.withdrawn_on or other.valid_until
        overlaps = other.registered_on <= new.valid_until and new.registered_on <= until
        if overlaps and not (other.withdrawn_on is not None and new.registered_on >= until):
            raise AlreadySeeking(valid_until=other.valid_until)
