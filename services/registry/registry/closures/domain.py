"""The list of enterprises that were closed or went bankrupt under the national plan (R1a(3)).

Whoever drew it up publishes it with a document; the city takes it over line by line. A line that is
wrong is taken back by name. Where nobody has taken over any list, the claim of a person stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture
from kit.refusal import Refusal

#: What the list says of a former employer on a day: 在名单 / 不在名单.
ClosureOnDay = Literal["listed", "not_listed"]


class ListedAlready(Refusal):
    """The enterprise stands on the list: a line that is wrong is taken back first."""

    code = "closure-listed-already"


class ClosureReversed(Refusal):
    """The line was taken back before."""

    code = "closure-reversed"


@dataclass(frozen=True, slots=True)
class Keys:
    """An enterprise as it is compared: its name and its code, each in one way of writing."""

    name: str | None
    code: str | None

    def same(self, other: Keys) -> bool:
        """By their codes where both have one, else by their names."""
        if self.code is not None and other.code is not None:
            return self.code == other.code
        return self.name is not None and self.name == other.name


@dataclass(frozen=True, slots=True)
class Closure:
    """One line. ``code``: 统一社会信用代码, 组织机构代码 or 注册号, where the document gives it;
    ``closed_on``: from that day on the enterprise is closed. ``reversed_on``: when the line was taken
    back (a day of record), and ``reversal_reason`` why."""

    id: UUID
    name: str
    code: str | None
    document: str
    closed_on: date
    area_code: str
    reversed_on: date | None = None
    reversal_reason: str | None = None


def check(one: Closure, today: date) -> None:
    """Nobody knows today what closes tomorrow."""
    if one.closed_on > today:
        raise InTheFuture(on=one.closed_on, today=today)
