"""Two registrations of one job-seeker that are valid at once (J4: one at a time), under two records."""

from __future__ import annotations

from collections.abc import Iterable

from jobs_market.jobseekers.domain import AlreadySeeking, Jobseeker, check_not_seeking
from kit.findings import Finding


def found_in(registrations: Iterable[Jobseeker]) -> list[Finding]:
    """Of all registrations of one person: which are valid while an earlier one is."""
    ordered = sorted(registrations, key=lambda one: (one.registered_on, one.id))
    return [
        Finding(
            later.id, earlier.id, "already-seeking", "policy J4",
            "同一人的另一求职登记同时有效",
            "another registration of the same person is valid at the same time",
            later.area_code, later.office,
        )
        for n, later in enumerate(ordered)
        for earlier in ordered[:n]
        if _both_valid(earlier, later)
    ]  # fmt: skip


def _both_valid(earlier: Jobseeker, later: Jobseeker) -> bool:
    try:
        check_not_seeking([earlier], later)
    except AlreadySeeking:
        return True
    return False
