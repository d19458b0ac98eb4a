"""Asking the rule: facts of a set of workers and the law of each day, to decisions that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.db import Tx
from kit.decisions import Decision, Rule
from kit.policy import Parameter
from kit.service import Runtime
from registry.certificates import rule
from registry.certificates.rule import Terms, WorkerFacts
from registry.labour_status import usecases as labour_status
from registry.workers import usecases as workers
from registry.workers.domain import Facts

#: Every rule of this noun that ever decided, for deriving old decisions again.
RULES: dict[str, Rule] = {f"{rule.RULE}@{rule.VERSION}": rule.again}


@dataclass(frozen=True, slots=True)
class Person:
    """A worker as the rule sees him or her on the day of application."""

    place: Facts
    facts: WorkerFacts


async def people_on(tx: Tx, days: Mapping[UUID, date]) -> dict[UUID, Person]:
    """The facts of each worker on a day; absent for those whom nobody registered."""
    known = await workers.facts_on(tx, days)
    spells = await labour_status.status_on(tx, days)
    people: dict[UUID, Person] = {}
    for id, facts in known.items():
        spell = spells.get(id)
        # Before the first status nothing is known: that is no laid-off worker, and no unemployed one.
        status, since = (spell.status, spell.since) if spell else ("new_entrant", days[id])
        people[id] = Person(facts, WorkerFacts(facts.claims, status, since))
    return people


class Judge:
    """The rule with the law of every day that a set of applications needs, looked up once."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._law: dict[date, tuple[Terms, tuple[Parameter, ...]]] = {}

    def decide(self, certificate_id: UUID, person: Person, law_on: date, on: date) -> Decision:
        """One decision, not yet kept. Raises ``kit.policy.NoValue`` before the first law."""
        terms, parameters = self._terms(law_on)
        return Decision(
            noun="certificate",
            entity_id=certificate_id,
            rule=rule.RULE,
            version=rule.VERSION,
            decided_on=on,
            law_on=law_on,
            conditions=rule.certificate_2002(person.facts, terms, law_on),
            facts=rule.record(person.facts),
            parameters=parameters,
            parameter_set=self._rt.policies.parameter_set_hash,
        )

    def _terms(self, on: date) -> tuple[Terms, tuple[Parameter, ...]]:
        if on not in self._law:
            value = self._rt.policies.value
            categories = value(rule.CATEGORIES_PARAMETER, on)
            months = value(rule.MONTHS_PARAMETER, on)
            assert isinstance(categories.value, tuple)
            assert isinstance(months.value, int)
            terms = Terms(frozenset(categories.value), months.value)
            self._law[on] = terms, (categories, months)
        return self._law[on]
