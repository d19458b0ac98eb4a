"""Certificates and their steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import attrgetter, itemgetter
from typing import Literal
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.certificates.acts import LIVE_STATES, State
from registry.certificates.domain import (
    Certificate,
    Transition,
)
from registry.certificates.evidence import (
    Evidence,
)

#: Into which state, and whose act it was.
Maker = tuple[State, str]

_COLUMNS = (
    "id", "worker_id", "category", "state", "applied_on", "state_on", "step", "area_code", "office",
    "decision_id", "entitled", "clause", "number", "issued_on", "valid_until", "revoked_on",
    "reason", "told_event", "issued_by", "held_state", "held_on", "held_reason", "held_revoked_on",
    "missed_year", "listed_on", "version",
)  # fmt: skip
#: What a new application has; the rest is null until something happens.
_NEW = (*_COLUMNS[: _COLUMNS.index("clause") + 1], "told_event", "listed_on", "version")
_TYPES = (
    "uuid", "uuid", "text", "text", "date", "date", "int2", "text", "text", "uuid", "bool", "text",
    "text", "date", "date", "date", "text", "uuid", "text", "text", "date", "text", "date", "int2", "date", "int4",
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
#: As SQL that no caller has a part in.
_LIVE = "('" + "', '".join(sorted(LIVE_STATES)) + "')"
_GET = "select * from certificate where id = $1"
# Who led it where, in the same statement: a case says which actions its reader may take.
_GET_CASE = (
    "select c.*, m.states, m.actors from certificate c cross join lateral ("
    "select array_agg(t.state order by t.step) as states, array_agg(t.actor order by t.step) as actors"
    " from certificate_transition t where t.certificate_id = c.id) m where c."
)
_GET_LOCKED = "select * from certificate where id = $1 for no key update"


_picked = itemgetter(*_COLUMNS)


def certificate_of(row: Record) -> Certificate:
    return Certificate(*_picked(row))


def _row(c: Certificate) -> tuple[object, ...]:
    return (
        c.id, c.worker_id, c.category, c.state, c.applied_on, c.state_on, c.step, c.area_code,
        c.office, c.decision_id, c.entitled, c.clause, c.told_event, c.listed_on, c.version,
    )  # fmt: skip


async def add(tx: Tx, certificates: Sequence[Certificate]) -> None:
    """New applications (a certificate that was issued before is never new)."""
    await tx.copy("certificate", _NEW, map(_row, certificates))


_STEP = ("certificate_id", "step", "state", "day", "actor", "reason")


async def add_transitions(tx: Tx, transitions: Sequence[Transition]) -> None:
    """Steps, append-only; those that rest on nothing in fewer columns, for they come by thousands."""
    plain = [t for t in transitions if not t.evidence and t.statement is None]
    if plain:
        await tx.copy("certificate_transition", _STEP, map(_step, plain))
    proven = [
        (*_step(t), list(t.evidence) or None, t.statement)
        for t in transitions
        if t.evidence or t.statement is not None
    ]
    if proven:
        await tx.copy("certificate_transition", (*_STEP, "evidence", "statement"), proven)


_step = attrgetter("certificate_id", "step", "state", "day", "actor", "reason")


async def save(tx: Tx, certificates: Sequence[Certificate]) -> int:
    """Write new states; answers how many were still as they had been read."""
    picked = [[getattr(c, column) for c in certificates] for column in _SAVED]
    return await tx.execute(_SAVE, *picked)


async def get(tx: Tx, id: UUID, *, lock: bool = False) -> Certificate | None:
    row = await tx.fetchrow(_GET_LOCKED if lock else _GET, id)
    return certificate_of(row) if row else None


async def ids_in_use(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from certificate where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def workers_with_live(tx: Tx, workers: Sequence[UUID]) -> set[UUID]:
    """Those who have a certificate under way or in hand."""
    rows = await tx.fetch(
        f"select worker_id from certificate where worker_id = any($1::uuid[]) and state in {_LIVE}",  # noqa: S608
        workers,
    )
    return {row["worker_id"] for row in rows}


async def held_by(
    tx: Tx, ids: Sequence[UUID], workers: Sequence[UUID] = (), numbers: Sequence[str] = ()
) -> list[UUID]:
    """The workers of these certificates, by id or by number, and these workers."""
    rows = await tx.fetch(
        "select worker_id from certificate where id = any($1::uuid[]) or number = any($2::text[])",
        ids,
        numbers,
    )
    return [*(row["worker_id"] for row in rows), *workers]


async def locked(tx: Tx, ids: Sequence[UUID], workers: Sequence[UUID]) -> list[Certificate]:
    """Certificates by id, and the live ones of these workers, locked in one order."""
    rows = await tx.fetch(
        "select * from certificate where id = any($1::uuid[])"  # noqa: S608
        f" or (worker_id = any($2::uuid[]) and state in {_LIVE})"
        " order by id for no key update",
        ids,
        workers,
    )
    return [certificate_of(row) for row in rows]


async def named(tx: Tx, ids: Sequence[UUID], numbers: Sequence[str]) -> list[Certificate]:
    """Certificates by id or by number, locked in one order."""
    rows = await tx.fetch(
        "select * from certificate where id = any($1::uuid[]) or number = any($2::text[])"
        " order by id for no key update",
        ids,
        numbers,
    )
    return [certificate_of(row) for row in rows]


async def all_locked(tx: Tx, workers: Sequence[UUID]) -> list[Certificate]:
    """Every certificate of these records, oldest first, locked in one order."""
    rows = await tx.fetch(
        "select * from certificate where worker_id = any($1::uuid[]) order by id for no key update",
        workers,
    )
    return [certificate_of(row) for row in rows]


async def latest_of(tx: Tx, workers: Sequence[UUID]) -> Certificate | None:
    """The person's live certificate, else the one applied for last; locked. ``workers``: all
    records of one person."""
    row = await tx.fetchrow(
        "select * from certificate where worker_id = any($1::uuid[])"  # noqa: S608
        f" order by (state in {_LIVE}) desc, id desc limit 1 for no key update",
        workers,
    )
    return certificate_of(row) if row else None


async def issued_to(tx: Tx, workers: Sequence[UUID]) -> list[Certificate]:
    """Every certificate that these workers were issued, revoked ones too: of each worker the one in
    hand first, then the last."""
    rows = await tx.fetch(
        "select * from certificate where worker_id = any($1::uuid[]) and issued_on is not null"
        " order by worker_id, (state in ('issued', 'suspended', 'lost')) desc, id desc",
        workers,
    )
    return [certificate_of(row) for row in rows]


async def with_makers(
    tx: Tx, key: Literal["id", "number"], value: UUID | str
) -> tuple[Certificate, list[Maker]] | None:
    """One certificate by its id or by its number, and who led it into which state."""
    row = await tx.fetchrow(f"{_GET_CASE}{key} = $1", value)
    if row is None:
        return None
    return certificate_of(row), list(zip(row["states"] or (), row["actors"] or (), strict=True))


async def makers_of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, list[Maker]]:
    """By certificate: who led it into which state, in the order of the steps."""
    found: dict[UUID, list[Maker]] = {id: [] for id in ids}
    for row in await tx.fetch(
        "select certificate_id, state, actor from certificate_transition"
        " where certificate_id = any($1::uuid[]) order by certificate_id, step",
        ids,
    ):
        found[row["certificate_id"]].append((row["state"], row["actor"]))
    return found


async def add_evidence(tx: Tx, papers: Sequence[Evidence]) -> None:
    columns = ("id", "certificate_id", "kind", "reference", "digest", "actor")
    rows = [(e.id, e.certificate_id, e.kind, e.reference, e.digest, e.actor) for e in papers]
    if rows:
        await tx.copy("certificate_evidence", columns, rows)


async def next_numbers(tx: Tx, count: int) -> list[int]:
    rows = await tx.fetch(
        "select nextval('certificate_number') as n from generate_series(1, $1::int)", count
    )
    return [row["n"] for row in rows]


async def uninspected(
    tx: Tx, year: int, window_opens: date, limit: int, of: Sequence[UUID] | None = None
) -> list[Certificate]:
    """Issued before that year's window opened and not inspected in it. ``of``: only those among
    these, locked."""
    rows = await tx.fetch(
        "select c.* from certificate c where c.state = 'issued' and c.issued_on < $2"  # noqa: S608
        " and ($4::uuid[] is null or c.id = any($4))"
        " and not exists (select 1 from certificate_inspection i"
        "  where i.certificate_id = c.id and i.year = $1 and not exists"
        "   (select from certificate_inspection_reversal r where r.inspection_id = i.id))"
        " order by c.id limit $3" + ("" if of is None else " for no key update of c"),
        year,
        window_opens,
        limit,
        of,
    )
    return [certificate_of(row) for row in rows]


async def outlived(
    tx: Tx, today: date, limit: int, of: Sequence[UUID] | None = None
) -> list[Certificate]:
    """In hand, and their validity was over before today. ``of``: only those among these, locked."""
    rows = await tx.fetch(
        "select * from certificate where state in ('issued', 'suspended', 'lost')"  # noqa: S608
        " and valid_until < $1 and ($3::uuid[] is null or id = any($3))"
        " order by id limit $2" + ("" if of is None else " for no key update"),
        today,
        limit,
        of,
    )
    return [certificate_of(row) for row in rows]
