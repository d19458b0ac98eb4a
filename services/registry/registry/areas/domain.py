"""Areas: a tree by the shape of twelve-digit codes, each with the days on which it holds.

The municipal list is what offices work by. Beside it stands a seed from the published codes
(GB/T 2260), which answers for codes that no municipal list names; where both know a code, the
municipal list wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit import areas
from kit.facts import InTheFuture
from kit.refusal import Refusal

#: ``municipal``: established or imported here. ``seed``: from the published list of codes.
Provenance = Literal["municipal", "seed"]

#: 更名 / 并入 / 撤销
ChangeKind = Literal["renamed", "merged", "abolished"]


class AreaExists(Refusal):
    """The code is in use."""

    code = "area-exists"


class NoSuchArea(Refusal):
    """The code names no area of this city's tree."""

    code = "unknown-area"


class NoParentArea(Refusal):
    """The area that it is part of stands in no list: it is established first."""

    code = "parent-area-unknown"


class CodeIsCountry(Refusal):
    """Twelve zeros name the whole country, which no city keeps."""

    code = "area-code-invalid"


class AreaNotInForce(Refusal):
    """On that day the area did not exist yet, or not any more."""

    code = "area-not-in-force"


class AreaHasParts(Refusal):
    """Areas below it still hold: they are merged or abolished first, each with its own successor."""

    code = "area-has-parts"


class SuccessorDoesNotFit(Refusal):
    """A merger needs another area of the same level that holds on the day; nothing else has one."""

    code = "successor-does-not-fit"


class NameMissing(Refusal):
    """A renaming needs a name that differs from the one of the day; nothing else has one."""

    code = "area-name-does-not-fit"


class NoSuchChange(Refusal):
    """No such change of this area stands."""

    code = "unknown-area-change"


class ParentEnded(Refusal):
    """The area that it is part of has ended: that end is taken back first."""

    code = "parent-area-ended"


@dataclass(frozen=True, slots=True)
class Name:
    """What the area was called from a day on."""

    name: str
    since: date


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to an area (append-only). ``name`` of a renaming, ``successor_code``
    of a merger; ``told_event`` told of it; ``reversed``: it was taken back, it never happened."""

    id: UUID
    code: str
    kind: ChangeKind
    on: date
    name: str | None = None
    successor_code: str | None = None
    told_event: UUID | None = None
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """One area. It holds from ``established_on`` until the day before ``ended_on``; ``names`` in
    time, oldest first. Seeded areas have no id and, where the list knows none, no first day."""

    id: UUID | None
    code: str
    names: tuple[Name, ...]
    established_on: date
    ended_on: date | None = None
    successor_code: str | None = None
    provenance: Provenance = "municipal"

    @property
    def level(self) -> areas.Level:
        return areas.level(self.code)

    @property
    def parent_code(self) -> str | None:
        return areas.parent(self.code)

    @property
    def name(self) -> str:
        """The newest name."""
        return self.names[-1].name

    def name_on(self, day: date) -> str:
        """What it was called on a day; the first name before that."""
        held = [name for name in self.names if name.since <= day]
        return (held[-1] if held else self.names[0]).name

    def holds_on(self, day: date) -> bool:
        return self.established_on <= day and (self.ended_on is None or day < self.ended_on)

    def after(self, changes: Sequence[Change]) -> Area:
        """This area with everything that happened to it and was not taken back, in any order."""
        stand = [c for c in changes if not c.reversed]
        renamed = sorted((c for c in stand if c.kind == "renamed"), key=lambda c: (c.on, c.id))
        ended = next((c for c in stand if c.kind != "renamed"), None)
        return replace(
            self,
            names=self.names + tuple(Name(c.name or "", c.on) for c in renamed),
            ended_on=ended.on if ended else self.ended_on,
            successor_code=ended.successor_code if ended else self.successor_code,
        )

    def check(self, change: Change, *, today: date, parts: bool, successor: Area | None) -> None:
        """Raises what forbids a change. ``parts``: areas below it hold on the day."""
        if change.on > today:
            raise InTheFuture(on=change.on, today=today)
        if not self.holds_on(change.on) or self.ended_on is not None:
            raise AreaNotInForce
        named = change.name is not None
        if named != (change.kind == "renamed") or change.name == self.name_on(change.on):
            raise NameMissing
        if (change.successor_code is not None) != (change.kind == "merged"):
            raise SuccessorDoesNotFit
        if change.kind == "merged":
            fits = (
                successor is not None
                and successor.code != self.code
                and successor.level == self.level
                and successor.holds_on(change.on)
            )
            if not fits:
                raise SuccessorDoesNotFit
        if change.kind != "renamed" and parts:
            raise AreaHasParts


def check_reversal(change: Change | None, parent: Area | None) -> Change:
    """The change that is taken back. Raises :class:`NoSuchChange`; :class:`ParentEnded` when the area
    would hold below one that holds no more."""
    if change is None or change.reversed:
        raise NoSuchChange
    if change.kind != "renamed" and parent is not None and parent.ended_on is not None:
        raise ParentEnded(parent=parent.code)
    return change


def establish(id: UUID, code: str, name: str, on: date) -> Area:
    """A new area. Raises :class:`CodeIsCountry`; the code itself was checked where it came in."""
    if areas.level(code) == "country":
        raise CodeIsCountry
    return Area(id, code, (Name(name, on),), on)


def gone_into(prefix: str, mergers: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """What begins the codes of the areas that went into those that begin with ``prefix``, directly
    or by way of others. ``mergers``: codes of the ended area and of its successor."""
    found = [prefix]
    waiting = list(mergers)
    while True:
        inside = [code for code, successor in waiting if successor.startswith(tuple(found))]
        if not inside:
            break
        waiting = [one for one in waiting if one[0] not in inside]
        found += [areas.prefix(code) for code in inside if not code.startswith(tuple(found))]
    former = sorted(set(found[1:]))
    return tuple(one for one in former if not any(one != o and one.startswith(o) for o in former))
