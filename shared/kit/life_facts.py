"""Facts of life (死亡、退休、参军、出境定居、服刑、完全丧失劳动能力) for whoever hears of them: what one
is. What follows from it, whoever hears of it decides. The table of them is :mod:`kit.known_life_facts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

#: The kinds that take a person out of the labour force while they hold (policy 5.1 E8).
KIND_ZH: dict[str, str] = {
    "retired": "退休", "deceased": "死亡", "enlisted": "参军", "emigrated": "出境定居",
    "imprisoned": "服刑", "incapacitated": "完全丧失劳动能力",
}  # fmt: skip
WITHDRAWS = frozenset(KIND_ZH)


class LifeFactTold(BaseModel):
    """registry.life-fact.*.v1. ``until``: the first day without it; ``what`` a reversal takes back."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    worker_id: UUID
    kind: str
    on: date
    until: date | None = None
    what: Literal["fact", "end"] | None = None


@dataclass(frozen=True, slots=True)
class LifeFact:
    """What an authority told of a worker. ``until`` is the first day without it; None: it goes on, or
    nobody told of its end."""

    id: UUID
    worker_id: UUID
    kind: str
    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


def first(facts: Iterable[LifeFact]) -> LifeFact | None:
    """The earliest of these."""
    return min(facts, key=lambda fact: (fact.since, fact.id), default=None)
