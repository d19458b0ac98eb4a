"""Certificates whose decision today's knowledge would make otherwise."""

from __future__ import annotations

from uuid import UUID

from kit.service import Runtime
from registry.certificates import reading
from registry.certificates.deciding import again
from registry.differing import Differing, otherwise

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
            rows = await reading.page(tx, pattern, None, None, after, CHUNK)
            if not rows:
                break
            after = rows[-1].id
            asked = await again(rt, tx, [row for row in rows if row.decision_id], today)
            for row in rows:
                if row.id not in asked:
                    continue  # not decided yet
                kept, now = asked[row.id]
                if (conditions := otherwise(kept, now)) is not None:
                    found.append(
                        Differing(
                            row.id, row.worker_id, row.applied_on, row.area_code, row.office,
                            kept["granted"], conditions,
                        )
                    )  # fmt: skip
    return found[:limit]
