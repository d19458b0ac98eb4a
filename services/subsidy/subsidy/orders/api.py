"""Payment orders over HTTP: reading them. They are made and moved by batches and by the bank."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from kit import pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.money import Yuan
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.wire import Told, after, page, terms
from subsidy import bank_codes
from subsidy.bank_codes import AGAIN, OWNERS, Again, Code, Owner
from subsidy.orders import domain, usecases
from subsidy.orders.domain import STATES, Order, State
from subsidy.payees.domain import KINDS, Kind

router = APIRouter(prefix="/v1/payment-orders", tags=["payment orders 付款指令"])
Reader = Annotated[Actor, requires("subsidy:payment-order:read")]


class CodeOut(Told):
    """What a reason code of the bank means, and what is to be done (原因代码)."""

    code: str
    zh: str = Field(description="含义")
    en: str
    owner: Owner = Field(description="责任方：" + terms(OWNERS))
    next_zh: str = Field(description="下一步")
    next_en: str
    again: Again = Field(description="可否重发：" + terms(AGAIN))


class OrderOut(Told):
    """One line for the bank (付款指令)."""

    id: UUID
    batch_id: UUID
    line: int = Field(description="文件中的序号")
    attempt: int = Field(description="第几次付款")
    about: UUID = Field(description="所付事项的标识")
    payee_id: UUID
    payee_kind: Kind = Field(description=terms(KINDS))
    account_id: UUID = Field(description="所用账户")
    amount: Yuan
    purpose: str
    end_to_end_id: str = Field(description="付款流水号：银行回执、对账单以此对应")
    reservation_id: UUID
    state: State = Field(description=terms(STATES))
    state_on: date
    due_on: date | None = Field(description="银行应于何日前回执")
    reason_code: str | None = Field(description="拒绝、退汇原因代码")
    carries: UUID | None = Field(description="所转发的原指令")
    area_code: str
    office: str


class StepOut(BaseModel):
    """One step of an order (经过)."""

    state: State
    on_day: date
    reason_code: str | None
    cause: UUID = Field(description="批次或银行报文的标识")
    recorded_by: str
    recorded_at: datetime


class OrderWithSteps(OrderOut):
    """An order with what became of it; for a rejected or returned one what the reason means."""

    steps: list[StepOut]
    reason: CodeOut | None = None

    @classmethod
    def of_row(cls, order: Order, steps: list[Any], codes: dict[str, Code]) -> OrderWithSteps:
        shown = OrderOut.model_validate(order).model_dump()
        reason = bank_codes.meaning(codes, order.reason_code) if order.reason_code else None
        return cls(
            **{**shown, "amount": order.amount},
            steps=[StepOut(**dict(row)) for row in steps],
            reason=CodeOut.model_validate(reason) if reason else None,
        )


@router.get("/reason-codes", summary="银行回执原因代码表")
async def list_reason_codes(request: Request, actor: Reader) -> list[CodeOut]:
    """The table in force today: what each code means, whose turn it is, whether the line may go again."""
    rt = runtime_of(request)
    codes = bank_codes.table(rt.policies, rt.today())
    return [CodeOut.model_validate(one) for one in codes.values()]


@router.get("/{order_id}", summary="查询付款指令及其经过")
async def get_payment_order(request: Request, order_id: UUID, actor: Reader) -> OrderWithSteps:
    """One order of the caller's area, with its steps."""
    rt = runtime_of(request)
    order, steps = await usecases.order_of(rt, actor, order_id)
    return OrderWithSteps.of_row(order, steps, bank_codes.table(rt.policies, order.state_on))


@router.get("", summary="列出付款指令")
async def list_payment_orders(
    request: Request,
    actor: Reader,
    batch_id: UUID | None = None,
    about: UUID | None = None,
    state: State | None = None,
    overdue: Annotated[bool, Query(description="仅列银行逾期未回执的")] = False,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[OrderOut]:
    """Orders in the order of their ids: of a batch, of what is paid, in a state, or overdue."""
    filters = {"batch_id": batch_id, "about": about, "state": state, "overdue": overdue}
    orders = await usecases.list_orders(
        runtime_of(request), actor, batch_id=batch_id, about=about, state=state, overdue=overdue,
        after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(orders, limit, OrderOut.model_validate, actor=actor, filters=filters)


problems = [
    refused(
        domain.AlreadyOrdered, 409, "该事项已有付款指令", "There is an order for this already",
        ("事项 {about}", "{about}"),
    ),
    refused(
        domain.CannotBeCarried, 409, "只有被拒绝或退汇的指令可以重发；结果不明的须先查询",
        "Only what was rejected or sent back goes again; what is unknown is asked for",
    ),
    refused(
        domain.NotToBeOrderedAgain, 409, "按原因代码不得重发，或须先变更并复核收款账户",
        "By its reason code it does not go again, or not before the payee's account changed",
        ("原因代码 {reason_code}", "Reason code {reason_code}"),
    ),
]  # fmt: skip
