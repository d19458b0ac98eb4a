"""What is told of refunds and fines of unemployment insurance."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from kit.money import Yuan
from registry import examples
from registry.insurance_refunds.domain import Part
from registry.telling import told


class RefundOrdered(BaseModel):
    """``fine`` in a serious case only: an amount of its own beside the refund."""

    worker_id: UUID
    account_id: UUID
    refund: Yuan
    fine: Yuan | None


class RefundRepaid(BaseModel):
    """So much of one part came in; ``settled``: nothing is owed any more."""

    worker_id: UUID
    account_id: UUID
    part: Part
    amount: Yuan
    settled: bool


class RefundLifted(BaseModel):
    """The order was wrong: nothing is owed by it."""

    worker_id: UUID
    account_id: UUID


_OF = {"worker_id": examples.WORKER, "account_id": examples.SOURCE}
ORDERED = told(
    "insurance-refund.ordered", RefundOrdered, "责令退回失业保险金",
    "Refund of unemployment insurance ordered", **_OF, refund="1200.00", fine="2400.00",
)  # fmt: skip
REPAID = told(
    "insurance-refund.repaid", RefundRepaid, "骗取金额或罚款已缴", "Refund or fine came in",
    **_OF, part="refund", amount="1200.00", settled=False,
)  # fmt: skip
LIFTED = told(
    "insurance-refund.lifted", RefundLifted, "撤销责令退回失业保险金", "Refund order lifted", **_OF
)

TOLD = [ORDERED, REPAID, LIFTED]
