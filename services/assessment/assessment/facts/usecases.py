"""Facts come in by one way, and are folded in the same transaction; and once more on demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from assessment.facts import store
from assessment.facts.domain import Fact
from assessment.items import usecases as items
from kit.db import Tx
from kit.events import Event

if TYPE_CHECKING:
    from kit.service import Runtime


def fact_of(event: Event) -> Fact:
    """The fact that an event tells. A worker is named in the payload, or is the entity itself."""
    data: dict[str, Any] = event.data
    worker = data.get("worker_id")
    worker_id = event.entity_id if event.noun == "worker" else None
    if worker is not None:
        worker_id = UUID(worker)
    return Fact(
        event.id,
        event.type,
        event.entity_id,
        event.sequence,
        event.valid_from,
        event.time,
        event.area_code,
        event.office,
        worker_id,
        event.reverses,
        data,
    )


async def receive(tx: Tx, events: Sequence[Event]) -> None:
    """Keep events and fold them. A duplicate changes nothing, whatever order they come in."""
    facts = [fact_of(event) for event in events]
    await store.add(tx, facts)
    await items.fold_in(tx, facts)


async def rebuild(rt: Runtime) -> items.Rebuilt:
    """Fold all facts again; see :func:`assessment.items.usecases.rebuild`."""
    return await items.rebuild(rt, store.chunk)
