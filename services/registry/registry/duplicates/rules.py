"""The declared matchers: ways of looking, outcomes and points, read from a dated file.

What an outcome means is here; which of them count, in what order and how much, is in the file
(``matchers/duplicates.toml``). A version is named by the hash of its content.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

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


@dataclass(frozen=True, slots=True)
class Profile:
    """What is compared. Name and number in plain, for the moment of comparing only; ``sound``,
    ``household`` and ``employer`` as keys that are equal or not."""

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
    when: str
    points: int
    zh: str
    en: str
    at_least: int = 0


@dataclass(frozen=True, slots=True)
class Matchers:
    """One version: in force from ``since`` on, named by ``hash``."""

    since: date
    hash: str
    threshold: int
    candidates: int
    blocking: tuple[tuple[str, ...], ...]
    comparators: tuple[tuple[str, tuple[Outcome, ...]], ...]

    def compare(self, one: Profile, other: Profile) -> tuple[int, tuple[Part, ...]]:
        """The score of a pair and its parts, in the order of the file."""
        parts = []
        for attribute, outcomes in self.comparators:
            a, b = _value(one, attribute), _value(other, attribute)
            if a is None or b is None:
                continue
            for outcome in outcomes:
                if TESTS[attribute, outcome.when](a, b, outcome.at_least, one, other):
                    parts.append(
                        Part(attribute, outcome.when, outcome.points, outcome.zh, outcome.en)
                    )
                    break
        return sum(part.points for part in parts), tuple(parts)


def _value(profile: Profile, attribute: str) -> Any:
    match attribute:
        case "household_number":
            return profile.household
        case "former_employer":
            return profile.employer
        case _:
            return getattr(profile, attribute)


# --- what outcomes mean

Test = Callable[[Any, Any, int, Profile, Profile], bool]


def one_digit(a: str, b: str) -> bool:
    """Whether two texts of one length differ in exactly one place."""
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1


def transposed(a: str, b: str) -> bool:
    """Whether two neighbours changed places, and nothing else differs."""
    if len(a) != len(b) or a == b:
        return False
    at = [n for n, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    return len(at) == 2 and at[1] == at[0] + 1 and (a[at[0]], a[at[1]]) == (b[at[1]], b[at[0]])


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
    comparators = tuple(
        (one["attribute"], tuple(Outcome(**outcome) for outcome in one["outcomes"]))
        for one in raw["comparators"]
    )
    wanted = {(attribute, outcome.when) for attribute, ones in comparators for outcome in ones}
    if unknown_outcomes := wanted - TESTS.keys():
        raise MatchersWrong(f"no such outcome: {sorted(unknown_outcomes)}")
    return Matchers(
        raw["since"], sha256(canonical(plain(raw))).hexdigest(), int(raw["threshold"]),
        int(raw["candidates"]), blocking, comparators,
    )  # fmt: skip
