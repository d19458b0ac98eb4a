"""Refused referrals: a person was sent to a job and said no (policy R20, R22; E13).

A referral is answered once, so a referral is refused at most once, however often it is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RefusedReferral:
    """One letter of introduction that the person himself or herself refused, on a day."""

    referral_id: UUID
    worker_id: UUID
    on: date


def count(refused: Iterable[RefusedReferral], since: date | None, until: date | None) -> int:
    """How many different referrals were refused from a day on, up to and including another."""
    return len(
        {
            one.referral_id
            for one in refused
            if (since is None or one.on >= since) and (until is None or one.on <= until)
        }
    )
