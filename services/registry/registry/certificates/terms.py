"""Limits and terms of the procedure by day: what the policies say, counted in the calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from kit.policy import NoValue
from kit.service import Runtime
from kit.workdays import WorkCalendar
from registry import retirement_ages
from registry.certificates import domain
from registry.certificates.acts import State
from registry.certificates.deciding import scheme_end
from registry.certificates.domain import (
    Certificate,
)
from registry.certificates.evidence import (
    EvidenceKind,
    check_evidence,
)
from registry.retirement_ages import RetirementAges
from registry.workers.domain import Category, Facts
from registry.workers.usecases import PROOFS

PUBLICITY = "registry.certificate_publicity_days"
VALIDITY = "registry.certificate_validity_years"
AT_RETIREMENT = "registry.certificate_expiry_at_retirement"
STREET = "registry.certificate_street_working_days"
DISTRICT = "registry.certificate_district_working_days"
CITY = "registry.certificate_city_working_days"
CITY_CONFIRMS = "registry.certificate_city_confirmation"
INVESTIGATION = "registry.certificate_investigation_working_days"
NOTICE = "registry.certificate_loss_notice_days"
EVIDENCE = "registry.certificate_evidence"
WITHDRAWING = "registry.certificate_withdrawing_facts"

#: The steps that have a limit (R11), as they are asked for.
TIMED: tuple[State, ...] = (
    "applied", "checked", "publicised", "under_investigation", "approved", "lost",
)  # fmt: skip


class Terms:
    """The parameters that steps need, looked up once a day."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._known: dict[tuple[str, date], object] = {}
        self._ages: dict[date, RetirementAges] = {}

    def number(self, id: str, day: date) -> int:
        """A count of days or years. Raises ``kit.policy.NoValue``."""
        value = self._value(id, day)
        assert isinstance(value, int)
        return value

    def codes(self, id: str, day: date) -> tuple[str, ...]:
        """A list of codes; empty before the first."""
        try:
            value = self._value(id, day)
        except NoValue:
            return ()
        assert isinstance(value, tuple)
        return value

    def _value(self, id: str, day: date) -> object:
        key = (id, day)
        if key not in self._known:
            self._known[key] = self._rt.policies.value(id, day).value
        return self._known[key]

    def check_papers(
        self, asked: str, category: Category, day: date, seen: Iterable[EvidenceKind]
    ) -> None:
        """What that list of papers asks for by the law of a day. Raises ``evidence-missing``."""
        check_evidence(category, self.codes(asked, day), seen, self.codes(PROOFS, day))

    def city_confirms(self, day: date) -> bool:
        """Whether what the district approves on a day waits for the city (R11)."""
        try:
            return bool(self._value(CITY_CONFIRMS, day))
        except NoValue:
            return False

    def publicity_days(self, day: date) -> int:
        return self.number(PUBLICITY, day)

    def publicity_ends(self, posted_on: date) -> date:
        """The first day on which it may be issued (R10)."""
        return posted_on + timedelta(days=self.publicity_days(posted_on))

    def notice_ends(self, lost_on: date) -> date:
        """The first day on which a lost certificate may be issued again."""
        return lost_on + timedelta(days=self.number(NOTICE, lost_on))

    def retires_on(self, person: Facts, day: date) -> date:
        """The day of statutory retirement by the law of a day (R18). Raises ``kit.policy.NoValue``."""
        if day not in self._ages:
            self._ages[day] = retirement_ages.ages_on(self._rt.policies, day)
        cadre = person.claims.cadre
        return self._ages[day].day(person.sex, person.birth_date, cadre=cadre)

    def valid_until(self, issued_on: date, person: Facts) -> date:
        """The last day of validity (R12)."""
        retires: date | None = None
        try:
            if self._value(AT_RETIREMENT, issued_on):
                retires = self.retires_on(person, issued_on)
        except NoValue:
            pass  # before 2006 nobody's certificate ended with retirement
        return domain.validity(
            issued_on, years=self.number(VALIDITY, issued_on), retires_on=retires,
            scheme_end=scheme_end(self._rt.policies, issued_on),
        )  # fmt: skip

    def due_on(
        self, state: State, applied_on: date, state_on: date, calendar: WorkCalendar
    ) -> date | None:
        """The last day of the limit of the current step (R11); None where there is none.

        Street: check and posting, from the application. District: approval, from the end of the
        days of publicity. City, where it confirms: from the approval. Nothing is refused because the
        office is late.
        """
        try:
            match state:
                case "applied" | "checked":
                    start, limit = applied_on, STREET
                case "publicised":
                    start, limit = self.publicity_ends(state_on), DISTRICT
                case "under_investigation":
                    start, limit = state_on, INVESTIGATION
                case "approved":
                    start, limit = state_on, CITY
                case "lost":
                    start, limit = self.notice_ends(state_on), DISTRICT
                case _:
                    return None
            return calendar.add_working_days(start, self.number(limit, start))
        except NoValue:
            return None

    def due(self, certificate: Certificate, calendar: WorkCalendar) -> date | None:
        """:meth:`due_on` of a certificate."""
        return self.due_on(
            certificate.state, certificate.applied_on, certificate.begun_on, calendar
        )

    def last_late(self, state: State, today: date, calendar: WorkCalendar) -> date:
        """The last first day of a step whose limit has passed by today: walking back finds it."""
        day = today
        while (due := self.due_on(state, day, day, calendar)) is not None:
            if due < today:
                return day
            day -= timedelta(days=1)
        return date.min
