"""Facts as disjoint pieces: each part by itself, and of each whole what its parts leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.city.case import Case
from local.city.facts import AnyFact, Placements
from local.city.places import Place
from local.city.quantities import Period
from local.city.shares import spread
from local.city.sums import numbers_of


@dataclass(frozen=True)
class Leaf:
    """What is left of a fact after its parts, and where it may not lie."""

    fact: Any
    numbers: dict[str, int]
    place: Place
    without: frozenset[Place]

    @property
    def period(self) -> Period:
        period: Period = self.fact.period
        return period


def leaves(case: Case, kind: type[AnyFact] | Any) -> Iterator[Leaf]:
    """Facts of a kind as disjoint pieces: each part, and of each whole what its parts leave."""
    facts = [fact for fact in case.facts if isinstance(fact, kind)]
    for fact in facts:
        numbers = dict(numbers_of(fact))
        numbers.update(_named(case, fact))
        without: set[Place] = set()
        if fact.part_of is None:
            for part in facts:
                if part.part_of != fact.id:
                    continue
                without.add((part.area, part.office))
                same = getattr(part, "unit", None) == getattr(fact, "unit", None)
                for name, value in {**dict(numbers_of(part)), **_named(case, part)}.items():
                    if name != "count" or same:
                        numbers[name] = numbers.get(name, 0) - value
        yield Leaf(fact, numbers, (fact.area, fact.office), frozenset(without))


def _named(case: Case, fact: AnyFact) -> dict[str, int]:
    if not isinstance(fact, Placements):
        return {}
    return {f"channels.{k}": v for k, v in _channels(case, fact).items()}


def _channels(case: Case, fact: Placements) -> dict[str, int]:
    """Channels of a fact; a part that names none gets its whole's proportions."""
    if fact.channels or fact.population == "outside":
        return {str(k): v for k, v in fact.channels.items()}
    whole = next(f for f in case.facts if f.id == fact.part_of)
    assert isinstance(whole, Placements)
    left = {str(k): v for k, v in whole.channels.items()}
    for part in case.facts:
        if isinstance(part, Placements) and part.part_of == whole.id:
            for channel, value in part.channels.items():
                left[channel] -= value
    return spread(fact.count, left)
