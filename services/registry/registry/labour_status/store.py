"""Labour status, what was declared, and what was heard of jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.labour_status.domain import WITHDRAWN, Awaiting, Declared, Document, Hearing, Spell


@dataclass(frozen=True, slots=True)
class Row:
    """The stored record: current spell, place, and the event that told of it last."""

    id: UUID
    worker_id: UUID
    spell: Spell
    area_code: str
    office: str
    told_event: UUID | None
    version: int


def _row(row: Record) -> Row:
    return Row(
        row["id"], row["worker_id"], Spell(row["status"], row["since"], row["placement_id"]),
        row["area_code"], row["office"], row["told_event"], row["version"],
    )  # fmt: skip


async def add(
    tx: Tx, rows: Sequence[Row], declarations: Sequence[tuple[UUID, Document | None]]
) -> None:
    """New records with their first declared status, each under the name of its declaration, with
    the document behind it."""
    await tx.copy(
        "labour_status",
        ("id", "worker_id", "status", "since", "area_code", "office"),
        [
            (row.id, row.worker_id, row.spell.status, row.spell.since, row.area_code, row.office)
            for row in rows
        ],
    )
    await tx.copy(
        "labour_status_declared",
        ("worker_id", "id", "since", "status", "document_kind", "document"),
        [
            (row.worker_id, id, row.spell.since, row.spell.status, *_paper(paper))
            for row, (id, paper) in zip(rows, declarations, strict=True)
        ],
    )


def _paper(document: Document | None) -> tuple[str | None, str | None]:
    return (document.kind, document.reference) if document else (None, None)


async def declare(
    tx: Tx,
    facts: Sequence[tuple[UUID, Declared]],
    actor: str,
    document: Document | None,
    awaits: bool,
) -> None:
    """Keep declarations of workers, each once. With ``awaits`` they hold once they are confirmed."""
    await tx.execute(
        "insert into labour_status_declared (worker_id, id, since, status, actor, document,"
        " document_on, awaits) select *, $5, $6, $7::date, $8::boolean"
        " from unnest($1::uuid[], $2::uuid[], $3::date[], $4::text[]) on conflict do nothing",
        [worker_id for worker_id, _ in facts],
        [fact.id for _, fact in facts],
        [fact.since for _, fact in facts],
        [fact.status for _, fact in facts],
        actor,
        document.reference if document else None,
        document.on if document else None,
        awaits,
    )


async def confirm(tx: Tx, worker_id: UUID, declaration_id: UUID, actor: str) -> None:
    await tx.execute(
        "insert into labour_status_confirmed (declaration_id, worker_id, actor)"
        " values ($1, $2, $3) on conflict do nothing",
        declaration_id,
        worker_id,
        actor,
    )


async def confirmed_by(tx: Tx, declaration_id: UUID) -> frozenset[str]:
    """Who declared and who confirmed it; nobody where it needed no second person."""
    row = await tx.fetchrow(
        "select d.actor as declared, c.actor as confirmed from labour_status_confirmed c"
        "  join labour_status_declared d on (d.worker_id, d.id) = (c.worker_id, c.declaration_id)"
        " where c.declaration_id = $1",
        declaration_id,
    )
    return frozenset() if row is None else frozenset(row.values())


async def confirmed_of(tx: Tx, workers: Sequence[UUID]) -> list[tuple[UUID, Declared]]:
    """What two persons ever said of these workers, also what was taken back, with whose it is."""
    rows = await tx.fetch(
        "select d.worker_id, d.status, d.since, d.id from labour_status_confirmed c"
        "  join labour_status_declared d on (d.worker_id, d.id) = (c.worker_id, c.declaration_id)"
        " where c.worker_id = any($1::uuid[]) order by d.id",
        workers,
    )
    return [(row["worker_id"], Declared(row["status"], row["since"], row["id"])) for row in rows]


_AWAITING = """
select d.*, s.area_code, s.office, r.declared_on from labour_status_declared d
  join labour_status s on s.worker_id = d.worker_id
  cross join lateral (select (d.recorded_at at time zone 'Asia/Shanghai')::date as declared_on) r
 where d.awaits
   and not exists (select from labour_status_confirmed c where c.declaration_id = d.id)
   and not exists (select from labour_status_undeclared u where u.declaration_id = d.id)
"""


def _awaiting(row: Record) -> Awaiting:
    document = row["document"]
    return Awaiting(
        Declared(row["status"], row["since"], row["id"]), row["worker_id"],
        None if document is None else Document(document, row["document_on"]), row["actor"],
        row["area_code"], row["office"], row["declared_on"],
    )  # fmt: skip


async def awaiting_of(tx: Tx, workers: Sequence[UUID]) -> list[Awaiting]:
    """What awaits confirmation of these workers, oldest first."""
    rows = await tx.fetch(
        _AWAITING + " and d.worker_id = any($1::uuid[]) order by d.id",
        workers,
    )
    return [_awaiting(row) for row in rows]


async def awaiting_page(tx: Tx, pattern: str, after: UUID | None, limit: int) -> list[Awaiting]:
    rows = await tx.fetch(
        _AWAITING + " and s.area_code ~ $1 and ($2::uuid is null or d.id > $2)"
        " order by d.id limit $3",
        pattern,
        after,
        limit,
    )
    return [_awaiting(row) for row in rows]


async def awaiting_by_others(
    tx: Tx, pattern: str, barred: str, after: tuple[date, UUID], limit: int
) -> list[Awaiting]:
    """What awaits confirmation and ``barred`` did not declare, oldest first."""
    rows = await tx.fetch(
        _AWAITING + " and s.area_code ~ $1 and d.actor <> $2"
        " and (r.declared_on, d.id) > ($3, $4) order by r.declared_on, d.id limit $5",
        pattern,
        barred,
        *after,
        limit,
    )
    return [_awaiting(row) for row in rows]


async def undeclare(tx: Tx, worker_id: UUID, declaration_id: UUID, reason: str, actor: str) -> None:
    await tx.execute(
        "insert into labour_status_undeclared (declaration_id, worker_id, reason, actor)"
        " values ($1, $2, $3, $4) on conflict do nothing",
        declaration_id,
        worker_id,
        reason,
        actor,
    )


async def hold(tx: Tx, workers: Sequence[UUID]) -> None:
    """Lock the records of these workers, in one order, until the transaction ends."""
    await tx.execute(
        "select 1 from labour_status where worker_id = any($1::uuid[])"
        " order by worker_id for no key update",
        workers,
    )


async def of(tx: Tx, workers: Sequence[UUID]) -> list[Row]:
    rows = await tx.fetch("select * from labour_status where worker_id = any($1::uuid[])", workers)
    return [_row(row) for row in rows]


async def declared_of(
    tx: Tx, workers: Sequence[UUID], known_at: datetime | None
) -> dict[UUID, list[Declared]]:
    """The declarations that stand, as they were known at an instant (None: now)."""
    found: dict[UUID, list[Declared]] = {}
    for row in await tx.fetch(
        "select d.worker_id, d.id, d.since, d.status from labour_status_declared d"
        " where d.worker_id = any($1::uuid[]) and ($2::timestamptz is null or d.recorded_at <= $2)"
        " and not exists (select from labour_status_undeclared u where u.declaration_id = d.id"
        "  and ($2::timestamptz is null or u.recorded_at <= $2))"
        " and (not d.awaits or exists (select from labour_status_confirmed c"
        "  where c.declaration_id = d.id and ($2::timestamptz is null or c.recorded_at <= $2)))"
        " order by d.worker_id, d.since, d.id",
        workers,
        known_at,
    ):
        fact = Declared(row["status"], row["since"], row["id"])
        found.setdefault(row["worker_id"], []).append(fact)
    return found


async def heard_of(
    tx: Tx, workers: Sequence[UUID], known_at: datetime | None
) -> dict[UUID, list[Hearing]]:
    """Everything told of the jobs of these workers, as it was known at an instant (None: now)."""
    found: dict[UUID, list[Hearing]] = {}
    for row in await tx.fetch(
        "select event_id, job_id, worker_id, act, happened_on, source, reverses,"
        " employer_id from job_heard"
        " where worker_id = any($1::uuid[]) and ($2::timestamptz is null or recorded_at <= $2)",
        workers,
        known_at,
    ):
        found.setdefault(row["worker_id"], []).append(Hearing(*row.values()))
    return found


async def hear(tx: Tx, hearings: Sequence[Hearing]) -> None:
    """Keep what was told, each thing once."""
    await tx.execute(
        "insert into job_heard"
        " (event_id, job_id, worker_id, act, happened_on, source, reverses, employer_id)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::date[],"
        " $6::text[], $7::uuid[], $8::uuid[]) on conflict do nothing",
        [h.event_id for h in hearings],
        [h.job_id for h in hearings],
        [h.worker_id for h in hearings],
        [h.act for h in hearings],
        [h.on for h in hearings],
        [h.source for h in hearings],
        [h.reverses for h in hearings],
        [h.employer_id for h in hearings],
    )


async def save(tx: Tx, rows: Sequence[Row]) -> None:
    """The new current spells; their records are locked (see :func:`hold`)."""
    await tx.execute(
        "update labour_status s set status = u.status, since = u.since,"
        " placement_id = u.placement_id, told_event = u.told_event, version = s.version + 1"
        " from unnest($1::uuid[], $2::text[], $3::date[], $4::uuid[], $5::uuid[])"
        " as u (id, status, since, placement_id, told_event) where s.id = u.id",
        [row.id for row in rows],
        [row.spell.status for row in rows],
        [row.spell.since for row in rows],
        [row.spell.placement_id for row in rows],
        [row.told_event for row in rows],
    )


async def withdrawn(tx: Tx, workers: Sequence[UUID]) -> set[UUID]:
    """Those of these workers who stand outside of the labour force now."""
    rows = await tx.fetch(
        "select worker_id from labour_status where worker_id = any($1::uuid[])"
        " and status = any($2::text[])",
        workers,
        WITHDRAWN,
    )
    return {row["worker_id"] for row in rows}


async def transfer(tx: Tx, worker_id: UUID, area_code: str, office: str) -> None:
    await tx.execute(
        "update labour_status set area_code = $2, office = $3, version = version + 1"
        " where worker_id = $1",
        worker_id,
        area_code,
        office,
    )
