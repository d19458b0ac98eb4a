"""Table ``referral``."""

from __future__ import annotations

from uuid import UUID

from jobs_market.referrals.domain import Referral
from jobs_market.rows import Rows
from kit.db import Tx

REFERRALS = Rows("referral", Referral)


async def exists(tx: Tx, worker_id: UUID, vacancy_id: UUID) -> bool:
    """Whether this person was referred to this vacancy."""
    found: bool = await tx.fetchval(
        "select exists (select 1 from referral where worker_id = $1 and vacancy_id = $2)",
        worker_id,
        vacancy_id,
    )
    return found
