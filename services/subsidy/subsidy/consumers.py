"""Which use case a foreign event means: remember the fact, then look at the cases it touches."""

from __future__ import annotations

from uuid import UUID

from kit import identity_links
from kit.consumers import Subscription
from kit.db import Tx
from kit.events import Event
from kit.identities import Merged
from kit.service import Runtime
from subsidy.entitlements import heard
from subsidy.entitlements import usecases as entitlements
from subsidy.events import CertificateIssued


async def worker_registered(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    workers = await heard.workers(tx, events)
    causes = {event.entity_id: event for event in events}
    await entitlements.reconsider(rt, tx, await heard.placements_of(tx, workers=workers), causes)


async def workers_merged(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Records are one person, or no longer: what each of them was granted is looked at together."""
    await heard.one_at_a_time(tx)
    records = await identity_links.note(tx, events)
    causes = {Merged.model_validate(event.data).survivor_id: event for event in events}
    causes |= {event.entity_id: event for event in events}
    await entitlements.reconsider(rt, tx, await heard.placements_of(tx, workers=records), causes)


async def certificate_issued(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    workers = await heard.certificates_issued(tx, events)
    await entitlements.reconsider(
        rt, tx, await heard.placements_of(tx, workers=workers), _by_worker(events)
    )


async def certificate_revoked(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    workers = await heard.certificates_revoked(tx, events)
    await entitlements.reconsider(
        rt, tx, await heard.placements_of(tx, workers=workers), _by_worker(events)
    )


async def certificate_restored(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    workers = await heard.certificates_restored(tx, events)
    await entitlements.reconsider(
        rt, tx, await heard.placements_of(tx, workers=workers), _by_worker(events)
    )


async def employer_registered(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    employers = await heard.employers(tx, events)
    causes = {event.entity_id: event for event in events}
    await entitlements.reconsider(
        rt, tx, await heard.placements_of(tx, employers=employers), causes
    )


async def placement_confirmed(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    placements = await heard.placements_confirmed(tx, events)
    await entitlements.reconsider(rt, tx, placements, {e.entity_id: e for e in events})


async def placement_ended(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    placements = await heard.placements_ended(tx, events)
    await entitlements.reconsider(rt, tx, placements, {e.entity_id: e for e in events})


async def placement_voided(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    placements = await heard.placements_voided(tx, events)
    await entitlements.reconsider(rt, tx, placements, {e.entity_id: e for e in events})


def _by_worker(events: list[Event]) -> dict[UUID, Event]:
    return {CertificateIssued.model_validate(event.data).worker_id: event for event in events}


SUBSCRIPTIONS = (
    Subscription(
        "registry",
        ("worker", "certificate"),
        {
            "registry.worker.registered.v1": worker_registered,
            "registry.worker.merged.v1": workers_merged,
            "registry.worker.unmerged.v1": workers_merged,
            "registry.certificate.issued.v1": certificate_issued,
            "registry.certificate.revoked.v1": certificate_revoked,
            # Suspended (annual inspection missed): like revoked from that day, until it is inspected.
            "registry.certificate.suspended.v1": certificate_revoked,
            "registry.certificate.reinstated.v1": certificate_restored,
            "registry.certificate.restored.v1": certificate_restored,
        },
    ),
    Subscription(
        "jobs-market",
        ("employer", "placement"),
        {
            "jobs-market.employer.registered.v1": employer_registered,
            "jobs-market.placement.confirmed.v1": placement_confirmed,
            "jobs-market.placement.ended.v1": placement_ended,
            "jobs-market.placement.voided.v1": placement_voided,
        },
    ),
)
