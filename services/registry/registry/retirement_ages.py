"""The statutory age of retirement (R18), in one place for everything that begins or ends with it:
registration as unemployed, the certificate's rule and validity, limits of benefits, who is due.

Men at 60; women at 50 as workers and at 55 as cadres. Whoever is a cadre has shown the paper of it.
"""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass
from datetime import date

from kit.crypto import Sex
from kit.policy import Policies

MALE = "registry.retirement_age_male"
FEMALE = "registry.retirement_age_female"
FEMALE_CADRE = "registry.retirement_age_female_cadre"


@dataclass(frozen=True, slots=True)
class RetirementAges:
    """Full years of age by the law of one day."""

    male: int
    female: int
    female_cadre: int

    def day(self, sex: Sex, born: date, *, cadre: bool) -> date:
        """The birthday on which somebody reaches the age (29 February: 1 March in common years)."""
        if sex == "male":
            years = self.male
        else:
            years = self.female_cadre if cadre else self.female
        year = born.year + years
        leap = born.month == 2 and born.day == 29 and not isleap(year)
        return date(year, 3, 1) if leap else date(year, born.month, born.day)


def parameter_of(sex: Sex, *, cadre: bool) -> str:
    """The parameter that says somebody's age."""
    if sex == "male":
        return MALE
    return FEMALE_CADRE if cadre else FEMALE


def ages_on(policies: Policies, on: date) -> RetirementAges:
    """The ages by the law of a day. Raises ``kit.policy.NoValue``."""
    return RetirementAges(
        *(int(str(policies.value(name, on).value)) for name in (MALE, FEMALE, FEMALE_CADRE))
    )
