"""One post, two occupants (一岗两人, policy 4.6): shown and never undone. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from kit.findings import Finding
from subsidy.heard.domain import Days, Occupancy
from subsidy.programmes.facts import last_of


def two_occupants(occupancies: Iterable[Occupancy]) -> list[Finding]:
    """Of each pair that shares a post on some day the later one is found, with the months in which both
    held it (of what goes on: the first)."""
    by_post: dict[UUID, list[Occupancy]] = {}
    for one in sorted(occupancies, key=lambda one: (one.occupied_on, one.placement_id)):
        by_post.setdefault(one.post_id, []).append(one)
    found: list[Finding] = []
    for held_by in by_post.values():
        for n, later in enumerate(held_by):
            for earlier in held_by[:n]:
                shared = later.shared_with(earlier)
                if shared is not None:
                    found.append(
                        Finding(
                            later.placement_id, earlier.placement_id, "two-occupants",
                            "一岗一人 (policy 4.6)",
                            "同一公益性岗位同期另有一人在岗",
                            "another person holds the same public-welfare post on the same days",
                            later.area_code, later.office, _months(shared),
                        )
                    )  # fmt: skip
    return found


def _months(days: Days) -> tuple[date, ...]:
    since, last = days
    month, months = since.replace(day=1), []
    while month <= (last or since):
        months.append(month)
        month = last_of(month) + timedelta(days=1)
    return tuple(months)
