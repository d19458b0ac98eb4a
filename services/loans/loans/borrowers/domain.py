"""A borrower as the rules see one: facts of a day, nothing that names anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Borrower:
    """What we heard of a worker. ``certificate_valid`` on the day of the review."""

    worker_id: UUID
    birth_date: date
    labour_status: str
    certificate_valid: bool
