"""What stands of the life facts of a set of people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kit.db import Tx
from registry.life_facts import store
from registry.life_facts.domain import LifeFact


async def of(
    tx: Tx, workers: Iterable[UUID], known_at: datetime | None = None
) -> dict[UUID, list[LifeFact]]:
    """Standing facts by worker, oldest first; absent for those of whom nothing was told."""
    found: dict[UUID, list[LifeFact]] = {}
    for fact in await store.of(tx, list(workers), known_at):
        found.setdefault(fact.worker_id, []).append(fact)
    return found
