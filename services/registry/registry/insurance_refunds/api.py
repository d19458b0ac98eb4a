"""HTTP of refunds and fines of unemployment insurance: proposed by one, ordered by another."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit import audit, idempotency, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.money import Yuan, YuanPositive
from kit.problems import refused
from kit.steps import Step, stepping
from kit.versions import etag
from kit.wire import Asked, FactDay, Id, ShortText, Text, after, page, terms
from registry.insurance_refunds import domain, usecases
from registry.insurance_refunds.domain import (
    PARTS,
    STATES,
    Order,
    Part,
    Payment,
    State,
    Verdict,
)
from registry.insurance_refunds.usecases import Propose, Repay

TAG = "insurance refunds 失业保险金退回与罚款"
of_account = APIRouter(prefix="/v1/unemployment-insurance/{account_id}/refund-orders", tags=[TAG])
router = APIRouter(prefix="/v1/insurance-refund-orders", tags=[TAG])
Reader = Annotated[Actor, requires("registry:unemployment-insurance:read")]
Writer = Annotated[Actor, requires("registry:unemployment-insurance:write")]
Approving = Annotated[Step, stepping("registry:unemployment-insurance:approve")]
#: What an order shows of a person, in the words of the access log.
SHOWN = ("insurance_refunds",)
STATE, PART = terms(STATES), terms(PARTS)


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class ProposeIn(Asked):
    """What was drawn by fraud, and the fine of a serious case (提出责令退回)."""

    model_config = _example(
        on="2003-09-01", ground="领取期间隐瞒就业", document="调查笔录 3 号", refund="1200.00",
        serious=True, fine="2400.00",
    )  # fmt: skip
    on: FactDay
    ground: Text = Field(description="骗取的事实（不写身份信息）")
    document: ShortText = Field(description="调查笔录文号")
    refund: YuanPositive = Field(description="应退回的金额")
    serious: bool = Field(default=False, description="情节严重（处以罚款）")
    fine: YuanPositive | None = Field(
        default=None, description="罚款金额：应退回金额的一至三倍，仅情节严重的"
    )


class VerdictIn(Asked):
    """A verdict of another person (复核)."""

    model_config = _example(on="2003-09-10", note="情况属实")
    on: FactDay
    note: Text | None = Field(default=None, description="意见")


class LiftIn(Asked):
    """An order was wrong (撤销责令)."""

    model_config = _example(on="2003-10-10", note="复核：系同名")
    on: FactDay
    note: Text = Field(description="原因")


class RepaymentIn(Asked):
    """Money came in (缴回)."""

    model_config = _example(on="2003-10-01", part="refund", amount="1200.00", document="收据 0017")
    on: FactDay
    part: Part = Field(description=PART)
    amount: YuanPositive = Field(description="金额")
    document: ShortText | None = Field(default=None, description="收据编号")


class RefundOrderOut(BaseModel):
    """A refund, the fine of a serious case, and what of both is owed (责令退回)."""

    id: UUID
    account_id: UUID = Field(description="失业保险记录")
    worker_id: UUID
    on: date = Field(description="发现日期")
    ground: str = Field(description="骗取的事实")
    document: str = Field(description="调查笔录文号")
    refund: Yuan = Field(description="应退回的金额")
    serious: bool = Field(description="情节严重")
    fine: Yuan | None = Field(description="罚款金额；情节不严重则为空")
    refund_owed: Yuan = Field(description="尚欠退回")
    fine_owed: Yuan = Field(description="尚欠罚款")
    state: State = Field(description=STATE)
    state_on: date = Field(description="自何日起")
    proposed_by: str = Field(description="提出人账号")
    state_by: str = Field(description="最后意见的经办人账号")
    area_code: AreaCode
    office: str = Field(description="经办机构")
    version: int = Field(description="版本，用于 If-Match")

    @classmethod
    def of(cls, o: Order) -> RefundOrderOut:
        return cls(
            id=o.id, account_id=o.account_id, worker_id=o.worker_id, on=o.on, ground=o.ground,
            document=o.document, refund=o.refund_fen, serious=o.serious, fine=o.fine_fen,
            refund_owed=o.owed("refund"), fine_owed=o.owed("fine"), state=o.state,
            state_on=o.state_on, proposed_by=o.proposed_by, state_by=o.state_by,
            area_code=o.area_code, office=o.office, version=o.version,
        )  # fmt: skip


class PaymentOut(BaseModel):
    """So much of one part (缴回记录)."""

    id: UUID
    part: Part = Field(description=PART)
    amount: Yuan
    on: date
    document: str | None = Field(description="收据编号")

    @classmethod
    def of(cls, p: Payment) -> PaymentOut:
        return cls(id=p.id, part=p.part, amount=p.amount_fen, on=p.on, document=p.document)


class RefundCaseOut(RefundOrderOut):
    """An order with what came in (责令退回与缴回)."""

    payments: list[PaymentOut] = Field(description="缴回记录，最早的在前")


@of_account.post("", status_code=201, summary="提出责令退回", operation_id="propose_refund_order")
async def propose_refund_order(
    request: Request, account_id: Id, body: ProposeIn, actor: Writer, claim: idempotency.Required
) -> RefundOrderOut:
    """Propose to order the refund of what was drawn by fraud, with the fine of a serious case. Nothing
    is owed before another person orders it."""
    command = Propose(
        account_id, body.on, body.ground, body.document, body.refund, body.serious, body.fine
    )
    rt = runtime_of(request)
    made = await usecases.propose(rt, actor, command, claim.answering(201, RefundOrderOut.of))
    await audit.note(rt, actor, "propose_refund_order", [made.worker_id], SHOWN)
    return RefundOrderOut.of(made)


@router.get("", summary="责令退回列表", operation_id="list_refund_orders")
async def list_refund_orders(
    request: Request,
    actor: Reader,
    account_id: Annotated[UUID | None, Query(description="失业保险记录")] = None,
    state: Annotated[State | None, Query(description=STATE)] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[RefundOrderOut]:
    """Orders of the caller's subtree, for instance what is owed (``state=ordered``)."""
    rt = runtime_of(request)
    filters = {"account_id": account_id, "state": state}
    rows = await usecases.list_orders(
        rt, actor, account_id, state, after(cursor, actor, filters), limit + 1
    )
    people = list(dict.fromkeys(row.worker_id for row in rows[:limit]))
    await audit.note(rt, actor, "list_refund_orders", people, SHOWN)
    return page(rows, limit, RefundOrderOut.of, actor=actor, filters=filters)


@router.get("/{order_id}", summary="查看责令退回", operation_id="get_refund_order")
async def get_refund_order(
    request: Request, response: Response, order_id: Id, actor: Reader
) -> RefundCaseOut:
    """One order with what came in; the ETag is what a verdict must name."""
    rt = runtime_of(request)
    order, payments = await usecases.order_of(rt, actor, order_id)
    await audit.note(rt, actor, "get_refund_order", [order.worker_id], SHOWN)
    response.headers["ETag"] = etag(order.version)
    return RefundCaseOut(
        **RefundOrderOut.of(order).model_dump(),
        payments=[PaymentOut.of(payment) for payment in payments],
    )


async def _decided(
    step: Step, id: UUID, verdict: Verdict, on: date, note: str | None
) -> RefundOrderOut:
    order = await usecases.decide(step.rt, step.actor, id, verdict, on, note, step.version)
    await step.shows([order.worker_id], SHOWN, order.version)
    return RefundOrderOut.of(order)


@router.post(
    "/{order_id}/confirmations", status_code=201, summary="责令退回", operation_id="order_refund"
)
async def order_refund(order_id: Id, body: VerdictIn, step: Approving) -> RefundOrderOut:
    """Another person orders it: the refund and the fine are owed from now on."""
    return await _decided(step, order_id, "order", body.on, body.note)


@router.post(
    "/{order_id}/refusals", status_code=201, summary="不予责令", operation_id="drop_refund_order"
)
async def drop_refund_order(order_id: Id, body: VerdictIn, step: Approving) -> RefundOrderOut:
    """Another person finds that nothing is to come back."""
    return await _decided(step, order_id, "drop", body.on, body.note)


@router.post(
    "/{order_id}/reversals", status_code=201, summary="撤销责令", operation_id="lift_refund_order"
)
async def lift_refund_order(order_id: Id, body: LiftIn, step: Approving) -> RefundOrderOut:
    """The order was wrong: nothing is owed by it. Never by whoever gave it."""
    return await _decided(step, order_id, "lift", body.on, body.note)


@router.post(
    "/{order_id}/repayments", status_code=201, summary="缴回入账", operation_id="repay_refund_order"
)
async def repay_refund_order(
    request: Request, order_id: Id, body: RepaymentIn, actor: Writer, claim: idempotency.Required
) -> RefundOrderOut:
    """Money came in, of the refund or of the fine; with the last of it the order is settled."""
    command = Repay(order_id, body.part, body.amount, body.on, body.document)
    rt = runtime_of(request)
    done = await usecases.repay(rt, actor, command, claim.answering(201, RefundOrderOut.of))
    await audit.note(rt, actor, "repay_refund_order", [done.worker_id], SHOWN)
    return RefundOrderOut.of(done)


routers = [of_account, router]

problems = [
    refused(
        domain.FineMissing, 422, "情节严重的须注明罚款，其他不处罚款",
        "A serious case has its fine, and nothing else has one",
    ),
    refused(
        domain.FineOutOfRange, 422, "罚款不在规定倍数之内", "The fine is not as many times the amount",
        ("应为退回金额的 {least} 至 {most} 倍", "{least} to {most} times the refund"),
    ),
    refused(
        domain.WrongState, 409, "责令退回的当前状态不可办理此事项", "The order's state does not allow it",
        ("当前状态 {state}", "the state is {state}"),
    ),
    refused(
        domain.OutOfOrder, 422, "日期早于前一事项", "Dated before what it follows",
        ("不得早于 {not_before}", "not before {not_before}"),
    ),
    refused(domain.NotOwed, 409, "超过所欠金额", "More than is owed"),
]  # fmt: skip
