"""Training classes 培训班: opened by a provider, completed when every enrolment has its result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal

ClassKind = Literal["vocational", "entrepreneurship", "domestic-service"]
CLASS_KINDS: dict[str, str] = {
    "vocational": "职业技能培训",
    "entrepreneurship": "创业培训",
    "domestic-service": "家政服务培训",
}


class UnknownTrainingClass(Refusal):
    """No training class has this id."""

    code = "unknown-training-class"


class ClassCompleted(Refusal):
    """The class is completed: nobody enrols, no result is added."""

    code = "class-completed"


class ResultsMissing(Refusal):
    """Some enrolments have no result yet."""

    code = "results-missing"


class ClassNotOver(Refusal):
    """The class lasts beyond this day."""

    code = "class-not-over"


class ClassDatesOutOfOrder(Refusal):
    """A class ends after it starts; one enrols before it ends."""

    code = "class-dates-out-of-order"


@dataclass(frozen=True, slots=True)
class TrainingClass:
    """``planned`` is the number of places; ``ends_on`` the last day of teaching, fixed at opening.

    The four counts are kept with every enrolment and result; results never exceed the enrolled."""

    id: UUID
    provider: str
    subject: str
    kind: ClassKind
    planned: int
    starts_on: date
    ends_on: date
    area_code: str
    office: str
    enrolled: int = 0
    passed: int = 0
    failed: int = 0
    dropped: int = 0
    completed_on: date | None = None
    version: int = 1

    def check_dates(self) -> None:
        if self.ends_on < self.starts_on:
            raise ClassDatesOutOfOrder(starts_on=self.starts_on)

    def check_takes(self, on: date) -> None:
        """Whether somebody may enrol on a day (more than planned may: the plan is no limit of law)."""
        if self.completed_on is not None:
            raise ClassCompleted(completed_on=self.completed_on)
        if on > self.ends_on:
            raise ClassDatesOutOfOrder(ends_on=self.ends_on)

    def check_result(self, on: date, result: str) -> None:
        """An examination comes at the end; one may drop out at any time."""
        if self.completed_on is not None:
            raise ClassCompleted(completed_on=self.completed_on)
        if on < (self.starts_on if result == "dropped" else self.ends_on):
            raise ClassNotOver(ends_on=self.ends_on)

    def complete(self, on: date) -> TrainingClass:
        """Raises :class:`ClassCompleted`, :class:`ClassNotOver`, :class:`ResultsMissing`."""
        if self.completed_on is not None:
            raise ClassCompleted(completed_on=self.completed_on)
        if on < self.ends_on:
            raise ClassNotOver(ends_on=self.ends_on)
        missing = self.enrolled - self.passed - self.failed - self.dropped
        if missing:
            raise ResultsMissing(missing=missing)
        return replace(self, completed_on=on, version=self.version + 1)
