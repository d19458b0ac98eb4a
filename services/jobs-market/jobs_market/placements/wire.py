"""Wire models of placements 就业安置."""

from __future__ import annotations

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field

from jobs_market.employers.domain import SECTORS, Sector
from jobs_market.placements.domain import (
    CHANNELS,
    END_REASONS,
    EVIDENCES,
    STATES,
    VOID_REASONS,
    Channel,
    EndReason,
    Evidence,
    Placement,
    State,
    VoidReason,
)
from kit.money import Yuan, YuanNotNegative
from kit.wire import Asked, FactDay, Made, Months, Told, terms

#: What may be done next with a placement, by its state.
NEXT: dict[State, list[str]] = {
    "claimed": ["confirmations"],
    "confirmed": ["endings", "voidings"],
    "ended": ["voidings"],
    "voided": [],
}


class _Placing(Made):
    worker_id: UUID
    channel: Channel = Field(
        description=f"就业渠道：{terms(CHANNELS)}", examples=["tertiary_industry"]
    )
    evidence: Evidence = Field(description=f"凭证：{terms(EVIDENCES)}", examples=["contract"])
    employer_id: UUID | None = Field(default=None, description="用人单位；自营、灵活就业可空")
    sector: Sector | None = Field(
        default=None, description=f"行业（空则同用人单位）：{terms(SECTORS)}"
    )
    contract_months: Months | None = Field(
        default=None, description="劳动合同期限，月；凭证为合同时必填", examples=[36]
    )
    wage: YuanNotNegative | None = Field(
        default=None, description="月工资，元", examples=["600.00"]
    )
    new_post: bool = Field(default=False, description="是否新增岗位")
    post_id: UUID | None = None
    public_welfare_post_id: UUID | None = Field(
        default=None, description="公益性岗位；仅渠道 public_welfare_4050"
    )
    training_class_id: UUID | None = Field(default=None, description="推荐就业的培训班")
    referral_id: UUID | None = Field(default=None, description="录用所依的介绍信")
    started_on: FactDay

    def placed(self, claimed_on: date) -> Placement:
        return Placement(
            self.made_id,
            self.worker_id,
            self.channel,
            self.evidence,
            self.employer_id,
            self.sector,
            self.contract_months,
            self.wage,
            self.new_post,
            self.post_id,
            self.public_welfare_post_id,
            self.training_class_id,
            self.referral_id,
            self.started_on,
            claimed_on,
            self.area_code,
            self.office,
        )


class ClaimPlacement(_Placing):
    """Somebody says that a person works (申报就业)."""

    claimed_on: FactDay

    def draft(self) -> Placement:
        return self.placed(self.claimed_on)


class ImportPlacement(_Placing):
    """One line of an import: claimed and confirmed at once (申报并确认)."""

    confirmed_on: date | None = Field(
        default=None, description="确认日期；空则为上岗日期", examples=["2003-06-05"]
    )

    def draft(self) -> tuple[Placement, date]:
        on = self.confirmed_on or self.started_on
        return self.placed(on), on


class ConfirmPlacement(Asked):
    """The evidence was seen (确认就业)."""

    confirmed_on: FactDay


class EndPlacement(Asked):
    """The work ended (终止就业)."""

    ended_on: FactDay
    reason: EndReason = Field(
        description=f"终止原因：{terms(END_REASONS)}", examples=["contract_expired"]
    )


class VoidPlacement(Asked):
    """It never was (撤销就业)."""

    voided_on: FactDay
    reason: VoidReason = Field(
        description=f"撤销原因：{terms(VOID_REASONS)}", examples=["fake_contract"]
    )


class PlacementBody(Told):
    """A placement (就业安置)."""

    id: UUID
    worker_id: UUID
    state: State = Field(description=f"状态：{terms(STATES)}")
    channel: Channel
    evidence: Evidence
    employer_id: UUID | None
    sector: Sector | None
    contract_months: int | None
    wage: Yuan | None
    new_post: bool
    post_id: UUID | None
    public_welfare_post_id: UUID | None
    training_class_id: UUID | None
    referral_id: UUID | None
    started_on: date
    claimed_on: date
    confirmed_on: date | None
    confirmed_event: UUID | None = Field(description="确认事件，撤销时被冲销")
    ended_on: date | None
    end_reason: EndReason | None
    voided_on: date | None
    void_reason: VoidReason | None
    area_code: str
    office: str
    version: int


class PlacementSeen(PlacementBody):
    """A placement with what may be done next, and whether it is stable (J16)."""

    stable: bool = Field(description="是否稳定就业")
    next_actions: list[str] = Field(description="可办理的下一步")

    @classmethod
    def of(cls, placement: Placement, *, stable: bool) -> Self:
        shown = PlacementBody.model_validate(placement).model_dump()
        return cls(**shown, stable=stable, next_actions=NEXT[placement.state])
