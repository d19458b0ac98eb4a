"""Vacancies 空岗信息: what employers report, how many are filled, when they are closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal

CloseReason = Literal["filled", "withdrawn", "expired", "employer_closed", "other"]
CLOSE_REASONS: dict[str, str] = {
    "filled": "招满",
    "withdrawn": "单位撤回",
    "expired": "过期",
    "employer_closed": "单位关闭",
    "other": "其他",
}


class VacancyClosed(Refusal):
    """The vacancy is closed: nobody is referred to it, and it is not closed again."""

    code = "vacancy-closed"


class VacancyNotReportedYet(Refusal):
    """The day lies before the day on which the vacancy was reported."""

    code = "vacancy-not-reported-yet"


class UnknownVacancy(Refusal):
    """No vacancy has this id."""

    code = "unknown-vacancy"


@dataclass(frozen=True, slots=True)
class ReportRule:
    """Policy J5: employers of ``staff_min`` or more report ``days_before`` days before it is vacant."""

    staff_min: int
    days_before: int


@dataclass(frozen=True, slots=True)
class Vacancy:
    """``wage`` is fen per month, ``term_months`` None for an open-ended contract. What was told
    stays; only the note on requirements may be edited."""

    id: UUID
    employer_id: UUID
    occupation: str
    headcount: int
    wage: int
    term_months: int | None
    reported_on: date
    vacant_on: date | None
    reserved_for_difficulty: bool
    requirements: str | None
    area_code: str
    office: str
    filled: int = 0
    closed_on: date | None = None
    close_reason: CloseReason | None = None
    version: int = 1

    @property
    def state(self) -> str:
        """REPORTED → PARTLY_FILLED → FILLED or CLOSED (policy.md 4.4)."""
        if self.closed_on is not None:
            return "filled" if self.close_reason == "filled" else "closed"
        return "partly_filled" if self.filled else "reported"

    def check_open(self, on: date) -> None:
        """Raises :class:`VacancyClosed` or :class:`VacancyNotReportedYet`."""
        if self.closed_on is not None:
            raise VacancyClosed(closed_on=self.closed_on)
        if on < self.reported_on:
            raise VacancyNotReportedYet(reported_on=self.reported_on)

    def fill(self, on: date) -> Vacancy:
        """One more person hired; with the last one the vacancy closes itself as filled."""
        self.check_open(on)
        after = replace(self, filled=self.filled + 1, version=self.version + 1)
        if after.filled < self.headcount:
            return after
        return replace(after, closed_on=on, close_reason="filled")

    def close(self, on: date, reason: CloseReason) -> Vacancy:
        self.check_open(on)
        return replace(self, closed_on=on, close_reason=reason, version=self.version + 1)

    def note_requirements(self, requirements: str | None) -> Vacancy:
        self.check_open(self.reported_on)
        return replace(self, requirements=requirements, version=self.version + 1)

    def reported_late(self, staff_count: int | None, rule: ReportRule) -> bool:
        """Whether the report came after its deadline (J5). Small or unmeasured employers are free."""
        if self.vacant_on is None or staff_count is None or staff_count < rule.staff_min:
            return False
        return self.reported_on > self.vacant_on - timedelta(days=rule.days_before)
