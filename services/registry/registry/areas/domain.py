"""Areas: a tree by the shape of twelve-digit codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit import areas
from kit.refusal import Refusal


class AreaExists(Refusal):
    """The code is in use."""

    code = "area-exists"


class NoSuchArea(Refusal):
    """The code names no area of this city's tree."""

    code = "unknown-area"


class CodeIsCountry(Refusal):
    """Twelve zeros name the whole country, which no city keeps."""

    code = "area-code-invalid"


@dataclass(frozen=True, slots=True)
class Area:
    """One area. ``established_on`` is the day from which the code holds."""

    id: UUID
    code: str
    name: str
    established_on: date

    @property
    def level(self) -> areas.Level:
        return areas.level(self.code)

    @property
    def parent_code(self) -> str | None:
        return areas.parent(self.code)


def establish(id: UUID, code: str, name: str, on: date) -> Area:
    """A new area. Raises :class:`CodeIsCountry`; the code itself was checked where it came in."""
    if areas.level(code) == "country":
        raise CodeIsCountry
    return Area(id, code, name, on)
