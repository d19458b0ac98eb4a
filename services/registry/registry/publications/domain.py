"""What everybody may read while an application is posted: a masked name, a category, a community.

An entry vanishes when its days of publicity are over (R10), or when somebody objected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry.workers.domain import Category


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of the list. ``until``: the last day on which it is shown."""

    certificate_id: UUID
    name_masked: str
    category: Category
    area_code: str
    office: str
    posted_on: date
    until: date
