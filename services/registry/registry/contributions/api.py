"""HTTP of contributions: what is kept of registered people, and findings to look into."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from kit import audit, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.money import YuanPositive
from kit.problems import Problem
from kit.wire import after, page, terms
from registry.contributions import usecases
from registry.contributions.domain import (
    Conflict,
    Contribution,
    Insurance,
)

TAG = "contributions 社保缴费"
PREFIX = "/v1/contributions"
router = APIRouter(prefix=PREFIX, tags=[TAG])
Reader = Annotated[Actor, requires("registry:contribution:read")]

#: What of a person these answers show (for the access log).
SHOWN = ("contributions",)

Month = Annotated[
    str,
    Field(
        pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$",
        description="缴费月份 (YYYY-MM)",
        examples=["2003-05"],
    ),
]


def first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


class ContributionOut(BaseModel):
    """A kept contribution (缴费记录)."""

    id: UUID
    worker_id: UUID
    month: Month
    insurances: list[Insurance] = Field(
        description=terms({"pension": "养老", "medical": "医疗", "unemployment": "失业"})
    )
    payer: str | None = Field(description="缴费单位；为空：个人缴费")
    base: YuanPositive = Field(description="缴费基数（元）")
    authority: str = Field(description="通报部门", examples=["231100-insurance-agency"])
    reversed: bool = Field(description="已冲正")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, c: Contribution) -> ContributionOut:
        return cls(
            id=c.id, worker_id=c.worker_id, month=f"{c.month:%Y-%m}",
            insurances=list(c.insurances), payer=c.payer, base=c.base_fen, authority=c.authority,
            reversed=c.reversed, area_code=c.area_code, office=c.office,
        )  # fmt: skip


class ConflictOut(BaseModel):
    """An employer insured somebody who was registered as unemployed all month (疑点)."""

    id: UUID
    worker_id: UUID
    finding: Literal["insured-while-unemployed"] = Field(description="登记失业期间由单位参保")
    month: Month
    payers: list[str] = Field(description="缴费单位")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, c: Conflict) -> ConflictOut:
        return cls(
            id=c.id, worker_id=c.worker_id, finding="insured-while-unemployed",
            month=f"{c.month:%Y-%m}", payers=list(c.payers), area_code=c.area_code,
            office=c.office,
        )  # fmt: skip


@router.get("", summary="缴费记录列表", operation_id="list_contributions")
async def list_contributions(
    request: Request,
    actor: Reader,
    worker_id: Annotated[UUID | None, Query(description="劳动者（含已并入的登记）")] = None,
    month: Annotated[Month | None, Query(description="缴费月份")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[ContributionOut]:
    """Contributions of registered people of the caller's subtree; reversed ones say so."""
    rt = runtime_of(request)
    filters = {"worker_id": worker_id, "month": month}
    rows = await usecases.list_contributions(
        rt, actor, worker_id, first_day(month) if month else None, after(cursor, actor, filters),
        limit + 1,
    )  # fmt: skip
    people = {row.worker_id for row in rows[:limit]}
    await audit.note(rt, actor, "list_contributions", sorted(people), SHOWN)
    return page(rows, limit, ContributionOut.of, actor=actor, filters=filters)


@router.get("/conflicts", summary="参保疑点", operation_id="list_contribution_conflicts")
async def list_contribution_conflicts(
    request: Request,
    actor: Reader,
    month: Annotated[Month | None, Query(description="缴费月份")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[ConflictOut]:
    """Whom an employer insured in a month through which they were registered as unemployed: for the
    street to look into. A finding goes when the employment is recorded or the line is reversed."""
    rt = runtime_of(request)
    filters = {"month": month}
    rows = await usecases.list_conflicts(
        rt, actor, first_day(month) if month else None, after(cursor, actor, filters), limit + 1
    )
    people = {row.worker_id for row in rows[:limit]}
    await audit.note(rt, actor, "list_contribution_conflicts", sorted(people), SHOWN)
    return page(rows, limit, ConflictOut.of, actor=actor, filters=filters)


routers = [router]

problems: list[tuple[type[Exception], Problem]] = []
