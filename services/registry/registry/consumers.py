"""What other services say, and which use cases that means. Set-based, whatever comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from kit.consumers import Subscription
from kit.db import Tx
from kit.events import Event
from kit.service import Runtime
from registry import consequences
from registry.benefits import usecases as benefits
from registry.benefits.domain import Act, Grant, Payment, Recovery
from registry.benefits.terms import kind_of
from registry.events import (
    BenefitPaid,
    BenefitRecovered,
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
            Hearing(
                event.id, event.entity_id, told.worker_id, "began", told.started_on,
                employer_id=told.employer_id,
            )
            for event, told in heard
        ],
    )  # fmt: skip
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
    """Months of a subsidy may be claimed: written on the certificate. One that was taken back may be
    opened again."""
    causes: dict[UUID, Event] = {}
    openings = []
    for event in events:
        told = EntitlementOpened.model_validate(event.data)
        kind = kind_of(rt.policies, told.programme, told.valid_from)
        causes[told.worker_id] = event
        openings.append(
            Grant(
                event.entity_id, kind, told.worker_id, told.valid_from, told.valid_to, None,
                event.service, event.id,
            )
        )  # fmt: skip
    await labour_status.hold(tx, causes)
    await benefits.record_openings(tx, openings)
    await consequences.follow(rt, tx, causes, causes)


async def entitlements_closed(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """One that was reversed is taken off the certificate; one that ended was still enjoyed, and the
    months after its end are free again."""
    causes = {EntitlementClosed.model_validate(event.data).worker_id: event for event in events}
    await labour_status.hold(tx, causes)
    openings = await benefits.openings_of(tx, {event.entity_id for event in events})
    acts = []
    for event in events:
        known = openings.get(event.entity_id, ())
        # The opening that it takes back; what only ends is the one that was opened last.
        about = [one.id for one in known if event.reverses in (None, one.source_event)]
        act = _withdrawn(event) if event.reverses else _stopped(event)
        acts.append(replace(act, benefit_id=about[-1]) if about else act)
    await benefits.record_acts(tx, acts)
    await consequences.follow(rt, tx, causes, causes)


def _withdrawn(event: Event) -> Act:
    return Act(event.id, event.entity_id, "withdrawn", event.valid_from)


def _stopped(event: Event) -> Act:
    return Act(event.id, event.entity_id, "stopped", event.valid_from)


async def benefits_paid(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """A month of an entitlement was paid, or a benefit that has none: the former stands on the grant
    of the entitlement, the latter is a grant of its own."""
    causes: dict[UUID, Event] = {}
    payments, grants = [], []
    for event in events:
        told = BenefitPaid.model_validate(event.data)
        # Of a month the law of its last day: the first may lie before the day of a document.
        kind = kind_of(rt.policies, told.programme, told.valid_to)
        causes[told.worker_id] = event
        entity = told.entitlement_id or told.part_of or event.entity_id
        payments.append(
            Payment(
                event.id, entity, told.programme, told.valid_from, told.valid_to, told.amount,
                told.claim_id, told.decision_id,
            )
        )  # fmt: skip
        if entity == event.entity_id:
            grants.append(
                Grant(
                    entity, kind, told.worker_id, told.valid_from, told.valid_to, told.amount,
                    event.service, event.id,
                )
            )  # fmt: skip
    causes |= await _of_grants(tx, {p.entity_id: e for p, e in zip(payments, events, strict=True)})
    await labour_status.hold(tx, causes)
    await benefits.record_grants(tx, grants)
    await benefits.record_payments(tx, payments)
    await consequences.follow(rt, tx, causes, causes)


async def benefits_recovered(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Money of a payment came back; when nothing is left of it, its months are free again."""
    causes: dict[UUID, Event] = {}
    recoveries, of = [], {}
    for event in events:
        told = BenefitRecovered.model_validate(event.data)
        if event.reverses is None:
            raise NamesNoPayment(f"{event.type} {event.id} names no payment in reverses")
        causes[told.worker_id] = of[event.reverses] = event
        recoveries.append(
            Recovery(event.id, event.reverses, event.valid_from, told.amount, told.whole)
        )
    entities = await benefits.entities_paid(tx, of)
    causes |= await _of_grants(tx, {entity: of[id] for id, entity in entities.items()})
    await labour_status.hold(tx, causes)
    await benefits.record_recoveries(tx, recoveries)
    await consequences.follow(rt, tx, causes, causes)


class NamesNoPayment(ValueError):
    """Which payment came back is not said: nobody's month can be given back."""


async def _of_grants(tx: Tx, entities: Mapping[UUID, Event]) -> dict[UUID, Event]:
    """Whose these grants are, as far as they are known: a payment may name the person by another
    record than the grant does, and the two may be one person no longer."""
    openings = await benefits.openings_of(tx, entities)
    return {one.worker_id: entities[id] for id, known in openings.items() for one in known}


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
        ("entitlement", "benefit"),
        {
            "subsidy.entitlement.opened.v1": entitlements_opened,
            "subsidy.entitlement.closed.v1": entitlements_closed,
            "subsidy.benefit.paid.v1": benefits_paid,
            "subsidy.benefit.recovered.v1": benefits_recovered,
        },
    ),
    Subscription("loans", ("loan",), {"loans.loan.disbursed.v1": loans_disbursed}),
]
