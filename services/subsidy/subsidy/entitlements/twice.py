"""What one person was granted twice (重复享受, policy 4.6): the same months, or more than the law gives.

A person may stand under several records (E1, 5.3 no. 6), and every record's entitlements were decided
by themselves. Nothing is taken back here: each finding names the later entitlement and its clause, and
is gone when the records are no longer one person. Pure: the same entitlements in any order give the
same findings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.facts import add_months
from kit.findings import Finding


@dataclass(frozen=True, slots=True)
class Span:
    """The months that one entitlement opens: ``months`` of them from that of ``start``. ``months_max``:
    what the law of its first day gives one person at most, by ``clause``."""

    id: UUID
    worker_id: UUID
    placement_id: UUID
    start: date
    months: int
    months_max: int
    clause: str
    area_code: str
    office: str

    @property
    def taken(self) -> list[date]:
        """The first day of each month."""
        first = self.start.replace(day=1)
        return [add_months(first, n) for n in range(self.months)]


def found_in(spans: Iterable[Span]) -> list[Finding]:
    """Of all entitlements of one person and programme: which months are another one's already, and
    which are more than the law gives. The one that begins earlier has its months."""
    found: list[Finding] = []
    earlier: list[Span] = []
    used: set[date] = set()
    for span in sorted(spans, key=lambda one: (one.start, one.placement_id)):
        for other in earlier:
            both = tuple(month for month in span.taken if month in set(other.taken))
            if both:
                found.append(
                    Finding(
                        span.id, other.id, "same-months",
                        "重复享受 (policy 4.6)",
                        f"同一人的另一项补贴资格已含其中{len(both)}个月",
                        f"another entitlement of the same person has {len(both)} of its months",
                        span.area_code, span.office, both,
                    )
                )  # fmt: skip
        more = sorted(set(span.taken) - used)
        beyond = tuple(more[max(span.months_max - len(used), 0) :])
        if beyond:
            found.append(
                Finding(
                    span.id, None, "more-than-the-term",
                    span.clause,
                    f"同一人享受合计不超过{span.months_max}个月，超出{len(beyond)}个月",
                    f"one person has {span.months_max} months at most: {len(beyond)} are beyond",
                    span.area_code, span.office, beyond,
                )
            )  # fmt: skip
        used.update(more)
        earlier.append(span)
    return found
