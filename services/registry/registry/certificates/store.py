"""Certificates and their steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.certificates.domain import Certificate, State, Transition

_COLUMNS = (
    "id", "worker_id", "category", "state", "applied_on", "state_on", "step", "area_code", "office",
    "decision_id", "entitled", "clause", "number", "issued_on", "valid_until", "revoked_on",
    "reason", "told_event", "version",
)  # fmt: skip
_TYPES = (
    "uuid", "uuid", "text", "text", "date", "date", "int2", "text", "text", "uuid", "bool", "text",
    "text", "date", "date", "date", "text", "uuid", "int4",
)  # fmt: skip
_SAVED = tuple(c for c in _COLUMNS if c not in ("worker_id", "applied_on", "area_code", "office"))

_SAVE = (
    "update certificate c set "  # noqa: S608
    + ", ".join(f"{column} = u.{column}" for column in _SAVED if column != "id")
    + " from unnest("
    + ", ".join(
        f"${n}::{_TYPES[_COLUMNS.index(column)]}[]" for n, column in enumerate(_SAVED, start=1)
    )
    + f") as u ({', '.join(_SAVED)}) where c.id = u.id and c.version = u.version - 1"
)
_GET = "select * from certificate where id = $1"
_GET_LOCKED = "select * from certificate where id = $1 for no key update"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many certificates stand where; ``entitled`` = granted by the rule, issued or not."""

    applied: int
    entitled: int
    issued: int
    refused: int
    revoked: int


def _certificate(row: Record) -> Certificate:
    return Certificate(*(row[column] for column in _COLUMNS))


def _row(c: Certificate) -> tuple[object, ...]:
    return (
        c.id, c.worker_id, c.category, c.state, c.applied_on, c.state_on, c.step, c.area_code,
        c.office, c.decision_id, c.entitled, c.clause, c.number, c.issued_on, c.valid_until,
        c.revoked_on, c.reason, c.told_event, c.version,
    )  # fmt: skip


async def add(tx: Tx, certificates: Sequence[Certificate]) -> None:
    await tx.copy("certificate", _COLUMNS, [_row(c) for c in certificates])


async def add_transitions(tx: Tx, transitions: Sequence[Transition]) -> None:
    columns = ("certificate_id", "step", "state", "day", "actor", "reason")
    rows = [(t.certificate_id, t.step, t.state, t.day, t.actor, t.reason) for t in transitions]
    await tx.copy("certificate_transition", columns, rows)


async def save(tx: Tx, certificates: Sequence[Certificate]) -> int:
    """Write new states; answers how many were still as they had been read."""
    picked = [[getattr(c, column) for c in certificates] for column in _SAVED]
    return await tx.execute(_SAVE, *picked)


async def get(tx: Tx, id: UUID, *, lock: bool = False) -> Certificate | None:
    row = await tx.fetchrow(_GET_LOCKED if lock else _GET, id)
    return _certificate(row) if row else None


async def by_number(tx: Tx, number: str) -> Certificate | None:
    row = await tx.fetchrow("select * from certificate where number = $1", number)
    return _certificate(row) if row else None


async def ids_in_use(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from certificate where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def workers_with_live(tx: Tx, workers: Sequence[UUID]) -> set[UUID]:
    """Those who have a certificate under way or in hand."""
    rows = await tx.fetch(
        "select worker_id from certificate where worker_id = any($1::uuid[])"
        " and state in ('applied', 'checked', 'publicised', 'issued')",
        workers,
    )
    return {row["worker_id"] for row in rows}


async def held_by(tx: Tx, ids: Sequence[UUID], workers: Sequence[UUID]) -> list[UUID]:
    """The workers of these certificates, and these workers."""
    rows = await tx.fetch("select worker_id from certificate where id = any($1::uuid[])", ids)
    return [*(row["worker_id"] for row in rows), *workers]


async def locked(tx: Tx, ids: Sequence[UUID], workers: Sequence[UUID]) -> list[Certificate]:
    """Certificates by id, and the live ones of these workers, locked in one order."""
    rows = await tx.fetch(
        "select * from certificate where id = any($1::uuid[]) or (worker_id = any($2::uuid[])"
        " and state in ('applied', 'checked', 'publicised', 'issued'))"
        " order by id for no key update",
        ids,
        workers,
    )
    return [_certificate(row) for row in rows]


async def latest_of(tx: Tx, worker_id: UUID) -> Certificate | None:
    """The person's live certificate, else the one applied for last; locked."""
    row = await tx.fetchrow(
        "select * from certificate where worker_id = $1"
        " order by (state in ('applied', 'checked', 'publicised', 'issued')) desc, id desc"
        " limit 1 for no key update",
        worker_id,
    )
    return _certificate(row) if row else None


async def issued_to(tx: Tx, workers: Sequence[UUID]) -> list[Certificate]:
    """The last certificate that each of these workers was issued, revoked ones too."""
    rows = await tx.fetch(
        "select distinct on (worker_id) * from certificate where worker_id = any($1::uuid[])"
        " and issued_on is not null order by worker_id, (state = 'issued') desc, id desc",
        workers,
    )
    return [_certificate(row) for row in rows]


async def next_numbers(tx: Tx, count: int) -> list[int]:
    rows = await tx.fetch(
        "select nextval('certificate_number') as n from generate_series(1, $1::int)", count
    )
    return [row["n"] for row in rows]


async def page(
    tx: Tx, prefix: str, worker_id: UUID | None, state: State | None, after: UUID | None, limit: int
) -> list[Certificate]:
    rows = await tx.fetch(
        "select * from certificate where area_code like $1 || '%'"
        " and ($2::uuid is null or worker_id = $2) and ($3::text is null or state = $3)"
        " and ($4::uuid is null or id > $4) order by id limit $5",
        prefix,
        worker_id,
        state,
        after,
        limit,
    )
    return [_certificate(row) for row in rows]


async def of_workers(tx: Tx, workers: Sequence[UUID]) -> list[Certificate]:
    rows = await tx.fetch(
        "select * from certificate where worker_id = any($1::uuid[]) order by applied_on, id",
        workers,
    )
    return [_certificate(row) for row in rows]


async def transitions_of(tx: Tx, id: UUID) -> list[Transition]:
    rows = await tx.fetch(
        "select * from certificate_transition where certificate_id = $1 order by step limit 100", id
    )
    return [
        Transition(id, row["step"], row["state"], row["day"], row["actor"], row["reason"])
        for row in rows
    ]


async def counts(tx: Tx, prefix: str) -> Counts:
    row = await tx.fetchrow(
        "select count(*) filter (where state = 'applied') as applied,"
        " count(*) filter (where entitled) as entitled,"
        " count(*) filter (where state = 'issued') as issued,"
        " count(*) filter (where state = 'refused') as refused,"
        " count(*) filter (where state = 'revoked') as revoked"
        " from certificate where area_code like $1 || '%'",
        prefix,
    )
    assert row is not None
    return Counts(**dict(row))
