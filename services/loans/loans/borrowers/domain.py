"""A borrower as the rules see one: facts of a day, nothing that names anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.life_facts import LifeFact, first
from kit.unemployment import Telling, spells


@dataclass(frozen=True, slots=True)
class Borrower:
    """What we heard of a worker. ``registered_unemployed`` and ``certificate_valid`` on the day of the
    review."""

    worker_id: UUID
    birth_date: date
    registered_unemployed: bool
    certificate_valid: bool


#: After these what is owed is claimed from the estate or from whoever answers for it (policy 5.1 E8).
GONE = frozenset({"deceased", "retired", "enlisted", "emigrated", "imprisoned"})
#: Nobody of these begins a business (policy 4.1; L1: of good health).
UNABLE = GONE | {"incapacitated"}


def unable(facts: Iterable[LifeFact], on: date) -> LifeFact | None:
    """The first fact because of which the person can begin nothing on that day."""
    return first(fact for fact in facts if fact.kind in UNABLE and fact.holds(on))


def registered_unemployed(
    told: Mapping[UUID, Sequence[Telling]], first_status: str, on: date
) -> bool:
    """Whether the person was registered as unemployed on that day (L2). ``told``: by registration, of all
    records of the person. ``first_status``: the labour status with which the person was registered, which
    says it until anything is told of a registration as unemployed."""
    if not told:
        return first_status == "unemployed"
    return any(
        since <= on and (until is None or on <= until)
        for tellings in told.values()
        for since, until in spells(tellings)
    )
