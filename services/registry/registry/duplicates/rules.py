"""The declared matchers: ways of looking, outcomes and points, read from a dated file.

What an outcome means is here; which of them count, in what order and how much, is in the file
(``matchers/duplicates.toml``). A version is named by the hash of its content.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter
from pathlib import Path
from typing import Any, Protocol

from rapidfuzz import fuzz
from rapidfuzz.distance import Hamming

from kit.policy import NoValue, canonical, plain

#: Ways of looking that an index serves; the file may choose among them.
INDEXED: frozenset[tuple[str, ...]] = frozenset(
    {
        ("name_sound", "birth_date_near"),
        ("name_sound", "birth_date"),
        ("birth_date", "sex"),
        ("birth_date", "sex", "former_employer"),
        ("household_number",),
    }
)


class MatchersWrong(ValueError):
    """The file of matchers is wrong; the message begins with its path."""


class Compared(Protocol):
    """What is compared. Name and number in plain, for the moment of comparing only; ``sound``,
    ``household`` and ``employer`` as keys that are equal or not."""

    @property
    def name(self) -> str | None: ...
    @property
    def sound(self) -> str | bytes | None: ...
    @property
    def id_number(self) -> str | None: ...
    @property
    def birth_date(self) -> date | None: ...
    @property
    def sex(self) -> str | None: ...
    @property
    def household(self) -> str | bytes | None: ...
    @property
    def employer(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Profile:
    """Somebody who is not registered yet, as he or she is compared."""

    name: str | None = None
    sound: str | bytes | None = None
    id_number: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    household: str | bytes | None = None
    employer: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One attribute's share of a score: what was found and what it weighs. Nothing personal."""

    attribute: str
    outcome: str
    points: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What may be found of an attribute, and the part of a score that it makes."""

    holds: Test
    at_least: int
    part: Part


@dataclass(frozen=True, slots=True)
class Comparator:
    """How one attribute is compared: the first outcome that holds counts. ``best``: the most that any
    gives; ``best_of_others``: the same of records whose numbers are known to differ."""

    attribute: str
    value: Callable[[Compared], Any]
    outcomes: tuple[Outcome, ...]
    best: int
    best_of_others: int

    def part(self, one: Compared, other: Compared) -> Part | None:
        """What is found; None where nothing is, or a value is missing."""
        a = self.value(one)
        if a is None or (b := self.value(other)) is None:
            return None
        for outcome in self.outcomes:
            if outcome.holds(a, b, outcome.at_least, one, other):
                return outcome.part
        return None

    def points(self, one: Compared, other: Compared) -> int:
        part = self.part(one, other)
        return part.points if part else 0


@dataclass(frozen=True, slots=True)
class Matchers:
    """One version: in force from ``since`` on, named by ``hash``. ``clear`` and ``sealed`` are the
    ``comparators`` of what lies open and of what is kept encrypted, in the order of opening it."""

    since: date
    hash: str
    threshold: int
    candidates: int
    blocking: tuple[tuple[str, ...], ...]
    comparators: tuple[Comparator, ...]
    clear: tuple[Comparator, ...]
    sealed: tuple[Comparator, ...]

    def compare(self, one: Compared, other: Compared) -> tuple[int, tuple[Part, ...]]:
        """The score of a pair and its parts, in the order of the file."""
        found = [comparator.part(one, other) for comparator in self.comparators]
        parts = tuple(part for part in found if part is not None)
        return sum(part.points for part in parts), parts

    def against(self, one: Compared) -> Against:
        """One record, to be compared with many."""
        return Against(self, one)


class Against:
    """One record as it is compared with many: nearly all whom a look finds are strangers, and few of
    them differ in what lies open."""

    def __init__(self, matchers: Matchers, one: Compared) -> None:
        self._matchers, self._one = matchers, one
        # What a value gives is found once: outcomes of what lies open depend on the two values alone.
        self._clear: list[tuple[Comparator, dict[Any, int]]] = [(c, {}) for c in matchers.clear]
        self._left, self._left_same_number = (
            [(c, c.best if same else c.best_of_others) for c in matchers.sealed]
            for same in (False, True)
        )

    def proposes(
        self, other: Compared, *, same_number: bool = False
    ) -> tuple[int, tuple[Part, ...]] | None:
        """:meth:`Matchers.compare` of a pair that reaches the threshold, else None. Of a stranger no
        more is opened than it takes to know. ``same_number``: whether both have the same ID number,
        which its keyed hash tells."""
        one, threshold = self._one, self._matchers.threshold
        best = 0
        for comparator, known in self._clear:
            value = comparator.value(other)
            points = known.get(value)
            if points is None:
                points = known[value] = comparator.points(one, other)
            best += points
        left = self._left_same_number if same_number else self._left
        for _, most in left:
            best += most
        for comparator, most in left:
            if best < threshold:
                return None
            best += comparator.points(one, other) - most
        return self._matchers.compare(one, other) if best >= threshold else None


#: What is kept encrypted: first the names, by which most people are told apart.
SEALED = ("name", "id_number")
SAME_NUMBER = ("id_number", "equal")
_VALUES = {"household_number": "household", "former_employer": "employer"}


# --- what outcomes mean

Test = Callable[[Any, Any, int, Compared, Compared], bool]


def one_digit(a: str, b: str) -> bool:
    """Whether two texts of one length differ in exactly one place."""
    return len(a) == len(b) and Hamming.distance(a, b) == 1


def transposed(a: str, b: str) -> bool:
    """Whether two neighbours changed places, and nothing else differs."""
    if len(a) != len(b) or Hamming.distance(a, b) != 2:
        return False
    at = [n for n, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    return at[1] == at[0] + 1 and (a[at[0]], a[at[1]]) == (b[at[1]], b[at[0]])


def swapped(a: date, b: date) -> bool:
    """Whether day and month stand in each other's place."""
    return a != b and (a.year, a.month, a.day) == (b.year, b.day, b.month)


def _digits(day: date) -> str:
    return day.strftime("%Y%m%d")


TESTS: dict[tuple[str, str], Test] = {
    # The check digit follows from the others: it says nothing of its own.
    ("id_number", "equal"): lambda a, b, n, x, y: a == b,
    ("id_number", "one-digit"): lambda a, b, n, x, y: one_digit(a[:17], b[:17]),
    ("id_number", "transposed"): lambda a, b, n, x, y: transposed(a[:17], b[:17]),
    ("name", "equal"): lambda a, b, n, x, y: a == b,
    ("name", "sounds-equal"): lambda a, b, n, x, y: x.sound is not None and x.sound == y.sound,
    ("name", "similar"): lambda a, b, n, x, y: fuzz.ratio(a, b) >= n,
    ("name", "different"): lambda a, b, n, x, y: True,
    ("birth_date", "equal"): lambda a, b, n, x, y: a == b,
    ("birth_date", "day-month-swapped"): lambda a, b, n, x, y: swapped(a, b),
    ("birth_date", "one-digit"): lambda a, b, n, x, y: one_digit(_digits(a), _digits(b)),
    ("birth_date", "different"): lambda a, b, n, x, y: True,
    ("sex", "equal"): lambda a, b, n, x, y: a == b,
    ("sex", "different"): lambda a, b, n, x, y: True,
    ("household_number", "equal"): lambda a, b, n, x, y: a == b,
    ("former_employer", "equal"): lambda a, b, n, x, y: a == b,
}


def _one_place(number: int, width: int) -> list[int]:
    """What a number of so many digits becomes by another digit in one place."""
    found = []
    for place in range(width):
        worth = 10**place
        without = number - number // worth % 10 * worth
        found += [other for digit in range(10) if (other := without + digit * worth) != number]
    return found


_YEARS = {year: [y for y in _one_place(year, 4) if 1850 <= y <= 2099] for year in range(1850, 2100)}
_MONTHS = {month: [m for m in _one_place(month, 2) if 1 <= m <= 12] for month in range(1, 13)}
_DAYS = {day: [d for d in _one_place(day, 2) if 1 <= d <= 31] for day in range(1, 32)}


@lru_cache(maxsize=20_000)
def near(day: date) -> tuple[date, ...]:
    """The day itself, with day and month changed over, and every day one digit away: those on which
    somebody of working age or older can have been born beside this one."""
    y, m, d = day.year, day.month, day.day
    found = {day, date(y, d, m)} if d <= 12 else {day}
    found.update(date(year, m, d) for year in _YEARS.get(y, ()) if d <= monthrange(year, m)[1])
    found.update(date(y, month, d) for month in _MONTHS[m] if d <= monthrange(y, month)[1])
    last = monthrange(y, m)[1]
    found.update(date(y, m, other) for other in _DAYS[d] if other <= last)
    return tuple(sorted(found))


# --- the file


class Versions:
    """All versions of the matchers, by day."""

    def __init__(self, versions: tuple[Matchers, ...]) -> None:
        self._versions = versions

    def on(self, day: date) -> Matchers:
        """The matchers of a day. Raises ``kit.policy.NoValue`` before the first."""
        held = [version for version in self._versions if version.since <= day]
        if not held:
            raise NoValue(f"registry.duplicate_matchers: nothing in force on {day}")
        return held[-1]


@lru_cache(maxsize=8)
def load(path: Path) -> Versions:
    """Read the file, with everything about it checked. Raises :class:`MatchersWrong`."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
        versions = tuple(_version(one) for one in raw["versions"])
    except (KeyError, TypeError, tomllib.TOMLDecodeError, MatchersWrong) as error:
        raise MatchersWrong(f"{path}: {error}") from None
    if not versions or [v.since for v in versions] != sorted({v.since for v in versions}):
        raise MatchersWrong(f"{path}: versions rise by their date")
    return Versions(versions)


def _version(raw: dict[str, Any]) -> Matchers:
    if {"document", "clause", "status"} - raw["cite"].keys():
        raise MatchersWrong(f"the version of {raw['since']} is not cited")
    blocking = tuple(tuple(one["on"]) for one in raw["blocking"])
    if unknown := set(blocking) - INDEXED:
        raise MatchersWrong(f"no index serves {sorted(unknown)}")
    comparators = tuple(_comparator(**one) for one in raw["comparators"])
    sealed = [one for one in comparators if one.attribute in SEALED]
    return Matchers(
        raw["since"], sha256(canonical(plain(raw))).hexdigest(), int(raw["threshold"]),
        int(raw["candidates"]), blocking, comparators,
        tuple(one for one in comparators if one not in sealed),
        tuple(sorted(sealed, key=lambda one: SEALED.index(one.attribute))),
    )  # fmt: skip


def _comparator(attribute: str, outcomes: Sequence[dict[str, Any]]) -> Comparator:
    found = tuple(_outcome(attribute, **one) for one in outcomes)
    others = [one.part for one in found if (attribute, one.part.outcome) != SAME_NUMBER]
    return Comparator(
        attribute, attrgetter(_VALUES.get(attribute, attribute)), found,
        max(0, *(one.part.points for one in found)), max(0, *(part.points for part in others)),
    )  # fmt: skip


def _outcome(
    attribute: str, when: str, points: int, zh: str, en: str, at_least: int = 0
) -> Outcome:
    if (attribute, when) not in TESTS:
        raise MatchersWrong(f"no such outcome: {attribute} {when}")
    return Outcome(TESTS[attribute, when], at_least, Part(attribute, when, points, zh, en))
