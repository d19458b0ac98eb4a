"""Payloads of other services: only the fields that decide something here; unknown ones are ignored."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kit.money import YuanNotNegative, YuanPositive


class Heard(BaseModel):
    """A payload of another service, as far as we read it."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class WorkerRegistered(Heard):
    """registry.worker.registered.v1. ``cadre``: of women, who then retire later (R18)."""

    population: Literal["base", "outside"]
    sex: Literal["male", "female"]
    birth_date: date
    cadre: bool = False
    centre_agreement_on: date | None = None


class WorkerCorrected(Heard):
    """registry.worker.corrected.v1. ``cadre`` None: the event does not say."""

    sex: Literal["male", "female"]
    birth_date: date
    cadre: bool | None = None


class CertificateTold(Heard):
    """registry.certificate.issued.v1 and the other facts of certificates that we read. ``state`` and
    ``state_since`` only of a restored one."""

    worker_id: UUID
    valid_until: date | None = None
    state: str | None = None
    state_since: date | None = None


class DifficultyTold(Heard):
    """registry.difficulty.*.v1; ``recognised_on`` only where it is not the event's own day."""

    worker_id: UUID
    kind: str
    recognised_on: date | None = None


class UnemploymentTold(Heard):
    """registry.unemployment.*.v1; a voided registration has no day and no spells."""

    worker_id: UUID
    since: date | None = None
    spell: int = 0


class ContributionTold(Heard):
    """registry.contribution.recorded.v1 and .reversed.v1. ``payer`` None: the person."""

    worker_id: UUID
    month: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}$")
    insurances: list[str]
    payer: str | None = None
    base: YuanPositive


class ConflictTold(Heard):
    """registry.contribution.conflict-found.v1 and .conflict-cleared.v1"""

    worker_id: UUID
    month: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}$")


class EmployerRegistered(Heard):
    """jobs-market.employer.registered.v1"""

    sector: str
    uscc: str | None = None
    organisation_code: str | None = None


class PlacementConfirmed(Heard):
    """jobs-market.placement.confirmed.v1"""

    worker_id: UUID
    employer_id: UUID | None = None
    channel: str
    started_on: date
    contract_months: int | None = None
    wage: YuanNotNegative | None = None
    new_post: bool = False
    sector: str | None = None
    referral_id: UUID | None = None
    public_welfare_post_id: UUID | None = None


class PlacementEnded(Heard):
    """jobs-market.placement.ended.v1"""

    worker_id: UUID
    ended_on: date


class PlacementVoided(Heard):
    """jobs-market.placement.voided.v1"""

    worker_id: UUID


class PostOccupant(Heard):
    """jobs-market.public-welfare-post.occupied.v1 and .vacated.v1"""

    worker_id: UUID
    placement_id: UUID


class ClassOpened(Heard):
    """jobs-market.training-class.opened.v1; the event's day is the first of teaching."""

    ends_on: date | None = None


class ClassCompleted(Heard):
    """jobs-market.training-class.completed.v1"""

    passed: int
    failed: int


class EnrolmentTold(Heard):
    """jobs-market.enrolment.*.v1"""

    worker_id: UUID
    class_id: UUID
    result: str | None = None


class ReferralResolved(Heard):
    """jobs-market.referral.resolved.v1"""

    worker_id: UUID
    outcome: str
