"""A value that somebody else counted. It is kept with its source and never computed here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from kit.refusal import Refusal


class SourceMissing(Refusal):
    """A declared value without a source cannot be traced and is not taken."""

    code = "source-missing"


@dataclass(frozen=True, slots=True)
class Statistic:
    """One point of a series. ``office`` is ``all`` for the whole area. Unit as in the source."""

    id: UUID
    series: str
    area_code: str
    office: str
    as_of: date
    value: Decimal
    unit: str
    source: str
    recorded_at: datetime | None = None


def declare(statistic: Statistic) -> Statistic:
    """A statistic that may be kept. Raises :class:`SourceMissing`."""
    if not statistic.source.strip():
        raise SourceMissing
    return statistic
