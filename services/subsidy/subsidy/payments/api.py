"""Payments and their reversals over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from kit import bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.facts import OfficeCode
from kit.http import runtime_of
from kit.idempotency import Required
from kit.ids import new_id
from kit.money import Yuan, YuanPositive
from kit.pagination import Cursor, Limit, Page
from kit.wire import Asked, FactDate, Text, load
from subsidy.payments import usecases
from subsidy.payments.domain import PayeeKind, Payment

router = APIRouter(prefix="/v1/payments", tags=["payments 资金支付"])

_EXAMPLE: JsonDict = {
    "arrangement_id": "019a9d2c-8f00-7000-8000-0000000000a1",
    "amount": "208.00",
    "paid_on": "2003-10-10",
    "payee_kind": "person",
    "purpose": "基本生活费",
    "area_code": "231100000000",
    "office": "231100-city-direct",
}


class MakePayment(Asked):
    """Money paid from an arrangement's line (支付)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    id: UUID | None = Field(default=None, description="调用方生成的标识 (UUID made by the caller)")
    arrangement_id: UUID = Field(description="资金安排标识")
    reservation_id: UUID | None = Field(
        default=None, description="由该项安排已承诺的预留中支付；缺省由安排余额直接支付"
    )
    amount: YuanPositive = Field(description="金额（元）")
    paid_on: FactDate
    payee_kind: PayeeKind = Field(description="收款方类别")
    purpose: Text = Field(description="用途说明（不得含姓名、证件号、账号）")
    area_code: AreaCode
    office: OfficeCode

    def fact(self) -> Payment:
        return Payment(
            self.id or new_id(), self.arrangement_id, self.amount, self.paid_on, self.payee_kind,
            self.purpose, self.area_code, self.office, self.reservation_id,
        )  # fmt: skip


class PaymentBody(BaseModel):
    """A payment, and the day on which it was taken back, if it was."""

    id: UUID
    arrangement_id: UUID
    reservation_id: UUID | None = Field(default=None, description="所用预留")
    amount: Yuan
    paid_on: date
    payee_kind: PayeeKind
    purpose: str
    area_code: str
    office: str
    reversed_on: date | None = Field(default=None, description="冲销日期")
    reversal_reason: str | None = Field(default=None, description="冲销原因")
    recorded_at: datetime | None = Field(default=None, description="记录时间")

    @classmethod
    def of(cls, fact: Any) -> PaymentBody:
        return cls.model_validate(fact, from_attributes=True)

    @classmethod
    def of_row(cls, row: Any) -> PaymentBody:
        return cls.model_validate(dict(row))


@router.post("", summary="支付资金", status_code=201)
async def make_payment(
    request: Request,
    response: Response,
    body: MakePayment,
    actor: Annotated[Actor, requires("subsidy:payment:write")],
    claim: Required,
) -> PaymentBody:
    """Pay from an arrangement's line; more than the line holds is refused."""
    result = await usecases.make_payment(
        runtime_of(request), actor, body.fact(), claim.answering(201, PaymentBody.of)
    )
    response.headers["Location"] = f"/v1/payments/{result.id}"
    return PaymentBody.of(result)


@router.post(
    "/imports", summary="批量支付资金", status_code=200, openapi_extra=bulk.documented(MakePayment)
)
async def import_payments(
    request: Request,
    actor: Annotated[Actor, requires("subsidy:payment:import")],
    options: bulk.Options,
    _claim: Required,
) -> bulk.ImportResult:
    """One line of NDJSON or CSV for each; every rule of the single call holds for every line, and a
    line sees what the lines before it left."""
    return await load(request, options, MakePayment, MakePayment.fact, usecases.pay, actor)


router_imports = bulk.reading(
    "/v1/payments", "payment", "subsidy:payment:import", tag="payments 资金支付"
)


@router.get("/{payment_id}", summary="查询一笔支付")
async def get_payment(
    request: Request,
    payment_id: UUID,
    actor: Annotated[Actor, requires("subsidy:payment:read")],
) -> PaymentBody:
    """One payment of the caller's area."""
    return PaymentBody.of_row(await usecases.get_payment(runtime_of(request), actor, payment_id))


@router.get("", summary="列出支付")
async def list_payments(
    request: Request,
    actor: Annotated[Actor, requires("subsidy:payment:read")],
    arrangement_id: UUID | None = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[PaymentBody]:
    """Payments in the order in which they were recorded; of one arrangement, when asked."""
    filters = {"arrangement_id": arrangement_id}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_payments(
        runtime_of(request), actor,
        arrangement_id=arrangement_id, after=after[0] if after else None, limit=limit + 1,
    )  # fmt: skip
    return pagination.page(
        rows, limit, position=lambda row: [str(row["id"])], item=PaymentBody.of_row,
        actor=actor, filters=filters,
    )  # fmt: skip
