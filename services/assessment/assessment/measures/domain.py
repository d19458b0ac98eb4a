"""What is to be counted: a choice of items or persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Choice:
    """Which items or persons. None means: all of them. Days are inclusive."""

    start: date | None
    end: date
    area_prefix: str
    office: str | None
    kind: str | None = None
    tags: Sequence[str] | None = None
    not_tags: Sequence[str] | None = None
    aspects: Sequence[str] | None = None
    marks: Sequence[str] | None = None
    population: str | None = None
    dated: str = "on_date"
    matured: str | None = None
    live: bool = False
    without: Sequence[str] | None = None
