"""Asking the rules of filing: facts of a person and the law of the day, to decisions that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from kit.db import Tx
from kit.decisions import Condition, Decision, Rule
from kit.ids import new_id
from kit.money import fen
from kit.policy import NoValue, Parameter
from kit.refusal import Refusal
from kit.service import Runtime
from registry.filings import domain
from registry.filings.domain import Applicant, Leaving
from registry.labour_status.domain import LabourStatus
from registry.refusals import usecases as refusals
from registry.unemployment import usecases as unemployment
from registry.unemployment.domain import (
    AGE_CADRE,
    AGE_FEMALE,
    AGE_MALE,
    AGE_MIN,
    EvidenceKind,
    Registration,
    StatedKind,
    StatedReason,
)
from registry.workers.domain import Facts

#: Every rule of this noun that ever decided, for deriving old decisions again.
RULES: dict[str, Rule] = {
    f"{domain.REGISTRATION}@2002": domain.registration_again,
    f"{domain.CANCELLATION}@2002": domain.cancellation_2002_again,
    f"{domain.CANCELLATION}@2002-2": domain.cancellation_again,
}


@dataclass(frozen=True, slots=True)
class Register:
    """A person asks to be registered as unemployed from a day on, with the paper that shows why."""

    worker_id: UUID
    on: date
    kind: StatedKind
    evidence_kind: EvidenceKind
    evidence_reference: str
    evidence_on: date
    school: str | None = None
    graduated_on: date | None = None
    id: UUID = field(default_factory=new_id)


def _decision(
    rt: Runtime,
    rule: str,
    version: str,
    entity_id: UUID,
    on: date,
    conditions: tuple[Condition, ...],
    facts: dict[str, Any],
    names: Sequence[str],
) -> Decision:
    parameters: tuple[Parameter, ...] = tuple(rt.policies.value(name, on) for name in names)
    return Decision(
        noun="unemployment", entity_id=entity_id, rule=rule, version=version,
        decided_on=on, law_on=on, conditions=conditions, facts=facts, parameters=parameters,
        parameter_set=rt.policies.parameter_set_hash,
    )  # fmt: skip


def refusal(decision: Decision, classes: dict[str, type[Refusal]]) -> Refusal | None:
    """What a window hears of a decision that refuses: its clause, and where the record stands."""
    failing = decision.first_failing
    if failing is None:
        return None
    return classes[failing.code](clause=failing.clause, decision=decision.id)


def apply(rt: Runtime, command: Register, person: Facts, status: LabourStatus) -> Decision:
    """The rule of registration asked for one person."""
    on = command.on
    names = (AGE_MIN, AGE_MALE, AGE_FEMALE, AGE_CADRE)
    ages = unemployment.ages_on(rt, on)
    applicant = Applicant(
        person.sex, person.birth_date, person.claims.cadre, status,
        command.kind, command.evidence_kind, command.evidence_on, command.school is not None,
        command.graduated_on,
    )  # fmt: skip
    conditions = domain.may_register(applicant, ages, on)
    facts = domain.record(applicant)
    return _decision(
        rt, domain.REGISTRATION, domain.REGISTRATION_VERSION, command.worker_id, on, conditions,
        facts, names,
    )  # fmt: skip


def least_wage(rt: Runtime, on: date) -> int:
    """Fen a month, by the city's table. Raises :class:`domain.LeastWageNotSet`."""
    try:
        return fen(str(rt.policies.value(domain.LEAST_WAGE, on).value))
    except NoValue:
        raise domain.LeastWageNotSet(on=on) from None


async def leave(
    rt: Runtime, tx: Tx, row: Registration, reason: StatedReason, on: date, income: int | None
) -> Decision:
    """The rule of cancelling asked for one registration on a day. Raises ``income-missing`` and
    ``least-wage-not-set``."""
    domain.check_income(reason, income)
    person = row.worker_id
    counted = await refusals.count_of(tx, [person], since={person: row.since}, until={person: on})
    leaving = Leaving(reason, counted[person], row.contacted_on, income)
    times = unemployment.integer(rt, domain.REFUSALS, on)
    months = unemployment.integer(rt, domain.NO_CONTACT, on)
    least, names = None, [domain.REFUSALS, domain.NO_CONTACT]
    if income is not None:
        least = least_wage(rt, on)
        names.append(domain.LEAST_WAGE)
    conditions = domain.may_cancel(leaving, times, months, on, least)
    return _decision(
        rt, domain.CANCELLATION, domain.CANCELLATION_VERSION, person, on, conditions,
        domain.leaving_record(leaving), names,
    )  # fmt: skip
