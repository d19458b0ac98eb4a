"""Slim copies of what registry told of workers and their certificates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from kit import identity_links
from kit.db import Tx
from kit.events import Event
from kit.unemployment import Telling, UnemploymentTold
from loans.events import (
    CertificateIssued,
    CertificateReinstated,
    CertificateRestored,
    CertificateRevoked,
    WorkerCorrected,
    WorkerRegistered,
)

#: What takes force from a certificate, each until it is taken back by its own opposite: 注销 / 暂停
Stop = Literal["revoked_on", "suspended_on"]


async def workers(tx: Tx, events: Sequence[Event]) -> None:
    rows = []
    for event in events:
        told = WorkerRegistered.model_validate(event.data)
        rows.append((event.entity_id, told.birth_date, told.labour_status, event.id))
    await tx.execute(
        "insert into known_worker (worker_id, birth_date, labour_status, event_id)"
        " select * from unnest($1::uuid[], $2::date[], $3::text[], $4::uuid[])"
        " on conflict (worker_id) do update set birth_date = excluded.birth_date,"
        " labour_status = excluded.labour_status, event_id = excluded.event_id",
        *[list(column) for column in zip(*rows, strict=True)],
    )


async def corrected(tx: Tx, events: Sequence[Event]) -> None:
    """Of each worker the last of these."""
    latest = {event.entity_id: event for event in events}
    await tx.execute(
        "update known_worker k set birth_date = u.birth_date, event_id = u.event_id"
        " from unnest($1::uuid[], $2::date[], $3::uuid[]) as u (worker_id, birth_date, event_id)"
        " where k.worker_id = u.worker_id",
        list(latest),
        [WorkerCorrected.model_validate(event.data).birth_date for event in latest.values()],
        [event.id for event in latest.values()],
    )


async def births(tx: Tx, workers: Sequence[UUID]) -> dict[UUID, date]:
    """When each of these was born, as far as they are known."""
    rows = await tx.fetch(
        "select worker_id, birth_date from known_worker where worker_id = any($1::uuid[])", workers
    )
    return {row["worker_id"]: row["birth_date"] for row in rows}


async def lock(tx: Tx, worker_ids: Sequence[UUID]) -> None:
    await tx.fetch(
        "select from known_worker where worker_id = any($1::uuid[]) order by worker_id"
        " for no key update",
        worker_ids,
    )


async def certificates_issued(tx: Tx, events: Sequence[Event]) -> None:
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
        " suspended_on = null, event_id = excluded.event_id",
        *[list(column) for column in zip(*rows, strict=True)],
    )


async def certificates_reinstated(tx: Tx, events: Sequence[Event]) -> None:
    """They were inspected: not suspended any more. What revoked one meanwhile stands."""
    latest = {event.entity_id: event for event in events}
    told = [CertificateReinstated.model_validate(event.data) for event in latest.values()]
    await tx.execute(
        "update known_certificate k set suspended_on = null, event_id = u.event_id,"
        " valid_until = coalesce(u.valid_until, k.valid_until)"
        " from unnest($1::uuid[], $2::date[], $3::uuid[]) as u (certificate_id, valid_until, event_id)"
        " where k.certificate_id = u.certificate_id",
        list(latest),
        [one.valid_until for one in told],
        [event.id for event in latest.values()],
    )


async def certificates_restored(tx: Tx, events: Sequence[Event]) -> None:
    """They stand as if they had never been revoked, in the state that is told: one that was suspended
    under the revocation, or before it, is suspended; one that is in force again is not."""
    latest = {event.entity_id: event for event in events}
    told = [CertificateRestored.model_validate(event.data) for event in latest.values()]
    await tx.execute(
        "update known_certificate k set revoked_on = null, event_id = u.event_id,"
        " valid_until = u.valid_until, suspended_on = case u.state"
        " when 'suspended' then coalesce(k.suspended_on, u.since)"
        " when 'expired' then k.suspended_on end"
        " from unnest($1::uuid[], $2::text[], $3::date[], $4::date[], $5::uuid[])"
        " as u (certificate_id, state, since, valid_until, event_id)"
        " where k.certificate_id = u.certificate_id",
        list(latest),
        [one.state for one in told],
        [one.state_since for one in told],
        [one.valid_until for one in told],
        [event.id for event in latest.values()],
    )


async def certificates_stopped(tx: Tx, events: Sequence[Event], stop: Stop) -> None:
    """They have no force from the day of each event on."""
    latest = {event.entity_id: event for event in events}
    rows = [
        (cid, CertificateRevoked.model_validate(e.data).worker_id, e.valid_from, e.id)
        for cid, e in latest.items()
    ]
    await tx.execute(
        f"insert into known_certificate (certificate_id, worker_id, {stop}, event_id)"  # noqa: S608
        " select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::uuid[])"
        " on conflict (certificate_id) do update"
        f" set {stop} = excluded.{stop}, event_id = excluded.event_id",
        *[list(column) for column in zip(*rows, strict=True)],
    )


async def unemployment(tx: Tx, events: Sequence[Event]) -> None:
    """Keep what is told of registrations as unemployed; what is known stays as it is."""
    rows = []
    for event in events:
        told = UnemploymentTold.model_validate(event.data)
        rows.append(
            (
                event.entity_id, event.sequence, told.worker_id, event.type.split(".")[2],
                told.since or event.valid_from, told.spell, event.id, event.reverses,
            )
        )  # fmt: skip
    await tx.execute(
        "insert into known_unemployment (registration_id, sequence, worker_id, fact, on_day, spell,"
        " event_id, reverses) select * from unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[],"
        " $5::date[], $6::int[], $7::uuid[], $8::uuid[]) on conflict do nothing",
        *[list(column) for column in zip(*rows, strict=True)],
    )


async def unemployment_of(tx: Tx, workers: Iterable[UUID]) -> dict[UUID, dict[UUID, list[Telling]]]:
    """By worker, what was told of each registration as unemployed under any record of the person."""
    records = await identity_links.records_of(tx, workers)
    found: dict[UUID, dict[UUID, list[Telling]]] = {}
    for row in await tx.fetch(
        "select worker_id, registration_id, sequence, fact, on_day, spell, event_id, reverses"
        " from known_unemployment where worker_id = any($1::uuid[])",
        [id for ids in records.values() for id in ids],
    ):
        worker, registration, *telling = row
        found.setdefault(worker, {}).setdefault(registration, []).append(Telling(*telling))
    return {
        who: {id: told for record in ids for id, told in found.get(record, {}).items()}
        for who, ids in records.items()
    }


_KNOWN = f"""
with recursive {identity_links.same()}
select q.n, w.worker_id, w.birth_date, w.labour_status, w.event_id as worker_event,
       c.event_id as certificate_event
  from unnest($1::uuid[], $2::date[]) with ordinality as q(worker_id, day, n)
  join known_worker w on w.worker_id = q.worker_id
  left join lateral (
    select event_id from known_certificate k
     where (k.worker_id = q.worker_id
            or k.worker_id in (select o.record from record_of r join record_of o on o.person = r.person
                                where r.record = q.worker_id))
       and k.issued_on <= q.day
       and (k.valid_until is null or k.valid_until >= q.day)
       and (k.revoked_on is null or k.revoked_on > q.day)
       and (k.suspended_on is null or k.suspended_on > q.day)
     order by k.issued_on, k.certificate_id limit 1) c on true
"""  # noqa: S608


async def known(tx: Tx, asked: Sequence[tuple[UUID, date]]) -> dict[int, Any]:
    """By position in ``asked``: what is known of a worker, and the certificate valid on that day under
    any record of the person."""
    rows = await tx.fetch(_KNOWN, [who for who, _ in asked], [day for _, day in asked])
    return {row["n"] - 1: row for row in rows}
