"""Recognitions folded again: whoever works, retires or refuses too often leaves, and comes back when
that was not so. For a set of persons whose records are locked; so many statements, however many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from kit.db import Tx
from kit.events import Event, EventType, NewEvent
from kit.outbox import emit
from kit.policy import NoValue
from kit.service import Runtime
from registry.difficulties import domain, events, store
from registry.difficulties.domain import Difficulty, Ending
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.life_facts import usecases as life_facts
from registry.life_facts.domain import dibao_ended
from registry.refusals import usecases as refusals

REFUSALS_PARAMETER = "registry.difficulty_refusals"


async def refold(
    rt: Runtime, tx: Tx, persons: Iterable[UUID], causes: Mapping[UUID, Event]
) -> None:
    """Derive again who is in difficulty and tell of what changed. ``persons``: surviving records."""
    members = await identities.members_of(tx, persons)
    rows = await store.granted_to(tx, [id for ids in members.values() for id in ids])
    if not rows:
        return
    by_worker: dict[UUID, list[Difficulty]] = {}
    for row in rows:
        by_worker.setdefault(row.worker_id, []).append(row)
    concerned = [person for person, ids in members.items() if any(id in by_worker for id in ids)]
    spells = await labour_status.spells_of(tx, concerned)
    refused = await refusals.of(tx, concerned)
    exits = await store.exits_of(tx, [row.id for row in rows])
    on_dibao = {row.worker_id for row in rows if row.kind == "dibao"}
    facts = await life_facts.of(
        tx, [id for ids in members.values() if on_dibao & set(ids) for id in ids]
    )
    changed: list[Difficulty] = []
    told: list[NewEvent] = []
    for person in concerned:
        own = [row for id in members[person] for row in by_worker.get(id, ())]
        days = [one.on for one in refused.get(person, ())]
        life = [fact for id in members[person] for fact in facts.get(id, ())]
        endings = {
            row.id: domain.ending(
                row.recognised_on, spells.get(person, []), days,
                _refusals_allowed(rt, row.recognised_on), exits.get(row.id, ()),
                dibao_ended(row.recognised_on, life) if row.kind == "dibao" else None,
            )
            for row in own
        }  # fmt: skip
        for after, event in _changes(own, endings):
            cause = causes.get(person)
            told.append(event.because_of(cause) if cause else event)
            changed.append(after)
    if changed:
        await store.save(tx, changed)
        await emit(tx, told)


def _refusals_allowed(rt: Runtime, on: date) -> int | None:
    """How many refusals end a recognition of that day; None when the law of the day names none."""
    try:
        value = rt.policies.value(REFUSALS_PARAMETER, on).value
    except NoValue:
        return None
    assert isinstance(value, int)
    return value


def _changes(
    rows: Sequence[Difficulty], endings: dict[UUID, Ending | None]
) -> list[tuple[Difficulty, NewEvent]]:
    before = {row.id: row for row in rows}
    changes = []
    for after in domain.fold(rows, endings):
        was = before[after.id]
        if (after.state, after.exited_on, after.exit_reason) == (
            was.state, was.exited_on, was.exit_reason,
        ):  # fmt: skip
            continue
        event = told_of(was, after)
        changes.append((replace(after, told_event=event.id), event))
    return changes


def told_of(was: Difficulty, now: Difficulty) -> NewEvent:
    """The event of a change: left, or back again."""
    if now.state == "exited":
        assert now.exited_on is not None
        never_held = now.exit_reason in ("superseded", "corrected")
        return event_of(
            now, events.DIFFICULTY_EXITED, now.exited_on, {"reason": now.exit_reason},
            reverses=now.recognised_event if never_held else None,
        )  # fmt: skip
    assert was.exited_on is not None
    return event_of(
        now, events.DIFFICULTY_REINSTATED, was.exited_on,
        {"recognised_on": now.recognised_on.isoformat(), "decision_id": str(now.decision_id)},
        reverses=was.told_event,
    )  # fmt: skip


def event_of(
    difficulty: Difficulty,
    type: EventType,
    on: date,
    data: dict[str, Any],
    *,
    reverses: UUID | None = None,
) -> NewEvent:
    """An event about a recognition, placed where the person is administered."""
    body = {"worker_id": str(difficulty.worker_id), "kind": difficulty.kind, **data}
    return NewEvent(
        type, difficulty.id, on, difficulty.area_code, difficulty.office, body, reverses=reverses
    )
