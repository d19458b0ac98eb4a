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
from kit.ids import new_id
from kit.money import Yuan, YuanNotNegative, YuanPositive
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.versions import etag
from kit.wire import Asked, FactDate, Id, Text, Told, after, page, terms
from subsidy.recoveries import domain, usecases
from subsidy.recoveries.domain import ACTS, REASONS, STATES, Money, Reason, State
from subsidy.recoveries.usecases import Proposal, Shown

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


class LineToRecover(Asked):
    """Money of one paid line (应退申领行)."""

    line_id: UUID = Field(description="申领行")
    amount: YuanPositive = Field(description="应退金额")


class ProposeRecovery(Asked):
    """What of a paid claim is to come back (提出追回)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "claim_id": "019a9d2c-8f00-7000-8000-0000000000a7", "on": "2003-10-27",
                    "reason": "audit-finding", "reference": "黑审[2003]4号",
                    "lines": [
                        {"line_id": "019a9d2c-8f00-7000-8000-0000000000c1", "amount": "132.00"}
                    ],
                }
            ]
        }
    )  # fmt: skip
    id: UUID | None = Field(default=None, description="可由客户端生成")
    claim_id: UUID
    on: FactDate
    reason: Reason = Field(description=terms(REASONS))
    reference: Text = Field(description="依据文号")
    lines: list[LineToRecover] = Field(min_length=1, max_length=5_000)

    def proposal(self) -> Proposal:
        lines: dict[UUID, int] = {}
        for one in self.lines:
            lines[one.line_id] = lines.get(one.line_id, 0) + one.amount
        return Proposal(
            self.id or new_id(), self.claim_id, self.on, self.reason, self.reference, lines
        )


class DecideRecovery(Asked):
    """Whether a proposed recovery is ordered (决定)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-10-27", "agreed": True, "note": "情况属实"}]}
    )
    on: FactDate
    agreed: bool = Field(description="是否追回")
    note: Text = Field(description="意见（不得含姓名、证件号）")


class Litigate(Asked):
    """The case before a court (起诉)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-10-30", "reference": "(2003)黑民初字第9号"}]}
    )
    on: FactDate
    reference: Text = Field(description="案号")


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
    reason: Reason | None = Field(description=terms(REASONS))
    state: State = Field(description=terms(STATES))
    state_on: date
    due_on: date | None = Field(description="应于何日前退回")
    amount: Yuan = Field(description="应退合计")
    owed: Yuan = Field(description="尚未退回")
    fine: Yuan
    fine_paid: Yuan
    lines: list[RecoveryLineOut]
    proposed_by: str | None = Field(description="人工提出的账号")
    ordered_by: str | None = Field(description="决定追回的账号")
    court_reference: str | None = Field(description="案号")
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
            if act in ("order", "decline", "notice", "receive", "litigate", "write_off")
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


@router.post("", summary="提出追回", status_code=201)
async def propose_recovery(
    request: Request, response: Response, body: ProposeRecovery, actor: Writer, key: Required
) -> RecoveryBody:
    """Propose by hand that paid lines of a claim come back, whatever the facts say; another person orders
    it. 409 while another recovery of the claim is not over."""
    shown = await usecases.propose_recovery(
        runtime_of(request), actor, body.proposal(), key.answering(201, RecoveryBody.of)
    )
    response.headers["Location"] = f"/v1/recoveries/{shown.recovery.id}"
    return _answer(response, shown)


@router.post("/{id}/decisions", summary="决定是否追回", status_code=201)
async def decide_recovery(
    request: Request,
    response: Response,
    id: Id,
    body: DecideRecovery,
    actor: Approver,
    version: versions.Required,
    key: Required,
) -> RecoveryBody:
    """Order what was proposed, or decline it; 409 for who proposed it."""
    shown = await usecases.decide_recovery(
        runtime_of(request), actor, id, version, body.on, body.agreed, body.note,
        key.answering(201, RecoveryBody.of),
    )  # fmt: skip
    return _answer(response, shown)


@router.post("/{id}/litigations", summary="起诉", status_code=201)
async def litigate_recovery(
    request: Request,
    response: Response,
    id: Id,
    body: Litigate,
    actor: Writer,
    version: versions.Required,
    key: Required,
) -> RecoveryBody:
    """Who was told and does not pay is sued. Until it is over nothing of it is kept of other payments."""
    shown = await usecases.litigate(
        runtime_of(request), actor, id, version, body.on, body.reference,
        key.answering(201, RecoveryBody.of),
    )  # fmt: skip
    return _answer(response, shown)


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
    refused(domain.RecoveryStands, 409, "该申领另有未结的追回", "Another recovery of the claim is not over"),
    refused(domain.LineNotPaid, 422, "所列并非该申领的已付行", "What is named is no paid line of the claim"),
    refused(
        domain.MoreThanPaid, 422, "超过已付且未退回的金额", "More than was paid and has not come back",
        ("尚余 {left} 分", "{left} fen are left"),
    ),
    refused(domain.WrongState, 409, "当前状态不能办理此事项", "The act does not follow from this state"),
    refused(domain.OutOfOrder, 422, "日期早于前一步骤", "It is dated before the act that it follows"),
    refused(
        domain.MoreThanOwed, 409, "金额超过尚未退回（缴纳）的数额", "More than is still owed",
        ("尚欠 {owed} 分", "{owed} fen are owed"),
    ),
]  # fmt: skip
