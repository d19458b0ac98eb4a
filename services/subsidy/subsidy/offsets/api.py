"""Paying claims over HTTP, and what was kept of the payments."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from kit import pagination, versions
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.money import Yuan
from kit.pagination import Cursor, Limit, Page
from kit.wire import Id, Told, after, page
from subsidy.claims.api import answer
from subsidy.claims.bodies import ClaimBody, PayClaim
from subsidy.offsets import usecases

of_claims = APIRouter(prefix="/v1/claims", tags=["claims 补贴申领"])
router = APIRouter(prefix="/v1/offsets", tags=["offsets 抵扣"])
Payer = Annotated[Actor, requires("subsidy:payment-order:write")]
Reader = Annotated[Actor, requires("subsidy:recovery:read")]


class OffsetOut(Told):
    """Money of a claim's payment that was kept for what the claimant owed (抵扣)."""

    id: UUID
    recovery_id: UUID = Field(description="所抵扣的追回")
    claim_id: UUID = Field(description="被抵扣的申领")
    due_id: UUID
    payment_id: UUID = Field(description="账上的支付；追回以同额分录退回原资金安排")
    amount: Yuan
    on_day: date
    done_by: str


@of_claims.post("/{id}/payments", summary="交付付款", status_code=201)
async def pay_claim(
    request: Request,
    response: Response,
    id: Id,
    body: PayClaim,
    actor: Payer,
    version: versions.Required,
    key: Required,
) -> ClaimBody:
    """Make the batch that pays what is due to this kind of payee; it is approved and handed over like
    every batch. What the claimant was told to pay back of earlier payments to the same kind of payee is
    kept of it. The claim is paid when the bank's statement says so, or when all of it was kept."""
    shown = await usecases.pay_claim(
        runtime_of(request), actor, id, version, body.payment(), key.answering(201, ClaimBody.of)
    )
    return answer(response, shown)


@router.get("", summary="列出抵扣")
async def list_offsets(
    request: Request,
    actor: Reader,
    claim_id: UUID | None = None,
    recovery_id: UUID | None = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[OffsetOut]:
    """Offsets of the caller's area in the order in which they were made."""
    filters = {"claim_id": claim_id, "recovery_id": recovery_id}
    found = await usecases.list_offsets(
        runtime_of(request), actor, claim_id=claim_id, recovery_id=recovery_id,
        after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(found, limit, OffsetOut.model_validate, actor=actor, filters=filters)


routers = [of_claims, router]
