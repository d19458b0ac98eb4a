"""Enrolments 参训: a person in a class, the result, and whether work followed.

Trained 参训结业 is who has a result, passed or failed; who dropped out is not. Employed is never
entered by hand: it follows from a confirmed placement that started on or after the end of the class.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal

Result = Literal["passed", "failed", "dropped"]
RESULTS: dict[str, str] = {"passed": "合格", "failed": "不合格", "dropped": "中途退出"}


class AlreadyEnrolled(Refusal):
    """A person takes part in a class once."""

    code = "already-enrolled"


class AlreadyResulted(Refusal):
    """The enrolment has its result."""

    code = "already-resulted"


class ResultBeforeEnrolment(Refusal):
    """The result is dated before the enrolment."""

    code = "result-before-enrolment"


@dataclass(frozen=True, slots=True)
class Start:
    """A confirmed placement as far as training cares: when work began. Voided ones do not count."""

    placement_id: UUID
    worker_id: UUID
    started_on: date


@dataclass(frozen=True, slots=True)
class Enrolment:
    """``class_ends_on`` is copied from the class. ``employed_event`` is what a reversal names."""

    id: UUID
    class_id: UUID
    worker_id: UUID
    enrolled_on: date
    class_ends_on: date
    area_code: str
    office: str
    result: Result | None = None
    resulted_on: date | None = None
    employed_by: UUID | None = None
    employed_on: date | None = None
    employed_event: UUID | None = None
    version: int = 1

    @property
    def trained(self) -> bool:
        return self.result in ("passed", "failed")

    def settle(self, on: date, result: Result) -> Enrolment:
        """Raises :class:`AlreadyResulted` or :class:`ResultBeforeEnrolment`."""
        if self.result is not None:
            raise AlreadyResulted(resulted_on=self.resulted_on or on)
        if on < self.enrolled_on:
            raise ResultBeforeEnrolment(enrolled_on=self.enrolled_on)
        return replace(self, result=result, resulted_on=on, version=self.version + 1)

    def employing(self, starts: Iterable[Start]) -> Start | None:
        """The placement that makes this enrolment employed now: the earliest start that counts.

        None when the person is not trained, is employed already, or no start fits. What comes first,
        result or placement, makes no difference."""
        if not self.trained or self.employed_by is not None:
            return None
        fitting = [start for start in starts if start.started_on >= self.class_ends_on]
        return min(fitting, key=lambda start: (start.started_on, start.placement_id), default=None)

    def employ(self, start: Start, event: UUID) -> Enrolment:
        return replace(
            self,
            employed_by=start.placement_id,
            employed_on=start.started_on,
            employed_event=event,
            version=self.version + 1,
        )

    def unemploy(self) -> Enrolment:
        """The placement was voided: what followed from it is reversed."""
        return replace(
            self, employed_by=None, employed_on=None, employed_event=None, version=self.version + 1
        )
