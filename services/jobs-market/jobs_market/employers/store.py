"""Table ``employer``."""

from __future__ import annotations

from collections.abc import Sequence

from jobs_market.employers.domain import Employer
from jobs_market.rows import Rows
from kit.db import Tx

EMPLOYERS = Rows("employer", Employer)


async def usccs_taken(tx: Tx, usccs: Sequence[str]) -> set[str]:
    """Which of these credit codes an employer has."""
    found = await tx.fetch("select uscc from employer where uscc = any($1::text[])", usccs)
    return {record[0] for record in found}
