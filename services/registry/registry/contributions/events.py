"""What is told of contributions: of whom, which month, which insurances, who paid on which base."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from kit.money import YuanPositive
from registry import examples
from registry.contributions.domain import FindingKind, Insurance
from registry.telling import told


class ContributionRecorded(BaseModel):
    """A registered person was insured in a month. ``payer``: the employer's code; null: the person
    pays."""

    worker_id: UUID
    month: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}$", examples=["2003-05"])
    insurances: list[Insurance]
    payer: str | None
    base: YuanPositive


class ContributionReversed(ContributionRecorded):
    """It was told wrongly."""


_PAID = {
    "worker_id": examples.WORKER,
    "month": "2003-05",
    "insurances": ["pension", "medical", "unemployment"],
    "payer": "70289001-5",
    "base": "860.00",
}

CONTRIBUTION_RECORDED = told(
    "contribution.recorded", ContributionRecorded, "社保缴费登记", "Contribution recorded", **_PAID
)
CONTRIBUTION_REVERSED = told(
    "contribution.reversed", ContributionReversed, "社保缴费冲正", "Contribution reversed", **_PAID
)


class ConflictFound(BaseModel):
    """Employers insured somebody in a month who was without work throughout it (policy 4.6): to be
    looked into, and held by whoever pays. Told again when other employers paid."""

    worker_id: UUID
    month: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}$", examples=["2003-05"])
    finding: FindingKind
    payers: list[str]


class ConflictCleared(BaseModel):
    """It is no longer so, or (``explained``) the office has looked into it."""

    worker_id: UUID
    month: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}$", examples=["2003-05"])
    finding: FindingKind
    explained: bool


_CONFLICT = {
    "worker_id": examples.WORKER, "month": "2003-05", "finding": "insured-while-unemployed",
}  # fmt: skip
CONFLICT_FOUND = told(
    "contribution.conflict-found", ConflictFound, "发现参保疑点", "A contribution contradicts",
    **_CONFLICT, payers=["70289001-5"],
)  # fmt: skip
CONFLICT_CLEARED = told(
    "contribution.conflict-cleared", ConflictCleared, "参保疑点消除", "It contradicts no more",
    **_CONFLICT, explained=True,
)  # fmt: skip

TOLD = [CONTRIBUTION_RECORDED, CONTRIBUTION_REVERSED, CONFLICT_FOUND, CONFLICT_CLEARED]
