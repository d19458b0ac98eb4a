"""What is told of benefits."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kit.money import Yuan
from registry import examples
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


BENEFIT_ANNOTATED = told(
    "benefit.annotated", BenefitAnnotated, "优惠证登记享受", "Benefit annotated",
    **{"from": "2003-05-01", "to": None}, worker_id=examples.WORKER, certificate_id=examples.CERTIFICATE,
    kind="re-employment", amount=None, granted_by="jobs-market", source_event=examples.SOURCE,
)  # fmt: skip
BENEFIT_REVERSED = told(
    "benefit.reversed", BenefitReversed, "享受登记冲销", "Benefit reversed",
    worker_id=examples.WORKER, certificate_id=examples.CERTIFICATE, kind="re-employment",
)  # fmt: skip

TOLD = [BENEFIT_ANNOTATED, BENEFIT_REVERSED]
