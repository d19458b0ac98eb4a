"""The lines of a run as they are shown."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx

_LINES = """
select l.id, l.payee_id, l.enrolment_id, l.month, l.worker_id, l.verdict, l.amount,
       coalesce(l.funded, l.amount) as funded, l.clause, l.missing, p.state as payment
  from run_line l
  left join run_payment p
    on p.run_id = l.run_id and p.payee_id = l.payee_id and coalesce(l.funded, l.amount) > 0
"""


async def lines(
    tx: Tx,
    run_id: UUID,
    *,
    verdict: str | None,
    worker_id: UUID | None,
    after: tuple[UUID, UUID, date],
    limit: int,
) -> list[Record]:
    """Lines in the order of payee, enrolment and month."""
    return await tx.fetch(
        _LINES + " where l.run_id = $1 and (l.payee_id, l.enrolment_id, l.month) > ($2, $3, $4)"
        " and ($5::text is null or l.verdict = $5) and ($6::uuid is null or l.worker_id = $6)"
        " order by l.payee_id, l.enrolment_id, l.month limit $7",
        run_id, *after, verdict, worker_id, limit,
    )  # fmt: skip


async def line(tx: Tx, run_id: UUID, line_id: UUID) -> Record | None:
    return await tx.fetchrow(_LINES + " where l.run_id = $1 and l.id = $2", run_id, line_id)
