"""Pairs, verdicts, and how far the search has come. No personal value is kept here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

import orjson
from asyncpg import Record

from kit.db import Tx
from registry.duplicates.domain import Duplicate, State, Unmerged
from registry.duplicates.rules import Part

_COLUMNS = (
    "id", "worker_id", "other_id", "score", "parts", "matchers", "state", "found_on", "area_code",
    "office", "version",
)  # fmt: skip
#: Where the search stands: behind this transaction and this record.
Place = tuple[str, UUID]


def _parts(parts: Sequence[Part]) -> str:
    return orjson.dumps([asdict(part) for part in parts]).decode()


def _duplicate(row: Record) -> Duplicate:
    return Duplicate(
        row["id"], row["worker_id"], row["other_id"], row["score"],
        tuple(Part(**part) for part in orjson.loads(row["parts"])), row["matchers"],
        row["state"], row["found_on"], row["area_code"], row["office"], row["version"],
    )  # fmt: skip


def _row(d: Duplicate) -> tuple[object, ...]:
    return (
        d.id, d.one, d.other, d.score, _parts(d.parts), d.matchers, d.state, d.found_on,
        d.area_code, d.office, d.version,
    )  # fmt: skip


async def add(tx: Tx, duplicates: Sequence[Duplicate]) -> None:
    await tx.copy("duplicate_pair", _COLUMNS, [_row(d) for d in duplicates])


async def save(tx: Tx, duplicates: Sequence[Duplicate]) -> int:
    """Write new states; answers how many were still as they had been read."""
    return await tx.execute(
        "update duplicate_pair d set score = u.score, parts = u.parts, matchers = u.matchers,"
        " state = u.state, found_on = u.found_on, version = u.version"
        " from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::date[],"
        " $7::int[]) as u (id, score, parts, matchers, state, found_on, version)"
        " where d.id = u.id and d.version = u.version - 1",
        [d.id for d in duplicates],
        [d.score for d in duplicates],
        [_parts(d.parts) for d in duplicates],
        [d.matchers for d in duplicates],
        [d.state for d in duplicates],
        [d.found_on for d in duplicates],
        [d.version for d in duplicates],
    )


async def of_pairs(
    tx: Tx, pairs: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], Duplicate]:
    """What is known of these pairs."""
    rows = await tx.fetch(
        "select d.* from unnest($1::uuid[], $2::uuid[]) as p (a, b)"
        " join duplicate_pair d on d.worker_id = p.a and d.other_id = p.b",
        [one for one, _ in pairs],
        [other for _, other in pairs],
    )
    return {(row["worker_id"], row["other_id"]): _duplicate(row) for row in rows}


async def open_of(tx: Tx, workers: Sequence[UUID]) -> list[Duplicate]:
    """The open pairs of these workers."""
    rows = await tx.fetch(
        "select * from duplicate_pair where state = 'open'"
        " and (worker_id = any($1::uuid[]) or other_id = any($1::uuid[])) order by id",
        workers,
    )
    return [_duplicate(row) for row in rows]


async def get(tx: Tx, id: UUID, *, lock: bool = False) -> Duplicate | None:
    suffix = " for no key update" if lock else ""
    row = await tx.fetchrow(f"select * from duplicate_pair where id = $1{suffix}", id)  # noqa: S608
    return _duplicate(row) if row else None


async def page(
    tx: Tx,
    pattern: str,
    state: State | None,
    worker_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Duplicate]:
    rows = await tx.fetch(
        "select * from duplicate_pair where area_code ~ $1"
        " and ($2::text is null or state = $2)"
        " and ($3::uuid is null or worker_id = $3 or other_id = $3)"
        " and ($4::uuid is null or id > $4) order by id limit $5",
        pattern,
        state,
        worker_id,
        after,
        limit,
    )
    return [_duplicate(row) for row in rows]


async def add_verdict(
    tx: Tx, id: UUID, duplicate: Duplicate, on: date, reason: str, actor: str
) -> None:
    await tx.execute(
        "insert into duplicate_verdict (id, duplicate_id, verdict, decided_on, reason, score, parts,"
        " matchers, actor) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id, duplicate.id, duplicate.state, on, reason, duplicate.score, _parts(duplicate.parts),
        duplicate.matchers, actor,
    )  # fmt: skip


async def verdicts_of(tx: Tx, duplicate_id: UUID) -> list[Record]:
    return await tx.fetch(
        "select * from duplicate_verdict where duplicate_id = $1 order by recorded_at, id limit 100",
        duplicate_id,
    )


async def verdict(tx: Tx, id: UUID) -> Record | None:
    """One verdict with its pair's present state."""
    return await tx.fetchrow(
        "select v.*, d.worker_id, d.other_id, d.state from duplicate_verdict v"
        " join duplicate_pair d on d.id = v.duplicate_id where v.id = $1",
        id,
    )


# Links are followed to their end: both may have gone into a third record.
_UNMERGED = """
with recursive pair as (
  select v.id, d.id as duplicate_id, d.worker_id, d.other_id, v.decided_on, v.actor, d.area_code,
         d.office
    from duplicate_pair d cross join lateral (
      select id, decided_on, actor from duplicate_verdict
       where duplicate_id = d.id order by recorded_at desc, id desc limit 1) v
   where d.state = 'same' and d.area_code ~ $1 and v.decided_on <= $2
     and ($3::text is null or v.actor <> $3) and (v.decided_on, v.id) > ($4, $5)),
up as (
  select distinct x.id as asked, x.id as at
    from pair cross join lateral (values (worker_id), (other_id)) x (id)
  union all select up.asked, l.survivor_id from up join identity_link l on l.merged_id = up.at),
person as (
  select asked, at from up where not exists (select from identity_link l where l.merged_id = up.at))
select p.* from pair p join person a on a.asked = p.worker_id join person b on b.asked = p.other_id
 where a.at <> b.at order by p.decided_on, p.id limit $6
"""


async def unmerged(
    tx: Tx, pattern: str, decided_by: date, barred: str | None, after: tuple[date, UUID], limit: int
) -> list[Unmerged]:
    """Pairs found to be one person up to a day and still two, oldest verdict first; without those
    whom ``barred`` found to be so."""
    rows = await tx.fetch(_UNMERGED, pattern, decided_by, barred, *after, limit)
    return [Unmerged(*row.values()) for row in rows]


async def place(tx: Tx) -> Place | None:
    """Where the search stands; None while another process is at it."""
    row = await tx.fetchrow(
        "select xid::text as xid, last_id from duplicate_progress for update skip locked"
    )
    return (row["xid"], row["last_id"]) if row else None


async def move(tx: Tx, to: Place) -> None:
    await tx.execute(
        "update duplicate_progress set xid = $1::text::xid8, last_id = $2, moved_at = clock_timestamp()",
        *to,
    )
