"""What can happen to the certificate as a thing: issued, collected, given to the employer, taken in, handed back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.facts import StaleWrite
from kit.ids import new_id
from kit.service import Runtime
from registry.certificates import usecases as certificates
from registry.certificates.acts import IN_HAND
from registry.certificates.domain import Certificate, NoSuchCertificate
from registry.certificates.terms import Terms
from registry.custody import domain, store
from registry.custody.domain import (
    Awaited,
    Collector,
    Custody,
    Entry,
    Kept,
    Uncollected,
    What,
)
from registry.identities import usecases as identities
from registry.labour_status import domain as labour
from registry.labour_status import usecases as labour_status
from registry.labour_status.usecases import Known
from registry.unemployment import usecases as unemployment

REASONS = "registry.certificate_collected_reasons"
DAYS = "registry.certificate_collection_days"
#: So many filings of one person are looked at.
PAPERS = 1_000


@dataclass(frozen=True, slots=True)
class Act:
    """One act at a window. ``version``: the certificate's, as the clerk saw it."""

    what: What
    on: date
    version: int
    place: str | None = None
    note: str | None = None
    employer: str | None = None
    collector: Collector | None = None


async def issued(
    tx: Tx, actor: Actor, certificates: Sequence[Certificate], collector: Collector | None = None
) -> None:
    """These have just been issued, or issued again: each lies at the office until somebody comes for
    it; ``collector``: who did at once. Raises ``certificate-not-in-hand`` for one that is not issued
    yet and that somebody would collect."""
    ready = [one for one in certificates if one.state == "issued"]
    if collector is not None and len(ready) < len(certificates):
        raise domain.NotInHand
    lying = [_entry(actor, one.id, Act("issue", one.state_on, one.version)) for one in ready]
    if collector is not None:
        lying += [
            _entry(actor, one.id, Act("pick-up", one.state_on, one.version, collector=collector))
            for one in ready
        ]
    await store.add(tx, lying)


def _entry(actor: Actor, id: UUID, command: Act, job_id: UUID | None = None) -> Entry:
    return Entry(
        new_id(), id, command.what, command.on, command.place, command.note, actor.office,
        actor.subject, command.employer, job_id, command.collector,
    )  # fmt: skip


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
            in_hand=certificate.state in IN_HAND, issued_on=certificate.issued_on,
            today=rt.today(),
        )  # fmt: skip
        job_id = None
        if command.what == "entrust":
            job_id = await _job(tx, certificate.worker_id, command.on)
        await store.add(tx, [_entry(actor, id, command, job_id)])
        custody = (await store.of(tx, [id]))[id]
    return certificate, custody


#: Work of one's own: filed so, or the reason for which the register was left (R15, R20).
_OWN_WORK = frozenset({"licence", "flexible", "self_employed", "stable_income"})


async def _job(tx: Tx, worker_id: UUID, on: date) -> UUID:
    """The job for which the employer keeps it. Raises ``custody-without-employment`` and
    ``holder-keeps-certificate``."""
    records = await identities.records_of(tx, worker_id)
    known = (await labour_status.known_of(tx, records[:1]))[records[0]]
    job = labour.job_on(on, known.placements)
    if job is None:
        raise domain.NotAtWork
    filed = await unemployment.filed_of(tx, records, PAPERS)
    if any(
        one.filing.job_id in (job.id, job.filed_as) and {one.form, one.filing.reason} & _OWN_WORK
        for one in filed
    ):
        raise domain.KeepsItself
    return job.id


async def list_kept(
    rt: Runtime, pattern: str, overdue: bool, after: UUID | None, limit: int
) -> list[Kept]:
    """Certificates that employers keep; ``overdue``: after the employment ended."""
    today = rt.today()
    found: list[Kept] = []
    async with rt.db.reading() as tx:
        while len(found) < limit:
            rows = await store.kept(tx, pattern, overdue, after, limit)
            persons = await identities.person_of(tx, [row.worker_id for row in rows])
            known = await labour_status.known_of(tx, set(persons.values()))
            for row in rows:
                one = replace(row, ended_on=_ended_on(row, known[persons[row.worker_id]]))
                if not overdue or one.overdue(today):
                    found.append(one)
            if len(rows) < limit:
                break
            after = rows[-1].certificate_id
    return found[:limit]


def _ended_on(kept: Kept, known: Known) -> date | None:
    """The first day of another status than work in that job; of a job that never was, the day of the
    hand-over."""
    history = known.spells()
    job = next((j for j in known.placements if kept.job_id in (j.id, j.filed_as)), None)
    placed = kept.job_id if job is None else job.id
    places = [n for n, spell in enumerate(history) if spell.placement_id == placed]
    if not places:
        return kept.since
    after = history[places[-1] + 1 :]
    return after[0].since if after else None


async def custody_of(rt: Runtime, actor: Actor, id: UUID) -> tuple[Certificate, Custody]:
    """Where one certificate is, inside what the caller sees, or 404."""
    async with rt.db.reading() as tx:
        certificate = await certificates.certificate_in(tx, actor, id)
        return certificate, (await store.of(tx, [id]))[id]


async def of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Custody]:
    """Where each of these certificates is."""
    return await store.of(tx, ids)


async def list_awaited(rt: Runtime, pattern: str, after: UUID | None, limit: int) -> list[Awaited]:
    """Certificates in force that lie at the office."""
    async with rt.db.looking() as tx:
        return await store.awaited(tx, pattern, IN_HAND, after, limit)


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
