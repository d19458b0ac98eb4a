"""Life facts in the database: append-only, found by the keyed hash of the ID number.

The join with ``worker`` is what binds a fact to a person, before or after the registration; a
corrected ID number takes its facts along.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.life_facts.domain import LifeFact

# The fold: a fact that is not reversed, with the last end that is not reversed either.
_STANDING = (
    "select f.id, w.id as worker_id, f.kind, f.happened_on, f.authority,"
    " (select a.happened_on from life_fact_act a where a.fact_id = f.id and a.act = 'ended'"
    "  and ($2::timestamptz is null or a.recorded_at <= $2)"
    "  order by a.recorded_at desc, a.id desc limit 1) as until,"
    " (select t.event_id from life_fact_told t where t.fact_id = f.id"
    "  order by t.recorded_at desc limit 1) as told_event"
    " from worker w join life_fact f on f.subject_index = w.id_number_index"
    " where w.id = any($1::uuid[]) and ($2::timestamptz is null or f.recorded_at <= $2)"
    " and not exists (select from life_fact_act a where a.fact_id = f.id and a.act = 'reversed'"
    "  and ($2::timestamptz is null or a.recorded_at <= $2))"
    " order by f.happened_on, f.id"
)


def _fact(row: Record) -> LifeFact:
    until: date | None = row["until"]
    return LifeFact(
        row["id"], row["worker_id"], row["kind"], row["happened_on"], until, row["authority"],
        row["told_event"],
    )  # fmt: skip


async def of(tx: Tx, workers: Sequence[UUID], known_at: datetime | None) -> list[LifeFact]:
    """The standing facts of these workers, as they were known at an instant (None: now)."""
    return [_fact(row) for row in await tx.fetch(_STANDING, workers, known_at)]
