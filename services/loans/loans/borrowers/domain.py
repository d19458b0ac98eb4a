"""A borrower as the rules see one: facts of a day, nothing that names anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.life_facts import LifeFact, first


@dataclass(frozen=True, slots=True)
class Borrower:
    """What we heard of a worker. ``certificate_valid`` on the day of the review."""

    worker_id: UUID
    birth_date: date
    labour_status: str
    certificate_valid: bool


#: After these what is owed is claimed from the estate or from whoever answers for it (policy 5.1 E8).
GONE = frozenset({"deceased", "retired", "enlisted", "emigrated", "imprisoned"})
#: Nobody of these begins a business (policy 4.1; L1: of good health).
UNABLE = GONE | {"incapacitated"}


def unable(facts: Iterable[LifeFact], on: date) -> LifeFact | None:
    """The first fact because of which the person can begin nothing on that day."""
    return first(fact for fact in facts if fact.kind in UNABLE and fact.holds(on))
