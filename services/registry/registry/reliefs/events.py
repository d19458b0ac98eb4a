"""What is told of reliefs."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from kit.money import YuanNotNegative
from registry import examples
from registry.reliefs.domain import BeneficiaryUnit, Item
from registry.reliefs.domain import Kind as ReliefKind
from registry.telling import told


class ReliefPosted(BaseModel):
    kind: ReliefKind
    item: Item
    authority: str
    beneficiary_unit: BeneficiaryUnit
    beneficiary_id: UUID
    worker_id: UUID | None
    amount: YuanNotNegative


class ReliefTotalStated(BaseModel):
    kind: ReliefKind
    authority: str
    amount: YuanNotNegative
    period_from: date
    period_to: date
    document: str | None


RELIEF_POSTED = told(
    "relief.posted", ReliefPosted, "税费减免入账", "Relief posted",
    kind="fee", item="registration", authority="工商局", beneficiary_unit="person",
    beneficiary_id=examples.WORKER, worker_id=examples.WORKER, amount="20.00",
)  # fmt: skip
RELIEF_TOTAL_STATED = told(
    "relief.total-stated", ReliefTotalStated, "减免总额申报", "Relief total stated",
    kind="tax", authority="地税局", amount="475000.00", period_from="2003-01-01",
    period_to="2003-10-31", document=None,
)  # fmt: skip

TOLD = [RELIEF_POSTED, RELIEF_TOTAL_STATED]
