"""The census in the database: who is without work and was not asked yet, and how many were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.db import Tx
from registry.difficulties.rule import Kind


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom the rule is to be asked about. ``recognised``: kinds that hold already;
    ``asked_on``: when the person last answered."""

    worker_id: UUID
    recognised: frozenset[str]
    asked_on: date | None


# A merged record is no person of its own; what its survivor's other records hold counts for it.
# An answer counts under the law that it was given under: a later law has another circle of people.
_CANDIDATES = (
    "select w.id, last.asked_on, array(select d.kind from difficulty d where d.state = 'recognised'"
    "  and (d.worker_id = w.id or d.worker_id in"
    "   (select l.merged_id from identity_link l where l.survivor_id = w.id))) as recognised"
    " from worker w join labour_status s on s.worker_id = w.id"
    " left join lateral (select a.answer, a.asked_on from difficulty_asked a where a.asked_on >= $5"
    "  and (a.worker_id = w.id or a.worker_id in"
    "   (select l.merged_id from identity_link l where l.survivor_id = w.id))"
    "  order by a.asked_on desc, a.id desc limit 1) last on true"
    " where w.id = any($1::uuid[]) and s.status = any($2::text[])"
    " and ($3::date is null or w.birth_date <= case w.sex when 'male' then $3 else $4::date end)"
    " and not exists (select from identity_link l where l.merged_id = w.id)"
    " and case when $6 then last.answer = 'applies' and not exists (select from difficulty d"
    "   where d.worker_id = w.id and d.recognised_on >= last.asked_on)"
    "  else last.answer is null end"
    " order by w.id"
)


async def some(tx: Tx, pattern: str, after: UUID | None, limit: int) -> list[UUID]:
    """So many people registered in an area, by id."""
    rows = await tx.fetch(
        "select id from worker where area_code ~ $1 and ($2::uuid is null or id > $2)"
        " order by id limit $3",
        pattern,
        after,
        limit,
    )
    return [row["id"] for row in rows]


async def candidates(
    tx: Tx,
    people: Sequence[UUID],
    statuses: Sequence[str],
    born_by: tuple[date, date] | None,
    since: date,
    *,
    applies: bool = False,
) -> list[Candidate]:
    """Those of these people in one of these statuses whom nobody has asked since a day, or who have said
    since then that they apply and were not decided on. ``born_by``: the last birth dates of men and
    of women that are looked for."""
    male, female = born_by or (None, None)
    rows = await tx.fetch(_CANDIDATES, people, statuses, male, female, since, applies)
    return [Candidate(row["id"], frozenset(row["recognised"]), row["asked_on"]) for row in rows]


async def answers(tx: Tx, pattern: str) -> dict[str, int]:
    """How many people of an area answered what, by their last answer."""
    rows = await tx.fetch(
        "select last.answer, count(*) as n from (select distinct on (a.worker_id) a.answer"
        " from difficulty_asked a join worker w on w.id = a.worker_id"
        " where w.area_code ~ $1 order by a.worker_id, a.asked_on desc, a.id desc) last"
        " group by last.answer",
        pattern,
    )
    return {row["answer"]: row["n"] for row in rows}


async def recognised(tx: Tx, pattern: str) -> dict[Kind, int]:
    """How many recognitions hold in an area, by kind."""
    rows = await tx.fetch(
        "select kind, count(*) as n from difficulty where area_code ~ $1"
        " and state = 'recognised' group by kind",
        pattern,
    )
    return {row["kind"]: row["n"] for row in rows}
