"""What claims tell."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from kit.events import EventType
from kit.money import YuanPositive
from kit.wire import terms
from subsidy import examples
from subsidy.claims.domain import Claimant, Reason
from subsidy.projects.domain import SPANS, Span


class ClaimTold(BaseModel):
    """A claim: whose, for which programme and quarter."""

    programme: str = Field(description="补贴项目代码")
    claimant_kind: Claimant = Field(description="申请人类别")
    claimant_id: UUID = Field(description="用人单位、个人或机构")
    quarter: str = Field(description="所属季度", examples=["2003Q3"])


class ClaimFiled(ClaimTold):
    """A claim for a closed quarter was filed, or filed again."""

    lines: int = Field(description="申领行数")


class ClaimReviewed(ClaimTold):
    """The labour bureau decided all lines; the months of the granted ones are held."""

    granted: int = Field(description="批准行数")
    refused: int = Field(description="不批准行数")
    withheld: int = Field(description="暂不能认定行数")
    amount: YuanPositive = Field(description="批准金额")


class ClaimTurned(ClaimTold):
    """A claim was sent back, or rejected; no month is held for it."""

    reason: Reason = Field(description="原因代码")


class ClaimApproved(ClaimTold):
    """The finance bureau promised the granted sum from a line of money."""

    amount: YuanPositive
    arrangement_id: UUID
    reservation_id: UUID


class ClaimMoney(ClaimTold):
    """All that was granted has been paid; or the bank sent a part of it back."""

    amount: YuanPositive


class ProjectPaid(BaseModel):
    """A quarter or a year of a body's project was paid for."""

    programme: str = Field(description="补贴项目代码")
    project_id: UUID
    body_id: UUID = Field(description="项目承办单位")
    quarter: str = Field(description="所属季度（全年的为第四季度）", examples=["2003Q3"])
    span: Span = Field(description=terms(SPANS))
    amount: YuanPositive
    claim_id: UUID
    decision_id: UUID


class ProjectRecovered(BaseModel):
    """Money paid for a project came back; the envelope names the event that it takes back."""

    project_id: UUID
    amount: YuanPositive
    whole: bool = Field(description="是否已全部退回")


_CLAIM = {
    "programme": "si-enterprise", "claimant_kind": "employer", "claimant_id": examples.EMPLOYER,
    "quarter": "2003Q3",
}  # fmt: skip
CLAIM_FILED = EventType(
    "subsidy.claim.filed.v1", ClaimFiled, "补贴申领已申报", "Claim filed", {**_CLAIM, "lines": 3}
)
CLAIM_REVIEWED = EventType(
    "subsidy.claim.reviewed.v1", ClaimReviewed, "补贴申领已审核", "Claim reviewed",
    {**_CLAIM, "granted": 2, "refused": 1, "withheld": 0, "amount": "326.80"},
)  # fmt: skip
CLAIM_RETURNED = EventType(
    "subsidy.claim.returned.v1", ClaimTurned, "补贴申领退回补正", "Claim returned",
    {**_CLAIM, "reason": "papers-incomplete"},
)  # fmt: skip
CLAIM_REJECTED = EventType(
    "subsidy.claim.rejected.v1", ClaimTurned, "补贴申领不予批准", "Claim rejected",
    {**_CLAIM, "reason": "not-entitled"},
)  # fmt: skip
CLAIM_APPROVED = EventType(
    "subsidy.claim.approved.v1", ClaimApproved, "补贴申领已审批", "Claim approved",
    {**_CLAIM, "amount": "326.80", "arrangement_id": examples.ARRANGEMENT,
     "reservation_id": examples.RESERVATION},
)  # fmt: skip
CLAIM_PAID = EventType(
    "subsidy.claim.paid.v1",
    ClaimMoney,
    "补贴申领已拨付",
    "Claim paid",
    {**_CLAIM, "amount": "326.80"},
)
CLAIM_CAME_BACK = EventType(
    "subsidy.claim.payment-returned.v1", ClaimMoney, "补贴款退汇", "Payment of a claim came back",
    {**_CLAIM, "amount": "326.80"},
)  # fmt: skip

PROJECT_PAID = EventType(
    "subsidy.project.paid.v1", ProjectPaid, "项目经费已拨付", "Project paid for",
    {"programme": "market-building", "project_id": examples.PROJECT, "body_id": examples.EMPLOYER,
     "quarter": "2003Q3", "span": "quarter", "amount": "30000.00", "claim_id": examples.CLAIM,
     "decision_id": examples.DECISION},
)  # fmt: skip
PROJECT_RECOVERED = EventType(
    "subsidy.project.recovered.v1", ProjectRecovered, "项目经费已退回", "Project's money recovered",
    {"project_id": examples.PROJECT, "amount": "30000.00", "whole": True},
)  # fmt: skip

TOLD = (
    PROJECT_PAID,
    PROJECT_RECOVERED,
    CLAIM_FILED,
    CLAIM_REVIEWED,
    CLAIM_RETURNED,
    CLAIM_REJECTED,
    CLAIM_APPROVED,
    CLAIM_PAID,
    CLAIM_CAME_BACK,
)
