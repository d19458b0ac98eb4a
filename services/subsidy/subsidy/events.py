"""What subsidy tells (``CATALOGUE``); the slim copies of what it hears are in :mod:`subsidy.heard.events`."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kit.events import Catalogue, EventType
from kit.money import YuanPositive
from subsidy.arrangements.domain import UseFinding
from subsidy.budgets import events as budgets
from subsidy.claims import events as claims
from subsidy.entitlements.domain import CloseReason
from subsidy.funds.domain import Fund, Source
from subsidy.matching import events as matching
from subsidy.payments.domain import PayeeKind
from subsidy.periods import events as periods

EXAMPLE = "019a9d2c-8f00-7000-8000-0000000000a"
#: A programme is named by its code everywhere: the names of the files in ``policies/programmes``.
Programme = Annotated[
    str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, description="补贴项目代码")
]


class AppropriationReceived(BaseModel):
    """Money came into a fund."""

    fund: Fund = Field(description="资金：再就业资金 / 基本生活保障资金")
    source: Source = Field(description="来源")
    amount: YuanPositive = Field(description="金额")
    year: int = Field(description="预算年度")
    approval: str | None = Field(default=None, description="批准文号")
    document: str | None = Field(default=None, description="依据文件")


class ArrangementMade(BaseModel):
    """Unallocated money was set aside for a use."""

    fund: Fund
    use_code: str = Field(description="用途代码")
    amount: YuanPositive = Field(description="金额")
    purpose: str = Field(description="用途说明")
    approval: str | None = Field(default=None, description="省级批准文号，无则为空")
    finding: UseFinding | None = Field(default=None, description="用途方面的问题，无则为空")
    budget_line_id: UUID | None = Field(default=None, description="所属预算科目；为空即未列入预算")


class AppropriationReversed(BaseModel):
    """A receipt was taken back; the envelope names the event that it reverses."""

    fund: Fund
    source: Source
    amount: YuanPositive = Field(description="金额")
    year: int = Field(description="预算年度")


class UnallocatedAged(BaseModel):
    """Money of one day's receipts has lain without a use for as long as a threshold says."""

    fund: Fund
    amount: YuanPositive = Field(description="闲置金额")
    received_on: date = Field(description="到账日期")
    age_days: int = Field(description="闲置天数")
    threshold_days: int = Field(description="达到的预警天数")


class ArrangementReversed(BaseModel):
    """An arrangement was taken back whole; the envelope names the event that it reverses."""

    fund: Fund
    use_code: str
    amount: YuanPositive = Field(description="金额")


class ArrangementReduced(BaseModel):
    """What was left of an arrangement, or a part of it, is unallocated again."""

    fund: Fund
    use_code: str
    amount: YuanPositive = Field(description="收回金额")
    finding: UseFinding | None = Field(default=None, description="原安排用途方面的问题，无则为空")
    budget_line_id: UUID | None = Field(default=None, description="所属预算科目")


class ReservationTold(BaseModel):
    """A step of a reservation: money of an arrangement held back, promised, or given back."""

    fund: Fund
    arrangement_id: UUID
    use_code: str
    amount: YuanPositive = Field(description="此步涉及的金额")
    about: UUID | None = Field(default=None, description="所为之发放批次、申领或项目")


class PaymentMade(BaseModel):
    """Money left an arrangement's line."""

    fund: Fund
    arrangement_id: UUID
    use_code: str
    amount: YuanPositive = Field(description="金额")
    payee_kind: PayeeKind = Field(description="收款方类别")
    purpose: str


class PaymentReversed(BaseModel):
    """A payment was taken back; the envelope names the event that it reverses."""

    fund: Fund
    use_code: str
    amount: YuanPositive = Field(description="金额")


class EntitlementOpened(BaseModel):
    """Months of a subsidy may be claimed."""

    model_config = ConfigDict(populate_by_name=True)
    worker_id: UUID
    placement_id: UUID
    employer_id: UUID
    programme: Programme
    from_: date = Field(alias="from", description="可申领起始日")
    to: date = Field(description="可申领截止日")
    months: int = Field(ge=1, description="可申领月数")
    decision_id: UUID


class EntitlementRefused(BaseModel):
    """A placement opens no months; the clause is that of the first failing condition."""

    worker_id: UUID
    placement_id: UUID
    programme: Programme
    clause: str = Field(description="首个不符合的条款")
    decision_id: UUID


class EntitlementClosed(BaseModel):
    """Nothing more may be claimed from the day of fact on; with ``reverses`` nothing ever could."""

    worker_id: UUID
    placement_id: UUID
    reason: CloseReason = Field(description="终止原因")


class BenefitPaid(BaseModel):
    """A line of a claim was paid: what one person was given by a programme for a period. ``from`` and
    ``to`` are the first and last day of a month; of a once-only benefit both are its day. A benefit
    that is paid in parts is one benefit: the further parts name the line of the first."""

    model_config = ConfigDict(populate_by_name=True)
    worker_id: UUID
    programme: Programme
    from_: date = Field(alias="from", description="所属期间起始日；一次性补贴为其当日")
    to: date = Field(description="所属期间截止日")
    amount: YuanPositive = Field(description="实付金额")
    entitlement_id: UUID | None = Field(default=None, description="所依据的补贴资格，无则为空")
    part_of: UUID | None = Field(default=None, description="分期发放的后续各期：首期之发放明细")
    claim_id: UUID | None = Field(default=None, description="所属申领")
    employer_id: UUID | None = Field(default=None, description="用人单位，个人申领为空")
    decision_id: UUID


class BenefitRecovered(BaseModel):
    """Money of a paid line came back; the envelope names the payment that it reverses. With ``whole``
    all of it has come back, and only then its month is free again (policy 5.3 no. 3)."""

    worker_id: UUID
    amount: YuanPositive = Field(description="此次退回金额")
    whole: bool = Field(description="至此已全部退回")


APPROPRIATION_RECEIVED = EventType(
    "subsidy.appropriation.received.v1", AppropriationReceived, "资金拨入", "Money received",
    {"fund": "reemployment", "source": "province", "amount": "33250000.00", "year": 2003,
     "approval": None, "document": "省财政厅拨款通知"},
)  # fmt: skip
ARRANGEMENT_MADE = EventType(
    "subsidy.arrangement.made.v1", ArrangementMade, "资金安排", "Money arranged",
    {"fund": "reemployment", "use_code": "severance", "amount": "3000000.00",
     "purpose": "旅游企业有偿解除劳动关系", "approval": None,
     "finding": "use-outside-permitted-list", "budget_line_id": None},
)  # fmt: skip
APPROPRIATION_REVERSED = EventType(
    "subsidy.appropriation.reversed.v1", AppropriationReversed, "资金拨入冲销", "Receipt reversed",
    {"fund": "reemployment", "source": "province", "amount": "33250000.00", "year": 2003},
)  # fmt: skip
UNALLOCATED_AGED = EventType(
    "subsidy.fund.unallocated-aged.v1", UnallocatedAged, "资金长期闲置", "Money idle for long",
    {"fund": "reemployment", "amount": "16960000.00", "received_on": "2003-06-30", "age_days": 123,
     "threshold_days": 90},
)  # fmt: skip
ARRANGEMENT_REVERSED = EventType(
    "subsidy.arrangement.reversed.v1", ArrangementReversed, "资金安排冲销", "Arrangement reversed",
    {"fund": "reemployment", "use_code": "severance", "amount": "3000000.00"},
)  # fmt: skip
ARRANGEMENT_REDUCED = EventType(
    "subsidy.arrangement.reduced.v1", ArrangementReduced, "安排资金收回", "Arranged money given back",
    {"fund": "reemployment", "use_code": "training-subsidy", "amount": "20000.00",
     "finding": None, "budget_line_id": f"{EXAMPLE}6"},
)  # fmt: skip
_RESERVED = {
    "fund": "reemployment", "arrangement_id": f"{EXAMPLE}1",
    "use_code": "social-insurance-subsidy", "amount": "120000.00", "about": None,
}  # fmt: skip
RESERVATION_MADE = EventType(
    "subsidy.reservation.made.v1", ReservationTold, "资金预留", "Money reserved", _RESERVED
)
RESERVATION_COMMITTED = EventType(
    "subsidy.reservation.committed.v1", ReservationTold, "预留资金已承诺", "Reserved money promised",
    _RESERVED,
)  # fmt: skip
RESERVATION_RELEASED = EventType(
    "subsidy.reservation.released.v1", ReservationTold, "预留资金已释放", "Reserved money given back",
    _RESERVED,
)  # fmt: skip
PAYMENT_MADE = EventType(
    "subsidy.payment.made.v1", PaymentMade, "资金支付", "Money paid",
    {"fund": "living_allowance", "arrangement_id": f"{EXAMPLE}1", "use_code": "living-allowance",
     "amount": "208.00", "payee_kind": "person", "purpose": "基本生活费"},
)  # fmt: skip
PAYMENT_REVERSED = EventType(
    "subsidy.payment.reversed.v1", PaymentReversed, "支付冲销", "Payment reversed",
    {"fund": "living_allowance", "use_code": "living-allowance", "amount": "208.00"},
)  # fmt: skip
ENTITLEMENT_OPENED = EventType(
    "subsidy.entitlement.opened.v1", EntitlementOpened, "补贴资格成立", "Entitlement opened",
    {"worker_id": f"{EXAMPLE}2", "placement_id": f"{EXAMPLE}3", "employer_id": f"{EXAMPLE}4",
     "programme": "si-enterprise", "from": "2003-09-01", "to": "2004-08-31",
     "months": 12, "decision_id": f"{EXAMPLE}5"},
)  # fmt: skip
ENTITLEMENT_REFUSED = EventType(
    "subsidy.entitlement.refused.v1", EntitlementRefused, "补贴资格不成立", "Entitlement refused",
    {"worker_id": f"{EXAMPLE}2", "placement_id": f"{EXAMPLE}3",
     "programme": "si-enterprise", "clause": "财社[2002]107/new-post",
     "decision_id": f"{EXAMPLE}5"},
)  # fmt: skip
ENTITLEMENT_CLOSED = EventType(
    "subsidy.entitlement.closed.v1", EntitlementClosed, "补贴资格终止", "Entitlement closed",
    {"worker_id": f"{EXAMPLE}2", "placement_id": f"{EXAMPLE}3", "reason": "placement-ended"},
)  # fmt: skip
BENEFIT_PAID = EventType(
    "subsidy.benefit.paid.v1", BenefitPaid, "补贴已发放", "Benefit paid",
    {"worker_id": f"{EXAMPLE}2", "programme": "si-enterprise", "from": "2003-09-01",
     "to": "2003-09-30", "amount": "163.40", "entitlement_id": f"{EXAMPLE}6",
     "part_of": None, "claim_id": f"{EXAMPLE}7", "employer_id": f"{EXAMPLE}4", "decision_id": f"{EXAMPLE}5"},
)  # fmt: skip
BENEFIT_RECOVERED = EventType(
    "subsidy.benefit.recovered.v1", BenefitRecovered, "补贴已退回", "Benefit recovered",
    {"worker_id": f"{EXAMPLE}2", "amount": "163.40", "whole": True},
)  # fmt: skip

CATALOGUE = Catalogue(
    "subsidy",
    [
        APPROPRIATION_RECEIVED, APPROPRIATION_REVERSED, UNALLOCATED_AGED,
        ARRANGEMENT_MADE, ARRANGEMENT_REDUCED, ARRANGEMENT_REVERSED,
        RESERVATION_MADE, RESERVATION_COMMITTED, RESERVATION_RELEASED,
        PAYMENT_MADE, PAYMENT_REVERSED,
        ENTITLEMENT_OPENED, ENTITLEMENT_REFUSED, ENTITLEMENT_CLOSED,
        BENEFIT_PAID, BENEFIT_RECOVERED,
        *budgets.TOLD, *claims.TOLD, *matching.TOLD, *periods.TOLD,
    ],
)  # fmt: skip
