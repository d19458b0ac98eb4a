"""What registry tells others, noun by noun, and the slim copies of what it hears.

No name, ID number or phone is in any payload: a pseudonymous worker id, and where needed sex, birth
date and category.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kit.events import Catalogue
from kit.money import YuanNotNegative, YuanPositive
from registry.areas import events as areas
from registry.benefits import events as benefits
from registry.calendars import events as calendars
from registry.certificates import events as certificates
from registry.contributions import events as contributions
from registry.difficulties import events as difficulties
from registry.duplicates import events as duplicates
from registry.insurance_refunds import events as insurance_refunds
from registry.labour_status import events as labour_status
from registry.life_facts import events as life_facts
from registry.offices import events as offices
from registry.pairings import events as pairings
from registry.reliefs import events as reliefs
from registry.unemployment import events as unemployment
from registry.unemployment_insurance import events as unemployment_insurance
from registry.workers import events as workers

CATALOGUE = Catalogue(
    "registry",
    [
        *areas.TOLD,
        *offices.TOLD,
        *calendars.TOLD,
        *workers.TOLD,
        *labour_status.TOLD,
        *life_facts.TOLD,
        *contributions.TOLD,
        *unemployment.TOLD,
        *duplicates.TOLD,
        *unemployment_insurance.TOLD,
        *insurance_refunds.TOLD,
        *certificates.TOLD,
        *difficulties.TOLD,
        *benefits.TOLD,
        *reliefs.TOLD,
        *pairings.TOLD,
    ],
)


class Heard(BaseModel):
    """A slim copy of a foreign payload: unknown fields are normal."""

    model_config = ConfigDict(extra="ignore")


class PlacementConfirmed(Heard):
    """jobs-market.placement.confirmed.v1; the day of fact is the event's ``validfrom``."""

    worker_id: UUID
    started_on: date
    employer_id: UUID | None = None


class PlacementEnded(Heard):
    worker_id: UUID
    ended_on: date


class PlacementVoided(Heard):
    worker_id: UUID


class ReferralResolved(Heard):
    """jobs-market.referral.resolved.v1; the day of the answer is the event's ``validfrom``."""

    worker_id: UUID
    outcome: str


class EntitlementOpened(Heard):
    """subsidy.entitlement.opened.v1. ``from`` and ``to`` bound the months that may be claimed."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)
    worker_id: UUID
    programme: str
    valid_from: date = Field(alias="from")
    valid_to: date | None = Field(alias="to", default=None)


class EntitlementClosed(Heard):
    worker_id: UUID


class BenefitPaid(Heard):
    """subsidy.benefit.paid.v1. ``part_of``: the line of the first part of the same benefit."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)
    worker_id: UUID
    programme: str
    valid_from: date = Field(alias="from")
    valid_to: date = Field(alias="to")
    amount: YuanPositive
    entitlement_id: UUID | None = None
    part_of: UUID | None = None
    claim_id: UUID | None = None
    decision_id: UUID


class BenefitRecovered(Heard):
    """subsidy.benefit.recovered.v1; the envelope's ``reverses`` is the payment."""

    worker_id: UUID
    amount: YuanPositive
    whole: bool


class LoanDisbursed(Heard):
    """loans.loan.disbursed.v1; principal in yuan."""

    worker_id: UUID
    principal: YuanNotNegative
    due_on: date | None = None


#: The examples in the publishers' contracts that consumers' tests parse.
HEARD: dict[str, type[Heard]] = {
    "jobs-market.placement.confirmed.v1": PlacementConfirmed,
    "jobs-market.placement.ended.v1": PlacementEnded,
    "jobs-market.placement.voided.v1": PlacementVoided,
    "jobs-market.referral.resolved.v1": ReferralResolved,
    "subsidy.entitlement.opened.v1": EntitlementOpened,
    "subsidy.entitlement.closed.v1": EntitlementClosed,
    "subsidy.benefit.paid.v1": BenefitPaid,
    "subsidy.benefit.recovered.v1": BenefitRecovered,
    "loans.loan.disbursed.v1": LoanDisbursed,
}
