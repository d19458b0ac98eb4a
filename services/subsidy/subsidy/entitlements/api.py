"""Entitlements and their decisions over HTTP. They are folded from events, never posted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from kit import decisions, pagination
from kit.auth import Actor, requires
from kit.decisions import rederive
from kit.http import runtime_of
from kit.pagination import Cursor, Limit, Page
from subsidy.entitlements import record, usecases

router = APIRouter(prefix="/v1/entitlements", tags=["entitlements 补贴资格"])
Standing = Literal["refused", "open", "closed", "voided"]


class EntitlementBody(BaseModel):
    """Which months of a subsidy a placement opens, or the clause that refuses them."""

    id: UUID
    programme: str = Field(description="补贴项目")
    worker_id: UUID
    placement_id: UUID
    employer_id: UUID
    standing: Standing = Field(
        description="状态：成立 open、不成立 refused、终止 closed、作废 voided"
    )
    window_from: date | None = Field(description="核定起始日")
    window_to: date | None = Field(description="核定截止日")
    window_months: int | None = Field(description="核定月数")
    claimable_to: date | None = Field(description="可申领截止日")
    claimable_months: int = Field(description="可申领月数")
    closed_reason: str | None
    closed_on: date | None
    clause: str | None = Field(description="首个不符合的条款")
    decision_id: UUID
    area_code: str
    office: str
    recorded_at: datetime

    @classmethod
    def of_row(cls, row: Any) -> EntitlementBody:
        return cls(**{name: row[name] for name in cls.model_fields})


class DecisionBody(BaseModel):
    """A decision with its reasons in both languages; it re-derives from its record alone."""

    id: UUID
    superseded: bool = Field(description="是否已被后来的决定取代")
    granted: bool
    explained_zh: list[str]
    explained_en: list[str]
    rederives: bool = Field(description="由记录重新推导结果一致")
    record: dict[str, Any]

    @classmethod
    def of(cls, one: dict[str, Any], *, superseded: bool) -> DecisionBody:
        return cls(
            id=UUID(one["id"]),
            superseded=superseded,
            granted=one["granted"],
            explained_zh=decisions.explain(one, "zh"),
            explained_en=decisions.explain(one, "en"),
            rederives=rederive(one, record.RULES).same,
            record=one,
        )


@router.get("/{entitlement_id}", summary="查询一项补贴资格")
async def get_entitlement(
    request: Request,
    entitlement_id: UUID,
    actor: Annotated[Actor, requires("subsidy:entitlement:read")],
) -> EntitlementBody:
    """One entitlement of the caller's area."""
    row = await usecases.get_entitlement(runtime_of(request), actor, entitlement_id)
    return EntitlementBody.of_row(row)


@router.get("/{entitlement_id}/decisions", summary="查询补贴资格的全部决定及理由")
async def get_entitlement_decisions(
    request: Request,
    entitlement_id: UUID,
    actor: Annotated[Actor, requires("subsidy:entitlement:read")],
) -> list[DecisionBody]:
    """Every decision, the superseded ones first, each re-derived from its own record."""
    found = await usecases.decisions_of(runtime_of(request), actor, entitlement_id)
    return [
        DecisionBody.of(one, superseded=number < len(found)) for number, one in enumerate(found, 1)
    ]


@router.get("/{entitlement_id}/decision", summary="查询补贴资格的现行决定及理由")
async def get_entitlement_decision(
    request: Request,
    entitlement_id: UUID,
    actor: Annotated[Actor, requires("subsidy:entitlement:read")],
) -> DecisionBody:
    """The decision that holds today."""
    found = await usecases.decisions_of(runtime_of(request), actor, entitlement_id)
    return DecisionBody.of(found[-1], superseded=False)


@router.get("", summary="列出补贴资格")
async def list_entitlements(
    request: Request,
    actor: Annotated[Actor, requires("subsidy:entitlement:read")],
    worker_id: UUID | None = None,
    placement_id: UUID | None = None,
    standing: Standing | None = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[EntitlementBody]:
    """Entitlements in the order in which they were first decided."""
    filters = {"worker_id": worker_id, "placement_id": placement_id, "standing": standing}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_entitlements(
        runtime_of(request), actor,
        worker_id=worker_id, placement_id=placement_id, standing=standing,
        after=after[0] if after else None, limit=limit + 1,
    )  # fmt: skip
    return pagination.page(
        rows, limit, position=lambda row: [str(row["id"])], item=EntitlementBody.of_row,
        actor=actor, filters=filters,
    )  # fmt: skip
