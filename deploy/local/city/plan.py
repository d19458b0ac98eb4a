"""Who of the synthetic persons does what and when: decided once by seed, kept in small arrays.

A plan holds about forty bytes for each person and no rows. Streams (people.py, market.py, money.py)
walk over it and write rows one by one, so a city of any size is never in memory. Days are ordinals
(``date.toordinal``); 0 means never.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import get_args
from zlib import crc32

from local.city.case import Case, CaseRefused, Category, Group, Reason
from local.city.facts import Channel, Training
from local.city.leaf import Leaf
from local.city.places import Place, Places, Site
from local.city.shares import largest_remainder

CHANNELS: tuple[str, ...] = (*get_args(Channel), "first_employment")
WELFARE = CHANNELS.index("public_welfare_4050")
#: What somebody claims: a category that holds, a reason why it does not, or nothing at all.
KINDS: tuple[str, ...] = (*get_args(Category), *get_args(Reason), "outside")
#: Ages that a role asks for: recognised as 4050, or young enough to borrow.
OLD, YOUNG = 1, 2
#: How a class ended for somebody.
PASSED, FAILED, DROPPED = 1, 2, 3


class PlanImpossible(CaseRefused):
    """The case asks for more persons of a kind than it has."""


@dataclass(frozen=True)
class Pool:
    """Persons of one group at one place: indexes ``start`` to ``stop`` (exclusive)."""

    group: Group
    place: Place
    sites: list[Site]
    start: int
    stop: int


@dataclass
class Class:
    """One training class."""

    starts_on: int
    ends_on: int
    site: Site
    members: list[int] = field(default_factory=list)


class Plan:
    """The whole city, decided. Attributes are arrays over persons, or lists of picks by fact."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.places = Places(case)
        self.pools = list(self._pools())
        self.size = self.pools[-1].stop if self.pools else 0
        zero = [0] * self.size
        self.cert_on = array("i", zero)
        self.placed_on = array("i", zero)
        self.age = bytearray(self.size)
        self.channel = bytearray(self.size)
        self.klass = array("i", zero)
        self.result = bytearray(self.size)
        self.first_on = array("i", zero)
        self.kind = bytearray(self.size)
        self.applied_on = array("i", zero)
        self.registered_on = array("i", zero)
        self.seeks_on: dict[str, list[tuple[int, int]]] = {}
        self.classes: list[tuple[Training, Class]] = []
        self.pairs: list[tuple[int, int]] = []
        self.loans: list[tuple[Leaf, list[tuple[int, int]]]] = []
        self.reliefs: list[tuple[Leaf, list[int]]] = []
        self.placed_leaf = array("i", zero)
        self.placements: list[Leaf] = []
        from local.city.roles import decide

        decide(self)

    def rng(self, *names: str) -> Random:
        """Chance of its own for each purpose: changing one fact moves no other."""
        seed = crc32("|".join(names).encode()) ^ (self.case.model.seed << 32)
        return Random(seed)  # noqa: S311 - a model, not a secret

    # --- who there is ---------------------------------------------------------------------------

    def _pools(self) -> Iterator[Pool]:
        named = frozenset(
            (group.area, None) for group in self.case.population if group.area is not None
        )
        start = 0
        for group in self.case.population:
            place: Place = (group.area, group.office)
            if place == (None, None) or group.area == self.case.city_area:
                districts = [d for d in self.places.districts if (d, None) not in named]
                weights = [len(self.places.communities[d]) for d in districts]
                shares = largest_remainder(group.count, weights)
                where: list[tuple[Place, int]] = [
                    ((district, None), share)
                    for district, share in zip(districts, shares, strict=True)
                ]
            else:
                where = [(place, group.count)]
            for place, count in where:
                yield Pool(group, place, self.places.sites(place), start, start + count)
                start += count

    def site(self, pool: Pool, index: int) -> Site:
        """Where a person is registered."""
        return pool.sites[index % len(pool.sites)]

    def site_of(self, index: int) -> Site:
        """The same without knowing the pool."""
        for pool in self.pools:
            if pool.start <= index < pool.stop:
                return self.site(pool, index)
        raise IndexError(index)

    def pick(
        self,
        leaf: Leaf,
        count: int,
        ok: Callable[[int], bool],
        *,
        standing: tuple[str, ...] = ("entitled", "refused"),
        least: bool = False,
    ) -> list[int]:
        """``count`` persons at the leaf's place for whom ``ok``, evenly out of all its pools.

        Raises :class:`PlanImpossible` when there are fewer, unless ``least`` takes what there is.
        """
        found = [
            [i for i in range(pool.start, pool.stop) if ok(i)]
            for pool in self.pools
            if pool.group.standing in standing and self._there(pool, leaf)
        ]
        free = sum(map(len, found))
        if free < count:
            if not least:
                raise PlanImpossible(
                    [
                        f"facts.{leaf.fact.id}: 可用人数不足，缺 {count - free}"
                        f" / {count - free} persons too few for it"
                    ]
                )
            count = free
        picked: list[int] = []
        for candidates, share in zip(
            found, largest_remainder(count, [len(c) for c in found]), strict=True
        ):
            picked += [candidates[j * len(candidates) // share] for j in range(share)]
        return picked

    def _there(self, pool: Pool, leaf: Leaf) -> bool:
        if leaf.place in ((None, None), (self.case.city_area, None)):
            return pool.place not in leaf.without
        return pool.place == leaf.place

    def met(self, index: int, day: int) -> None:
        """The person was seen on a day: registration lies before it."""
        if not self.first_on[index] or day < self.first_on[index]:
            self.first_on[index] = day
