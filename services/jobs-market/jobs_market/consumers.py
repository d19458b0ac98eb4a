"""What registry says, and which use case it means here. Order across entities does not matter."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from jobs_market.events import (
    CategoryCorrected,
    DifficultyExited,
    DifficultyRecognised,
    DifficultyReinstated,
    WorkerCorrected,
    WorkerRegistered,
)
from jobs_market.jobseekers import usecases as jobseekers
from jobs_market.placements import usecases as placements
from jobs_market.referrals import usecases as referrals
from jobs_market.workers import usecases as workers
from jobs_market.workers.domain import Worker
from kit.consumers import Subscription
from kit.db import Tx
from kit.events import Event
from kit.service import Runtime


async def on_registered(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Persons become known: from now on they may be placed."""
    heard: list[tuple[Worker, date]] = []
    for event in events:
        data = WorkerRegistered.model_validate(event.data)
        worker = Worker(
            event.entity_id,
            data.sex,
            data.birth_date,
            data.category,
            data.population,
            data.labour_status,
            event.area_code,
            event.office,
        )
        heard.append((worker, event.valid_from))
    await workers.note_registered(tx, heard)


async def on_merged(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Records are one person, or no longer: what each of them was registered for is looked at together."""
    records = await workers.note_merged(tx, events)
    cause = events[0].id if len(events) == 1 else None
    await placements.look_at(tx, records, cause)
    await jobseekers.look_at(tx, records, cause)


async def on_category_corrected(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """The category that registry holds now; the last one of a batch counts."""
    corrected = {
        event.entity_id: CategoryCorrected.model_validate(event.data).category for event in events
    }
    await workers.note_categories(tx, corrected)


async def on_corrected(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Records as registry has them now. Who moved takes along what can still be worked on."""
    told = [(event, WorkerCorrected.model_validate(event.data)) for event in events]
    moves = await workers.note_corrected(tx, told)
    await jobseekers.follow(tx, moves)
    await referrals.follow(tx, moves)


async def on_life_facts(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Who died, retired or left, or did not after all (E8): no letter, no work; what is confirmed is
    found. A registration is looked at with what was told whenever it is asked for."""
    concerned = await workers.note_life_facts(tx, events)
    cause = events[0].id if len(events) == 1 else None
    await placements.look_at(tx, concerned, cause)
    await jobseekers.look_at(tx, concerned, cause)


def _difficulty(
    event: Event, data: DifficultyRecognised | DifficultyExited
) -> tuple[UUID, UUID, str, date]:
    return event.entity_id, data.worker_id, data.kind, event.valid_from


async def on_recognised(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Persons in difficulty: they may hold public-welfare posts from that day."""
    await workers.note_recognised(
        tx, [_difficulty(one, DifficultyRecognised.model_validate(one.data)) for one in events]
    )


async def on_exited(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """No longer in difficulty: who holds a post keeps it, nobody gets a new one."""
    await workers.note_exited(
        tx, [_difficulty(one, DifficultyExited.model_validate(one.data)) for one in events]
    )


async def on_reinstated(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """What had ended it was not so: in difficulty from the first day on, without an end."""
    heard = [(one, DifficultyReinstated.model_validate(one.data)) for one in events]
    await workers.note_reinstated(
        tx, [(one.entity_id, data.worker_id, data.kind, data.recognised_on) for one, data in heard]
    )


SUBSCRIPTIONS = [
    Subscription(
        "registry",
        ("worker", "difficulty", "life-fact"),
        {
            "registry.worker.registered.v1": on_registered,
            "registry.worker.merged.v1": on_merged,
            "registry.worker.unmerged.v1": on_merged,
            "registry.worker.category-corrected.v1": on_category_corrected,
            "registry.worker.corrected.v1": on_corrected,
            "registry.difficulty.recognised.v1": on_recognised,
            "registry.difficulty.exited.v1": on_exited,
            "registry.difficulty.reinstated.v1": on_reinstated,
            # One handler for all: a batch stays a batch however its facts are mixed.
            "registry.life-fact.recorded.v1": on_life_facts,
            "registry.life-fact.ended.v1": on_life_facts,
            "registry.life-fact.reversed.v1": on_life_facts,
        },
    )
]
