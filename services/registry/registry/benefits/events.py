"""What is told of benefits."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kit.money import Yuan
from registry import examples
from registry.benefits.domain import Cause
from registry.benefits.domain import Kind as BenefitKind
from registry.telling import told


class BenefitAnnotated(BaseModel):
    """``source_event`` is the event that told of the grant."""

    model_config = ConfigDict(populate_by_name=True)
    worker_id: UUID
    certificate_id: UUID
    kind: BenefitKind
    valid_from: date = Field(alias="from")
    valid_to: date | None = Field(alias="to")
    amount: Yuan | None
    granted_by: str
    source_event: UUID


class BenefitReversed(BaseModel):
    worker_id: UUID
    certificate_id: UUID
    kind: BenefitKind


class BenefitGranted(BaseModel):
    """An authority wrote a benefit here. ``months`` are first days, where they were named."""

    model_config = ConfigDict(populate_by_name=True)
    worker_id: UUID
    kind: BenefitKind
    valid_from: date = Field(alias="from")
    valid_to: date | None = Field(alias="to")
    months: list[date] | None
    amount: Yuan | None
    granted_by: str
    document: str | None


class BenefitStopped(BaseModel):
    """``on`` is the first day without it."""

    worker_id: UUID
    kind: BenefitKind
    on: date
    reason: str


class BenefitRecoveryOrdered(BaseModel):
    """What lies on or after ``from`` is to be paid back: so much of it."""

    model_config = ConfigDict(populate_by_name=True)
    worker_id: UUID
    kind: BenefitKind
    recover_from: date = Field(alias="from")
    amount: Yuan
    reason: str


class BenefitRecoveryLifted(BaseModel):
    """The order was wrong: the event reverses the order's, of so much."""

    worker_id: UUID
    kind: BenefitKind
    amount: Yuan


class BenefitRecovered(BaseModel):
    """Money came back; with ``full`` the months no longer count."""

    worker_id: UUID
    kind: BenefitKind
    amount: Yuan
    full: bool


class BenefitOverlapFound(BaseModel):
    """Months of ``benefit_id`` that nobody should have had. Told again when they change."""

    worker_id: UUID
    kind: BenefitKind
    cause: Cause
    benefit_id: UUID
    other_id: UUID | None
    months: list[date]


class BenefitOverlapCleared(BaseModel):
    """It is no longer so: recovered, withdrawn, or two records were one person by mistake."""

    worker_id: UUID
    kind: BenefitKind
    cause: Cause
    benefit_id: UUID
    other_id: UUID | None


_OF = {"worker_id": examples.WORKER, "kind": "social-insurance-subsidy"}
_FOUND = {**_OF, "cause": "duplicate-grant", "benefit_id": examples.SOURCE,
          "other_id": examples.PLACEMENT}  # fmt: skip

BENEFIT_ANNOTATED = told(
    "benefit.annotated", BenefitAnnotated, "优惠证登记享受", "Benefit annotated",
    **{"from": "2003-05-01", "to": None}, worker_id=examples.WORKER, certificate_id=examples.CERTIFICATE,
    kind="re-employment", amount=None, granted_by="jobs-market", source_event=examples.SOURCE,
)  # fmt: skip
BENEFIT_REVERSED = told(
    "benefit.reversed", BenefitReversed, "享受登记冲销", "Benefit reversed",
    worker_id=examples.WORKER, certificate_id=examples.CERTIFICATE, kind="re-employment",
)  # fmt: skip
BENEFIT_GRANTED = told(
    "benefit.granted", BenefitGranted, "待遇已登记", "Benefit written by an authority",
    **{"from": "2003-05-01", "to": "2003-07-31"}, worker_id=examples.WORKER,
    kind="living-allowance", months=None, amount="624.00", granted_by="劳动局",
    document="黑劳社发[2003]12号",
)  # fmt: skip
BENEFIT_STOPPED = told(
    "benefit.stopped", BenefitStopped, "待遇停发", "Benefit stopped",
    **_OF, on="2003-09-01", reason="就业",
)  # fmt: skip
BENEFIT_RECOVERY_ORDERED = told(
    "benefit.recovery-ordered", BenefitRecoveryOrdered, "责令退回待遇", "Recovery of a benefit ordered",
    **{"from": "2003-07-01"}, **_OF, amount="208.00", reason="骗取",
)  # fmt: skip
BENEFIT_RECOVERY_LIFTED = told(
    "benefit.recovery-lifted", BenefitRecoveryLifted, "撤销责令退回", "Recovery order lifted",
    **_OF, amount="208.00",
)  # fmt: skip
BENEFIT_RECOVERED = told(
    "benefit.recovered", BenefitRecovered, "待遇已退回", "Benefit recovered",
    **_OF, amount="208.00", full=True,
)  # fmt: skip
OVERLAP_FOUND = told(
    "benefit.overlap-found", BenefitOverlapFound, "发现重复或越界享受", "Overlapping benefits found",
    **_FOUND, months=["2003-09-01"],
)  # fmt: skip
OVERLAP_CLEARED = told(
    "benefit.overlap-cleared", BenefitOverlapCleared, "重复享受已消除", "Overlap of benefits cleared",
    **_FOUND,
)  # fmt: skip

TOLD = [
    BENEFIT_ANNOTATED, BENEFIT_REVERSED, BENEFIT_GRANTED, BENEFIT_STOPPED, BENEFIT_RECOVERY_ORDERED,
    BENEFIT_RECOVERY_LIFTED, BENEFIT_RECOVERED, OVERLAP_FOUND, OVERLAP_CLEARED,
]  # fmt: skip
