"""Facts come in by one way, and are folded in the same transaction; and once more on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from assessment.facts import store
from assessment.folds.domain import Fact
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


CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild saw: facts folded, items and persons they came to, rows that differed."""

    facts: int
    items: int
    persons: int
    differences: int


async def rebuild(rt: Runtime) -> Rebuilt:
    """Fold every fact again beside the live tables, compare, and put the result in their place.

    Receiving waits meanwhile (consumers try again, nothing is lost). ``differences`` is 0 on a sound
    installation: the same code folds the same facts.
    """
    async with rt.db.transaction() as tx:
        await store.stop_receiving(tx)
        await items.begin_beside(tx)
        count, last = 0, None
        while chunk := await store.chunk(tx, last, CHUNK):
            await items.fold_beside(tx, chunk)
            count, last = count + len(chunk), chunk[-1].id
        return Rebuilt(count, *await items.settle_beside(tx))
