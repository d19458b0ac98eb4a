"""Decisions that today's knowledge would make otherwise: what was told late, or is known by now.

Nothing is changed by looking: somebody decides what to do. A placement that was told after a grant
stands here with the condition that does not hold any more. Both lists (certificates, recognitions)
compare the kept record with the rule asked again, by the law and for the day of then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kit.decisions import Condition, Decision


@dataclass(frozen=True, slots=True)
class Differing:
    """``granted``: what was decided; today it would be the contrary. ``conditions``: those that come
    out otherwise today."""

    id: UUID
    worker_id: UUID
    asked_on: date
    area_code: str
    office: str
    granted: bool
    conditions: tuple[Condition, ...]


def otherwise(kept: Mapping[str, Any], now: Decision) -> tuple[Condition, ...] | None:
    """The conditions that come out otherwise today; None while the verdict is the same."""
    if kept["granted"] == now.granted:
        return None
    then = {one["code"]: one["passed"] for one in kept["conditions"]}
    return tuple(one for one in now.conditions if then.get(one.code) != one.ok)
