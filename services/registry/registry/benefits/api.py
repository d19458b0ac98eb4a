"""HTTP of benefits: read only, because every annotation follows from a grant."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from kit import pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.money import Yuan
from kit.problems import Problem
from registry.benefits import usecases
from registry.benefits.domain import Benefit, Kind

router = APIRouter(prefix="/v1/benefits", tags=["benefits 享受记录"])
Reader = Annotated[Actor, requires("registry:benefit:read")]


class BenefitOut(BaseModel):
    """An annotation on a certificate (优惠证享受记录)."""

    id: UUID
    worker_id: UUID
    certificate_id: UUID
    kind: Kind = Field(
        description="种类：re-employment 再就业，social-insurance-subsidy 社会保险补贴，"
        "small-loan 小额担保贷款"
    )
    valid_from: date = Field(description="起始日")
    valid_to: date | None = Field(description="截止日")
    amount: Yuan | None = Field(description="金额")
    granted_by: str = Field(description="给予部门", examples=["jobs-market"])
    source_event: UUID = Field(description="来源事件")
    reversed: bool = Field(description="已冲销")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, b: Benefit) -> BenefitOut:
        return cls(
            id=b.id, worker_id=b.worker_id, certificate_id=b.certificate_id, kind=b.kind,
            valid_from=b.valid_from, valid_to=b.valid_to, amount=b.amount_fen,
            granted_by=b.granted_by, source_event=b.source_event, reversed=b.reversed,
            area_code=b.area_code, office=b.office,
        )  # fmt: skip


@router.get("", summary="享受记录列表", operation_id="list_benefits")
async def list_benefits(
    request: Request,
    actor: Reader,
    worker_id: Annotated[UUID | None, Query(description="劳动者")] = None,
    certificate_id: Annotated[UUID | None, Query(description="优惠证")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[BenefitOut]:
    """What is written on certificates of the caller's subtree; reversed ones say so."""
    filters = {"worker_id": worker_id, "certificate_id": certificate_id}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_benefits(
        runtime_of(request), actor, worker_id, certificate_id, after[0] if after else None,
        limit + 1,
    )  # fmt: skip
    return pagination.page(
        rows, limit, position=lambda b: [str(b.id)], item=BenefitOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


@router.get("/{benefit_id}", summary="查看享受记录", operation_id="get_benefit")
async def get_benefit(request: Request, benefit_id: UUID, actor: Reader) -> BenefitOut:
    """One annotation."""
    return BenefitOut.of(await usecases.benefit_of(runtime_of(request), actor, benefit_id))


routers = [router]

problems: list[tuple[type[Exception], Problem]] = []
