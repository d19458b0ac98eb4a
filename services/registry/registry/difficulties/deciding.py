"""Asking the rule: facts of a set of people on a day of their own, and the law of each day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kit import decisions
from kit.db import Tx
from kit.decisions import Decision
from kit.policy import NoValue, Parameter, Policies
from kit.service import Runtime
from registry.closures import usecases as enterprise_closures
from registry.closures.domain import ClosureOnDay
from registry.difficulties import domain, record, rule
from registry.difficulties.domain import Difficulty
from registry.difficulties.rule import Evidence, Facts, Kind, Terms
from registry.identities import usecases as identities
from registry.labour_status import domain as statuses
from registry.labour_status import usecases as labour_status
from registry.labour_status.domain import BASE_STATUSES, Spell
from registry.life_facts import usecases as life_facts
from registry.life_facts.domain import LifeFact, dibao_on
from registry.workers import usecases as workers
from registry.workers.domain import Claims
from registry.workers.domain import Facts as Place


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of somebody, of all records that are this person."""

    place: Place
    spells: list[Spell]
    life: list[LifeFact]
    closure: ClosureOnDay | None = None

    def facts(self, on: date, wishes: bool, evidence: Iterable[Evidence] = ()) -> Facts:
        """As the rule looks at it on a day. Before the first status nothing is known: that is
        nobody without work."""
        claims: Claims = self.place.claims
        spell = statuses.on(on, self.spells)
        shown = frozenset(evidence)
        # The civil affairs office's list goes before the claim and the paper (4.6).
        listed = dibao_on(on, self.life)
        claimed = claims.dibao or "dibao-certificate" in shown
        dibao = claimed if listed is None else listed == "receives"
        return Facts(
            self.place.sex, self.place.birth_date, claims.category,
            spell.status if spell else "new_entrant", claims.former_enterprise_kind,
            claims.former_enterprise_closed, self._jobless_since(on), dibao,
            claims.zero_employment_household, wishes, shown, claims.cadre, self.closure,
        )  # fmt: skip

    def dibao(self, on: date) -> LifeFact | None:
        """The fact of the civil affairs office that holds on a day."""
        return next((f for f in self.life if f.kind == "dibao" and f.holds(on)), None)

    def _jobless_since(self, on: date) -> date | None:
        """The first day of the present time without work: since the last job, or as claimed at
        registration when no job came after."""
        past = [spell for spell in self.spells if spell.since <= on]
        run: list[Spell] = []
        for spell in reversed(past):
            if spell.status not in BASE_STATUSES:
                break
            run.append(spell)
        if not run:
            return None
        claimed = self.place.claims.jobless_since
        if len(run) == len(past) and claimed is not None and claimed <= on:
            return min(claimed, run[-1].since)
        return run[-1].since


async def people(tx: Tx, asked: Iterable[tuple[UUID, date]]) -> dict[tuple[UUID, date], Person]:
    """What is known of these people on days of their own; absent for those whom nobody registered.
    Set-based: as many rounds as one person has different days, which is nearly always one."""
    rounds: list[dict[UUID, date]] = []
    for worker, day in dict.fromkeys(asked):
        free = next((days for days in rounds if worker not in days), None)
        if free is None:
            rounds.append(free := {})
        free[worker] = day
    everyone = {worker for days in rounds for worker in days}
    person_of = await identities.person_of(tx, everyone)
    persons = set(person_of.values())
    members = await identities.members_of(tx, persons)
    spells = await labour_status.spells_of(tx, persons)
    life = await life_facts.of(tx, [id for ids in members.values() for id in ids])
    found: dict[tuple[UUID, date], Person] = {}
    for days in rounds:
        places = await workers.facts_on(tx, days)
        closures = await enterprise_closures.on_days(
            tx,
            {id: (place.employer, days[id]) for id, place in places.items() if _may_close(place)},
        )
        for id, place in places.items():
            found[id, days[id]] = Person(
                place,
                spells.get(person_of[id], []),
                [fact for one in members[person_of[id]] for fact in life.get(one, ())],
                closures.get(id),
            )
    return found


def _may_close(place: Place) -> bool:
    """Whether it matters to a rule that the former enterprise was closed (R5): of the others its kind
    is enough."""
    return place.claims.former_enterprise_kind not in rule.SOE_AND_COLLECTIVE


@dataclass(frozen=True, slots=True)
class Law:
    """What holds on one day: which rule, with which terms, out of which parameters."""

    version: str
    terms: Terms
    parameters: tuple[Parameter, ...]

    @property
    def since(self) -> date:
        """The first day of this law."""
        return self.parameters[0].since


def law_on(policies: Policies, on: date) -> Law:
    """The law of a day. Raises ``recognition-not-in-force``."""
    try:
        named = policies.value(rule.LAW, on)
        version = rule.IN_USE[str(named.value)]
        used = [policies.value(name, on) for name in rule.PARAMETERS[version]]
    except NoValue:
        raise domain.LawNotInForce from None
    return Law(version, rule.terms_of({one.id: one.value for one in used}), (named, *used))


async def again(
    rt: Runtime, tx: Tx, rows: Sequence[Difficulty], decided_on: date
) -> dict[UUID, tuple[Mapping[str, Any], Decision]]:
    """The rule asked again with what is known now of the day of each request, with the wish and the
    papers of then; beside the record of its last decision."""
    known = await people(tx, [(row.worker_id, row.recognised_on) for row in rows])
    records = await decisions.load_of(tx, [row.id for row in rows])
    judge = Judge(rt)
    made: dict[UUID, tuple[Mapping[str, Any], Decision]] = {}
    for row in rows:
        kept = records[row.id][-1]
        told = kept["facts"]  # the first shape of the rule asked for neither wish nor papers
        now = judge.decide(
            row.id, row.kind, known[row.worker_id, row.recognised_on], row.recognised_on,
            told.get("wishes_work", True), told.get("evidence", ()), decided_on,
        )  # fmt: skip
        made[row.id] = kept, now
    return made


class Judge:
    """The rule with the law of every day that a set of requests needs, looked up once."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._laws: dict[date, Law] = {}

    def law(self, on: date) -> Law:
        """Raises ``recognition-not-in-force``."""
        if on not in self._laws:
            self._laws[on] = law_on(self._rt.policies, on)
        return self._laws[on]

    def decide(
        self,
        id: UUID,
        kind: Kind,
        person: Person,
        on: date,
        wishes: bool,
        evidence: Iterable[Evidence],
        decided_on: date | None = None,
    ) -> Decision:
        """One decision on the facts of a day, not yet kept. ``decided_on``: when it is not decided
        on that day. Raises as :meth:`law`."""
        law, facts = self.law(on), person.facts(on, wishes, evidence)
        dibao = person.dibao(on)
        told: Mapping[str, UUID] = (
            {"dibao": dibao.told_event} if dibao is not None and dibao.told_event else {}
        )
        return Decision(
            noun="difficulty", entity_id=id, rule=rule.RULE, version=law.version,
            decided_on=decided_on or on, law_on=on, conditions=rule.LAWS[law.version](kind, facts, law.terms, on),
            facts=record.record(kind, facts), parameters=law.parameters,
            parameter_set=self._rt.policies.parameter_set_hash, events=told,
        )  # fmt: skip
