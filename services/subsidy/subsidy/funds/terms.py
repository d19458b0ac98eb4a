"""From the dated policy files to what the domain asks of a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import cast

from kit.policy import NoValue, Policies


def idle_thresholds(policies: Policies, on: date) -> tuple[int, ...]:
    """After how many days unallocated money is told of, on a day; none before the first value."""
    try:
        steps = cast("Mapping[str, int]", policies.value("subsidy.unallocated_age_days", on).value)
    except NoValue:
        return ()
    return tuple(sorted(steps.values()))
