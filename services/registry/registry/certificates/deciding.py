"""Asking the rule: facts of a set of workers and the law of each day, to decisions that are kept."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kit import decisions
from kit.db import Tx
from kit.decisions import Decision
from kit.policy import NoValue, Parameter, Policies
from kit.service import Runtime
from registry.certificates import domain, record, rule
from registry.certificates.domain import Certificate
from registry.certificates.rule import Terms, WorkerFacts
from registry.closures import usecases as enterprise_closures
from registry.labour_status import usecases as labour_status
from registry.life_facts import usecases as life_facts
from registry.unemployment_insurance import usecases as unemployment_insurance
from registry.workers import usecases as workers
from registry.workers.domain import Category, Facts

#: Every rule of this noun that ever decided, for deriving old decisions again.
RULES = record.RULES
#: The last day on which the programme takes applications; local extensions overlay it (R12).
SCHEME_END = "registry.certificate_scheme_end"


@dataclass(frozen=True, slots=True)
class Person:
    """A worker as the rule sees him or her on the day of application."""

    place: Facts
    facts: WorkerFacts


async def people_on(rt: Runtime, tx: Tx, days: Mapping[UUID, date]) -> dict[UUID, Person]:
    """The facts of each worker on a day; absent for those whom nobody registered. The insurance
    and the lists are asked about once for all who need it."""
    known = await workers.facts_on(tx, days)
    spells = await labour_status.status_on(tx, days)

    def asking(categories: Container[Category]) -> dict[UUID, date]:
        return {id: days[id] for id, facts in known.items() if facts.claims.category in categories}

    insurance = await unemployment_insurance.state_on(rt, tx, asking(rule.ASKS_INSURANCE))
    dibao = await life_facts.dibao_on(tx, asking(rule.ASKS_DIBAO))
    closures = await enterprise_closures.on_days(
        tx, {id: (known[id].employer, day) for id, day in asking(rule.ASKS_CLOSURES).items()}
    )
    people: dict[UUID, Person] = {}
    for id, facts in known.items():
        spell = spells.get(id)
        # Before the first status nothing is known: that is no laid-off worker, and no unemployed one.
        status, since = (spell.status, spell.since) if spell else ("new_entrant", days[id])
        people[id] = Person(
            facts,
            WorkerFacts(
                facts.claims, status, since, facts.sex, facts.birth_date, insurance.get(id),
                dibao.get(id), closures.get(id),
            ),
        )  # fmt: skip
    return people


@dataclass(frozen=True, slots=True)
class Law:
    """What holds on one day: which rule, with which terms, out of which parameters."""

    version: str
    terms: Terms
    parameters: tuple[Parameter, ...]


def scheme_end(policies: Policies, on: date) -> date | None:
    """The last day of the programme as it was known on a day; None while none was set."""
    try:
        last = policies.value(SCHEME_END, on).value
    except NoValue:
        return None
    assert isinstance(last, date)
    return last


def law_on(policies: Policies, on: date) -> Law:
    """The law of a day of application. Raises ``law-not-in-force`` and ``scheme-ended``."""
    last = scheme_end(policies, on)
    if last is not None and on > last:
        raise domain.SchemeEnded(last=last)
    try:
        named = policies.value(rule.LAW_PARAMETER, on)
        version = rule.IN_USE[str(named.value)]
        used = [policies.value(name, on) for name in rule.parameters_of(version)]
    except NoValue:
        raise domain.LawNotInForce from None
    terms = rule.terms_of({one.id: one.value for one in used})
    return Law(version, terms, (named, *used))


class Judge:
    """The rule with the law of every day that a set of applications needs, looked up once."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._law: dict[date, Law] = {}

    def decide(self, certificate_id: UUID, person: Person, on: date, decided_on: date) -> Decision:
        """One decision by the law of ``on``, not yet kept. Raises as :func:`law_on`."""
        law = self._law.get(on)
        if law is None:
            law = self._law[on] = law_on(self._rt.policies, on)
        return Decision(
            noun="certificate",
            entity_id=certificate_id,
            rule=rule.RULE,
            version=law.version,
            decided_on=decided_on,
            law_on=on,
            conditions=rule.RULES[law.version](person.facts, law.terms, on),
            facts=record.record(person.facts),
            parameters=law.parameters,
            parameter_set=self._rt.policies.parameter_set_hash,
        )


async def again(
    rt: Runtime, tx: Tx, rows: Sequence[Certificate], decided_on: date
) -> dict[UUID, tuple[Mapping[str, Any], Decision]]:
    """The rule asked again with what is known now of each day of application, beside the record of
    the last decision; absent where nothing is decided yet. As many rounds as one worker has
    certificates, which is nearly always one."""
    rows = [row for row in rows if row.decision_id is not None]
    rounds: list[dict[UUID, Certificate]] = []
    for row in rows:
        free = next((one for one in rounds if row.worker_id not in one), None)
        if free is None:
            rounds.append(free := {})
        free[row.worker_id] = row
    records = await decisions.load_of(tx, [row.id for row in rows])
    judge = Judge(rt)
    made: dict[UUID, tuple[Mapping[str, Any], Decision]] = {}
    for by_worker in rounds:
        known = await people_on(rt, tx, {id: row.applied_on for id, row in by_worker.items()})
        for id, row in by_worker.items():
            now = judge.decide(row.id, known[id], row.applied_on, decided_on)
            made[row.id] = records[row.id][-1], now
    return made
