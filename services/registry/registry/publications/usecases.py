"""Reading the public list."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from kit.service import Runtime
from registry.certificates import cases
from registry.publications.domain import Posting
from registry.workers import usecases as workers


async def posted(rt: Runtime, pattern: str, after: UUID | None, limit: int) -> list[Posting]:
    """What is posted today in an area, with masked names."""
    async with rt.db.reading() as tx:
        found = await cases.posted(rt, tx, pattern, after, limit)
        names = await workers.masked_names(rt, tx, [one.worker_id for one, _ in found])
    return [
        Posting(
            one.id, names[one.worker_id], one.category, one.area_code, one.office, one.posted_on,
            ends - timedelta(days=1),
        )
        for one, ends in found
    ]  # fmt: skip
