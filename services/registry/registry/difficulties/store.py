"""Recognitions and refusals, the papers shown, exits written by hand, and who was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.difficulties.domain import Asked, Difficulty, Exit, Proof, State

_COLUMNS = (
    "id", "worker_id", "kind", "state", "recognised_on", "decision_id", "area_code", "office",
    "clause", "exited_on", "exit_reason", "told_event", "recognised_event", "version",
)  # fmt: skip
_GET = "select * from difficulty where id = $1"
_EXITS = (
    "select e.id, e.difficulty_id, e.happened_on, e.reason, e.actor from difficulty_exit e"
    " where e.difficulty_id = any($1::uuid[])"
    " and not exists (select from difficulty_restoration r where r.exit_id = e.id)"
    " order by e.recorded_at, e.id"
)


#: What changes of a recognition: read as it was before the first change after an instant.
_KNOWN = ("state", "exited_on", "exit_reason", "decision_id", "clause", "version")
_THEN = (
    "select d.*, "  # noqa: S608
    + ", ".join(f"p.{column} as was_{column}" for column in _KNOWN)
    + " from difficulty d left join lateral (select * from difficulty_past p"
    "  where p.difficulty_id = d.id and p.until > $2 order by p.version limit 1) p on true"
    " where d.worker_id = any($1::uuid[]) and exists"
    "  (select from decision e where e.entity_id = d.id and e.recorded_at <= $2)"
    " order by d.recognised_on, d.id"
)


def _difficulty(row: Record) -> Difficulty:
    return Difficulty(*(row[column] for column in _COLUMNS))


async def add(
    tx: Tx, difficulties: Sequence[Difficulty], proofs: Sequence[tuple[UUID, int, Proof]]
) -> None:
    """New decisions, with the papers: (difficulty, number, paper)."""
    await tx.copy(
        "difficulty",
        _COLUMNS,
        [
            (d.id, d.worker_id, d.kind, d.state, d.recognised_on, d.decision_id, d.area_code,
             d.office, d.clause, d.exited_on, d.exit_reason, d.told_event, d.recognised_event,
             d.version)
            for d in difficulties
        ],
    )  # fmt: skip
    if proofs:
        await tx.copy(
            "difficulty_proof",
            ("difficulty_id", "n", "kind", "reference", "issued_on"),
            [(id, n, p.kind, p.reference, p.issued_on) for id, n, p in proofs],
        )


async def granted_to(tx: Tx, workers: Sequence[UUID]) -> list[Difficulty]:
    """Every recognition of these records, also those that ended; no refusals."""
    rows = await tx.fetch(
        "select * from difficulty where worker_id = any($1::uuid[]) and state <> 'refused'"
        " order by recognised_on, id",
        workers,
    )
    return [_difficulty(row) for row in rows]


async def ids_in_use(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from difficulty where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def get(tx: Tx, id: UUID) -> Difficulty | None:
    row = await tx.fetchrow(_GET, id)
    return _difficulty(row) if row else None


async def proofs_of(tx: Tx, id: UUID) -> list[Proof]:
    rows = await tx.fetch(
        "select kind, reference, issued_on from difficulty_proof where difficulty_id = $1"
        " order by n limit 20",
        id,
    )
    return [Proof(row["kind"], row["reference"], row["issued_on"]) for row in rows]


async def exits_of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, list[Exit]]:
    """The exits written by hand that nobody took back, by recognition, in the order of record."""
    found: dict[UUID, list[Exit]] = {}
    for row in await tx.fetch(_EXITS, ids):
        found.setdefault(row["difficulty_id"], []).append(Exit(*row.values()))
    return found


async def add_exit(tx: Tx, exit: Exit) -> None:
    await tx.execute(
        "insert into difficulty_exit (id, difficulty_id, happened_on, reason, actor)"
        " values ($1, $2, $3, $4, $5)",
        exit.id,
        exit.difficulty_id,
        exit.on,
        exit.reason,
        exit.actor,
    )


async def take_back(tx: Tx, exits: Sequence[UUID], reason: str, actor: str) -> None:
    await tx.execute(
        "insert into difficulty_restoration (exit_id, reason, actor)"
        " select id, $2, $3 from unnest($1::uuid[]) as id on conflict do nothing",
        exits,
        reason,
        actor,
    )


async def save(tx: Tx, difficulties: Sequence[Difficulty]) -> None:
    """How recognitions stand now; their persons are locked. How they stood is kept beside them.
    Those that ended are written first: of one record and kind never two hold, not even inside."""
    for holds in (False, True):
        rows = [d for d in difficulties if (d.state == "recognised") == holds]
        if rows:
            await tx.execute(
                "with past as (insert into difficulty_past (difficulty_id, version, state,"
                "  exited_on, exit_reason, decision_id, clause) select id, version, state,"
                "  exited_on, exit_reason, decision_id, clause from difficulty"
                "  where id = any($1::uuid[]))"
                " update difficulty d set state = u.state, exited_on = u.exited_on,"
                " exit_reason = u.exit_reason, told_event = u.told_event,"
                " recognised_event = u.recognised_event, decision_id = u.decision_id,"
                " clause = u.clause, version = d.version + 1"
                " from unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::uuid[],"
                " $6::uuid[], $7::uuid[], $8::text[]) as u (id, state, exited_on, exit_reason,"
                " told_event, recognised_event, decision_id, clause) where d.id = u.id",
                [d.id for d in rows],
                [d.state for d in rows],
                [d.exited_on for d in rows],
                [d.exit_reason for d in rows],
                [d.told_event for d in rows],
                [d.recognised_event for d in rows],
                [d.decision_id for d in rows],
                [d.clause for d in rows],
            )


async def note_asked(tx: Tx, asked: Sequence[Asked]) -> None:
    await tx.copy(
        "difficulty_asked",
        ("id", "worker_id", "asked_on", "answer", "actor"),
        [(a.id, a.worker_id, a.asked_on, a.answer, a.actor) for a in asked],
    )


async def asked_of(tx: Tx, workers: Sequence[UUID], after: UUID | None, limit: int) -> list[Asked]:
    rows = await tx.fetch(
        "select id, worker_id, asked_on, answer, actor from difficulty_asked"
        " where worker_id = any($1::uuid[]) and ($2::uuid is null or id > $2) order by id limit $3",
        workers,
        after,
        limit,
    )
    return [Asked(*row.values()) for row in rows]


async def asked_in_use(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from difficulty_asked where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def page(
    tx: Tx,
    pattern: str,
    workers: Sequence[UUID] | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Difficulty]:
    rows = await tx.fetch(
        "select * from difficulty where area_code ~ $1"
        " and ($2::uuid[] is null or worker_id = any($2)) and ($3::text is null or state = $3)"
        " and ($4::uuid is null or id > $4) order by id limit $5",
        pattern,
        workers,
        state,
        after,
        limit,
    )
    return [_difficulty(row) for row in rows]


async def of_workers(tx: Tx, workers: Sequence[UUID]) -> list[Difficulty]:
    rows = await tx.fetch(
        "select * from difficulty where worker_id = any($1::uuid[]) order by recognised_on, id",
        workers,
    )
    return [_difficulty(row) for row in rows]


async def known_of(tx: Tx, workers: Sequence[UUID], known_at: datetime | None) -> list[Difficulty]:
    """What these records asked for and how it stood, as known at an instant (None: now)."""
    if known_at is None:
        return await of_workers(tx, workers)
    return [
        replace(
            _difficulty(row),
            **{column: row[f"was_{column}"] for column in _KNOWN if row["was_version"]},
        )
        for row in await tx.fetch(_THEN, workers, known_at)
    ]
