"""Reaching the age of retirement: what the birth date proves, and what only the office knows.

R17 voids a certificate, and R20 ends a registration, at the age of retirement. The record of a person
does not tell a woman worker (50) from a cadre (55): the earlier age says that the office must look,
the later one that there is no doubt. Nobody is retired by a calendar, not even then: who goes on
working, who retired early and whether the birth date is right, the office knows. It confirms by
declaring ``retired`` from the day on which that became true, and everything follows from that day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.crypto import Sex
from kit.facts import add_months
from kit.policy import Parameter
from registry.certificates.acts import State

#: From which birthday on the office must look, and from which on there is no doubt.
EARLIEST: Mapping[Sex, str] = {
    "male": "registry.retirement_age_male", "female": "registry.retirement_age_female",
}  # fmt: skip
LATEST: Mapping[Sex, str] = {
    "male": "registry.retirement_age_male", "female": "registry.retirement_age_female_cadre",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody old enough for whom something still holds: a live certificate, a registration as
    unemployed."""

    worker_id: UUID
    sex: Sex
    birth_date: date
    area_code: str
    office: str
    certificate_id: UUID | None
    certificate_state: State | None
    registration_id: UUID | None


@dataclass(frozen=True, slots=True)
class Due:
    """A candidate with both birthdays. ``certain``: the later one has come; ``age`` is the earliest
    that may apply, with its clause."""

    candidate: Candidate
    reached_on: date
    certain_on: date
    certain: bool
    age: Parameter


def born_by(age: Parameter, on: date) -> date:
    """The last birth date of those who are that old on a day."""
    assert isinstance(age.value, int)
    return add_months(on, -12 * age.value)
