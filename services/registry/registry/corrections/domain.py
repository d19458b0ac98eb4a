"""A correction of the category that a worker claimed: a fact of its own, never an edit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry.workers.domain import Category


@dataclass(frozen=True, slots=True)
class CategoryCorrection:
    """``reason`` is free text of the clerk and stays in this service."""

    id: UUID
    worker_id: UUID
    previous: Category
    category: Category
    corrected_on: date
    reason: str
    actor: str
