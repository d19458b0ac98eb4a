"""Referral letters 职业介绍信: one per person and vacancy, answered by the employer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal

Outcome = Literal["hired", "not_hired", "no_show", "refused"]
OUTCOMES: dict[str, str] = {
    "hired": "录用",
    "not_hired": "未录用",
    "no_show": "未应聘",
    "refused": "本人拒绝",
}


class AlreadyReferred(Refusal):
    """One letter per person and vacancy (policy.md 4.4)."""

    code = "already-referred"


class ReferralResolved(Refusal):
    """The letter has its answer."""

    code = "referral-resolved"


class ResolvedBeforeIssued(Refusal):
    """The answer is dated before the letter."""

    code = "resolved-before-issued"


class ReferralNotHired(Refusal):
    """A placement may name only a referral of the same person that ended in hiring."""

    code = "referral-not-hired"


@dataclass(frozen=True, slots=True)
class Referral:
    id: UUID
    jobseeker_id: UUID
    worker_id: UUID
    vacancy_id: UUID
    issued_on: date
    area_code: str
    office: str
    outcome: Outcome | None = None
    resolved_on: date | None = None
    version: int = 1

    def resolve(self, on: date, outcome: Outcome) -> Referral:
        """Raises :class:`ReferralResolved` or :class:`ResolvedBeforeIssued`."""
        if self.outcome is not None:
            raise ReferralResolved(resolved_on=self.resolved_on or on)
        if on < self.issued_on:
            raise ResolvedBeforeIssued(issued_on=self.issued_on)
        return replace(self, outcome=outcome, resolved_on=on, version=self.version + 1)

    def check_hired(self, worker_id: UUID) -> None:
        """Raises :class:`ReferralNotHired`."""
        if self.worker_id != worker_id or self.outcome != "hired":
            raise ReferralNotHired
