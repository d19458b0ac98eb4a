"""Cases as they stand, and the entitlements folded from them; everything in sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kit import identity_links
from kit.db import Tx
from subsidy.entitlements.domain import (
    PROGRAMME,
    Case,
    Certificate,
    Closing,
    Outcome,
    Placement,
    Population,
    Told,
    Window,
)  # fmt: skip

_CASES = """
select p.placement_id, p.worker_id, p.employer_id, p.started_on, p.contract_months, p.new_post,
       p.ended_on, p.voided, p.area_code, p.office, p.event_id as placement_event, s.sector,
       s.event_id as employer_event,
       e.id as entitlement_id, e.window_from, e.window_to, e.window_months, e.closed_reason,
       e.closed_on, e.clause, e.digest, e.opened_event
  from known_placement p
  left join known_employer s on s.employer_id = p.employer_id
  left join entitlement e on e.placement_id = p.placement_id
 where p.placement_id = any($1::uuid[]) and p.employer_id is not null
"""
_WORKERS = (
    "select worker_id, population, event_id from known_worker where worker_id = any($1::uuid[])"
)
_CERTIFICATES = """
select certificate_id, worker_id, issued_on, valid_until, revoked_on, event_id, expired_on
  from known_certificate
 where worker_id = any($1::uuid[]) and issued_on is not null
 order by issued_on, certificate_id
"""


@dataclass(frozen=True, slots=True)
class Folded:
    """A case with what is stored and told of it so far (``entitlement_id`` None: nothing)."""

    case: Case
    area_code: str
    office: str
    events: dict[str, UUID]
    entitlement_id: UUID | None
    told: Told
    digest: bytes | None
    opened_event: UUID | None


@dataclass(frozen=True, slots=True)
class Saved:
    """What is to be stored of one case."""

    id: UUID
    folded: Folded
    outcome: Outcome
    decision_id: UUID
    digest: bytes
    opened_event: UUID | None


async def cases(tx: Tx, placement_ids: Sequence[UUID]) -> list[Folded]:
    """Four statements for any number of placements. A case sees its person: the certificates of all
    records, and the base population if any record is of it."""
    rows = await tx.fetch(_CASES, placement_ids)
    records = await identity_links.records_of(tx, {row["worker_id"] for row in rows})
    people = [*{record for ids in records.values() for record in ids}]
    workers = {row["worker_id"]: row for row in await tx.fetch(_WORKERS, people)}
    held = [
        (
            row["worker_id"],
            Certificate(
                row["certificate_id"], row["issued_on"], row["valid_until"], row["revoked_on"],
                row["event_id"], row["expired_on"],
            ),
        )
        for row in await tx.fetch(_CERTIFICATES, people)
    ]  # fmt: skip
    by_worker: dict[UUID, list[Certificate]] = {}
    for worker_id, certificate in held:
        by_worker.setdefault(worker_id, []).append(certificate)
    found = []
    for row in rows:
        ids = records[row["worker_id"]]
        certificates = [one for id in ids for one in by_worker.get(id, ())]
        certificates.sort(key=lambda one: (one.issued_on, one.id))
        known = [workers[id] for id in ids if id in workers]
        found.append(_folded(row, tuple(certificates), known))
    return found


def _folded(row: Any, certificates: tuple[Certificate, ...], known: Sequence[Any]) -> Folded:
    placement = Placement(
        row["placement_id"], row["worker_id"], row["employer_id"], row["started_on"],
        row["contract_months"], row["new_post"], row["ended_on"], row["voided"],
    )  # fmt: skip
    events = {"placement": row["placement_event"]}
    for worker in known:
        own = worker["worker_id"] == row["worker_id"]
        events["worker" if own else f"worker:{worker['worker_id']}"] = worker["event_id"]
    said = {worker["population"] for worker in known}
    population: Population | None = "base" if "base" in said else "outside" if said else None
    if row["employer_event"] is not None:
        events["employer"] = row["employer_event"]
    events |= {f"certificate:{one.id}": one.event_id for one in certificates if one.event_id}
    window = closing = None
    if row["window_from"] is not None:
        window = Window(row["window_from"], row["window_to"], row["window_months"])
    if row["closed_on"] is not None:
        closing = Closing(row["closed_reason"], row["closed_on"])
    return Folded(
        Case(placement, population, row["sector"], certificates),
        row["area_code"],
        row["office"],
        events,
        row["entitlement_id"],
        Told(window, closing, row["clause"]),
        row["digest"],
        row["opened_event"],
    )


_COLUMNS = (
    "id", "placement_id", "worker_id", "employer_id", "programme", "standing", "window_from",
    "window_to", "window_months", "claimable_to", "claimable_months", "closed_reason", "closed_on",
    "clause", "decision_id", "digest", "opened_event", "area_code", "office",
)  # fmt: skip
_SAVE = f"""
insert into entitlement ({", ".join(_COLUMNS)})
select * from unnest(
    $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::date[], $8::date[],
    $9::int[], $10::date[], $11::int[], $12::text[], $13::date[], $14::text[], $15::uuid[],
    $16::bytea[], $17::uuid[], $18::text[], $19::text[])
on conflict (placement_id) do update set
    standing = excluded.standing, window_from = excluded.window_from,
    window_to = excluded.window_to, window_months = excluded.window_months,
    claimable_to = excluded.claimable_to, claimable_months = excluded.claimable_months,
    closed_reason = excluded.closed_reason, closed_on = excluded.closed_on,
    clause = excluded.clause, decision_id = excluded.decision_id, digest = excluded.digest,
    opened_event = excluded.opened_event
"""  # noqa: S608 - the column names are ours


async def save(tx: Tx, items: Sequence[Saved]) -> None:
    """One statement for all cases that changed."""
    if items:
        rows = [_row(item) for item in items]
        await tx.execute(_SAVE, *[list(column) for column in zip(*rows, strict=True)])


def _row(item: Saved) -> tuple[Any, ...]:
    placement, outcome = item.folded.case.placement, item.outcome
    window, claimable, closing = outcome.window, outcome.claimable, outcome.closing
    return (
        item.id, placement.id, placement.worker_id, placement.employer_id, PROGRAMME,
        "refused" if outcome.standing == "outside" else outcome.standing,
        window.start if window else None,
        window.end if window else None,
        window.months if window else None,
        claimable.end if claimable else None,
        claimable.months if claimable else 0,
        closing.reason if closing else None,
        closing.on if closing else None,
        outcome.clause, item.decision_id, item.digest, item.opened_event,
        item.folded.area_code, item.folded.office,
    )  # fmt: skip


_OPENED = """
select e.id, e.placement_id, e.worker_id, e.window_from, e.claimable_months, e.area_code, e.office,
       p.started_on
  from entitlement e join known_placement p on p.placement_id = e.placement_id
 where e.worker_id = any($1::uuid[])
"""


async def of_workers(tx: Tx, worker_ids: Sequence[UUID]) -> list[Any]:
    """All entitlements of these records, refused and voided ones too."""
    return await tx.fetch(_OPENED, worker_ids)


async def opened_by(tx: Tx, placement_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The entitlement that each of these placements opened; none of those that it did not."""
    rows = await tx.fetch(
        "select placement_id, id from entitlement"
        " where placement_id = any($1::uuid[]) and standing in ('open', 'closed')",
        placement_ids,
    )
    return {row["placement_id"]: row["id"] for row in rows}


async def get(tx: Tx, entitlement_id: UUID, area_prefix: str) -> Any | None:
    return await tx.fetchrow(
        "select * from entitlement where id = $1 and area_code like $2 || '%'",
        entitlement_id, area_prefix,
    )  # fmt: skip


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    worker_id: UUID | None,
    placement_id: UUID | None,
    standing: str | None,
    after: UUID | None,
    limit: int,
) -> list[Any]:
    """Entitlements in the order of their making; ``limit`` rows at most."""
    return await tx.fetch(
        "select * from entitlement where area_code like $1 || '%' and id > $2"
        " and ($3::uuid is null or worker_id = $3) and ($4::uuid is null or placement_id = $4)"
        " and ($5::text is null or standing = $5) order by id limit $6",
        area_prefix, after or UUID(int=0), worker_id, placement_id, standing, limit,
    )  # fmt: skip
