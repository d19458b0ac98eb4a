"""What can happen to recognitions: decided by the rule, left, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kit import audit, decisions
from kit.auth import Actor
from kit.db import Tx
from kit.decisions import Decision
from kit.events import NewEvent
from kit.facts import IdTaken, InTheFuture, MakerIsChecker, StaleWrite
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.difficulties import domain, events, folding, record, store
from registry.difficulties.deciding import Judge, Person, again, people
from registry.difficulties.domain import Difficulty, Exit, HandReason, Proof, Standing, State
from registry.difficulties.folding import event_of
from registry.difficulties.rule import Kind
from registry.identities import usecases as identities
from registry.identities.domain import RecordMerged
from registry.labour_status import usecases as labour_status
from registry.workers.domain import NoSuchWorker

#: Every rule of this noun that ever decided, for deriving old decisions again.
RULES = record.RULES
refold = folding.refold


@dataclass(frozen=True, slots=True)
class Recognise:
    """A request to be recognised, decided on the facts of ``recognised_on``. The street recognises
    in one step (policy 4.1): the rule decides, and nobody else approves."""

    worker_id: UUID
    recognised_on: date
    kind: Kind = "4050"
    id: UUID = field(default_factory=new_id)
    wishes_work: bool = True
    proofs: tuple[Proof, ...] = ()


@dataclass(slots=True)
class _Known:
    """What a set of requests is checked against; what it adds is added here too."""

    today: date
    people: dict[tuple[UUID, date], Person]
    merged: dict[UUID, RecordMerged]
    person_of: dict[UUID, UUID]
    rows: dict[UUID, list[Difficulty]]
    used: set[UUID]

    def check(self, actor: Actor, command: Recognise) -> Person:
        """The person as on the day asked for. Raises what forbids the request."""
        on = command.recognised_on
        person = self.people.get((command.worker_id, on))
        if person is None or not actor.may_see(person.place.area_code):
            raise NoSuchWorker
        if command.worker_id in self.merged:
            raise self.merged[command.worker_id]
        if domain.holding(self.rows[self.person_of[command.worker_id]], command.kind, on):
            raise domain.AlreadyRecognised
        if command.id in self.used:
            raise IdTaken
        if max([on, *(proof.issued_on for proof in command.proofs)]) > self.today:
            raise InTheFuture(on=on, today=self.today)
        return person


async def _known(rt: Runtime, tx: Tx, commands: Sequence[Recognise]) -> _Known:
    asked = {command.worker_id for command in commands}
    person_of = await identities.person_of(tx, asked)
    members = await identities.members_of(tx, person_of.values())
    owner = {id: person for person, ids in members.items() for id in ids}
    rows: dict[UUID, list[Difficulty]] = {person: [] for person in members}
    for row in await store.granted_to(tx, list(owner)):
        rows[owner[row.worker_id]].append(row)
    return _Known(
        rt.today(),
        await people(tx, [(one.worker_id, one.recognised_on) for one in commands]),
        await identities.merged_among(tx, asked),
        person_of,
        rows,
        await store.ids_in_use(tx, [command.id for command in commands]),
    )


def _recognised(difficulty: Difficulty) -> NewEvent:
    return event_of(
        difficulty, events.DIFFICULTY_RECOGNISED, difficulty.recognised_on,
        {"decision_id": str(difficulty.decision_id)},
    )  # fmt: skip


@dataclass(slots=True)
class _Made:
    """What a set of requests leaves behind."""

    difficulties: list[Difficulty] = field(default_factory=list)
    papers: list[tuple[UUID, int, Proof]] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    told: list[NewEvent] = field(default_factory=list)

    def add(self, command: Recognise, person: Person, decision: Decision) -> Difficulty:
        difficulty = Difficulty(
            command.id, command.worker_id, command.kind,
            "recognised" if decision.granted else "refused", command.recognised_on, decision.id,
            person.place.area_code, person.place.office, decision.clause,
        )  # fmt: skip
        if decision.granted:
            event = _recognised(difficulty)
            self.told.append(event)
            difficulty = replace(difficulty, told_event=event.id, recognised_event=event.id)
        self.difficulties.append(difficulty)
        self.papers.extend((command.id, n, proof) for n, proof in enumerate(command.proofs))
        self.decisions.append(decision)
        return difficulty

    async def keep(self, tx: Tx) -> None:
        await decisions.store(tx, self.decisions)
        await store.add(tx, self.difficulties, self.papers)
        await emit(tx, self.told)


async def recognise_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[Recognise]
) -> list[Refusal | None]:
    """Decide a set of requests. A request that the rule refuses is taken, and kept as refused."""
    await labour_status.hold(tx, {command.worker_id for command in commands})
    known, judge, made = await _known(rt, tx, commands), Judge(rt), _Made()
    outcome: list[Refusal | None] = []
    for command in commands:
        on = command.recognised_on
        try:
            person = known.check(actor, command)
            shown = [proof.kind for proof in command.proofs if proof.issued_on <= on]
            decision = judge.decide(
                command.id, command.kind, person, on, command.wishes_work, shown
            )
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        difficulty = made.add(command, person, decision)
        known.used.add(command.id)
        if decision.granted:
            known.rows[known.person_of[command.worker_id]].append(difficulty)
        outcome.append(None)
    if made.difficulties:
        await made.keep(tx)
        granted = [one for one in made.difficulties if one.state == "recognised"]
        await refold(rt, tx, {known.person_of[one.worker_id] for one in granted}, {})
    return outcome


async def recognise_difficulty(rt: Runtime, actor: Actor, command: Recognise) -> Difficulty:
    async with rt.db.transaction() as tx:
        (refusal,) = await recognise_all(rt, tx, actor, [command])
        if refusal is not None:
            raise refusal
        difficulty = await _in(tx, actor, command.id)
    rt.wake()
    return difficulty


async def _held(tx: Tx, actor: Actor, id: UUID) -> tuple[Difficulty, UUID]:
    """A recognition, and its person (surviving record) locked; it is read after the lock."""
    worker = (await _in(tx, actor, id)).worker_id
    await labour_status.hold(tx, [worker])
    person = (await identities.person_of(tx, [worker]))[worker]
    return await _in(tx, actor, id), person


async def exit_difficulty(
    rt: Runtime, actor: Actor, id: UUID, reason: HandReason, on: date, version: int
) -> Difficulty:
    """The person leaves the group by what a clerk writes. Raises 412 when the row changed since."""
    async with rt.db.transaction() as tx:
        before, person = await _held(tx, actor, id)
        if before.version != version:
            raise StaleWrite
        if on > rt.today():
            raise InTheFuture(on=on, today=rt.today())
        if before.state != "recognised":
            raise domain.NotRecognised
        if on < before.recognised_on:
            raise domain.ExitBeforeRecognition
        await store.add_exit(tx, Exit(new_id(), id, on, reason, actor.subject))
        await refold(rt, tx, [person], {})
        after = await _in(tx, actor, id)
    rt.wake()
    return after


async def restore_difficulty(
    rt: Runtime, actor: Actor, id: UUID, reason: str, version: int
) -> Difficulty:
    """An exit that was written by hand is taken back, by somebody else than who wrote it."""
    async with rt.db.transaction() as tx:
        before, person = await _held(tx, actor, id)
        if before.version != version:
            raise StaleWrite
        exits = (await store.exits_of(tx, [id])).get(id, [])
        if not exits:
            raise domain.NoExitByHand
        if any(exit.actor == actor.subject for exit in exits):
            raise MakerIsChecker
        await store.take_back(tx, [exit.id for exit in exits], reason, actor.subject)
        await refold(rt, tx, [person], {})
        after = await _in(tx, actor, id)
    rt.wake()
    return after


async def redecide(rt: Runtime, tx: Tx, worker_id: UUID, on: date) -> None:
    """What the rule looks at was corrected: ask it again of everything that this person asked for,
    with the facts of each day, the wish and the papers of then. What is no longer granted never held
    (its event reverses the recognition); what is granted again holds again, unless another one of
    its kind does. ``on``: the day of the correction. The person is locked."""
    person = (await identities.person_of(tx, [worker_id]))[worker_id]
    members = (await identities.members_of(tx, [person]))[person]
    rows = await store.of_workers(tx, members)
    if not rows:
        return
    made = {id: now for id, (_, now) in (await again(rt, tx, rows, on)).items()}
    await decisions.store(tx, list(made.values()))
    decided = [
        replace(row, decision_id=made[row.id].id, clause=made[row.id].clause) for row in rows
    ]
    may_return = [row for row in decided if row.state == "refused" and row.clause is None]
    await store.save(tx, [row for row in decided if row not in may_return])
    await refold(rt, tx, [person], {})
    standing = await store.granted_to(tx, members)
    back: list[Difficulty] = []
    told_of: list[NewEvent] = []
    for row in may_return:
        if domain.holding([*standing, *back], row.kind, row.recognised_on):
            continue
        event = _recognised(row)
        told_of.append(event)
        back.append(
            replace(row, state="recognised", told_event=event.id, recognised_event=event.id)
        )
    if back:
        await store.save(tx, back)
        await emit(tx, told_of)
        await refold(rt, tx, [person], {})


async def _in(tx: Tx, actor: Actor, id: UUID) -> Difficulty:
    difficulty = await store.get(tx, id)
    if difficulty is None:
        raise NotFound
    if not actor.may_see(difficulty.area_code):
        raise audit.Denied(difficulty.worker_id)
    return difficulty


async def difficulty_of(rt: Runtime, actor: Actor, id: UUID) -> Difficulty:
    async with rt.db.looking() as tx:
        return await _in(tx, actor, id)


async def proofs_of(rt: Runtime, actor: Actor, id: UUID) -> tuple[Difficulty, list[Proof]]:
    """The papers that were shown for a recognition or a refusal."""
    async with rt.db.reading() as tx:
        return await _in(tx, actor, id), await store.proofs_of(tx, id)


async def decision_of(rt: Runtime, actor: Actor, id: UUID) -> tuple[Difficulty, dict[str, Any]]:
    """The record of the decision, recognised or refused."""
    async with rt.db.reading() as tx:
        difficulty = await _in(tx, actor, id)
        kept = await decisions.load(tx, difficulty.decision_id)
    if kept is None:
        raise NotFound
    return difficulty, kept


async def list_difficulties(
    rt: Runtime,
    actor: Actor,
    worker_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Difficulty]:
    """What the caller sees, by id; of one person under all records."""
    async with rt.db.looking() as tx:
        asked = None if worker_id is None else await identities.records_of(tx, worker_id)
        return await store.page(tx, actor.area_pattern, asked, state, after, limit)


async def of_workers(tx: Tx, workers: Sequence[UUID]) -> list[Difficulty]:
    """Every recognition of these records, refused and left ones too."""
    return await store.of_workers(tx, workers)


async def standing_of(
    tx: Tx, workers: Sequence[UUID], on: date, known_at: datetime | None
) -> list[Standing]:
    """How what these records asked for stood on a day, as known at an instant (None: now)."""
    return domain.on(on, await store.known_of(tx, workers, known_at))
