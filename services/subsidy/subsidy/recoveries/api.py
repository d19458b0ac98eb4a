"""Recoveries over HTTP. Facts open them; people tell the claimant, take the money, or give it up."""

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
from kit.money import Yuan, YuanNotNegative, YuanPositive
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.versions import etag
from kit.wire import Asked, FactDate, Id, Text, Told, after, page, terms
from subsidy.recoveries import domain, usecases
from subsidy.recoveries.domain import ACTS, STATES, Money, State
from subsidy.recoveries.usecases import Shown

router = APIRouter(prefix="/v1/recoveries", tags=["recoveries 补贴追回"])
Reader = Annotated[Actor, requires("subsidy:recovery:read")]
Writer = Annotated[Actor, requires("subsidy:recovery:write")]
Cashier = Annotated[Actor, requires("subsidy:payment:write")]
Approver = Annotated[Actor, requires("subsidy:recovery:approve")]


class GiveNotice(Asked):
    """What the claimant is told (退款通知)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"on": "2003-10-27", "fine": "0.00", "reference": "黑劳追[2003]1号"}]
        }
    )
    on: FactDate
    fine: YuanNotNegative = Field(description="罚款，与退款分开")
    reference: Text = Field(description="通知书文号")


class ReceiveMoney(Asked):
    """Money of the claimant (收款)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"on": "2003-10-29", "kind": "refund", "amount": "132.00", "reference": "收据0017"}
            ]
        }
    )
    on: FactDate
    kind: Money = Field(description="refund 退款；fine 罚款")
    amount: YuanPositive
    reference: Text = Field(description="收款凭证号")


class WriteOff(Asked):
    """Under which reference the rest is given up (核销)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-10-30", "approval": "黑财核[2003]2号"}]}
    )
    on: FactDate
    approval: Text = Field(description="核销批准文号")


class RecoveryLineOut(Told):
    """Money of one line."""

    line_id: UUID = Field(description="申领行")
    amount: Yuan = Field(description="应退")
    back: Yuan = Field(description="已退")
    clause: str | None = Field(description="不再符合的条款")


class RecoveryStepOut(Told):
    """Who did what; of money how much and by which voucher."""

    act: str
    on_day: date
    amount: Yuan | None
    reference: str | None
    done_by: str


class RecoveryBody(BaseModel):
    """What of a paid claim is to come back, and what may be done next (补贴追回)."""

    id: UUID
    claim_id: UUID
    claimant_kind: str
    claimant_id: UUID
    arrangement_id: UUID
    opened_on: date
    cause: UUID | None = Field(description="由哪一事件引起")
    state: State = Field(description=terms(STATES))
    state_on: date
    due_on: date | None = Field(description="应于何日前退回")
    amount: Yuan = Field(description="应退合计")
    owed: Yuan = Field(description="尚未退回")
    fine: Yuan
    fine_paid: Yuan
    lines: list[RecoveryLineOut]
    noticed_by: str | None
    approval: str | None = Field(description="核销批准文号")
    area_code: str
    office: str
    version: int = Field(description="版本，用于 If-Match")
    allowed: list[str] = Field(description="下一步可办事项")
    steps: list[RecoveryStepOut]

    @classmethod
    def of(cls, shown: Shown) -> RecoveryBody:
        one = shown.recovery
        known = {name: getattr(one, name) for name in cls.model_fields if hasattr(one, name)}
        doable = [
            act
            for act in lifecycle.allowed(ACTS, one.state)
            if act in ("notice", "receive", "write_off")
        ]
        return cls(
            **{
                **known, "amount": sum(line.amount for line in one.lines), "allowed": doable,
                "lines": [RecoveryLineOut.model_validate(line) for line in one.lines],
                "steps": [RecoveryStepOut.model_validate(step) for step in shown.steps],
            }
        )  # fmt: skip


def _answer(response: Response, shown: Shown) -> RecoveryBody:
    response.headers["ETag"] = etag(shown.recovery.version)
    return RecoveryBody.of(shown)


@router.post("/{id}/notices", summary="通知退款", status_code=201)
async def give_recovery_notice(
    request: Request,
    response: Response,
    id: Id,
    body: GiveNotice,
    actor: Writer,
    version: versions.Required,
    key: Required,
) -> RecoveryBody:
    """Tell the claimant what to pay back and by when; a fine stands apart from it."""
    shown = await usecases.give_notice(
        runtime_of(request), actor, id, version, body.on, body.fine, body.reference,
        key.answering(201, RecoveryBody.of),
    )  # fmt: skip
    return _answer(response, shown)


@router.post("/{id}/receipts", summary="收到退款、罚款", status_code=201)
async def receive_recovered_money(
    request: Request,
    response: Response,
    id: Id,
    body: ReceiveMoney,
    actor: Cashier,
    version: versions.Required,
    key: Required,
) -> RecoveryBody:
    """A refund goes to the lines in their order and back to the arrangement; a month that came back whole
    is free again. A fine is only noted. With the last of both the case is closed."""
    shown = await usecases.receive_money(
        runtime_of(request), actor, id, version, body.kind, body.amount, body.on, body.reference,
        key.answering(201, RecoveryBody.of),
    )  # fmt: skip
    return _answer(response, shown)


@router.post("/{id}/write-offs", summary="核销", status_code=201)
async def write_off_recovery(
    request: Request,
    response: Response,
    id: Id,
    body: WriteOff,
    actor: Approver,
    version: versions.Required,
    key: Required,
) -> RecoveryBody:
    """Give up what is left, under a reference and by another person than who gave the notice."""
    shown = await usecases.write_off(
        runtime_of(request), actor, id, version, body.on, body.approval,
        key.answering(201, RecoveryBody.of),
    )  # fmt: skip
    return _answer(response, shown)


@router.get("/{id}", summary="查询一项追回")
async def get_recovery(request: Request, response: Response, id: Id, actor: Reader) -> RecoveryBody:
    """One recovery of the caller's area; its ETag is what the next act must name."""
    return _answer(response, await usecases.recovery_of(runtime_of(request), actor, id))


@router.get("", summary="列出补贴追回")
async def list_recoveries(
    request: Request,
    actor: Reader,
    claim_id: UUID | None = None,
    claimant_id: UUID | None = None,
    state: Annotated[State | None, Query(description=terms(STATES))] = None,
    overdue: Annotated[bool, Query(description="仅列逾期未退的")] = False,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[RecoveryBody]:
    """Recoveries of the caller's area in the order in which they were opened, without their steps."""
    filters = {
        "claim_id": claim_id, "claimant_id": claimant_id, "state": state, "overdue": overdue,
    }  # fmt: skip
    found = await usecases.list_recoveries(
        runtime_of(request), actor, claim_id=claim_id, claimant_id=claimant_id, state=state,
        overdue=overdue, after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(
        found, limit, RecoveryBody.of, actor=actor, filters=filters,
        key=lambda one: one.recovery.id,
    )  # fmt: skip


problems = [
    refused(domain.WrongState, 409, "当前状态不能办理此事项", "The act does not follow from this state"),
    refused(domain.OutOfOrder, 422, "日期早于前一步骤", "It is dated before the act that it follows"),
    refused(
        domain.MoreThanOwed, 409, "金额超过尚未退回（缴纳）的数额", "More than is still owed",
        ("尚欠 {owed} 分", "{owed} fen are owed"),
    ),
]  # fmt: skip
