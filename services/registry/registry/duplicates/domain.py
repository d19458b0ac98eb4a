"""A pair of records that may be one person, and what people said of it.

open → same (a merge may follow) or not_same; decided again while nothing was merged. A pair that no
longer scores is dropped. One that was found not to be the same is proposed again only when the
parts of its score have changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit import areas
from kit.facts import InTheFuture
from kit.lifecycle import Act, leads
from kit.refusal import Refusal
from registry.duplicates.rules import Part

#: 待判定 / 同一人 / 不是同一人 / 不再疑似
State = Literal["open", "same", "not_same", "dropped"]
Verdict = Literal["same", "not_same"]

#: 疑似重复登记
ACTS: tuple[Act, ...] = (
    Act(None, "open", "found", "发现疑似重复", "clock"),
    Act("open", "same", "same", "判定为同一人", "registry_supervisor"),
    Act("open", "not_same", "not_same", "判定不是同一人", "registry_supervisor"),
    Act("open", "dropped", "dropped", "更正后不再疑似", "clock"),
    Act("dropped", "open", "found", "再次疑似", "clock"),
    Act("not_same", "open", "found", "比对结果有变，再次提出", "clock"),
    Act("same", "not_same", "not_same", "改判不是同一人", "registry_supervisor"),
    Act("not_same", "same", "same", "改判为同一人", "registry_supervisor"),
)


class Decided(Refusal):
    """The pair is not one to be decided so now."""

    code = "duplicate-state"


class MergedAlready(Refusal):
    """The records are merged: take the merge back first."""

    code = "duplicate-merged"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A pair, the lower id first. ``area_code`` is the smallest area that holds both people: who
    sees both sees the pair. ``matchers`` names the version that scored it."""

    id: UUID
    one: UUID
    other: UUID
    score: int
    parts: tuple[Part, ...]
    matchers: str
    state: State
    found_on: date
    area_code: str
    office: str
    version: int = 1

    def adjudicate(self, verdict: Verdict, on: date, today: date, *, merged: bool) -> Duplicate:
        """The pair after a verdict. Raises what forbids it."""
        if on > today:
            raise InTheFuture
        if merged:
            raise MergedAlready
        if leads(ACTS, verdict, self.state) is None:
            raise Decided(state=self.state)
        return replace(self, state=verdict, version=self.version + 1)

    def scored(
        self, score: int, parts: tuple[Part, ...], matchers: str, on: date, threshold: int
    ) -> Duplicate | None:
        """The pair after it was compared again; None when nothing changes."""
        proposed = score >= threshold
        if self.state == "open" and not proposed:
            return replace(
                self, score=score, parts=parts, matchers=matchers, state="dropped",
                version=self.version + 1,
            )  # fmt: skip
        again = self.state in ("dropped", "not_same") and proposed
        if parts == self.parts or (self.state != "open" and not again):
            return None
        return replace(
            self, score=score, parts=parts, matchers=matchers, state="open", found_on=on,
            version=self.version + 1,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unmerged:
    """Two records that were found to be one person and that nobody has merged yet. ``id`` is the
    verdict's, which a merge names; ``decided_by`` may not merge them."""

    id: UUID
    duplicate_id: UUID
    one: UUID
    other: UUID
    decided_on: date
    decided_by: str
    area_code: str
    office: str


def pair(a: UUID, b: UUID) -> tuple[UUID, UUID]:
    """The lower id first: a pair has one name."""
    return (a, b) if a < b else (b, a)


def area_of_both(a: str, b: str) -> str:
    """The smallest area that holds both."""
    while not areas.within(b, a):
        higher = areas.parent(a)
        if higher is None:
            return "0" * 12
        a = higher
    return a
