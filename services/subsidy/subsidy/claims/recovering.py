"""Which paid lines do not hold any more on the facts known now."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kit import identity_links
from kit.db import Tx
from kit.service import Runtime
from subsidy.claims import deciding, store, terms
from subsidy.claims.deciding import Otherwise
from subsidy.claims.domain import Claim


async def paid_lines(
    tx: Tx, claim_id: UUID, area_prefix: str
) -> tuple[Claim, dict[UUID, int]] | None:
    """A claim of the area, locked, and the fen of each of its lines that are paid, in their order."""
    claims = await store.lock(tx, [claim_id], area_prefix)
    if not claims:
        return None
    lines = (await store.lines(tx, [claim_id]))[claim_id]
    return claims[0], {one.id: one.amount for one in lines if one.paid_event is not None}


async def paid_too_much(
    rt: Runtime,
    tx: Tx,
    *,
    workers: Sequence[UUID] = (),
    references: Sequence[UUID] = (),
    claims: Sequence[UUID] = (),
) -> list[tuple[Claim, set[UUID], list[Otherwise]]]:
    """Claims of which something was paid to these people (under any record), for these works, or that
    are named; each with its paid lines, and those of them that would come out with less now."""
    people = await identity_links.records_of(tx, workers)
    records = [record for ids in people.values() for record in ids]
    ids = sorted({*claims, *await store.claims_paid_to(tx, records, references)})
    if not ids:
        return []
    found = []
    lines, papers = await store.lines(tx, ids), await store.papers(tx, ids)
    for claim in await store.lock(tx, ids, ""):
        programme = terms.programme_of(rt.policies, claim.programme, claim.quarter)
        paid = [one for one in lines[claim.id] if one.paid_event is not None]
        less = await deciding.otherwise(rt, tx, claim, programme, papers[claim.id], paid)
        found.append((claim, {one.id for one in paid}, less))
    return found
