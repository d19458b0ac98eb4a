"""Recognitions and refusals that today's knowledge would make otherwise."""

from __future__ import annotations

from uuid import UUID

from kit.service import Runtime
from registry.differing import Differing, otherwise
from registry.difficulties import store
from registry.difficulties.deciding import again

#: So many decisions are asked again with one set of statements.
CHUNK = 500


async def list_differing(
    rt: Runtime, pattern: str, after: UUID | None, limit: int
) -> list[Differing]:
    """Those of an area, by id; asked again chunk by chunk."""
    found: list[Differing] = []
    async with rt.db.reading() as tx:
        today = rt.today()
        while len(found) < limit:
            rows = await store.page(tx, pattern, None, None, after, CHUNK)
            if not rows:
                break
            after = rows[-1].id
            for row, (kept, now) in zip(
                rows, (await again(rt, tx, rows, today)).values(), strict=True
            ):
                if (conditions := otherwise(kept, now)) is not None:
                    found.append(
                        Differing(
                            row.id, row.worker_id, row.recognised_on, row.area_code, row.office,
                            kept["granted"], conditions,
                        )
                    )  # fmt: skip
    return found[:limit]
