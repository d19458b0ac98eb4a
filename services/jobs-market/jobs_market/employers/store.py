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


async def organisation_codes_taken(tx: Tx, drafts: Sequence[Employer]) -> set[str]:
    """Which of their organisation codes an employer has, those in their credit codes too."""
    found = await tx.fetch(
        "select organisation_code from employer where organisation_code in"
        " (select replace(code, '-', '') from unnest($1::text[]) as code"
        "  union select substr(uscc, 9, 9) from unnest($2::text[]) as uscc)",
        [draft.organisation_code for draft in drafts if draft.organisation_code],
        [draft.uscc for draft in drafts if draft.uscc],
    )
    return {record[0] for record in found}
