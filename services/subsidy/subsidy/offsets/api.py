"""Paying claims over HTTP, what was kept of the payments, and reversing that."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit import lifecycle, pagination, versions
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.ids import new_id
from kit.money import Yuan
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.versions import etag
from kit.wire import Asked, FactDate, Id, Text, Told, after, page, terms
from subsidy.claims.api import answer
from subsidy.claims.bodies import ClaimBody, PayClaim
from subsidy.offsets import domain, reversing, usecases
from subsidy.offsets.domain import ACTS, STATES, Reversal, State
from subsidy.offsets.reversing import Proposal

of_claims = APIRouter(prefix="/v1/claims", tags=["claims 补贴申领"])
router = APIRouter(prefix="/v1/offsets", tags=["offsets 抵扣"])
reversals = APIRouter(prefix="/v1/offset-reversals", tags=["offsets 抵扣"])
Payer = Annotated[Actor, requires("subsidy:payment-order:write")]
Reader = Annotated[Actor, requires("subsidy:recovery:read")]
Approver = Annotated[Actor, requires("subsidy:payment:approve")]
_ID = "019a9d2c-8f00-7000-8000-0000000000"


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
    reversed_on: date | None = Field(description="冲销日期，未冲销为空")


class ProposeReversal(Asked):
    """An offset that was wrong (提出冲销抵扣)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"offset_id": f"{_ID}c1", "on": "2003-10-29", "reason": "抵扣对象有误"}
            ]
        }
    )  # fmt: skip
    id: UUID | None = Field(default=None, description="可由客户端生成")
    offset_id: UUID
    on: FactDate
    reason: Text = Field(description="原因（不得含姓名、证件号、账号）")

    def proposal(self) -> Proposal:
        return Proposal(self.id or new_id(), self.offset_id, self.on, self.reason)


class DecideReversal(Asked):
    """Whether the offset is reversed (决定)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-10-30", "agreed": True}]}
    )
    on: FactDate = Field(description="冲销日期")
    agreed: bool = Field(description="是否冲销")


class ReversalBody(BaseModel):
    """That an offset is reversed: who proposed it, what was decided (冲销抵扣)."""

    id: UUID
    offset_id: UUID
    proposed_on: date
    reason: str
    state: State = Field(description=terms(STATES))
    state_on: date
    proposed_by: str
    decided_by: str | None
    area_code: str
    version: int = Field(description="版本，用于 If-Match")
    allowed: list[str] = Field(description="下一步可办事项")

    @classmethod
    def of(cls, one: Reversal) -> ReversalBody:
        known = {name: getattr(one, name) for name in cls.model_fields if hasattr(one, name)}
        return cls(**known, allowed=list(lifecycle.allowed(ACTS, one.state)))


def _answer(response: Response, one: Reversal) -> ReversalBody:
    response.headers["ETag"] = etag(one.version)
    return ReversalBody.of(one)


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


@reversals.post("", summary="提出冲销抵扣", status_code=201)
async def propose_offset_reversal(
    request: Request, response: Response, body: ProposeReversal, actor: Payer, key: Required
) -> ReversalBody:
    """Say that an offset was wrong; another person decides, and nothing moves before."""
    made = await reversing.propose(
        runtime_of(request), actor, body.proposal(), key.answering(201, ReversalBody.of)
    )
    response.headers["Location"] = f"/v1/offset-reversals/{made.id}"
    return _answer(response, made)


@reversals.post("/{id}/decisions", summary="决定是否冲销抵扣", status_code=201)
async def decide_offset_reversal(
    request: Request,
    response: Response,
    id: Id,
    body: DecideReversal,
    actor: Approver,
    version: versions.Required,
    key: Required,
) -> ReversalBody:
    """Reverse both entries of the offset, or decline. The recovery is owed again, its months are paid again,
    and the claim's part is to be paid again; 409 while the bank has an order for the rest of it."""
    made = await reversing.decide(
        runtime_of(request), actor, id, version, body.on, body.agreed,
        key.answering(201, ReversalBody.of),
    )  # fmt: skip
    return _answer(response, made)


@reversals.get("/{id}", summary="查询一项抵扣冲销")
async def get_offset_reversal(
    request: Request, response: Response, id: Id, actor: Reader
) -> ReversalBody:
    """One reversal of the caller's area; its ETag is what the decision must name."""
    return _answer(response, await reversing.reversal_of(runtime_of(request), actor, id))


@reversals.get("", summary="列出抵扣冲销")
async def list_offset_reversals(
    request: Request,
    actor: Reader,
    offset_id: UUID | None = None,
    state: Annotated[State | None, Query(description=terms(STATES))] = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[ReversalBody]:
    """Reversals of the caller's area in the order in which they were proposed."""
    filters = {"offset_id": offset_id, "state": state}
    found = await reversing.list_reversals(
        runtime_of(request), actor, offset_id=offset_id, state=state,
        after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(found, limit, ReversalBody.of, actor=actor, filters=filters)


routers = [of_claims, router, reversals]
problems = [
    refused(domain.OffsetUnknown, 404, "无此抵扣", "There is no such offset"),
    refused(
        domain.ReversalKnown, 409, "该抵扣已冲销或已有待决定的冲销",
        "The offset was reversed, or its reversal waits for a decision",
    ),
    refused(domain.WrongState, 409, "当前状态不能办理此事项", "The act does not follow from this state"),
    refused(domain.OutOfOrder, 422, "日期早于前一步骤", "It is dated before the act that it follows"),
    refused(
        domain.RestOrdered, 409, "该部分余款已有付款指令，不能冲销抵扣；未送银行的先撤回该批次",
        "The bank has an order for the rest: a batch that was not sent is withdrawn first",
    ),
    refused(
        domain.ClaimBeingRecovered, 409, "被抵扣的申领正在追回或已追回，不能冲销抵扣",
        "The claim of whose payment it was kept is or was recovered itself",
    ),
]  # fmt: skip
