"""Two placements of one person on the same days (policy 4.4: one at a time), under two records.

What was confirmed before anybody knew that the records are one person stays confirmed: the later
placement gets a finding, which is gone when one of them is voided or ends earlier, or when the records
are two people after all.
"""

from __future__ import annotations

from collections.abc import Iterable

from jobs_market.placements.domain import Placement
from kit.findings import Finding


def found_in(placements: Iterable[Placement]) -> list[Finding]:
    """Of all placements of one person: which cover days of an earlier one."""
    counting = sorted(
        (one for one in placements if one.state in ("confirmed", "ended")),
        key=lambda one: (one.started_on, one.id),
    )
    return [
        Finding(
            later.id, earlier.id, "already-placed", "policy 4.4",
            "同一人在相同期间已有另一项确认的就业",
            "another confirmed placement of the same person covers some of these days",
            later.area_code, later.office,
        )
        for n, later in enumerate(counting)
        for earlier in counting[:n]
        if earlier.covers_days_of(later.started_on, later.ended_on)
    ]  # fmt: skip
