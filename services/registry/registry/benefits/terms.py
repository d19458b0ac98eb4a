"""The limits of the law, by the first day of each grant and the person's age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from kit.crypto import Sex
from kit.facts import add_months
from kit.policy import NoValue
from kit.service import Runtime
from registry import retirement_ages
from registry.benefits.domain import TABLE, Grant, Kind
from registry.benefits.rules import Limit

UNTIL_RETIREMENT = "registry.benefit_until_retirement_years"


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
        ages = retirement_ages.ages_on(self._rt.policies, on)
        retires = ages.day(born.sex, born.birth_date, cadre=born.cadre)
        return retires if retires <= add_months(on, 12 * near[0]) else None

    def _value(self, parameter: str, on: date) -> tuple[Any, str] | None:
        if (parameter, on) not in self._known:
            try:
                value = self._rt.policies.value(parameter, on)
            except NoValue:
                self._known[parameter, on] = None
            else:
                self._known[parameter, on] = value.value, str(value.cite)
        return self._known[parameter, on]
