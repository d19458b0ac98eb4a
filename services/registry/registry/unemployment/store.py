"""Registrations as they are folded, and the filings that they are folded from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.unemployment.domain import Filed, Filing, Kind, Registration, State

_COLUMNS = (
    "id", "worker_id", "state", "since", "entry", "kind", "spell", "reason", "placement_id",
    "contacted_on", "awaits", "awaits_job", "awaits_since", "area_code", "office", "told_event",
    "version",
)  # fmt: skip
#: Columns that the fold may change, in the order of the statement below.
_FOLDED = (
    "state", "since", "entry", "kind", "spell", "reason", "placement_id", "contacted_on", "awaits",
    "awaits_job", "awaits_since", "told_event", "area_code", "office",
)  # fmt: skip
_SAVE = """
update unemployment_registration r set state = u.state, since = u.since, entry = u.entry,
       kind = u.kind, spell = u.spell, reason = u.reason, placement_id = u.placement_id,
       contacted_on = u.contacted_on, awaits = u.awaits, awaits_job = u.awaits_job,
       awaits_since = u.awaits_since, told_event = u.told_event,
       area_code = u.area_code, office = u.office, version = r.version + 1
  from unnest($1::uuid[], $2::text[], $3::date[], $4::uuid[], $5::text[], $6::int[], $7::text[],
              $8::uuid[], $9::date[], $10::text[], $11::uuid[], $12::date[], $13::uuid[],
              $14::text[], $15::text[])
       as u (id, state, since, entry, kind, spell, reason, placement_id, contacted_on, awaits,
             awaits_job, awaits_since, told_event, area_code, office)
 where r.id = u.id
"""


def _registration(row: Record) -> Registration:
    return Registration(*(row[column] for column in _COLUMNS))


async def add(tx: Tx, rows: Sequence[Registration]) -> None:
    await tx.copy(
        "unemployment_registration",
        _COLUMNS,
        [tuple(getattr(row, column) for column in _COLUMNS) for row in rows],
    )


async def save(tx: Tx, rows: Sequence[Registration]) -> None:
    """What the fold made of them; the people are locked (see ``labour_status.hold``)."""
    await tx.execute(
        _SAVE,
        [row.id for row in rows],
        *([getattr(row, column) for row in rows] for column in _FOLDED),
    )


async def of(tx: Tx, workers: Sequence[UUID]) -> list[Registration]:
    rows = await tx.fetch(
        "select * from unemployment_registration where worker_id = any($1::uuid[])", workers
    )
    return [_registration(row) for row in rows]


async def get(tx: Tx, id: UUID) -> Registration | None:
    row = await tx.fetchrow("select * from unemployment_registration where id = $1", id)
    return _registration(row) if row else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to. ``uncontacted`` and ``awaited`` are days: in touch last before
    the one, a filing awaited since before the other."""

    worker_id: UUID | None = None
    state: State | None = None
    kind: Kind | None = None
    area: str | None = None
    uncontacted: date | None = None
    hire_before: date | None = None
    separation_before: date | None = None


async def page(
    tx: Tx, pattern: str, wanted: Wanted, after: UUID | None, limit: int
) -> list[Registration]:
    rows = await tx.fetch(
        "select * from unemployment_registration where area_code ~ $1"
        " and ($2::uuid is null or worker_id = $2) and ($3::text is null or state = $3)"
        " and ($4::text is null or kind = $4)"
        " and ($5::text is null or area_code ~ $5)"
        " and ($6::date is null or (state = 'registered' and contacted_on <= $6))"
        " and ($7::date is null or (awaits = 'hire-filing' and awaits_since < $7)"
        "  or (awaits = 'separation-filing' and awaits_since < $8))"
        " and ($9::uuid is null or id > $9) order by id limit $10",
        pattern, wanted.worker_id, wanted.state, wanted.kind, wanted.area, wanted.uncontacted,
        wanted.hire_before, wanted.separation_before, after, limit,
    )  # fmt: skip
    return [_registration(row) for row in rows]


_FILING = (
    "id", "worker_id", "what", "happened_on", "filed_on", "kind", "reason", "job_id", "reverses",
    "late_days",
)  # fmt: skip
_PAPER = (
    "filed_by", "actor", "form", "evidence_kind", "evidence_reference", "evidence_on",
    "employer_id", "school", "graduated_on", "note", "decision_id",
)  # fmt: skip


def _filing(row: Record) -> Filing:
    return Filing(*(row[column] for column in _FILING))


async def file(tx: Tx, filed: Sequence[Filed]) -> None:
    await tx.copy(
        "unemployment_filing",
        (*_FILING, *_PAPER),
        [
            (
                f.filing.id, f.filing.worker_id, f.filing.what, f.filing.on, f.filing.filed_on,
                f.filing.kind, f.filing.reason, f.filing.job_id, f.filing.reverses,
                f.filing.late_days, f.by, f.actor, f.form, f.evidence_kind, f.evidence_reference,
                f.evidence_on, f.employer_id, f.school, f.graduated_on, f.note, f.decision_id,
            )
            for f in filed
        ],
    )  # fmt: skip


async def filings_of(
    tx: Tx, workers: Sequence[UUID], known_at: datetime | None = None
) -> dict[UUID, list[Filing]]:
    """Everything filed about these workers, reversed filings too, as known at an instant."""
    found: dict[UUID, list[Filing]] = {}
    for row in await tx.fetch(
        f"select {', '.join(_FILING)} from unemployment_filing"  # noqa: S608
        " where worker_id = any($1::uuid[]) and ($2::timestamptz is null or recorded_at <= $2)",
        workers,
        known_at,
    ):
        found.setdefault(row["worker_id"], []).append(_filing(row))
    return found


async def filed_page(
    tx: Tx, pattern: str, workers: Sequence[UUID] | None, late: bool, after: UUID | None, limit: int
) -> list[Filed]:
    """Filings about workers (None: all in the area), in the order of their ids."""
    rows = await tx.fetch(
        f"select {', '.join(f'f.{c}' for c in (*_FILING, *_PAPER, 'recorded_at'))}"  # noqa: S608
        " from unemployment_filing f join unemployment_registration r using (worker_id)"
        " where r.area_code ~ $1 and ($2::uuid[] is null or f.worker_id = any($2))"
        " and (not $3 or f.late_days > 0) and ($4::uuid is null or f.id > $4)"
        " order by f.id limit $5",
        pattern, workers, late, after, limit,
    )  # fmt: skip
    return [
        Filed(_filing(row), *(row[column] for column in (*_PAPER, "recorded_at"))) for row in rows
    ]
