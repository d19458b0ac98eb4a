"""Reaching the age of retirement: what the birth date proves, and what only the office knows.

R17 voids a certificate, R20 ends a registration and R22 stops unemployment insurance at the age of
retirement. A woman of whom no paper shows that she is a cadre is a worker (50). Nobody is retired by a
calendar: who goes on working, who retired early, who is a cadre and never showed it, and whether the
birth date is right, the office knows. It confirms by declaring ``retired`` from the day on which that
became true, and everything follows from that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.crypto import Sex
from kit.facts import add_months
from kit.policy import Parameter
from registry.certificates.acts import State


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody old enough for whom something still holds: a live certificate, a registration as
    unemployed, unemployment insurance being drawn, a recognition as hard to employ."""

    worker_id: UUID
    sex: Sex
    birth_date: date
    cadre: bool
    area_code: str
    office: str
    certificate_id: UUID | None
    certificate_state: State | None
    registration_id: UUID | None
    insurance_id: UUID | None
    difficulty_id: UUID | None


@dataclass(frozen=True, slots=True)
class Due:
    """A candidate with the day of statutory retirement; ``age`` is the one that applies, with its
    clause."""

    candidate: Candidate
    reached_on: date
    age: Parameter


def born_by(age: Parameter, on: date) -> date:
    """The last birth date of those who are that old on a day."""
    assert isinstance(age.value, int)
    return add_months(on, -12 * age.value)
