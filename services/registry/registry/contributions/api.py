"""HTTP of contributions: what is kept of registered people, and findings to look into."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from kit import audit, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.money import YuanPositive
from kit.problems import refused
from kit.wire import Asked, Text, after, page, terms
from registry.contributions import domain, folding, usecases
from registry.contributions.domain import (
    FINDINGS,
    Conflict,
    Contribution,
    FindingKind,
    Insurance,
)

TAG = "contributions 社保缴费"
PREFIX = "/v1/contributions"
router = APIRouter(prefix=PREFIX, tags=[TAG])
Reader = Annotated[Actor, requires("registry:contribution:read")]
#: The street looks into what contradicts a status; contributions themselves are the agency's.
Looker = Annotated[Actor, requires("registry:unemployment:write")]

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
    """An employer insured somebody who was without work all month (疑点)."""

    id: UUID
    worker_id: UUID
    finding: FindingKind = Field(description=terms(FINDINGS))
    month: Month
    payers: list[str] = Field(description="缴费单位")
    standing: bool = Field(description="仍待核实")
    explanation: str | None = Field(description="核实说明")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, c: Conflict) -> ConflictOut:
        return cls(
            id=c.id, worker_id=c.worker_id, finding=c.finding.kind, month=f"{c.month:%Y-%m}",
            payers=list(c.finding.payers), standing=c.standing, explanation=c.explanation,
            area_code=c.area_code, office=c.office,
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
    worker_id: Annotated[UUID | None, Query(description="劳动者（含已并入的登记）")] = None,
    month: Annotated[Month | None, Query(description="缴费月份")] = None,
    standing: Annotated[
        bool | None,
        Query(
            description="待核实的；false 为已消除或已说明的；缺省：指定劳动者时为全部，否则为待核实的"
        ),
    ] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[ConflictOut]:
    """Whom an employer insured in a month through which they were without work: for the street to look
    into. A finding goes when the employment is recorded, the line is reversed, or it is explained."""
    rt = runtime_of(request)
    filters = {"worker_id": worker_id, "month": month, "standing": standing}
    rows = await folding.list_conflicts(
        rt, actor, worker_id, first_day(month) if month else None, standing,
        after(cursor, actor, filters),
        limit + 1,
    )  # fmt: skip
    people = {row.worker_id for row in rows[:limit]}
    await audit.note(rt, actor, "list_contribution_conflicts", sorted(people), SHOWN)
    return page(rows, limit, ConflictOut.of, actor=actor, filters=filters)


class ExplanationIn(Asked):
    """Why a month is no re-employment (核实说明)."""

    model_config = Asked.model_config | {
        "json_schema_extra": {"examples": [{"reason": "原单位改制，代缴单位变更，已查证"}]}
    }
    reason: Text = Field(description="核实情况与依据（不写身份信息）")


@router.post(
    "/conflicts/{conflict_id}/explanations", status_code=201, summary="说明参保疑点",
    operation_id="explain_contribution_conflict",
)  # fmt: skip
async def explain_contribution_conflict(
    request: Request, conflict_id: UUID, body: ExplanationIn, actor: Looker
) -> ConflictOut:
    """The office has looked into it: no re-employment. It stands again when another employer pays."""
    rt = runtime_of(request)
    conflict = await folding.explain(rt, actor, conflict_id, body.reason)
    people = [conflict.worker_id]
    await audit.note(rt, actor, "explain_contribution_conflict", people, SHOWN)
    return ConflictOut.of(conflict)


routers = [router]

problems = [
    refused(domain.NothingToExplain, 409, "疑点已消除或已说明", "It contradicts nothing any more"),
]
