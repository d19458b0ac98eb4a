"""Offices: who administers facts. What a city calls its own level (市直) is an office, not an area."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal

#: 就业局 / 街道办 / 乡镇 / 社区保障站 / 市直
Kind = Literal["bureau", "street_office", "township_office", "station", "city_direct"]


class OfficeExists(Refusal):
    """The code is in use."""

    code = "office-exists"


class NoSuchOffice(Refusal):
    """The code names no office that was opened."""

    code = "unknown-office"


@dataclass(frozen=True, slots=True)
class Office:
    """One office; ``staff`` counts persons (人)."""

    id: UUID
    code: str
    name: str
    kind: Kind
    staff: int
    area_code: str
    opened_on: date
