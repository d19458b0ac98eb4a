"""Table ``placement``."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from jobs_market.placements.domain import Placement
from jobs_market.rows import Rows
from kit.db import Tx

PLACEMENTS = Rows("placement", Placement)


async def of_workers(tx: Tx, worker_ids: Sequence[UUID]) -> list[Placement]:
    """All of these records."""
    return await PLACEMENTS.find(tx, worker_ids, by="worker_id")
