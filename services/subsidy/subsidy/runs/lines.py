"""The lines of a run: a person's month of an enrolment, decided on its facts alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import NamedTuple, cast
from uuid import UUID

from kit.decisions import Decision, Prepared, prepare
from kit.ids import new_id
from subsidy.enrolments.domain import NotByMonth
from subsidy.heard.domain import Known
from subsidy.heard.facts import Given, Line, Of, answers
from subsidy.months.domain import Ask, BenefitMonth, Standing, kind_of
from subsidy.programmes import domain as programmes
from subsidy.programmes.domain import Programme
from subsidy.programmes.record import decision_of
from subsidy.programmes.terms import Law
from subsidy.runs.domain import Run, Verdict


class Member(NamedTuple):
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


class Decided(NamedTuple):
    """A line as it came out. ``clause``: the first that failed; ``missing``: what has not arrived, or
    ``conflict``. ``decision`` has the line's id too; ``held`` is the month that a granted line takes."""

    id: UUID
    member: Member
    verdict: Verdict
    amount: int
    clause: str | None
    missing: tuple[str, ...]
    decision: Decision | None = None
    held: BenefitMonth | None = None


def waits(member: Member, *missing: str) -> Decided:
    """A line that is left to the next run."""
    return Decided(new_id(), member, "waiting", 0, None, missing)


@dataclass(frozen=True, slots=True)
class Part:
    """Lines with the rows of their decisions, ready to be written."""

    lines: Sequence[Decided]
    decisions: Prepared

    def without(self, ids: Set[UUID]) -> Part:
        """The others."""
        return part_of([one for one in self.lines if one.id not in ids])

    def digests(self) -> list[bytes]:
        """Of each line, see :func:`digest_of`."""
        told = self.decisions.digests
        return [digest_of(one, told.get(one.id, b"")) for one in self.lines]


def part_of(lines: Sequence[Decided]) -> Part:
    return Part(lines, prepare(one.decision for one in lines if one.decision is not None))


def monthly(law: Law, code: str) -> Programme:
    """The newest version of a programme that pays by the month. Raises :class:`NotByMonth`."""
    try:
        entries = law.policy(code).entries
    except KeyError:
        raise NotByMonth from None
    for entry in reversed(entries):
        found = law.version(code, entry.since)
        if found is not None and found[0].period == "month":
            return found[0]
    raise NotByMonth


@dataclass
class Decider:
    """Decides lines of one run; what they share is looked up, and kept (``bases_kept``), once."""

    run: Run
    law: Law
    rules: set[str] = field(default_factory=set)
    bases_kept: set[str] = field(default_factory=set)
    of: Of = field(init=False)

    def __post_init__(self) -> None:
        self.of = cast("Of", monthly(self.law, self.run.programme).facts)

    def decide(self, member: Member, had: Standing, known: Known) -> Decided:
        """A line on top of what its person has, out of what was heard. Facts that have not arrived, or
        contradict each other, wait for the next run."""
        (answer,) = answers([member.line(self.of, had)], known)
        missing: tuple[str, ...] = answer.missing
        if answer.conflicts:
            missing = (*missing, "conflict")
        if answer.facts is None or missing:
            return waits(member, *missing)
        id = new_id()
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
        return Decided(id, member, verdict, assessed.amount, assessed.clause, (), decision, held)


def digest_of(line: Decided, decision: bytes) -> bytes:
    """SHA-256 of everything that was decided of a line and on what; ``decision``: the digest of its
    decision (empty: it waits)."""
    member = line.member
    told = (
        member.enrolment_id.bytes, member.worker_id.bytes, member.payee_id.bytes,
        member.month.isoformat().encode(), line.verdict.encode(),
        ",".join(sorted(line.missing)).encode(), decision,
    )  # fmt: skip
    return sha256(b"\n".join(told)).digest()


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
