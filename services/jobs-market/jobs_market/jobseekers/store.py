"""Table ``jobseeker``."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from jobs_market.jobseekers.domain import Jobseeker
from jobs_market.rows import Rows
from kit.db import Tx

JOBSEEKERS = Rows("jobseeker", Jobseeker)


async def of_workers(tx: Tx, worker_ids: Sequence[UUID]) -> list[Jobseeker]:
    """All of these records."""
    return await JOBSEEKERS.find(tx, worker_ids, by="worker_id")
