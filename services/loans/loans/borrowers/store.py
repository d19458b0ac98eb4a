"""Slim copies of what registry told of workers and their certificates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from kit import identity_links
from kit.db import Tx
from kit.events import Event
from loans.events import CertificateIssued, CertificateRevoked, WorkerRegistered


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
        " event_id = excluded.event_id",
        *[list(column) for column in zip(*rows, strict=True)],
    )


async def certificates_restored(tx: Tx, events: Sequence[Event]) -> None:
    """What revoked or suspended these certificates no longer holds."""
    latest = {event.entity_id: event.id for event in events}
    await tx.execute(
        "update known_certificate k set revoked_on = null, event_id = u.event_id"
        " from unnest($1::uuid[], $2::uuid[]) as u (certificate_id, event_id)"
        " where k.certificate_id = u.certificate_id",
        list(latest),
        list(latest.values()),
    )


async def certificates_revoked(tx: Tx, events: Sequence[Event]) -> None:
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
     order by k.issued_on, k.certificate_id limit 1) c on true
"""  # noqa: S608


async def known(tx: Tx, asked: Sequence[tuple[UUID, date]]) -> dict[int, Any]:
    """By position in ``asked``: what is known of a worker, and the certificate valid on that day under
    any record of the person."""
    rows = await tx.fetch(_KNOWN, [who for who, _ in asked], [day for _, day in asked])
    return {row["n"] - 1: row for row in rows}
