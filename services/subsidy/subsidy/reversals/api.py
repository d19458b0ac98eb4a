"""Taking a payment back, over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field

from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.problems import refused
from kit.wire import Asked, FactDate, Text
from subsidy.payments.api import PaymentBody
from subsidy.reversals import domain, usecases

router = APIRouter(prefix="/v1/payments", tags=["payments 资金支付"])


class ReversePayment(Asked):
    """A payment taken back (冲销)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reversed_on": "2003-10-20", "reason": "重复支付"}]}
    )
    reversed_on: FactDate
    reason: Text = Field(description="原因（不得含姓名、证件号、账号）")


@router.post("/{payment_id}/reversals", summary="冲销一笔支付", status_code=201)
async def reverse_payment(
    request: Request,
    payment_id: UUID,
    body: ReversePayment,
    actor: Annotated[Actor, requires("subsidy:payment:approve")],
    claim: Required,
) -> PaymentBody:
    """Take a payment back by an entry that names the payment's own; it can be done once. What it paid of a
    claim or a run is unpaid again, as when the bank sends money back; 409 while that is being recovered."""
    result = await usecases.reverse_payment(
        runtime_of(request), actor, payment_id, body.reversed_on, body.reason,
        claim.answering(201, PaymentBody.of),
    )  # fmt: skip
    return PaymentBody.of(result)


problems = [
    refused(
        domain.KeptForARecovery, 409, "该笔支付系抵扣应退款，应冲销该抵扣",
        "It was kept for what the claimant owed: the offset is what can be reversed",
    ),
    refused(
        domain.RecoveryUnderWay, 409, "所付事项正在追回，不能再冲销",
        "What it paid for is being recovered already",
    )
]  # fmt: skip
