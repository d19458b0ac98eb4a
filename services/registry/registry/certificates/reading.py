"""Reading certificates: lists, counts, their steps and papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kit.db import Tx
from registry.certificates.acts import State
from registry.certificates.domain import (
    Certificate,
    Transition,
)
from registry.certificates.evidence import (
    Evidence,
)
from registry.certificates.store import certificate_of


@dataclass(frozen=True, slots=True)
class Counts:
    """How many certificates stand where; ``entitled`` = granted by the rule, issued or not."""

    applied: int
    entitled: int
    issued: int
    refused: int
    revoked: int


async def evidence_of(tx: Tx, ids: Sequence[UUID], limit: int) -> dict[UUID, list[Evidence]]:
    """The papers of each certificate, oldest first, at most ``limit`` of each."""
    found: dict[UUID, list[Evidence]] = {id: [] for id in ids}
    for row in await tx.fetch(
        "select e.* from unnest($1::uuid[]) as c (id) cross join lateral ("
        "select * from certificate_evidence where certificate_id = c.id order by id limit $2) e"
        " order by e.id",
        list(found),
        limit,
    ):
        one = Evidence(
            row["id"], row["certificate_id"], row["kind"], row["reference"], row["digest"],
            row["actor"],
        )  # fmt: skip
        found[one.certificate_id].append(one)
    return found


async def page(
    tx: Tx,
    pattern: str,
    workers: Sequence[UUID] | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Certificate]:
    """Certificates of the areas of a pattern and of these records (None: of everybody), by id."""
    rows = await tx.fetch(
        "select * from certificate where area_code ~ $1"
        " and ($2::uuid[] is null or worker_id = any($2)) and ($3::text is null or state = $3)"
        " and ($4::uuid is null or id > $4) order by id limit $5",
        pattern,
        workers,
        state,
        after,
        limit,
    )
    return [certificate_of(row) for row in rows]


async def of_workers(tx: Tx, workers: Sequence[UUID]) -> list[Certificate]:
    rows = await tx.fetch(
        "select * from certificate where worker_id = any($1::uuid[]) order by applied_on, id",
        workers,
    )
    return [certificate_of(row) for row in rows]


async def transitions_of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, list[Transition]]:
    """The steps of each certificate in order; there are few (at most 100 are read of each)."""
    found: dict[UUID, list[Transition]] = {id: [] for id in ids}
    for row in await tx.fetch(
        "select * from certificate_transition where certificate_id = any($1::uuid[])"
        " and step <= 100 order by certificate_id, step",
        list(found),
    ):
        step = Transition(
            row["certificate_id"], row["step"], row["state"], row["day"], row["actor"],
            row["reason"], tuple(row["evidence"] or ()), row["statement"],
        )  # fmt: skip
        found[step.certificate_id].append(step)
    return found


# The state stands in the text, so that the index of what waits serves any plan.
_AWAITING = """
with waiting as (select c.id, case when c.state = 'publicised' then greatest(c.state_on, c.listed_on)
       else c.state_on end as begun
  from certificate c where c.state = '{state}' and c.area_code ~ $1)
select c.* from waiting w join certificate c on c.id = w.id
 where w.begun <= $2 and (w.begun, w.id) > ($3, $4)
   and not exists (select from certificate_transition t
     where t.certificate_id = c.id and t.actor = $5 and t.state = any($6::text[]))
 order by w.begun, w.id limit $7
"""


async def awaiting(
    tx: Tx,
    state: State,
    pattern: str,
    border: date,
    after: tuple[date, UUID],
    barred: str,
    makers: Sequence[State],
    limit: int,
) -> list[Certificate]:
    """Certificates that came into a state on a day up to ``border``, oldest first; not those that
    ``barred`` led into one of ``makers``."""
    rows = await tx.fetch(
        _AWAITING.format(state=state), pattern, border, *after, barred, list(makers), limit
    )  # fmt: skip
    return [certificate_of(row) for row in rows]


async def late(
    tx: Tx,
    pattern: str,
    borders: Mapping[State, date],
    after: UUID | None,
    limit: int,
) -> list[Certificate]:
    """Cases whose step's limit has passed: by state, the last day of the act that is late by now.
    Applications are counted from the day of application, the others from their own step."""
    rows = await tx.fetch(
        "select c.* from certificate c join unnest($2::text[], $3::date[]) as b (state, day)"
        " on c.state = b.state and b.day >="
        " case when c.state in ('applied', 'checked') then c.applied_on"
        " when c.state = 'publicised' then greatest(c.state_on, c.listed_on) else c.state_on end"
        " where c.area_code ~ $1 and ($4::uuid is null or c.id > $4)"
        " order by c.id limit $5",
        pattern,
        list(borders),
        list(borders.values()),
        after,
        limit,
    )
    return [certificate_of(row) for row in rows]


async def posted(
    tx: Tx, pattern: str, after_day: date, after: UUID | None, limit: int
) -> list[Certificate]:
    """What stands on the public list: posted after that day."""
    rows = await tx.fetch(
        "select * from certificate where state = 'publicised' and greatest(state_on, listed_on) > $2"
        " and area_code ~ $1 and ($3::uuid is null or id > $3) order by id limit $4",
        pattern,
        after_day,
        after,
        limit,
    )
    return [certificate_of(row) for row in rows]


async def waiting(tx: Tx, state: State, pattern: str, until: date, limit: int) -> list[UUID]:
    """Certificates of an area that came into a state on that day or before and still stand there."""
    rows = await tx.fetch(
        "select id from certificate where state = $4 and greatest(state_on, listed_on) <= $2"
        " and area_code ~ $1 order by id limit $3",
        pattern,
        until,
        limit,
        state,
    )
    return [row["id"] for row in rows]


async def counts(tx: Tx, pattern: str) -> Counts:
    row = await tx.fetchrow(
        "select count(*) filter (where state = 'applied') as applied,"
        " count(*) filter (where entitled) as entitled,"
        " count(*) filter (where state in ('issued', 'suspended', 'lost')) as issued,"
        " count(*) filter (where state = 'refused') as refused,"
        " count(*) filter (where state = 'revoked') as revoked"
        " from certificate where area_code ~ $1",
        pattern,
    )
    assert row is not None
    return Counts(**dict(row))


async def suspensions_of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, list[tuple[date, date | None]]]:
    """The spans in which these certificates were suspended: from a day to the first day after it
    (None: still)."""
    found: dict[UUID, list[tuple[date, date | None]]] = {}
    for row in await tx.fetch(
        "select certificate_id, day, until from (select certificate_id, state, day, step,"
        " lead(day) over (partition by certificate_id order by step) as until"
        " from certificate_transition where certificate_id = any($1::uuid[])) steps"
        " where state = 'suspended' order by certificate_id, step",
        ids,
    ):
        found.setdefault(row["certificate_id"], []).append((row["day"], row["until"]))
    return found


async def standing_of(
    tx: Tx, workers: Sequence[UUID], on: date, known_at: datetime | None
) -> list[Transition]:
    rows = await tx.fetch(
        "select distinct on (t.certificate_id) t.* from certificate c"
        " join certificate_transition t on t.certificate_id = c.id"
        " where c.worker_id = any($1::uuid[]) and t.day <= $2"
        " and ($3::timestamptz is null or t.recorded_at <= $3)"
        " order by t.certificate_id, t.step desc",
        workers,
        on,
        known_at,
    )
    return [
        Transition(
            row["certificate_id"], row["step"], row["state"], row["day"], row["actor"],
            row["reason"],
        )
        for row in rows
    ]  # fmt: skip


async def some(tx: Tx, ids: Sequence[UUID]) -> list[Certificate]:
    """Certificates by id, not locked."""
    rows = await tx.fetch("select * from certificate where id = any($1::uuid[])", ids)
    return [certificate_of(row) for row in rows]
