"""``/v1/referrals`` 职业介绍."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from jobs_market.referrals import usecases
from jobs_market.referrals.domain import OUTCOMES, Outcome
from kit import idempotency
from kit.auth import Actor, requires
from kit.facts import OfficeCode
from kit.http import runtime_of
from kit.ids import new_id
from kit.pagination import Cursor, Limit, Page
from kit.wire import Asked, FactDay, Id, Told, after, page, terms

router = APIRouter(prefix="/v1/referrals", tags=["referrals 职业介绍"])
Reader = Annotated[Actor, requires("jobs-market:referral:read")]
Writer = Annotated[Actor, requires("jobs-market:referral:write")]


class IssueReferral(Asked):
    """A letter to an employer (开具介绍信)."""

    id: UUID | None = Field(default=None, description="可由客户端生成 (may be made by the client)")
    jobseeker_id: UUID
    vacancy_id: UUID
    issued_on: FactDay
    office: OfficeCode


class ResolveReferral(Asked):
    """The employer's answer (介绍结果)."""

    resolved_on: FactDay
    outcome: Outcome = Field(description=f"结果：{terms(OUTCOMES)}", examples=["hired"])


class ReferralBody(Told):
    """A referral (职业介绍)."""

    id: UUID
    jobseeker_id: UUID
    worker_id: UUID
    vacancy_id: UUID
    issued_on: date
    outcome: Outcome | None
    resolved_on: date | None
    area_code: str
    office: str
    version: int


@router.post("", status_code=201, summary="开具职业介绍信")
async def issue_referral(
    request: Request, body: IssueReferral, actor: Writer, claim: idempotency.Optional
) -> ReferralBody:
    """Refer a job-seeker to a vacancy. 409 ``already-referred``, ``not-seeking``, ``vacancy-closed``."""
    referral = await usecases.issue_referral(
        runtime_of(request),
        actor,
        body.id or new_id(),
        body.jobseeker_id,
        body.vacancy_id,
        body.issued_on,
        body.office,
        claim.answering(201, ReferralBody.model_validate),
    )
    return ReferralBody.model_validate(referral)


@router.get("", summary="职业介绍列表")
async def list_referrals(
    request: Request,
    actor: Reader,
    worker_id: UUID | None = None,
    vacancy_id: UUID | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[ReferralBody]:
    """Referrals of the caller's areas, by id."""
    filters = {"worker_id": worker_id, "vacancy_id": vacancy_id}
    rows = await usecases.list_referrals(
        runtime_of(request),
        actor,
        after(cursor, actor, filters),
        limit,
        worker_id=worker_id,
        vacancy_id=vacancy_id,
    )
    return page(rows, limit, ReferralBody.model_validate, actor=actor, filters=filters)


@router.get("/{referral_id}", summary="职业介绍详情")
async def get_referral(request: Request, referral_id: Id, actor: Reader) -> ReferralBody:
    """One referral."""
    return ReferralBody.model_validate(
        await usecases.get_referral(runtime_of(request), actor, referral_id)
    )


@router.post("/{referral_id}/resolutions", status_code=201, summary="登记介绍结果")
async def resolve_referral(
    request: Request,
    referral_id: Id,
    body: ResolveReferral,
    actor: Writer,
    claim: idempotency.Optional,
) -> ReferralBody:
    """Note the answer; a hire fills the vacancy. 409 ``referral-resolved``, ``vacancy-closed``."""
    referral = await usecases.resolve_referral(
        runtime_of(request),
        actor,
        referral_id,
        body.resolved_on,
        body.outcome,
        claim.answering(201, ReferralBody.model_validate),
    )
    return ReferralBody.model_validate(referral)
