"""Everything heard that a set of lines needs: a fixed number of statements for any number of lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from asyncpg import Record

from kit import identity_links
from kit.db import Tx
from subsidy.heard.domain import (
    Enrolment,
    Held,
    Known,
    Occupancy,
    Paid,
    Placement,
    Referral,
    Worker,
)
from subsidy.heard.facts import Line
from subsidy.programmes.facts import Spell

_WORKERS = """
select worker_id, sex, birth_date, cadre, centre_agreement_on, event_id
  from known_worker join unnest($1::uuid[]) as a (worker_id) using (worker_id)
 where birth_date is not null and sex is not null
"""
_HELD = """
select entity_id, noun, worker_id, since, until, event_id, kind
  from known_spell join unnest($1::uuid[]) as a (worker_id) using (worker_id)
"""
_PAID = """
select c.worker_id, c.month, c.contribution_id, c.insurances, c.base_fen, c.payer, c.event_id
  from known_contribution c
  join unnest($1::uuid[], $2::date[]) as a (worker_id, month) using (worker_id, month)
 where not c.reversed
 order by c.contribution_id
"""
_CONFLICTS = """
select c.worker_id, c.month, c.event_id
  from known_conflict c
  join unnest($1::uuid[], $2::date[]) as a (worker_id, month) using (worker_id, month)
 where c.standing
 order by c.conflict_id
"""
# Of a letter that two placements name, the one that stands and began first is meant.
_REFERRALS = """
select distinct on (r.referral_id) r.referral_id, r.worker_id, r.event_id, p.placement_id
  from known_referral r
  join unnest($1::uuid[]) as a (referral_id) using (referral_id)
  left join known_placement p on p.referral_id = r.referral_id
 where r.outcome = 'hired'
 order by r.referral_id, p.voided, p.started_on, p.placement_id
"""
_PLACEMENTS = """
select p.placement_id, p.worker_id, p.employer_id, p.started_on, p.contract_months, p.wage_fen,
       p.new_post, p.sector, p.ended_on, p.voided, p.event_id,
       e.sector as employer_sector, e.code as employer_code, e.event_id as employer_event,
       p.public_welfare_post_id is not null as on_public_welfare_post,
       o.post_id, o.occupied_on, o.vacated_on, o.area_code, o.office, o.voided as occupancy_voided,
       o.event_id as occupancy_event
  from known_placement p
  join unnest($1::uuid[]) as a (placement_id) using (placement_id)
  left join known_employer e on e.employer_id = p.employer_id
  left join known_occupancy o on o.placement_id = p.placement_id
"""
_SHARING = """
select mine.placement_id as mine, o.placement_id, o.post_id, o.occupied_on, o.vacated_on,
       o.area_code, o.office, o.event_id
  from known_occupancy mine
  join unnest($1::uuid[]) as a (placement_id) using (placement_id)
  join known_occupancy o on o.post_id = mine.post_id and o.placement_id <> mine.placement_id
 where not o.voided and (mine.vacated_on is null or o.occupied_on < mine.vacated_on)
   and (o.vacated_on is null or mine.occupied_on < o.vacated_on)
 order by o.placement_id
"""
_WORKING = """
select worker_id, started_on, ended_on, placement_id, event_id
  from known_placement join unnest($1::uuid[]) as a (worker_id) using (worker_id)
 where not voided and (ended_on is null or ended_on >= started_on)
"""
_ENROLMENTS = """
select n.enrolment_id, n.worker_id, n.result, n.employed_on, n.event_id, n.class_id, c.opened_on,
       c.ends_on, c.completed_on, c.passed, c.failed, c.event_id as class_event
  from known_enrolment n
  join unnest($1::uuid[]) as a (enrolment_id) using (enrolment_id)
  left join known_class c on c.class_id = n.class_id
"""
_EMPLOYED = """
select class_id, employed_on, enrolment_id, event_id
  from known_enrolment join unnest($1::uuid[]) as a (class_id) using (class_id)
 where result = 'passed' and employed_on is not null
 order by enrolment_id
"""

# A placement that was voided, or a post that was never taken, leaves no day.
_LAST_DAYS = """
with asked as materialized (
    select * from unnest($1::int[], $2::uuid[]) as a (n, placement_id)),
person as materialized (
    select * from unnest($3::int[], $4::uuid[]) as p (n, worker_id)),
gone as (
    select p.n, min(s.since) - 1 as last
      from person p join known_spell s using (worker_id)
     where s.noun = 'life-fact' and s.until is null
     group by p.n)
select a.n, least(
           g.last, case when p.voided then p.started_on - 1 else p.ended_on end,
           case when o.voided then o.occupied_on else o.vacated_on end - 1) as last
  from asked a
  left join gone g using (n)
  left join known_placement p using (placement_id)
  left join known_occupancy o using (placement_id)
 order by a.n
"""

K = TypeVar("K")
V = TypeVar("V")


def _grouped(rows: Iterable[Record], read: Callable[[Record], tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = {}
    for row in rows:
        key, value = read(row)
        found.setdefault(key, []).append(value)
    return found


async def known_of(tx: Tx, lines: Sequence[Line], records: Mapping[UUID, Sequence[UUID]]) -> Known:
    """What these lines may need, of all ``records`` of their persons."""
    everyone = list({record for ids in records.values() for record in ids})
    months = {
        (record, line.day.replace(day=1))
        for line in lines
        if line.of == "month"
        for record in records[line.worker_id]
    }
    keys = [[key[0] for key in months], [key[1] for key in months]]
    referrals = {
        row["referral_id"]: Referral(row["worker_id"], row["event_id"], row["placement_id"])
        for row in await tx.fetch(_REFERRALS, _referred(lines, "introduction"))
    }
    placed = [*_referred(lines, "month")]
    placed += [one.placement_id for one in referrals.values() if one.placement_id is not None]
    placed = list(set(placed))
    return Known(
        records,
        {
            row["worker_id"]: Worker(*row[1:])
            for row in await tx.fetch(_WORKERS, everyone)
        },
        _grouped(await tx.fetch(_HELD, everyone), lambda row: (row["worker_id"], Held(*row))),
        _grouped(await tx.fetch(_PAID, *keys), _paid),
        _grouped(
            await tx.fetch(_CONFLICTS, *keys),
            lambda row: ((row["worker_id"], row["month"]), row["event_id"]),
        ),
        {row["placement_id"]: _placement(row) for row in await tx.fetch(_PLACEMENTS, placed)},
        _grouped(
            await tx.fetch(_SHARING, placed),
            lambda row: (row["mine"], (_occupancy(row), row["event_id"])),
        ),
        await _working(tx, lines, records),
        await _enrolments(tx, _referred(lines, "training")),
        referrals,
    )  # fmt: skip


def _referred(lines: Sequence[Line], of: str) -> list[UUID]:
    """What lines of a kind refer to, each once."""
    return list({one.reference for one in lines if one.of == of and one.reference is not None})


def _paid(row: Record) -> tuple[tuple[UUID, date], Paid]:
    paid = Paid(
        row["contribution_id"], tuple(row["insurances"]), row["base_fen"], row["payer"],
        row["event_id"],
    )  # fmt: skip
    return (row["worker_id"], row["month"]), paid


def _occupancy(row: Record) -> Occupancy:
    return Occupancy(
        row["placement_id"], row["post_id"], row["occupied_on"], row["vacated_on"],
        row["area_code"], row["office"],
    )  # fmt: skip


def _placement(row: Record) -> Placement:
    post = None if row["post_id"] is None else _occupancy(row)
    return Placement._make((*row[:15], post, bool(row["occupancy_voided"]), row["occupancy_event"]))


async def _working(
    tx: Tx, lines: Sequence[Line], records: Mapping[UUID, Sequence[UUID]]
) -> dict[UUID, list[tuple[Spell, UUID, UUID]]]:
    """Spells of work, of the persons of whose allowances lines are."""
    wanted = {id for line in lines if line.of == "allowance" for id in records[line.worker_id]}
    if not wanted:
        return {}
    return _grouped(
        await tx.fetch(_WORKING, list(wanted)),
        lambda row: (
            row["worker_id"],
            (Spell(row["started_on"], row["ended_on"]), row["placement_id"], row["event_id"]),
        ),
    )


async def _enrolments(tx: Tx, ids: list[UUID]) -> dict[UUID, Enrolment]:
    """Enrolments beside their classes and what became of their classmates."""
    if not ids:
        return {}
    rows = await tx.fetch(_ENROLMENTS, ids)
    employed = _grouped(
        await tx.fetch(_EMPLOYED, list({row["class_id"] for row in rows})),
        lambda row: (row["class_id"], (row["employed_on"], row["enrolment_id"], row["event_id"])),
    )
    return {
        row["enrolment_id"]: Enrolment(
            row["worker_id"], row["result"], row["employed_on"], row["event_id"],
            row["opened_on"], row["ends_on"], row["completed_on"], row["passed"], row["failed"],
            row["class_event"], tuple(employed.get(row["class_id"], ())),
        )
        for row in rows
    }  # fmt: skip


async def last_days(tx: Tx, works: Sequence[tuple[UUID, UUID | None]]) -> list[date | None]:
    """See ``usecases.last_days``."""
    if not works:
        return []
    records = await identity_links.records_of(tx, {worker for worker, _ in works})
    people = [(n, id) for n, (worker, _) in enumerate(works) for id in records[worker]]
    rows = await tx.fetch(
        _LAST_DAYS, list(range(len(works))), [placement for _, placement in works],
        [n for n, _ in people], [id for _, id in people],
    )  # fmt: skip
    return [row["last"] for row in rows]
