"""Which use case a foreign event means: loans remembers, and decides when a loan is reviewed."""

from __future__ import annotations

from uuid import UUID

from kit import identity_links, known_life_facts
from kit.consumers import Subscription
from kit.db import Tx
from kit.events import Event
from kit.service import Runtime
from loans.borrowers import usecases as borrowers
from loans.loans import usecases as loans


async def worker_registered(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await borrowers.note_workers(tx, events)


async def workers_merged(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Records are one person, or no longer: what each of them was lent is looked at together."""
    records = await identity_links.note(tx, events)
    await loans.look_at(rt, tx, records, _only(events))


async def workers_corrected(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Who was born on another day may be too old for what was lent (L1)."""
    await borrowers.note_corrected(tx, events)
    await loans.look_at(rt, tx, [event.entity_id for event in events], _only(events))


async def life_facts_told(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Who died or left (E8): nothing goes on, and what is owed is somebody else's to pay."""
    workers = await known_life_facts.note(tx, events)
    await loans.look_at(rt, tx, workers, _only(events))


async def unemployment_told(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Who is registered as unemployed may borrow without a certificate (L2): it counts at the review."""
    await borrowers.note_unemployment(tx, events)


def _only(events: list[Event]) -> UUID | None:
    """The event that set something off, where it can have been no other one."""
    return events[0].id if len(events) == 1 else None


async def certificate_issued(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await borrowers.note_certificates_issued(tx, events)


async def certificate_revoked(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await borrowers.note_certificates_revoked(tx, events)


async def certificate_suspended(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await borrowers.note_certificates_suspended(tx, events)


async def certificate_reinstated(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await borrowers.note_certificates_reinstated(tx, events)


async def certificate_restored(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await borrowers.note_certificates_restored(tx, events)


SUBSCRIPTIONS = (
    Subscription(
        "registry",
        ("worker", "certificate", "life-fact", "unemployment"),
        {
            "registry.worker.registered.v1": worker_registered,
            "registry.worker.corrected.v1": workers_corrected,
            "registry.worker.merged.v1": workers_merged,
            "registry.worker.unmerged.v1": workers_merged,
            "registry.certificate.issued.v1": certificate_issued,
            "registry.certificate.revoked.v1": certificate_revoked,
            "registry.certificate.suspended.v1": certificate_suspended,
            "registry.certificate.reinstated.v1": certificate_reinstated,
            "registry.certificate.restored.v1": certificate_restored,
            # One handler for all: a batch stays a batch however its facts are mixed.
            "registry.life-fact.recorded.v1": life_facts_told,
            "registry.life-fact.ended.v1": life_facts_told,
            "registry.life-fact.reversed.v1": life_facts_told,
            **{
                f"registry.unemployment.{fact}.v1": unemployment_told
                for fact in ("registered", "resumed", "employed", "cancelled", "voided")
            },
        },
    ),
)
