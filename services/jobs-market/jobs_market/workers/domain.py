"""What this service must know of a person: a pseudonym, sex, birth date, and recognised difficulty.

Registry owns the person. These values are copies of its events and are never changed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit import areas
from kit.life_facts import KIND_ZH, LifeFact, first
from kit.refusal import Refusal

#: Whoever died, retired, or left for the army, abroad or prison works and seeks no more (policy 5.1 E8).
GONE = frozenset({"deceased", "retired", "enlisted", "emigrated", "imprisoned"})
#: And nobody of these comes back (policy 4.4: dead or retired person).
FOR_GOOD = frozenset({"deceased", "retired"})


class WorkerNotYetKnown(Refusal):
    """Registry has not told of this person (yet): the event may still be on its way."""

    code = "not-yet-known"


class DeadOrRetired(Refusal):
    """On that day the person is dead or retired (``kind`` in Chinese, ``since``): policy 4.4, E8."""

    code = "dead-or-retired"


@dataclass(frozen=True, slots=True)
class Difficulty:
    """One recognition as a person hard to employ 就业困难人员, from a day until it is exited."""

    id: UUID
    worker_id: UUID
    kind: str
    recognised_on: date | None
    exited_on: date | None

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day. An exit that we heard of first recognises nobody."""
        if self.recognised_on is None or self.recognised_on > on:
            return False
        return self.exited_on is None or on < self.exited_on


@dataclass(frozen=True, slots=True)
class Worker:
    """A person as registry registered them. ``population`` is 'base' 下岗失业人员 or 'outside'."""

    id: UUID
    sex: str
    birth_date: date
    category: str
    population: str
    labour_status: str
    area_code: str
    office: str


@dataclass(frozen=True, slots=True)
class Move:
    """From ``on`` another office has a person in charge, under all of ``records``."""

    records: tuple[UUID, ...]
    former_area: str
    area_code: str
    office: str
    on: date

    def takes_along(self, area_code: str) -> bool:
        """Whether what stands in an area goes with the person: it stood with him or her (in the area,
        above it, below it), and whoever sees it there does not see the person any more."""
        together = areas.within(area_code, self.former_area) or areas.within(
            self.former_area, area_code
        )
        return together and not areas.within(self.area_code, area_code)


def recognised(difficulties: Sequence[Difficulty], on: date) -> bool:
    """Whether any recognition is in force on ``on``."""
    return any(difficulty.holds(on) for difficulty in difficulties)


def for_good(facts: Iterable[LifeFact], on: date) -> LifeFact | None:
    """Why the person cannot begin anything on a day: dead or retired."""
    return first(fact for fact in facts if fact.kind in FOR_GOOD and fact.holds(on))


def check_for_good(facts: Iterable[LifeFact], on: date) -> None:
    """Raises :class:`DeadOrRetired`."""
    fact = for_good(facts, on)
    if fact is not None:
        raise DeadOrRetired(kind=KIND_ZH[fact.kind], since=fact.since)
