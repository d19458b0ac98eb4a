"""Folding facts into items, live or beside, and putting what was folded beside in their place."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from assessment.folds.domain import Fact
from assessment.items import store
from assessment.items.domain import fold
from kit.db import Tx

log = structlog.get_logger("rebuild")


async def fold_in(tx: Tx, facts: Sequence[Fact]) -> None:
    """Fold new facts into the live tables, in the transaction that keeps the facts."""
    await store.merge(tx, fold(facts), "live")


async def begin_beside(tx: Tx) -> None:
    """An empty shadow to fold into."""
    await store.clear_shadow(tx)


async def fold_beside(tx: Tx, facts: Sequence[Fact]) -> None:
    """Fold some of all facts into the shadow, by the same code."""
    await store.merge(tx, fold(facts), "shadow")


async def settle_beside(tx: Tx) -> tuple[int, int, int]:
    """Compare, swap if anything differs, empty the shadow; answers items, persons, differences."""
    different = await store.differences(tx)
    if different:
        log.warning("rebuild.differs", rows=different)
        await store.swap(tx)
    await store.clear_shadow(tx)
    items, persons = await store.size(tx)
    return items, persons, different
