"""Folding, folding again, and measuring."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from assessment.facts.domain import Fact
from assessment.items import store
from assessment.items.domain import fold
from kit.db import Tx

if TYPE_CHECKING:
    from kit.service import Runtime

log = structlog.get_logger("rebuild")

CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild saw: facts folded, items and persons they came to, rows that differed."""

    facts: int
    items: int
    persons: int
    differences: int


async def fold_in(tx: Tx, facts: Sequence[Fact]) -> None:
    """Fold new facts into the live tables, in the transaction that keeps the facts."""
    await store.share_folding(tx)
    await store.merge(tx, fold(facts), "live")


Chunks = Callable[[Tx, UUID | None, int], Awaitable[list[Fact]]]


async def rebuild(rt: Runtime, facts_after: Chunks) -> Rebuilt:
    """Fold every fact again beside the live tables, compare, and put the result in their place.

    Folding waits meanwhile (consumers retry, nothing is lost). ``differences`` is 0 on a sound
    installation: the same code folds the same facts.
    """
    async with rt.db.transaction() as tx:
        await store.stop_folding(tx)
        await store.clear_shadow(tx)
        count, last = 0, None
        while chunk := await facts_after(tx, last, CHUNK):
            await store.merge(tx, fold(chunk), "shadow")
            count, last = count + len(chunk), chunk[-1].id
        different = await store.differences(tx)
        if different:
            log.warning("rebuild.differs", rows=different)
            await store.swap(tx)
        await store.clear_shadow(tx)
        items, persons = await store.size(tx)
    return Rebuilt(count, items, persons, different)
