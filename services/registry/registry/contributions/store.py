"""Contributions of registered people, reversals by name, and the months that contradict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.contributions.domain import (
    INSURANCES,
    Conflict,
    Contribution,
    Finding,
    Insurance,
    Withdrawal,
)

_REVERSED = (
    "exists (select from contribution_reversal r"
    " where r.contribution_id = c.id and r.authority = c.authority)"
)
_SHOWN = (
    "select c.id, c.worker_id, c.month, c.pension, c.medical, c.unemployment, c.payer, c.base_fen,"  # noqa: S608
    f" c.authority, c.told_event, w.area_code, w.office, {_REVERSED} as reversed"
    " from contribution c join worker w on w.id = c.worker_id"
)


def _insurances(row: Record) -> tuple[Insurance, ...]:
    return tuple(one for one in INSURANCES if row[one])


def _contribution(row: Record) -> Contribution:
    return Contribution(
        row["id"], row["worker_id"], row["month"], _insurances(row), row["payer"],
        row["base_fen"], row["authority"], row["area_code"], row["office"], row["reversed"],
        row["told_event"],
    )  # fmt: skip


async def exclude_reversals(tx: Tx, authority: str) -> None:
    """While an authority's lines are recorded, none of them is taken back; see the next one."""
    await tx.execute(
        "select pg_advisory_xact_lock_shared(hashtextextended('contribution ' || $1, 0))", authority
    )


async def exclude_records(tx: Tx, authority: str) -> None:
    """Wait until no line of this authority is being recorded: a reversal that met an uncommitted
    contribution would neither see it nor be seen."""
    await tx.execute(
        "select pg_advisory_xact_lock(hashtextextended('contribution ' || $1, 0))", authority
    )


async def reversed_before(tx: Tx, ids: Sequence[UUID], authority: str) -> set[UUID]:
    """Which of these this authority has taken back already, before telling them."""
    rows = await tx.fetch(
        "select contribution_id from contribution_reversal"
        " where contribution_id = any($1::uuid[]) and authority = $2",
        ids,
        authority,
    )
    return {row["contribution_id"] for row in rows}


async def add(tx: Tx, rows: Sequence[Contribution], actor: str) -> set[UUID]:
    """Write contributions in the order of their ids; answers those that were not there before."""
    rows = sorted(rows, key=lambda row: row.id)
    written = await tx.fetch(
        "insert into contribution (id, worker_id, month, pension, medical, unemployment, payer,"
        " base_fen, authority, told_event, actor)"
        " select *, $11::text from unnest($1::uuid[], $2::uuid[], $3::date[], $4::bool[],"
        " $5::bool[], $6::bool[], $7::text[], $8::bigint[], $9::text[], $10::uuid[])"
        " on conflict (id) do nothing returning id",
        [row.id for row in rows],
        [row.worker_id for row in rows],
        [row.month for row in rows],
        *([one in row.insurances for row in rows] for one in INSURANCES),
        [row.payer for row in rows],
        [row.base_fen for row in rows],
        [row.authority for row in rows],
        [row.told_event for row in rows],
        actor,
    )
    return {row["id"] for row in written}


async def of(tx: Tx, ids: Sequence[UUID], authority: str) -> list[Contribution]:
    """What this authority told under these ids, as far as it was kept."""
    rows = await tx.fetch(
        f"{_SHOWN} where c.id = any($1::uuid[]) and c.authority = $2 order by c.id",
        ids,
        authority,
    )
    return [_contribution(row) for row in rows]


async def reverse(tx: Tx, rows: Sequence[Withdrawal], authority: str, actor: str) -> None:
    """Write reversals in the order of their ids. One whose id was written before stays."""
    rows = sorted(rows, key=lambda row: row.id)
    await tx.execute(
        "insert into contribution_reversal (id, contribution_id, reason, authority, actor)"
        " select *, $4::text, $5::text from unnest($1::uuid[], $2::uuid[], $3::text[])"
        " on conflict (id) do nothing",
        [row.id for row in rows],
        [row.contribution_id for row in rows],
        [row.reason for row in rows],
        authority,
        actor,
    )


async def page(
    tx: Tx,
    pattern: str,
    workers: Sequence[UUID] | None,
    month: date | None,
    after: UUID | None,
    limit: int,
) -> list[Contribution]:
    rows = await tx.fetch(
        f"{_SHOWN} where w.area_code ~ $1"
        " and ($2::uuid[] is null or c.worker_id = any($2)) and ($3::date is null or c.month = $3)"
        " and ($4::uuid is null or c.id > $4) order by c.id limit $5",
        pattern,
        workers,
        month,
        after,
        limit,
    )
    return [_contribution(row) for row in rows]


# --- months that contradict an unemployment


async def paid_by_employers(
    tx: Tx, workers: Sequence[UUID], known_at: datetime | None = None
) -> dict[UUID, dict[date, tuple[str, ...]]]:
    """Which employers paid for each of these, by month, as known at an instant (None: now)."""
    found: dict[UUID, dict[date, tuple[str, ...]]] = {}
    for row in await tx.fetch(
        "select c.worker_id, c.month, array_agg(distinct c.payer) as payers from contribution c"
        " where c.worker_id = any($1::uuid[]) and c.payer is not null"
        " and ($2::timestamptz is null or c.recorded_at <= $2) and not exists"
        " (select from contribution_reversal r where r.contribution_id = c.id"
        "  and r.authority = c.authority and ($2::timestamptz is null or r.recorded_at <= $2))"
        " group by 1, 2",
        workers,
        known_at,
    ):
        found.setdefault(row["worker_id"], {})[row["month"]] = tuple(row["payers"])
    return found


async def former_employers(tx: Tx, workers: Sequence[UUID]) -> dict[UUID, str]:
    """The code of each worker's former employer; absent where none is known. The noun of workers
    stands above this one, so its table is read here, as for their places."""
    rows = await tx.fetch(
        "select id, employer_code from worker where id = any($1::uuid[])"
        " and employer_code is not null",
        workers,
    )
    return {row["id"]: row["employer_code"] for row in rows}


_CONFLICT = (
    "select f.*, w.area_code, w.office from contribution_conflict f"
    " join worker w on w.id = f.worker_id"
)


def _conflict(row: Record) -> Conflict:
    return Conflict(
        row["id"], row["worker_id"], row["month"], Finding(row["finding"], tuple(row["payers"])),
        row["area_code"], row["office"], row["standing"], row["explanation"], row["told_event"],
    )  # fmt: skip


async def conflicts_of(tx: Tx, workers: Sequence[UUID]) -> list[Conflict]:
    """Every month that was ever found of these, also what no longer stands."""
    rows = await tx.fetch(_CONFLICT + " where f.worker_id = any($1::uuid[])", workers)
    return [_conflict(row) for row in rows]


async def standing_months(tx: Tx, people: Sequence[UUID]) -> dict[UUID, list[date]]:
    """By person, the months that stand against him or her, in order; absent where none does."""
    rows = await tx.fetch(
        "select worker_id, array_agg(month order by month) as months from contribution_conflict"
        " where worker_id = any($1::uuid[]) and standing group by worker_id",
        people,
    )
    return {row["worker_id"]: row["months"] for row in rows}


async def save_conflicts(tx: Tx, rows: Sequence[Conflict]) -> None:
    """Write what was found or changed. Payers travel as one text each: arrays of arrays would have to
    be of one length, and no code has a comma."""
    await tx.execute(
        "insert into contribution_conflict (id, worker_id, month, finding, payers, standing,"
        " explanation, told_event)"
        " select id, worker_id, month, finding, string_to_array(payers, ','), standing, explanation,"
        " told_event from unnest($1::uuid[], $2::uuid[], $3::date[], $4::text[], $5::text[],"
        " $6::bool[], $7::text[], $8::uuid[]) as f (id, worker_id, month, finding, payers,"
        " standing, explanation, told_event)"
        " on conflict (id) do update set finding = excluded.finding, payers = excluded.payers,"
        " standing = excluded.standing, explanation = excluded.explanation,"
        " told_event = excluded.told_event",
        [one.id for one in rows],
        [one.worker_id for one in rows],
        [one.month for one in rows],
        [one.finding.kind for one in rows],
        [",".join(one.finding.payers) for one in rows],
        [one.standing for one in rows],
        [one.explanation for one in rows],
        [one.told_event for one in rows],
    )


async def explained_by(tx: Tx, id: UUID, actor: str) -> None:
    await tx.execute("update contribution_conflict set explained_by = $2 where id = $1", id, actor)


async def conflict(tx: Tx, id: UUID) -> Conflict | None:
    row = await tx.fetchrow(_CONFLICT + " where f.id = $1", id)
    return _conflict(row) if row else None


async def conflicts(
    tx: Tx,
    areas: str,
    workers: Sequence[UUID] | None,
    month: date | None,
    standing: bool | None,
    after: UUID | None,
    limit: int,
) -> list[Conflict]:
    rows = await tx.fetch(
        _CONFLICT + " where w.area_code ~ $1 and ($2::uuid[] is null or f.worker_id = any($2))"
        " and ($3::date is null or f.month = $3) and ($4::bool is null or f.standing = $4)"
        " and ($5::uuid is null or f.id > $5) order by f.id limit $6",
        areas,
        workers,
        month,
        standing,
        after,
        limit,
    )
    return [_conflict(row) for row in rows]
