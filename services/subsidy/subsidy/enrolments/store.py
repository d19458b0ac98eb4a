"""Enrolments: written in sets; where the facts end them is folded, never edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from uuid import UUID

from kit.db import Tx
from subsidy.enrolments.domain import Enrolment

_NAMES = tuple(field.name for field in fields(Enrolment))
_SELECT = f"select {', '.join(_NAMES)} from enrolment"  # noqa: S608

Key = tuple[str, UUID, UUID | None]


async def taken(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from enrolment where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def enrolled(tx: Tx, workers: Sequence[UUID]) -> set[Key]:
    """For which programme and work these people are enrolled."""
    rows = await tx.fetch(
        "select programme, worker_id, reference from enrolment"
        " where worker_id = any($1::uuid[]) and state = 'enrolled'",
        workers,
    )
    return {(row["programme"], row["worker_id"], row["reference"]) for row in rows}


async def add(tx: Tx, enrolments: Sequence[Enrolment]) -> None:
    """The database keeps one of each person, programme and work."""
    await tx.copy(
        "enrolment", _NAMES, [tuple(getattr(one, name) for name in _NAMES) for one in enrolments]
    )


async def lock(tx: Tx, id: UUID) -> Enrolment | None:
    row = await tx.fetchrow(_SELECT + " where id = $1 for update", id)
    return None if row is None else Enrolment(**dict(row))


async def save(tx: Tx, one: Enrolment) -> None:
    await tx.execute(
        "update enrolment set state = $2, until = $3, reason = $4, version = $5 where id = $1",
        one.id, one.state, one.until, one.reason, one.version,
    )  # fmt: skip


async def of(
    tx: Tx, workers: Sequence[UUID], references: Sequence[UUID]
) -> list[tuple[UUID, UUID, UUID | None]]:
    """(id, record, work) of what facts about these records or works touch, locked in one order."""
    rows = await tx.fetch(
        "select id, worker_id, reference from enrolment"
        " where worker_id = any($1::uuid[]) or reference = any($2::uuid[]) order by id for update",
        workers, references,
    )  # fmt: skip
    return [(row["id"], row["worker_id"], row["reference"]) for row in rows]


async def fold(tx: Tx, ids: Sequence[UUID], last: Sequence[date | None]) -> None:
    """The last day that the facts leave of each; what stays the same is not touched."""
    await tx.execute(
        "update enrolment e set facts_until = u.last, version = e.version + 1"
        "  from unnest($1::uuid[], $2::date[]) as u (id, last)"
        " where e.id = u.id and e.facts_until is distinct from u.last",
        ids, last,
    )  # fmt: skip


async def get(tx: Tx, id: UUID, area_prefix: str) -> Enrolment | None:
    row = await tx.fetchrow(
        _SELECT + " where id = $1 and area_code like $2 || '%'", id, area_prefix
    )
    return None if row is None else Enrolment(**dict(row))


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    programme: str | None,
    worker_id: UUID | None,
    on: date | None,
    after: UUID | None,
    limit: int,
) -> list[Enrolment]:
    """Enrolments in the order of their ids; ``on``: those that pay for that day."""
    rows = await tx.fetch(
        _SELECT + " where area_code like $1 || '%' and id > $2 and ($3::text is null or programme = $3)"
        " and ($4::uuid is null or worker_id = $4)"
        " and ($5::date is null or (since <= $5 and coalesce(least(until, facts_until) >= $5, true)))"
        " order by id limit $6",
        area_prefix, after or UUID(int=0), programme, worker_id, on, limit,
    )  # fmt: skip
    return [Enrolment(**dict(row)) for row in rows]
