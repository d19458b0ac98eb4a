"""Which use case a foreign event means: remember the fact, then look at the cases it touches.

One handler has all facts of a noun, so that a batch stays a batch however its facts are mixed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from kit import identity_links
from kit.consumers import Handler, Subscription
from kit.db import Tx
from kit.events import Event
from kit.identities import Merged
from kit.service import Runtime
from subsidy.calendars import usecases as calendars
from subsidy.claims import usecases as claims
from subsidy.enrolments import usecases as enrolments
from subsidy.entitlements import usecases as entitlements
from subsidy.heard import usecases as heard
from subsidy.heard.events import CertificateTold
from subsidy.months import usecases as months
from subsidy.recoveries import usecases as recoveries


async def workers_told(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    workers = await heard.workers(tx, events)
    causes = {event.entity_id: event for event in events}
    await entitlements.reconsider(rt, tx, await heard.placements_of(tx, workers=workers), causes)
    await recoveries.look_again(rt, tx, _only(events), workers=workers)


async def workers_merged(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Records are one person, or no longer: what each of them was granted is looked at together."""
    await heard.one_at_a_time(tx)
    records = await identity_links.note(tx, events)
    causes = {Merged.model_validate(event.data).survivor_id: event for event in events}
    causes |= {event.entity_id: event for event in events}
    await entitlements.reconsider(rt, tx, await heard.placements_of(tx, workers=records), causes)
    await months.look_again(tx, records, _only(events))
    await enrolments.look_again(tx, workers=records)


async def certificates_told(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    workers = await heard.tellings(tx, events)
    await entitlements.reconsider(
        rt, tx, await heard.placements_of(tx, workers=workers), _by_worker(events)
    )
    await recoveries.look_again(rt, tx, _only(events), workers=workers)


async def employers_told(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    employers = await heard.employers(tx, events)
    causes = {event.entity_id: event for event in events}
    await entitlements.reconsider(
        rt, tx, await heard.placements_of(tx, employers=employers), causes
    )


async def placements_told(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    placements = await heard.placements(tx, events)
    await entitlements.reconsider(rt, tx, placements, {e.entity_id: e for e in events})
    await enrolments.look_again(tx, references=placements)
    await recoveries.look_again(rt, tx, _only(events), references=placements)


def _by_worker(events: list[Event]) -> dict[UUID, Event]:
    return {CertificateTold.model_validate(event.data).worker_id: event for event in events}


async def life_facts_told(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    workers = await heard.tellings(tx, events)
    await enrolments.look_again(tx, workers=workers)
    await recoveries.look_again(rt, tx, _only(events), workers=workers)


async def persons_told(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    await recoveries.look_again(rt, tx, _only(events), workers=await heard.tellings(tx, events))


async def posts_told(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    placements = await heard.occupancies(tx, events)
    await enrolments.look_again(tx, references=placements)
    await recoveries.look_again(rt, tx, _only(events), references=placements)


async def contributions_told(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    await heard.one_at_a_time(tx)
    await heard.contributions(tx, events)
    workers = [UUID(str(event.data["worker_id"])) for event in events]
    await recoveries.look_again(rt, tx, _only(events), workers=workers)


async def calendars_told(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Which days are worked: limits that are running are counted again."""
    await claims.count_again(rt, tx, await calendars.note(tx, events))


def _only(events: list[Event]) -> UUID | None:
    """The event that set something off, where it can have been no other one."""
    return events[0].id if len(events) == 1 else None


def _remembered(remember: Callable[[Tx, list[Event]], Awaitable[object]]) -> Handler:
    """Kept for claims, which ask later; no entitlement depends on it."""

    async def handle(rt: Runtime, tx: Tx, events: list[Event]) -> None:
        await heard.one_at_a_time(tx)
        await remember(tx, events)

    return handle


_CLASSES = _remembered(heard.classes)
_ENROLMENTS = _remembered(heard.enrolments)


def _facts(noun: str, handler: Handler, *facts: str) -> dict[str, Handler]:
    return {f"{noun}.{fact}.v1": handler for fact in facts}


SUBSCRIPTIONS = (
    Subscription(
        "registry",
        (
            "worker", "certificate", "difficulty", "unemployment", "life-fact", "contribution",
            "calendar",
        ),
        {
            **_facts("registry.worker", workers_told, "registered", "corrected"),
            **_facts("registry.worker", workers_merged, "merged", "unmerged"),
            **_facts(
                "registry.certificate", certificates_told,
                "issued", "suspended", "reinstated", "reissued", "expired", "revoked", "restored",
            ),
            **_facts(
                "registry.difficulty", persons_told, "recognised", "exited", "reinstated"
            ),
            **_facts(
                "registry.unemployment", persons_told,
                "registered", "resumed", "employed", "cancelled", "voided",
            ),
            **_facts("registry.life-fact", life_facts_told, "recorded", "ended", "reversed"),
            **_facts(
                "registry.contribution", contributions_told,
                "recorded", "reversed", "conflict-found", "conflict-cleared",
            ),
            **_facts("registry.calendar", calendars_told, "published"),
        },
    ),
    Subscription(
        "jobs-market",
        (
            "employer", "placement", "public-welfare-post", "training-class", "enrolment",
            "referral",
        ),
        {
            **_facts("jobs-market.employer", employers_told, "registered"),
            **_facts("jobs-market.placement", placements_told, "confirmed", "ended", "voided"),
            **_facts("jobs-market.public-welfare-post", posts_told, "occupied", "vacated"),
            **_facts("jobs-market.training-class", _CLASSES, "opened", "completed"),
            **_facts(
                "jobs-market.enrolment", _ENROLMENTS,
                "enrolled", "resulted", "employed", "unemployed",
            ),
            **_facts("jobs-market.referral", _remembered(heard.referrals), "resolved"),
        },
    ),
)  # fmt: skip
