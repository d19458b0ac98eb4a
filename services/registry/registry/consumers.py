"""What other services say, and which use cases that means. Set-based, whatever comes first."""

from __future__ import annotations

from collections.abc import Iterable

from kit.consumers import Subscription
from kit.db import Tx
from kit.events import Event
from kit.service import Runtime
from registry import consequences
from registry.benefits import usecases as benefits
from registry.benefits.domain import Act, Grant
from registry.events import (
    EntitlementClosed,
    EntitlementOpened,
    LoanDisbursed,
    PlacementConfirmed,
    PlacementEnded,
    PlacementVoided,
    ReferralResolved,
)
from registry.labour_status import usecases as labour_status
from registry.labour_status.domain import Hearing
from registry.refusals import usecases as refusals
from registry.refusals.domain import RefusedReferral


async def placements_confirmed(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """The person is employed; a holder's certificate says so; a pairing has succeeded."""
    heard = [(event, PlacementConfirmed.model_validate(event.data)) for event in events]
    workers = await labour_status.hear(
        tx,
        [
            Hearing(event.id, event.entity_id, told.worker_id, "began", told.started_on)
            for event, told in heard
        ],
    )
    await benefits.record_grants(
        tx,
        (
            Grant(
                event.entity_id, "re-employment", told.worker_id, told.started_on, None, None,
                event.service, event.id,
            )
            for event, told in heard
        ),
    )  # fmt: skip
    causes = {told.worker_id: event for event, told in heard}
    await consequences.follow(rt, tx, workers, causes)


async def placements_ended(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """The person is without work again; what was annotated for the time of work stays."""
    heard = [(event, PlacementEnded.model_validate(event.data)) for event in events]
    workers = await labour_status.hear(
        tx,
        [
            Hearing(event.id, event.entity_id, told.worker_id, "ended", told.ended_on)
            for event, told in heard
        ],
    )
    causes = {told.worker_id: event for event, told in heard}
    await consequences.follow(rt, tx, workers, causes)


async def placements_voided(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """It never was: status, annotation and pairing are folded without it."""
    heard = [(event, PlacementVoided.model_validate(event.data)) for event in events]
    workers = await labour_status.hear(
        tx,
        [Hearing(event.id, event.entity_id, told.worker_id, "voided") for event, told in heard],
    )
    await benefits.record_acts(tx, [_withdrawn(event) for event in events])
    causes = {told.worker_id: event for event, told in heard}
    await consequences.follow(rt, tx, workers, causes)


async def referrals_resolved(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Referrals that the person refused are counted (R20, R22); other answers are not ours."""
    heard = [(event, ReferralResolved.model_validate(event.data)) for event in events]
    refused = [
        (event.id, RefusedReferral(event.entity_id, told.worker_id, event.valid_from))
        for event, told in heard
        if told.outcome == "refused"
    ]
    if refused:
        causes = {told.worker_id: event for event, told in heard if told.outcome == "refused"}
        await labour_status.hold(tx, causes)
        await refusals.hear(tx, refused)
        await consequences.follow(rt, tx, causes, causes)


async def entitlements_opened(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Months of a subsidy may be claimed: written on the certificate."""
    heard = [(event, EntitlementOpened.model_validate(event.data)) for event in events]
    await _grant(
        rt,
        tx,
        (
            (
                event,
                Grant(
                    event.entity_id, "social-insurance-subsidy", told.worker_id, told.valid_from,
                    told.valid_to, None, event.service, event.id,
                ),
            )
            for event, told in heard
        ),
    )  # fmt: skip


async def entitlements_closed(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """One that was reversed is taken off the certificate; one that ended was still enjoyed, and the
    months after its end are free again."""
    causes = {EntitlementClosed.model_validate(event.data).worker_id: event for event in events}
    await labour_status.hold(tx, causes)
    await benefits.record_acts(
        tx, [_withdrawn(event) if event.reverses else _stopped(event) for event in events]
    )
    await consequences.follow(rt, tx, causes, causes)


def _withdrawn(event: Event) -> Act:
    return Act(event.id, event.entity_id, "withdrawn", event.valid_from)


def _stopped(event: Event) -> Act:
    return Act(event.id, event.entity_id, "stopped", event.valid_from)


async def loans_disbursed(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """A guaranteed small loan was paid out: written on the certificate with its principal."""
    heard = [(event, LoanDisbursed.model_validate(event.data)) for event in events]
    await _grant(
        rt,
        tx,
        (
            (
                event,
                Grant(
                    event.entity_id, "small-loan", told.worker_id, event.valid_from, told.due_on,
                    told.principal, event.service, event.id,
                ),
            )
            for event, told in heard
        ),
    )  # fmt: skip


async def _grant(rt: Runtime, tx: Tx, granted: Iterable[tuple[Event, Grant]]) -> None:
    pairs = list(granted)
    causes = {grant.worker_id: event for event, grant in pairs}
    await labour_status.hold(tx, causes)
    await benefits.record_grants(tx, (grant for _, grant in pairs))
    await consequences.follow(rt, tx, causes, causes)


SUBSCRIPTIONS = [
    Subscription(
        "jobs-market",
        ("placement", "referral"),
        {
            "jobs-market.placement.confirmed.v1": placements_confirmed,
            "jobs-market.placement.ended.v1": placements_ended,
            "jobs-market.placement.voided.v1": placements_voided,
            "jobs-market.referral.resolved.v1": referrals_resolved,
        },
    ),
    Subscription(
        "subsidy",
        ("entitlement",),
        {
            "subsidy.entitlement.opened.v1": entitlements_opened,
            "subsidy.entitlement.closed.v1": entitlements_closed,
        },
    ),
    Subscription("loans", ("loan",), {"loans.loan.disbursed.v1": loans_disbursed}),
]
