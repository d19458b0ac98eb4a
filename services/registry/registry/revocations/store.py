"""Withdrawals that were proposed, as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.revocations.domain import Proposal, State

_COLUMNS = (
    "id", "certificate_id", "reason", "effective_on", "evidence", "state", "state_on", "state_by",
    "proposed_by", "note", "version",
)  # fmt: skip
#: The person and the place are the certificate's.
_PROPOSAL = """
select p.*, c.worker_id, c.area_code, c.office
  from certificate_revocation_proposal p join certificate c on c.id = p.certificate_id
"""


def _proposal(row: Record) -> Proposal:
    values = {column: row[column] for column in (*_COLUMNS, "worker_id", "area_code", "office")}
    return Proposal(**{**values, "evidence": tuple(row["evidence"])})


async def add(tx: Tx, one: Proposal) -> None:
    await tx.execute(
        "insert into certificate_revocation_proposal (id, certificate_id, reason, effective_on,"
        " evidence, state, state_on, state_by, proposed_by, note, version)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        one.id, one.certificate_id, one.reason, one.effective_on, list(one.evidence), one.state,
        one.state_on, one.state_by, one.proposed_by, one.note, one.version,
    )  # fmt: skip


async def save(tx: Tx, one: Proposal) -> None:
    """How it stands now; its row is locked."""
    await tx.execute(
        "update certificate_revocation_proposal set state = $2, state_on = $3, state_by = $4,"
        " note = $5, version = $6 where id = $1",
        one.id, one.state, one.state_on, one.state_by, one.note, one.version,
    )  # fmt: skip


async def get(tx: Tx, id: UUID, *, lock: bool = False) -> Proposal | None:
    suffix = " for no key update of p" if lock else ""
    row = await tx.fetchrow(f"{_PROPOSAL} where p.id = $1{suffix}", id)
    return _proposal(row) if row else None


async def of(tx: Tx, certificates: Sequence[UUID], limit: int) -> dict[UUID, list[Proposal]]:
    """What was proposed of each of these certificates, oldest first, at most ``limit`` of each."""
    found: dict[UUID, list[Proposal]] = {id: [] for id in certificates}
    rows = await tx.fetch(
        "select p.*, c.worker_id, c.area_code, c.office from certificate c cross join lateral ("
        "select * from certificate_revocation_proposal where certificate_id = c.id"
        " order by id limit $2) p where c.id = any($1::uuid[]) order by p.id",
        list(found),
        limit,
    )
    for row in rows:
        found[row["certificate_id"]].append(_proposal(row))
    return found


async def page(
    tx: Tx,
    pattern: str,
    certificate_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Proposal]:
    rows = await tx.fetch(
        f"{_PROPOSAL} where c.area_code ~ $1 and ($2::uuid is null or p.certificate_id = $2)"
        " and ($3::text is null or p.state = $3) and ($4::uuid is null or p.id > $4)"
        " order by p.id limit $5",
        pattern,
        certificate_id,
        state,
        after,
        limit,
    )
    return [_proposal(row) for row in rows]


async def awaiting(
    tx: Tx, pattern: str, barred: str, after: tuple[date, UUID], limit: int
) -> list[Proposal]:
    """Proposals by day and id, but none of a certificate that ``barred`` proposed to withdraw or
    issued."""
    rows = await tx.fetch(
        f"{_PROPOSAL} where p.state = 'proposed' and c.area_code ~ $1 and p.proposed_by <> $2"
        " and (p.state_on, p.id) > ($3, $4) and not exists (select from certificate_transition t"
        "  where t.certificate_id = c.id and t.state = 'issued' and t.actor = $2)"
        " order by p.state_on, p.id limit $5",
        pattern, barred, *after, limit,
    )  # fmt: skip
    return [_proposal(row) for row in rows]
