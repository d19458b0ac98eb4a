"""Acts on where certificates are: append-only; and what of the void ones is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.custody.domain import Awaited, Collector, Custody, Entry, Kept, Uncollected

_COLUMNS = (
    "id", "certificate_id", "what", "happened_on", "place", "note", "office", "actor", "employer",
    "job_id",
)  # fmt: skip
_COLLECTOR = ("in_person", "relation", "authorisation", "document")


def _entry(row: Record) -> Entry:
    collector = None
    if row["in_person"] is not None:
        collector = Collector(*(row[column] for column in _COLLECTOR))
    entry = Entry(*(row[column] for column in _COLUMNS))
    return replace(entry, collector=collector, recorded_at=row["recorded_at"])


def _row(entry: Entry) -> tuple[object, ...]:
    came = entry.collector
    who = (
        (None,) * 4
        if came is None
        else (came.in_person, came.relation, came.authorisation, came.document)
    )
    return (
        entry.id, entry.certificate_id, entry.what, entry.on, entry.place, entry.note,
        entry.office, entry.actor, entry.employer, entry.job_id, *who,
    )  # fmt: skip


async def add(tx: Tx, entries: Sequence[Entry]) -> None:
    await tx.copy("certificate_custody", (*_COLUMNS, *_COLLECTOR), [_row(one) for one in entries])


async def of(tx: Tx, certificates: Sequence[UUID]) -> dict[UUID, Custody]:
    """Where each of these certificates is."""
    found: dict[UUID, list[Entry]] = {id: [] for id in certificates}
    for row in await tx.fetch(
        "select * from certificate_custody where certificate_id = any($1::uuid[]) order by id",
        list(found),
    ):
        found[row["certificate_id"]].append(_entry(row))
    return {id: Custody(id, tuple(entries)) for id, entries in found.items()}


# The last act on it was a hand-over. A person's status stands under the surviving record.
_KEPT = """
select c.id, c.worker_id, c.number, k.employer, k.happened_on, k.job_id, c.area_code, c.office
  from certificate_custody k join certificate c on c.id = k.certificate_id
  left join identity_link l on l.merged_id = c.worker_id
  join labour_status s on s.worker_id = coalesce(l.survivor_id, c.worker_id)
 where k.what = 'entrust' and c.area_code ~ $1
   and not exists (select from certificate_custody n
                    where n.certificate_id = k.certificate_id and n.id > k.id)
   and (not $2 or s.placement_id is distinct from k.job_id)
   and ($3::uuid is null or c.id > $3) order by c.id limit $4
"""


async def kept(tx: Tx, pattern: str, moved_on: bool, after: UUID | None, limit: int) -> list[Kept]:
    """Certificates of an area that employers keep; ``moved_on``: only of people whose status no longer
    rests on that job."""
    rows = await tx.fetch(_KEPT, pattern, moved_on, after, limit)
    return [Kept(*row.values()) for row in rows]


_AWAITED = """
select c.id, c.worker_id, c.number, k.happened_on, c.area_code, c.office
  from certificate_custody k join certificate c on c.id = k.certificate_id
 where k.what = 'issue' and c.area_code ~ $1 and c.state = any($2::text[])
   and not exists (select from certificate_custody n
                    where n.certificate_id = k.certificate_id and n.id > k.id)
   and ($3::uuid is null or c.id > $3) order by c.id limit $4
"""


async def awaited(
    tx: Tx, pattern: str, states: Sequence[str], after: UUID | None, limit: int
) -> list[Awaited]:
    """Certificates of an area in one of these states that lie at the office."""
    rows = await tx.fetch(_AWAITED, pattern, states, after, limit)
    return [Awaited(*row.values()) for row in rows]


_UNCOLLECTED = """
select c.id, c.worker_id, c.number, c.reason, c.revoked_on, c.area_code, c.office
  from certificate c
 where c.state = 'revoked' and c.number is not null and c.reason = any($2::text[])
   and c.area_code ~ $1 and ($3::date is null or c.revoked_on < $3)
   and coalesce((select k.what from certificate_custody k where k.certificate_id = c.id
                  order by k.id desc limit 1), '') not in ('collect', 'write-off', 'issue')
   and ($4::uuid is null or c.id > $4) order by c.id limit $5
"""


async def uncollected(
    tx: Tx,
    pattern: str,
    reasons: Sequence[str],
    before: date | None,
    after: UUID | None,
    limit: int,
) -> list[Uncollected]:
    """Void certificates of an area that nobody took in; ``before``: withdrawn before that day."""
    rows = await tx.fetch(_UNCOLLECTED, pattern, reasons, before, after, limit)
    return [Uncollected(*row.values()) for row in rows]
