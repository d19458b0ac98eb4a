"""Tables ``public_welfare_post`` and ``occupancy``."""

from __future__ import annotations

from collections.abc import Sequence

from jobs_market.public_welfare_posts.domain import Occupancy, PublicWelfarePost
from jobs_market.rows import Rows
from kit.db import Tx

POSTS = Rows("public_welfare_post", PublicWelfarePost)
OCCUPANCIES = Rows("occupancy", Occupancy, key="placement_id")


async def change(tx: Tx, occupancies: Sequence[Occupancy]) -> None:
    """Write the ends (or the voiding) of occupancies."""
    await tx.execute(
        "update occupancy as o set vacated_on = u.vacated_on, voided = u.voided"
        " from unnest($1::uuid[], $2::date[], $3::boolean[]) as u(placement_id, vacated_on, voided)"
        " where o.placement_id = u.placement_id",
        [one.placement_id for one in occupancies],
        [one.vacated_on for one in occupancies],
        [one.voided for one in occupancies],
    )
