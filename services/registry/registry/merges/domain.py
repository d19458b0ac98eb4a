"""A merge: one record survives, the other stands still. Nothing is moved, so nothing is lost.

merged → reversed. What the merge made one is folded from the facts of both records; taking the link
away folds each from its own again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from uuid import UUID

from kit.facts import InTheFuture
from kit.lifecycle import Act, leads
from kit.refusal import Refusal

#: 已合并 / 已撤销
State = Literal["merged", "reversed"]

#: 重复登记合并
ACTS: tuple[Act, ...] = (
    Act(None, "merged", "merge", "合并", "registry_supervisor", "5 working days, policy 4.1"),
    Act("merged", "reversed", "reverse", "撤销合并", "registry_supervisor"),
)


class SameRecord(Refusal):
    """A record is not merged into itself."""

    code = "same-record"


class NotAdjudicated(Refusal):
    """No standing verdict says that these two are one person."""

    code = "not-adjudicated"


class MergedBeforeVerdict(Refusal):
    """A merge dated before the verdict, or a reversal dated before the merge."""

    code = "merge-out-of-order"


class NotMerged(Refusal):
    """The merge has been reversed."""

    code = "merge-reversed"


@dataclass(frozen=True, slots=True)
class Merge:
    """``plan`` says what became one, as it was shown and stored. ``due_on`` is the last working day
    in time; ``due_provisional``: the calendar of that year is not settled yet."""

    id: UUID
    survivor_id: UUID
    merged_id: UUID
    adjudication_id: UUID
    merged_on: date
    due_on: date
    due_provisional: bool
    reason: str
    plan: dict[str, Any]
    state: State
    area_code: str
    office: str
    actor: str
    told_event: UUID
    version: int = 1
    reversed_on: date | None = None
    reversal_reason: str | None = None

    @property
    def late(self) -> bool:
        """Merged after its last day."""
        return self.merged_on > self.due_on

    def reverse(self, on: date, reason: str, today: date) -> Merge:
        """The merge after its reversal. Raises what forbids it."""
        if leads(ACTS, "reverse", self.state) is None:
            raise NotMerged
        if on > today:
            raise InTheFuture
        if on < self.merged_on:
            raise MergedBeforeVerdict(not_before=self.merged_on)
        return replace(
            self, state="reversed", reversed_on=on, reversal_reason=reason, version=self.version + 1
        )


def check(
    survivor_id: UUID, merged_id: UUID, on: date, decided_on: date | None, today: date
) -> None:
    """Raises when the two are not to be merged so. ``decided_on`` is the day of the verdict."""
    if survivor_id == merged_id:
        raise SameRecord
    if on > today:
        raise InTheFuture
    if decided_on is not None and on < decided_on:
        raise MergedBeforeVerdict(not_before=decided_on)
