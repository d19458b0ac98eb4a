"""Tables ``enrolment`` and ``work_start``."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from jobs_market.enrolments.domain import Enrolment, Start
from jobs_market.rows import Rows
from kit.db import Tx

ENROLMENTS = Rows("enrolment", Enrolment)
STARTS = Rows("work_start", Start, key="placement_id")


async def pairs_taken(
    tx: Tx, worker_ids: Sequence[UUID], class_ids: Sequence[UUID]
) -> set[tuple[UUID, UUID]]:
    """Which of these (worker, class) pairs are enrolled."""
    found = await tx.fetch(
        "select worker_id, class_id from enrolment join unnest($1::uuid[], $2::uuid[])"
        " as u(worker_id, class_id) using (worker_id, class_id)",
        worker_ids,
        class_ids,
    )
    return {(record[0], record[1]) for record in found}


async def starts_of(tx: Tx, worker_ids: Sequence[UUID]) -> list[Start]:
    """When confirmed work of these persons began."""
    found = await tx.fetch(
        "select placement_id, worker_id, started_on from work_start"
        " where worker_id = any($1::uuid[]) and not voided",
        worker_ids,
    )
    return STARTS.read(found)


async def trained_and_unemployed(tx: Tx, worker_ids: Sequence[UUID]) -> list[Enrolment]:
    """Enrolments of these persons that a start of work could make employed."""
    waiting = await ENROLMENTS.find(tx, worker_ids, by="worker_id", lock=True)
    return [one for one in waiting if one.trained and one.employed_by is None]


async def void_start(tx: Tx, placement_id: UUID) -> None:
    await tx.execute("update work_start set voided = true where placement_id = $1", placement_id)


async def employ(tx: Tx, enrolments: Sequence[Enrolment]) -> None:
    """Write what became of enrolments (their ``employed_`` columns)."""
    await tx.execute(
        "update enrolment as e set employed_by = u.employed_by, employed_on = u.employed_on,"
        " employed_event = u.employed_event, version = e.version + 1"
        " from unnest($1::uuid[], $2::uuid[], $3::date[], $4::uuid[])"
        " as u(id, employed_by, employed_on, employed_event) where e.id = u.id",
        [one.id for one in enrolments],
        [one.employed_by for one in enrolments],
        [one.employed_on for one in enrolments],
        [one.employed_event for one in enrolments],
    )
