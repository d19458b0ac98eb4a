"""Contributions of registered people, reversals by name, and the months that contradict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.contributions.domain import (
    INSURANCES,
    Conflict,
    Contribution,
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


async def paid_by_employers(tx: Tx, workers: Sequence[UUID]) -> dict[UUID, set[date]]:
    """The months in which an employer paid for each of these."""
    found: dict[UUID, set[date]] = {}
    for row in await tx.fetch(
        "select distinct c.worker_id, c.month from contribution c"  # noqa: S608
        f" where c.worker_id = any($1::uuid[]) and c.payer is not null and not {_REVERSED}",
        workers,
    ):
        found.setdefault(row["worker_id"], set()).add(row["month"])
    return found


async def conflicts_of(tx: Tx, workers: Sequence[UUID]) -> set[tuple[UUID, date]]:
    rows = await tx.fetch(
        "select worker_id, month from contribution_conflict where worker_id = any($1::uuid[])",
        workers,
    )
    return {(row["worker_id"], row["month"]) for row in rows}


async def add_conflicts(tx: Tx, rows: Iterable[tuple[UUID, UUID, date]]) -> None:
    await tx.copy("contribution_conflict", ("id", "worker_id", "month"), list(rows))


async def remove_conflicts(tx: Tx, gone: Iterable[tuple[UUID, date]]) -> None:
    rows = list(gone)
    await tx.execute(
        "delete from contribution_conflict c using unnest($1::uuid[], $2::date[])"
        " as g (worker_id, month) where (c.worker_id, c.month) = (g.worker_id, g.month)",
        [worker for worker, _ in rows],
        [month for _, month in rows],
    )


async def conflicts(
    tx: Tx, pattern: str, month: date | None, after: UUID | None, limit: int
) -> list[Conflict]:
    rows = await tx.fetch(
        "select f.id, f.worker_id, f.month, w.area_code, w.office"
        " from contribution_conflict f join worker w on w.id = f.worker_id"
        " where w.area_code ~ $1 and ($2::date is null or f.month = $2)"
        " and ($3::uuid is null or f.id > $3) order by f.id limit $4",
        pattern,
        month,
        after,
        limit,
    )
    return [
        Conflict(row["id"], row["worker_id"], row["month"], (), row["area_code"], row["office"])
        for row in rows
    ]


async def payers(
    tx: Tx, workers: Sequence[UUID], months: Sequence[date]
) -> dict[tuple[UUID, date], tuple[str, ...]]:
    """Which employers paid for each of these in these months."""
    rows = await tx.fetch(
        "select c.worker_id, c.month, array_agg(distinct c.payer) as payers from contribution c"  # noqa: S608
        " where c.worker_id = any($1::uuid[]) and c.month = any($2::date[])"
        f" and c.payer is not null and not {_REVERSED} group by 1, 2",
        workers,
        months,
    )
    return {(row["worker_id"], row["month"]): tuple(sorted(row["payers"])) for row in rows}
