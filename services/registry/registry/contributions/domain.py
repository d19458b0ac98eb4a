"""Monthly social-insurance contributions (社会保险缴费), and what contradicts an unemployment.

A contribution is told with an ID number. That of somebody who is not registered is not kept: the
whole working city is insured, its wages are none of this service's business, and nothing here
could be decided with them. Whoever registers later is taken in when the agency sends the month's
file again: ids that are known do nothing, the others are then recorded.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args
from uuid import UUID

from kit.crypto import IdNumber
from kit.facts import InTheFuture
from kit.refusal import Refusal
from registry.labour_status.domain import LabourStatus, Spell, on

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


#: 登记失业期间由单位参保 / 下岗、待安置或无业期间由原单位以外的单位参保
FindingKind = Literal["insured-while-unemployed", "insured-by-another"]
FINDINGS: dict[str, str] = {
    "insured-while-unemployed": "登记失业期间由单位参保",
    "insured-by-another": "下岗、待安置或无业期间由原单位以外的单位参保",
}


class NothingToExplain(Refusal):
    """The month contradicts nothing any more."""

    code = "conflict-not-standing"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a month says against the status: which employers paid."""

    kind: FindingKind
    payers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A month in which an employer insured somebody who was without work throughout (policy 4.6,
    已再就业仍领取): for the street to look into. ``explanation``: what the office found, as long as
    nobody else pays; ``standing``: it is so, and not explained."""

    id: UUID
    worker_id: UUID
    month: date
    finding: Finding
    area_code: str
    office: str
    standing: bool = True
    explanation: str | None = None
    told_event: UUID | None = None

    def seen(self, found: Finding | None) -> Conflict:
        """The same after a fold. An explanation holds for the employers that it was given for."""
        if found is None:
            return replace(self, standing=False)
        known = set(found.payers) <= set(self.finding.payers)
        explanation = self.explanation if known else None
        return replace(self, finding=found, standing=explanation is None, explanation=explanation)

    def explain(self, explanation: str) -> Conflict:
        """The office has looked into it. Raises :class:`NothingToExplain`."""
        if not self.standing:
            raise NothingToExplain
        return replace(self, standing=False, explanation=explanation)


def check(paid: Paid, today: date) -> None:
    """Raises when the contribution cannot be."""
    if paid.month > today:
        raise InTheFuture
    if paid.month < paid.id_number.birth_date.replace(day=1):
        raise MonthBeforeBirth
    if not paid.insurances:
        raise NothingInsured


#: Without work, but with an employer that may still insure: only another one contradicts.
_LAID_OFF: frozenset[LabourStatus] = frozenset({"laid_off", "to_be_placed", "jobless"})


def status_throughout(month: date, spells: Sequence[Spell]) -> LabourStatus | None:
    """The status that held on every day of a month; None when it changed. Who found or lost work
    within it may well have been insured by the employer."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    holding = on(month, spells)
    if holding is None or any(
        s.status != holding.status for s in spells if month < s.since <= last
    ):
        return None
    return holding.status


def contradicting(
    paid: Mapping[date, Iterable[str]], spells: Sequence[Spell], former: Iterable[str]
) -> dict[date, Finding]:
    """What the months in which employers paid say against the person's status. ``former``: codes of
    the former employers; while a laid-off person's is unknown, nobody can be told to be another."""
    own = {_plain(code) for code in former}
    found: dict[date, Finding] = {}
    for month, codes in paid.items():
        payers, status = tuple(sorted(set(codes))), status_throughout(month, spells)
        if status == "unemployed" and payers:
            found[month] = Finding("insured-while-unemployed", payers)
        elif status in _LAID_OFF and (own or status == "jobless"):
            others = tuple(code for code in payers if _plain(code) not in own)
            if others:
                found[month] = Finding("insured-by-another", others)
    return found


def _plain(code: str) -> str:
    return code.replace("-", "").upper()
