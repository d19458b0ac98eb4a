"""What the dated policies say of benefits: limits by the first day of a grant and the person's age, and
which kind of benefit a programme of the subsidy service pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from kit.crypto import Sex
from kit.facts import add_months
from kit.policy import NoValue, Policies, Table
from kit.service import Runtime
from registry import retirement_ages
from registry.benefits.domain import TABLE, Grant, Kind
from registry.benefits.rules import Limit
from registry.retirement_ages import RetirementAges

PROGRAMMES = "registry.benefit_programmes"
UNTIL_RETIREMENT = "registry.benefit_until_retirement_years"


class UnknownProgramme(ValueError):
    """A programme of the subsidy service that no policy gives a kind of benefit on that day. Its events
    wait until one does: under a made-up kind its months would count against no limit, and a second
    benefit for the same months would be none."""


def kind_of(policies: Policies, programme: str, on: date) -> Kind:
    """The kind of benefit that a programme pays, by the law of a day."""
    try:
        kinds = policies.value(PROGRAMMES, on).value
    except NoValue as nothing:
        raise UnknownProgramme(f"{PROGRAMMES}: {programme} on {on}: {nothing}") from nothing
    assert isinstance(kinds, Table)
    if programme not in kinds:
        raise UnknownProgramme(
            f"{PROGRAMMES} names no kind of benefit for programme {programme} on {on}: "
            "add it there, then retry this event"
        )
    kind: Kind = kinds[programme]
    return kind


@dataclass(frozen=True, slots=True)
class Born:
    """What a limit asks of a person."""

    sex: Sex
    birth_date: date
    cadre: bool


class Law:
    """Limits with the law of each day, looked up once."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._known: dict[tuple[str, date], tuple[Any, str] | None] = {}
        self._ages: dict[date, RetirementAges] = {}

    def limit(self, kind: Kind, on: date, born: Born) -> Limit | None:
        """How much of a kind somebody may have who is granted it on a day; None: the law of that day
        names no number. Near retirement the number does not bind (policy B9)."""
        row = TABLE[kind]
        if row.limit is None:
            return None
        found = self._value(row.limit, on)
        if found is None:
            return None
        count, clause = found
        return Limit(count, clause, self._until(on, born) if row.until_retirement else None)

    def of(self, born: Born, grant: Grant) -> Limit | None:
        return self.limit(grant.kind, grant.valid_from, born)

    def _until(self, on: date, born: Born) -> date | None:
        """The day of retirement age, when it is near enough on the day of the grant."""
        near = self._value(UNTIL_RETIREMENT, on)
        if near is None:
            return None
        retires = self.retires_on(born, on)
        return retires if retires <= add_months(on, 12 * near[0]) else None

    def retires_on(self, born: Born, on: date) -> date:
        """The day of statutory retirement by the law of a day (R18). Raises ``kit.policy.NoValue``."""
        if on not in self._ages:
            self._ages[on] = retirement_ages.ages_on(self._rt.policies, on)
        return self._ages[on].day(born.sex, born.birth_date, cadre=born.cadre)

    def _value(self, parameter: str, on: date) -> tuple[Any, str] | None:
        if (parameter, on) not in self._known:
            try:
                value = self._rt.policies.value(parameter, on)
            except NoValue:
                self._known[parameter, on] = None
            else:
                self._known[parameter, on] = value.value, str(value.cite)
        return self._known[parameter, on]
