"""Facts that other authorities know: retirement, death, service, emigration, prison, incapacity, dibao.

A fact has the day on which it happened; it may end on a later day, and it may be reversed when it
was wrong. What follows from it (policy 4.1, E8) is folded by the nouns that it concerns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args
from uuid import UUID

#: 退休 / 死亡 / 参军 / 出境定居 / 服刑 / 完全丧失劳动能力 / 享受低保
Kind = Literal[
    "retired", "deceased", "enlisted", "emigrated", "imprisoned", "incapacitated", "dibao"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

#: Kinds that take a person out of the labour force while they hold.
WITHDRAWS: frozenset[Kind] = frozenset(
    {"retired", "deceased", "enlisted", "emigrated", "imprisoned", "incapacitated"}
)


@dataclass(frozen=True, slots=True)
class LifeFact:
    """One fact as it stands now. ``until`` is the first day on which it no longer holds; None:
    it holds, or nobody told of its end. ``told_event`` told others of it."""

    id: UUID
    worker_id: UUID
    kind: Kind
    on: date
    until: date | None = None
    authority: str = ""
    told_event: UUID | None = None

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.on <= day and (self.until is None or day < self.until)
