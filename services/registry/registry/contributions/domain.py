"""Monthly social-insurance contributions (社会保险缴费), and what contradicts an unemployment.

A contribution is told with an ID number. That of somebody who is not registered is not kept: the
whole working city is insured, its wages are none of this service's business, and nothing here
could be decided with them. Whoever registers later is taken in when the agency sends the month's
file again: ids that are known do nothing, the others are then recorded.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args
from uuid import UUID

from kit.crypto import IdNumber
from kit.facts import InTheFuture
from kit.refusal import Refusal
from registry.labour_status.domain import Spell, on

#: 养老 / 医疗 / 失业
Insurance = Literal["pension", "medical", "unemployment"]
INSURANCES: tuple[Insurance, ...] = get_args(Insurance)

#: Which authorities tell contributions (a parameter).
AUTHORITIES_PARAMETER = "registry.contribution_authorities"


class NothingInsured(Refusal):
    """A contribution to no insurance at all."""

    code = "nothing-insured"


class MonthBeforeBirth(Refusal):
    """The month lies before the birth date in the ID number."""

    code = "contribution-before-birth"


@dataclass(frozen=True, slots=True)
class Paid:
    """One month's contribution as the agency names it. ``payer`` is the employer's code; None: the
    person pays (灵活就业、个人缴费)."""

    id: UUID
    id_number: IdNumber
    month: date
    insurances: tuple[Insurance, ...]
    payer: str | None
    base_fen: int


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A contribution was told wrongly. It need not have been kept here."""

    id: UUID
    contribution_id: UUID
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """A kept contribution of a registered person; ``month`` is its first day."""

    id: UUID
    worker_id: UUID
    month: date
    insurances: tuple[Insurance, ...]
    payer: str | None
    base_fen: int
    authority: str
    area_code: str
    office: str
    reversed: bool = False
    told_event: UUID | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A month in which an employer insured somebody who was registered as unemployed throughout
    (policy 4.6, 已再就业仍领取): for the street to look into."""

    id: UUID
    worker_id: UUID
    month: date
    payers: tuple[str, ...]
    area_code: str
    office: str


def check(paid: Paid, today: date) -> None:
    """Raises when the contribution cannot be."""
    if paid.month > today:
        raise InTheFuture
    if paid.month < paid.id_number.birth_date.replace(day=1):
        raise MonthBeforeBirth
    if not paid.insurances:
        raise NothingInsured


def unemployed_throughout(month: date, spells: Sequence[Spell]) -> bool:
    """Whether somebody was registered as unemployed on every day of a month. Who found or lost work
    within it may well have been insured by the employer."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    holding = on(month, spells)
    return (
        holding is not None
        and holding.status == "unemployed"
        and all(s.status == "unemployed" for s in spells if month < s.since <= last)
    )


def contradicting(months: Iterable[date], spells: Sequence[Spell]) -> set[date]:
    """The months, of those in which an employer paid, that contradict the unemployment."""
    return {month for month in months if unemployed_throughout(month, spells)}
