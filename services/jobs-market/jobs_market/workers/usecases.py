"""What registry's events mean here, and who is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from jobs_market.workers import store
from jobs_market.workers.domain import Difficulty, Worker
from kit.db import Tx


async def note_registered(tx: Tx, workers: Sequence[tuple[Worker, date]]) -> None:
    """Registry registered persons, each on a day."""
    await store.put(tx, workers)


async def note_categories(tx: Tx, categories: dict[UUID, str]) -> None:
    """Registry corrected categories."""
    await store.correct_categories(tx, categories)


async def note_recognised(tx: Tx, rows: Sequence[tuple[UUID, UUID, str, date]]) -> None:
    """Registry recognised difficulties: (difficulty, worker, kind, day)."""
    await store.recognise(tx, list({row[0]: row for row in rows}.values()))


async def note_exited(tx: Tx, rows: Sequence[tuple[UUID, UUID, str, date]]) -> None:
    """Difficulties ended: (difficulty, worker, kind, day)."""
    await store.leave(tx, list({row[0]: row for row in rows}.values()))


async def note_reinstated(tx: Tx, rows: Sequence[tuple[UUID, UUID, str, date]]) -> None:
    """Difficulties that hold again: (difficulty, worker, kind, from when)."""
    await store.reinstate(tx, list({row[0]: row for row in rows}.values()))


async def known(tx: Tx, ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Worker]:
    """Those of these persons that registry has told of. ``lock`` makes other writers wait."""
    found = await store.WORKERS.find(tx, sorted(set(ids)), lock=lock)
    return {worker.id: worker for worker in found}


async def difficulties(tx: Tx, worker_ids: Sequence[UUID]) -> dict[UUID, list[Difficulty]]:
    """All recognitions of these persons, past ones too."""
    answer: dict[UUID, list[Difficulty]] = {}
    for one in await store.DIFFICULTIES.find(tx, list(set(worker_ids)), by="worker_id"):
        answer.setdefault(one.worker_id, []).append(one)
    return answer
