"""The lines of a run: a person's month of an enrolment, decided on its facts alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from uuid import UUID

import orjson

from kit.decisions import Decision
from kit.ids import new_id
from subsidy.heard.facts import Answer, Given, Line, Of
from subsidy.months.domain import Ask, BenefitMonth, Standing, kind_of
from subsidy.programmes import domain as programmes
from subsidy.programmes.record import decision_of
from subsidy.programmes.terms import Law
from subsidy.runs.domain import Run, Verdict


@dataclass(frozen=True, slots=True)
class Member:
    """One of the frozen population: an enrolment, for a month (of a line carried forward: an earlier
    one), as it stood when the run was frozen."""

    enrolment_id: UUID
    month: date
    worker_id: UUID
    reference: UUID | None
    payee_id: UUID
    approved_on: date | None
    renewed_until: date | None
    agreement_until: date | None
    enterprise_pays: int
    recognised_on: date | None
    area_code: str
    office: str

    @property
    def ask(self) -> Ask:
        return Ask(self.worker_id, self.month)

    def line(self, of: Of, standing: Standing) -> Line:
        """The question to what was heard."""
        given = Given(
            standing.used, standing.taken, self.approved_on, self.renewed_until,
            self.agreement_until, self.enterprise_pays, self.recognised_on,
        )  # fmt: skip
        return Line(of, self.worker_id, self.month, self.reference, given)


@dataclass(frozen=True, slots=True)
class Decided:
    """A line as it came out. ``clause``: the first that failed; ``missing``: what has not arrived, or
    ``conflict``; ``digest``: SHA-256 of everything that was decided and on what. ``decision`` has the
    line's id too; ``held`` is the month that a granted line takes."""

    id: UUID
    member: Member
    verdict: Verdict
    amount: int
    clause: str | None
    missing: tuple[str, ...]
    digest: bytes
    decision: Decision | None = None
    held: BenefitMonth | None = None


@dataclass
class Decider:
    """Decides lines of one run; what they share is looked up once."""

    run: Run
    law: Law
    rules: set[str] = field(default_factory=set)

    def decide(self, member: Member, answer: Answer) -> Decided:
        """One line. Facts that have not arrived, or contradict each other, wait for the next run."""
        missing: tuple[str, ...] = answer.missing
        if answer.conflicts:
            missing = (*missing, "conflict")
        id = new_id()
        if answer.facts is None or missing:
            digest = self._digest(member, "waiting", sorted(missing), None)
            return Decided(id, member, "waiting", 0, None, missing, digest)
        facts, run = answer.facts, self.run
        assert run.frozen_on is not None
        assert run.parameter_set is not None
        terms, parameters = self.law.of(run.programme, facts)
        assessed = programmes.assess(facts, terms)
        decision = decision_of(
            run.programme, facts, terms, assessed, noun="run-line", entity_id=id,
            parameters=parameters, parameter_set=run.parameter_set, decided_on=run.frozen_on,
            events=answer.events, id=id,
        )  # fmt: skip
        self.rules.add(f"{decision.rule}@{decision.version}")
        granted = assessed.granted and assessed.amount > 0
        verdict: Verdict = "granted" if granted else "refused"
        held = None
        if granted and terms.programme is not None:
            programme = terms.programme
            held = BenefitMonth(
                id, member.worker_id, run.programme, kind_of(programme), member.month,
                programme.counter, member.reference, "run", run.id, assessed.amount,
                member.area_code, member.office,
                "insurance" in programme.occupies, "post" in programme.occupies,
            )  # fmt: skip
        digest = self._digest(member, verdict, [], decision)
        return Decided(
            id, member, verdict, assessed.amount, assessed.clause, (), digest, decision, held
        )

    def _digest(
        self, member: Member, verdict: Verdict, missing: Sequence[str], decision: Decision | None
    ) -> bytes:
        told: list[object] = [
            member.enrolment_id, member.month, member.worker_id, member.payee_id, verdict, missing,
        ]  # fmt: skip
        if decision is not None:
            # Clauses and parameters follow from the set of parameters (in the run's own hash) and the
            # days among the facts.
            outcomes = [one.ok for one in decision.conditions]
            told += [decision.version, outcomes, decision.facts, decision.events, decision.outcome]
        return sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS, default=str)).digest()


def waves(
    members: Iterable[Member], records: Mapping[UUID, Sequence[UUID]]
) -> Iterator[list[Member]]:
    """The members in their order, so that of each person one at a time is decided, knowing what the
    lines before it took: however they are cut into chunks, the same is decided."""
    waiting = list(members)
    while waiting:
        seen: set[UUID] = set()
        now: list[Member] = []
        later: list[Member] = []
        for one in waiting:
            person = min(records[one.worker_id])
            (later if person in seen else now).append(one)
            seen.add(person)
        yield now
        waiting = later
