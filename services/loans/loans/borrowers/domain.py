"""A borrower as the rules see one: facts of a day, nothing that names anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Borrower:
    """What we heard of a worker. ``certificate_valid`` on the day of the review."""

    worker_id: UUID
    birth_date: date
    labour_status: str
    certificate_valid: bool


#: 死亡 / 退休 / 参军 / 出境定居 / 服刑: after these what is owed is claimed from the estate or from whoever
#: answers for it (policy 5.1 E8).
GONE: dict[str, str] = {
    "deceased": "死亡", "retired": "退休", "enlisted": "参军", "emigrated": "出境定居",
    "imprisoned": "服刑",
}  # fmt: skip
#: And 完全丧失劳动能力: nobody of these begins a business (policy 4.1; L1: of good health).
UNABLE: dict[str, str] = {**GONE, "incapacitated": "完全丧失劳动能力"}


@dataclass(frozen=True, slots=True)
class LifeFact:
    """What an authority told of a worker. ``until`` is the first day without it; None: it goes on."""

    id: UUID
    worker_id: UUID
    kind: str
    since: date
    until: date | None

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


def unable(facts: Iterable[LifeFact], on: date) -> LifeFact | None:
    """The first fact because of which the person can begin nothing on that day."""
    holding = [fact for fact in facts if fact.kind in UNABLE and fact.holds(on)]
    return min(holding, key=lambda fact: (fact.since, fact.id), default=None)
