"""Pairing (结对帮扶): an office takes charge of a worker until he or she is placed.

Placed or not is folded from the placements that hold, so it does not matter what was heard first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.refusal import Refusal
from registry.labour_status.domain import Placement


class AlreadyPaired(Refusal):
    """The worker is paired already."""

    code = "already-paired"


@dataclass(frozen=True, slots=True)
class Pairing:
    """``placement_id`` is set while a placement that began in the pairing's time holds;
    ``told_event`` is the event that said so."""

    id: UUID
    worker_id: UUID
    helper_office: str
    formed_on: date
    area_code: str
    office: str
    placement_id: UUID | None = None
    told_event: UUID | None = None


def outcome(formed_on: date, placements: Iterable[Placement]) -> Placement | None:
    """The first placement that began on or after the day of pairing and was not voided.

    A job that ended later was still found; one that was voided never was.
    """
    found = [p for p in placements if not p.voided and p.started_on >= formed_on]
    return min(found, key=lambda p: (p.started_on, p.id), default=None)
