"""What can happen to recognitions: decided by the rule, and left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from kit import decisions
from kit.auth import Actor
from kit.db import Tx
from kit.decisions import Decision, Rule
from kit.events import NewEvent
from kit.facts import IdTaken, InTheFuture, StaleWrite
from kit.ids import new_id
from kit.outbox import emit
from kit.policy import NoValue, Parameter
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.difficulties import domain, events, store
from registry.difficulties.domain import Difficulty, ExitReason, Facts, Kind, State, Terms
from registry.labour_status import usecases as labour_status
from registry.workers import usecases as workers
from registry.workers.domain import NoSuchWorker

#: Every rule of this noun that ever decided, for deriving old decisions again.
RULES: dict[str, Rule] = {f"{domain.RULE}@{domain.VERSION}": domain.again}


@dataclass(frozen=True, slots=True)
class Recognise:
    """A request to be recognised, decided on the facts of ``recognised_on``."""

    worker_id: UUID
    recognised_on: date
    kind: Kind = "4050"
    id: UUID = field(default_factory=new_id)


def _law(rt: Runtime, on: date) -> tuple[Terms, tuple[Parameter, ...]]:
    male = rt.policies.value(domain.MALE_PARAMETER, on)
    female = rt.policies.value(domain.FEMALE_PARAMETER, on)
    assert isinstance(male.value, int)
    assert isinstance(female.value, int)
    return Terms(male.value, female.value), (male, female)


async def recognise_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[Recognise]
) -> list[Refusal | None]:
    """Decide a set of requests. A request that the rule refuses is taken, and kept as refused."""
    days = {command.worker_id: command.recognised_on for command in commands}
    await labour_status.hold(tx, days)
    known = await workers.facts_on(tx, days)
    spells = await labour_status.status_on(tx, days)
    already = await store.recognised(tx, list(days), "4050")
    used = await store.ids_in_use(tx, [command.id for command in commands])
    outcome: list[Refusal | None] = []
    made: list[Difficulty] = []
    kept: list[Decision] = []
    told: list[NewEvent] = []
    for command in commands:
        person, spell = known.get(command.worker_id), spells.get(command.worker_id)
        refusal: Refusal | None = None
        if person is None or not actor.may_see(person.area_code):
            refusal = NoSuchWorker()
        elif command.worker_id in already:
            refusal = domain.AlreadyRecognised()
        elif command.id in used:
            refusal = IdTaken()
        elif command.recognised_on > rt.today():
            refusal = InTheFuture()
        if refusal is not None or person is None:
            outcome.append(refusal)
            continue
        try:
            terms, parameters = _law(rt, command.recognised_on)
        except NoValue:
            outcome.append(domain.LawNotInForce())
            continue
        facts = Facts(
            person.sex, person.birth_date, person.claims.category,
            spell.status if spell else "new_entrant",
        )  # fmt: skip
        on = command.recognised_on
        decision = Decision(
            noun="difficulty", entity_id=command.id, rule=domain.RULE, version=domain.VERSION,
            decided_on=on, law_on=on, conditions=domain.difficulty_4050(facts, terms, on),
            facts=domain.record(facts), parameters=parameters,
            parameter_set=rt.policies.parameter_set_hash,
        )  # fmt: skip
        difficulty = Difficulty(
            command.id, command.worker_id, command.kind,
            "recognised" if decision.granted else "refused", on, decision.id, person.area_code,
            person.office, decision.clause,
        )  # fmt: skip
        if decision.granted:
            already.add(command.worker_id)
            event = _event(difficulty, on, {"decision_id": str(decision.id)})
            told.append(event)
            difficulty = replace(difficulty, told_event=event.id)
        used.add(command.id)
        made.append(difficulty)
        kept.append(decision)
        outcome.append(None)
    if made:
        await decisions.store(tx, kept)
        await store.add(tx, made)
        await emit(tx, told)
    return outcome


def _event(difficulty: Difficulty, on: date, data: dict[str, Any]) -> NewEvent:
    """Recognised, or with a reason: exited."""
    type = events.DIFFICULTY_EXITED if "reason" in data else events.DIFFICULTY_RECOGNISED
    return NewEvent(
        type, difficulty.id, on, difficulty.area_code, difficulty.office,
        {"worker_id": str(difficulty.worker_id), "kind": difficulty.kind, **data},
    )  # fmt: skip


async def recognise_difficulty(rt: Runtime, actor: Actor, command: Recognise) -> Difficulty:
    async with rt.db.transaction() as tx:
        (refusal,) = await recognise_all(rt, tx, actor, [command])
        if refusal is not None:
            raise refusal
        difficulty = await _in(tx, actor, command.id)
    rt.wake()
    return difficulty


async def exit_difficulty(
    rt: Runtime, actor: Actor, id: UUID, reason: ExitReason, on: date, version: int
) -> Difficulty:
    """The person leaves the group. Raises 412 when the row changed since it was read."""
    async with rt.db.transaction() as tx:
        before = await _in(tx, actor, id, lock=True)
        if on > rt.today():
            raise InTheFuture
        after = before.exit(reason=reason, on=on)
        event = _event(after, on, {"reason": reason})
        after = replace(after, told_event=event.id)
        if before.version != version or not await store.save_exit(tx, after):
            raise StaleWrite
        await emit(tx, [event])
    rt.wake()
    return after


async def _in(tx: Tx, actor: Actor, id: UUID, *, lock: bool = False) -> Difficulty:
    difficulty = await store.get(tx, id, lock=lock)
    if difficulty is None or not actor.may_see(difficulty.area_code):
        raise NotFound
    return difficulty


async def difficulty_of(rt: Runtime, actor: Actor, id: UUID) -> Difficulty:
    async with rt.db.looking() as tx:
        return await _in(tx, actor, id)


async def decision_of(rt: Runtime, actor: Actor, id: UUID) -> dict[str, Any]:
    """The record of the decision, recognised or refused."""
    async with rt.db.reading() as tx:
        difficulty = await _in(tx, actor, id)
        record = await decisions.load(tx, difficulty.decision_id)
    if record is None:
        raise NotFound
    return record


async def list_difficulties(
    rt: Runtime,
    actor: Actor,
    worker_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Difficulty]:
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_prefix, worker_id, state, after, limit)
