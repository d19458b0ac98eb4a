"""Applying: one at the window, or many from an office that has seen their papers."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kit import decisions
from kit.auth import Actor
from kit.behind import Behind
from kit.db import Tx
from kit.decisions import Decision
from kit.events import NewEvent
from kit.facts import IdTaken, InTheFuture
from kit.ids import new_id
from kit.outbox import emit
from kit.refusal import Refusal
from kit.service import Runtime
from registry.certificates import domain, posting, store, usecases
from registry.certificates.deciding import Judge, Person, people_on
from registry.certificates.domain import (
    Certificate,
    Transition,
)
from registry.certificates.evidence import (
    Evidence,
)
from registry.certificates.terms import EVIDENCE, Terms
from registry.certificates.usecases import Paper
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.workers.domain import Category, NoSuchWorker

#: Who has it loads what was done before the city had this record.
LOADS_PAST = "registry:certificate-history:import"
#: So many applications are kept while the next ones are decided.
SLICE = 1_000


@dataclass(frozen=True, slots=True)
class Apply:
    """An application. In bulk: ``publicised_on``, the day of posting the list of those granted;
    ``papers_seen``, where the papers lie that were seen, for those that are not listed one by one;
    ``posted_as``, the paper list that hung."""

    worker_id: UUID
    applied_on: date
    publicised_on: date | None = None
    id: UUID = field(default_factory=new_id)
    papers: tuple[Paper, ...] = ()
    papers_seen: str | None = None
    posted_as: str | None = None

    @property
    def of_past(self) -> bool:
        """Whether it says what was done elsewhere before: papers seen, a list that hung."""
        return (self.publicised_on or self.papers_seen or self.posted_as) is not None


@dataclass(slots=True)
class _Made:
    """What a set of applications leaves behind."""

    certificates: list[Certificate] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    told: list[NewEvent] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    async def keep(self, tx: Tx) -> None:
        await decisions.store(tx, self.decisions)
        await store.add(tx, self.certificates)
        await store.add_transitions(tx, self.transitions)
        if self.evidence:
            await store.add_evidence(tx, self.evidence)
        await emit(tx, self.told)


def _not_taken(
    command: Apply,
    future: bool,
    merged: Mapping[UUID, Refusal],
    live: Container[UUID],
    used: Container[UUID],
) -> Refusal | None:
    """Why an application of a known person is not taken."""
    if command.worker_id in merged:
        return merged[command.worker_id]
    if command.worker_id in live:
        return domain.CertificateExists()
    if command.id in used:
        return IdTaken()
    return InTheFuture() if future else None


def _check_papers(command: Apply, category: Category, terms: Terms) -> None:
    """What the check at a window asks for, of those who take many: listed, or declared in one. Raises
    ``evidence-missing``."""
    if command.papers_seen is None:
        seen = (paper.kind for paper in command.papers)
        terms.check_papers(EVIDENCE, category, command.applied_on, seen)


async def apply_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[Apply], *, decide: bool = True
) -> list[Refusal | None]:
    """Take applications as one set. With ``decide`` (bulk) each is checked by the rule and
    publicised in the same step; answers per command why it was not taken, or None."""
    workers = [command.worker_id for command in commands]
    records = await labour_status.hold(tx, workers)
    people = await people_on(
        rt, tx, {command.worker_id: command.applied_on for command in commands}
    )
    live = await _with_live(tx, workers, records)
    used = await store.ids_in_use(tx, [command.id for command in commands])
    merged = await identities.merged_among(tx, workers)
    taking = _Taking(rt, actor, people, merged, live, used, decide)
    made = _Made()
    outcome: list[Refusal | None] = []
    async with Behind() as behind:
        for command in commands:
            try:
                taking.take(command, made)
            except Refusal as refusal:
                outcome.append(refusal)
                continue
            outcome.append(None)
            if len(made.certificates) == SLICE:
                await behind.keep(made.keep(tx))
                made = _Made()
            await behind.turn()
        if made.certificates:
            await behind.keep(made.keep(tx))
    return outcome


class _Taking:
    """Taking one application after the other, as known of everybody in the set."""

    def __init__(
        self,
        rt: Runtime,
        actor: Actor,
        people: Mapping[UUID, Person],
        merged: Mapping[UUID, Refusal],
        live: set[UUID],
        used: set[UUID],
        decide: bool,
    ) -> None:
        self.rt, self.actor, self.people, self.merged = rt, actor, people, merged
        self.live, self.used, self.decide = live, used, decide
        self.judge, self.terms, self.today = Judge(rt), Terms(rt), rt.today()

    def take(self, command: Apply, made: _Made) -> None:
        """Add what one application leaves. Raises why it is not taken."""
        person = self.people.get(command.worker_id)
        if person is None or not self.actor.may_see(person.place.area_code):
            raise NoSuchWorker
        on, posted_on = command.applied_on, command.publicised_on or command.applied_on
        refusal = _not_taken(
            command, max(on, posted_on) > self.today, self.merged, self.live, self.used
        )
        if refusal is not None:
            raise refusal
        by = self.actor.subject
        certificate = Certificate(
            command.id, command.worker_id, person.place.claims.category, "applied", on, on, 1,
            person.place.area_code, person.place.office,
        )  # fmt: skip
        papers = usecases.seen(command.id, command.papers, by)
        proof = tuple(paper.id for paper in papers)
        steps = [Transition(command.id, 1, "applied", on, by, None, proof)]
        if self.decide:
            _check_papers(command, certificate.category, self.terms)
            decision = self.judge.decide(command.id, person, on, on)
            event_id = new_id()
            certificate = certificate.check(
                granted=decision.granted,
                clause=decision.clause,
                decision_id=decision.id,
                on=on,
                told_event=event_id,
            )
            steps.append(usecases.transition(certificate, by, proof, command.papers_seen))
            if decision.granted:
                shown = posting.listed_on(self.rt, command.posted_as)
                certificate = certificate.publicise(on=posted_on, listed_on=shown)
                steps.append(usecases.transition(certificate, by, (), command.posted_as))
            made.decisions.append(decision)
            made.told.append(usecases.decided(certificate, on, id=event_id))
        self.live.add(command.worker_id)
        self.used.add(command.id)
        made.certificates.append(certificate)
        made.transitions.extend(steps)
        made.evidence.extend(papers)


async def take_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[Apply]
) -> list[Refusal | None]:
    """Take what an office imports. Who loads a city's past has each decided and publicised with it;
    what a window imports is only taken, for whoever takes an application never checks it (4.6), and
    a line that tells of a check or a posting is refused with ``past-by-loader``."""
    if actor.may(LOADS_PAST):
        return await apply_all(rt, tx, actor, commands)
    fresh = [command for command in commands if not command.of_past]
    outcome = iter(await apply_all(rt, tx, actor, fresh, decide=False))
    return [domain.PastByLoader() if one.of_past else next(outcome) for one in commands]


async def apply_for_certificate(rt: Runtime, actor: Actor, command: Apply) -> Certificate:
    """Take one application; the check by the rule is a step of its own."""
    async with rt.db.transaction() as tx:
        (refusal,) = await apply_all(rt, tx, actor, [command], decide=False)
        if refusal is not None:
            raise refusal
        certificate = await store.get(tx, command.id)
        assert certificate is not None
    rt.wake()
    return certificate


async def _with_live(tx: Tx, workers: Sequence[UUID], records: Iterable[UUID]) -> set[UUID]:
    """Those among these workers whose person has a certificate under way or in hand; ``records`` are
    all records of these persons."""
    live = await store.workers_with_live(tx, list(records))
    if not live:
        return set()
    person_of = await identities.person_of(tx, [*workers, *live])
    holding = {person_of[worker] for worker in live}
    return {worker for worker in workers if person_of[worker] in holding}
