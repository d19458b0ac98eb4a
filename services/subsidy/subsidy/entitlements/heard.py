"""Slim copies of what registry and jobs-market told: the only facts that the rule may look at."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kit import identity_links
from kit.db import Tx
from kit.events import Event
from subsidy.events import (
    CertificateIssued,
    CertificateRevoked,
    EmployerRegistered,
    PlacementConfirmed,
    PlacementEnded,
    WorkerRegistered,
)  # fmt: skip

# Two durables fold into the same cases; each must see what the other committed. Taken first in every
# handler, held to the commit. The work behind it is one process's anyway.
_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtext('subsidy.entitlements')::bigint)"


async def one_at_a_time(tx: Tx) -> None:
    """Wait for the other consumer's batch, so that no pair of facts passes each other unseen."""
    await tx.execute(_ONE_AT_A_TIME)


async def workers(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Remember populations; answers whose."""
    rows = [(e.entity_id, WorkerRegistered.model_validate(e.data).population, e.id) for e in events]
    await tx.execute(
        "insert into known_worker (worker_id, population, event_id)"
        " select * from unnest($1::uuid[], $2::text[], $3::uuid[])"
        " on conflict (worker_id) do update"
        " set population = excluded.population, event_id = excluded.event_id",
        *[list(column) for column in zip(*rows, strict=True)],
    )
    return [row[0] for row in rows]


async def certificates_issued(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Remember issued certificates; answers whose."""
    latest = {event.entity_id: event for event in events}
    rows = []
    for certificate_id, event in latest.items():
        told = CertificateIssued.model_validate(event.data)
        rows.append((certificate_id, told.worker_id, event.valid_from, told.valid_until, event.id))
    await tx.execute(
        "insert into known_certificate (certificate_id, worker_id, issued_on, valid_until, event_id)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::date[], $5::uuid[])"
        " on conflict (certificate_id) do update set worker_id = excluded.worker_id,"
        " issued_on = excluded.issued_on, valid_until = excluded.valid_until, revoked_on = null,"
        " event_id = excluded.event_id",
        *[list(column) for column in zip(*rows, strict=True)],
    )
    return [row[1] for row in rows]


async def certificates_restored(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """What revoked or suspended these certificates no longer holds; answers whose."""
    latest = {event.entity_id: event for event in events}
    rows = [
        (cid, CertificateRevoked.model_validate(e.data).worker_id, e.id)
        for cid, e in latest.items()
    ]
    await tx.execute(
        "update known_certificate k set revoked_on = null, event_id = u.event_id"
        " from unnest($1::uuid[], $2::uuid[]) as u (certificate_id, event_id)"
        " where k.certificate_id = u.certificate_id",
        [row[0] for row in rows],
        [row[2] for row in rows],
    )
    return [row[1] for row in rows]


async def certificates_revoked(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Remember revocations (from the day of fact on); answers whose."""
    latest = {event.entity_id: event for event in events}
    rows = [
        (cid, CertificateRevoked.model_validate(e.data).worker_id, e.valid_from, e.id)
        for cid, e in latest.items()
    ]
    await tx.execute(
        "insert into known_certificate (certificate_id, worker_id, revoked_on, event_id)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::uuid[])"
        " on conflict (certificate_id) do update"
        " set revoked_on = excluded.revoked_on, event_id = excluded.event_id",
        *[list(column) for column in zip(*rows, strict=True)],
    )
    return [row[1] for row in rows]


async def employers(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Remember sectors; answers which employers."""
    rows = [(e.entity_id, EmployerRegistered.model_validate(e.data).sector, e.id) for e in events]
    await tx.execute(
        "insert into known_employer (employer_id, sector, event_id)"
        " select * from unnest($1::uuid[], $2::text[], $3::uuid[])"
        " on conflict (employer_id) do update"
        " set sector = excluded.sector, event_id = excluded.event_id",
        *[list(column) for column in zip(*rows, strict=True)],
    )
    return [row[0] for row in rows]


async def placements_confirmed(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Remember placements with an employer (others are no case of any programme yet)."""
    rows = []
    for event in events:
        told = PlacementConfirmed.model_validate(event.data)
        if told.employer_id is not None:
            rows.append(
                (event.entity_id, told.worker_id, told.employer_id, told.started_on,
                 told.contract_months, told.new_post, event.area_code, event.office, event.id)
            )  # fmt: skip
    if rows:
        await tx.execute(
            "insert into known_placement (placement_id, worker_id, employer_id, started_on,"
            " contract_months, new_post, area_code, office, event_id)"
            " select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::date[], $5::int[],"
            " $6::bool[], $7::text[], $8::text[], $9::uuid[])"
            " on conflict (placement_id) do nothing",
            *[list(column) for column in zip(*rows, strict=True)],
        )
    return [row[0] for row in rows]


async def placements_ended(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    rows = [(e.entity_id, PlacementEnded.model_validate(e.data).ended_on, e.id) for e in events]
    found = await tx.fetch(
        "update known_placement p set ended_on = e.ended_on, event_id = e.event_id"
        "  from unnest($1::uuid[], $2::date[], $3::uuid[]) as e(placement_id, ended_on, event_id)"
        " where p.placement_id = e.placement_id returning p.placement_id",
        *[list(column) for column in zip(*rows, strict=True)],
    )
    return [row["placement_id"] for row in found]


async def placements_voided(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    rows = [(e.entity_id, e.id) for e in events]
    found = await tx.fetch(
        "update known_placement p set voided = true, event_id = e.event_id"
        "  from unnest($1::uuid[], $2::uuid[]) as e(placement_id, event_id)"
        " where p.placement_id = e.placement_id returning p.placement_id",
        *[list(column) for column in zip(*rows, strict=True)],
    )
    return [row["placement_id"] for row in found]


async def placements_of(
    tx: Tx, *, workers: Sequence[UUID] = (), employers: Sequence[UUID] = ()
) -> list[UUID]:
    """Placements whose case these workers' (under any of their records) or employers' facts belong to."""
    people = await identity_links.records_of(tx, workers)
    workers = [record for records in people.values() for record in records]
    rows = await tx.fetch(
        "select placement_id from known_placement where worker_id = any($1::uuid[])"
        " union select placement_id from known_placement where employer_id = any($2::uuid[])",
        workers, employers,
    )  # fmt: skip
    return [row["placement_id"] for row in rows]
