"""What can happen to the certificate as a thing: taken in, written off, handed back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.facts import StaleWrite
from kit.ids import new_id
from kit.service import Runtime
from registry.certificates import usecases as certificates
from registry.certificates.domain import Certificate, NoSuchCertificate
from registry.certificates.terms import Terms
from registry.custody import store
from registry.custody.domain import Custody, Entry, Uncollected, What

REASONS = "registry.certificate_collected_reasons"
DAYS = "registry.certificate_collection_days"


@dataclass(frozen=True, slots=True)
class Act:
    """One act at a window. ``version``: the certificate's, as the clerk saw it."""

    what: What
    on: date
    version: int
    place: str | None = None
    note: str | None = None


async def act(rt: Runtime, actor: Actor, id: UUID, command: Act) -> tuple[Certificate, Custody]:
    """Write down where the certificate went. Raises 404, 412, and what the domain refuses."""
    async with rt.db.transaction() as tx:
        certificate = await certificates.certificate_in(tx, actor, id, lock=True)
        if certificate.version != command.version:
            raise StaleWrite
        if certificate.issued_on is None:
            raise NoSuchCertificate
        custody = (await store.of(tx, [id]))[id]
        custody.check(
            command.what, command.on, void=certificate.state == "revoked",
            issued_on=certificate.issued_on, today=rt.today(),
        )  # fmt: skip
        entry = Entry(
            new_id(), id, command.what, command.on, command.place, command.note, actor.office,
            actor.subject,
        )  # fmt: skip
        await store.add(tx, entry)
        custody = (await store.of(tx, [id]))[id]
    return certificate, custody


async def custody_of(rt: Runtime, actor: Actor, id: UUID) -> tuple[Certificate, Custody]:
    """Where one certificate is, inside what the caller sees, or 404."""
    async with rt.db.reading() as tx:
        certificate = await certificates.certificate_in(tx, actor, id)
        return certificate, (await store.of(tx, [id]))[id]


async def of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Custody]:
    """Where each of these certificates is."""
    return await store.of(tx, ids)


async def list_uncollected(
    rt: Runtime, pattern: str, overdue: bool, after: UUID | None, limit: int
) -> list[tuple[Uncollected, date]]:
    """Void certificates that nobody took in, each with the last day for it; ``overdue``: only those
    whose day has passed."""
    today, terms = rt.today(), Terms(rt)
    days = terms.number(DAYS, today)
    before = today - timedelta(days=days) if overdue else None
    reasons = terms.codes(REASONS, today)
    async with rt.db.looking() as tx:
        rows = await store.uncollected(tx, pattern, reasons, before, after, limit)
    return [(row, row.due_on(days)) for row in rows]
